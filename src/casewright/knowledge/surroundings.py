"""What a passage's evidence depends on besides itself: how far its article is ahead of all others, and the question.

Of a question with words that no candidate has, less can be told. A light model, linear as the rest of the evidence; `bench.retrieval`
fits its weights together with those of `casewright.knowledge.retrieval`, so that being closer never makes a passage less likely.
"""

import math
from collections.abc import Sequence, Set
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.searching import STEM

Seen = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Weights. `length`: of the logarithm of the question's words. `unknown`: of the share of them that no candidate has. `usually`: of
    the mean cosine with the ways in which the passage is asked for. `coverage` … `likelihood`: of what the passage's article is ahead of
    the best of the others in, or less than 0 behind it."""

    length: float
    unknown: float
    usually: float
    coverage: float
    closest: float
    asked: float
    likelihood: float

    def evidence(self, seen: Seen) -> Seen:
        """What is added for each passage: `seen` as `look_around` has it."""
        return seen @ np.array(astuple(self))


def look_around(
    stems: Set[str], words: Sequence[str], usually: Sequence[float], own: Seen, originals: Sequence[str]
) -> Seen:
    """Shape (passages, 7), in the order of `Surroundings`. `stems`: of the question; `words`: of each passage, as in `Candidate`. `own`:
    each passage's coverage, closest sentence, closest way of asking, and likelihood."""
    known = sum(has_word(words, stem) for stem in stems)
    seen = np.empty((len(words), 7))
    seen[:, 0] = math.log1p(len(stems))
    seen[:, 1] = 1 - known / len(stems) if stems else 0.0
    seen[:, 2] = usually
    seen[:, 3:] = _ahead(own, originals)
    return seen


def has_word(passages: Sequence[str], stem: str) -> bool:
    """Whether one of them has it. `passages`: the words of each, as in `Candidate`."""
    written = f" {stem}" if len(stem) == STEM else f" {stem} "
    return any(written in words for words in passages)


def _ahead(own: Seen, originals: Sequence[str]) -> Seen:
    """The article's best, less the best of all other articles; 0 where there is no other."""
    numbers = {original: number for number, original in enumerate(dict.fromkeys(originals))}
    if len(numbers) < 2:
        return np.zeros_like(own)
    of = np.array([numbers[original] for original in originals])
    best = np.full((len(numbers), own.shape[1]), -np.inf)
    np.maximum.at(best, of, own)
    second, first = np.partition(best, -2, axis=0)[-2:]
    others = np.where(best == first, second, first)
    return (best - others)[of]
