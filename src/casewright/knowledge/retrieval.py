"""Scores the passages that the index proposes, and says how sure an answer from each would be.

A passage is like a question in three ways: the share of the question's words that it has (rare words count for more),
the vector of its title and heading, and the vector of its closest sentence. A logistic function makes one similarity of
them; `tests/knowledge/calibrating.py` fits it. Similarity is then weighed with what is known of the article.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.models import ArticleId
from casewright.knowledge.passages import Sentence
from casewright.knowledge.searching import Search, stems


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of the index. `vectors`: of its title and heading first, then of each sentence; shape (1 + sentences, 384),
    normalised. `coverage`: the weighted share of the question's words it has, 0…1. `checked_on`: when somebody last looked
    at the article; `source_checked_on`: when they compared it with its source, None if that is not known."""

    article_id: ArticleId
    version: int
    title: str
    section: str
    language: str
    product: str
    source: str
    source_checked_on: date | None
    position: int
    codes: frozenset[str]
    sentences: tuple[Sentence, ...]
    vectors: NDArray[np.float32] = field(repr=False)
    coverage: float
    credibility: float
    checked_on: date
    successes: int
    failures: int


@dataclass(frozen=True, slots=True)
class Hit:
    """`closeness[i]`: cosine of the question and sentence i. `evidence`: the log odds that the passage answers, before
    anything else is known of its article. `confidence` 0…1."""

    passage: Candidate
    heading_closeness: float
    closeness: NDArray[np.float32] = field(repr=False)
    evidence: float
    confidence: float

    @property
    def vector_score(self) -> float:
        """The mean of the two cosines, 0…1."""
        return max(0.0, (self.heading_closeness + float(self.closeness.max())) / 2)


# --- scores -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of coverage and the two cosines in the log odds."""

    coverage: float
    heading: float
    sentence: float
    offset: float

    def evidence(self, coverage: float, heading: float, sentence: float) -> float:
        return self.coverage * coverage + self.heading * heading + self.sentence * sentence + self.offset


ENGLISH: Final = Calibration(coverage=9.4, heading=5.4, sentence=6.7, offset=-6.2)
OTHER: Final = Calibration(coverage=6.8, heading=1.6, sentence=5.3, offset=-4.3)
"""The vectors come from an English model: elsewhere words count for more."""

SAME_CODE: Final = 1.5
EXPLAINED_CODE: Final = 3.5
"""A sentence begins with the code, as in a list of codes and their meanings."""
OTHER_CODE: Final = -6.0
"""A question about E999 is not answered by a passage about E101, however alike they read."""
UNKNOWN_NAME: Final = -1.5
"""A name that no candidate mentions: what is asked may hang on it."""

SIMILARITY: Final = 0.4
CREDIBILITY: Final = 0.2
SUCCESS: Final = 0.2
RECENCY: Final = 0.1
CONTEXT: Final = 0.1

UNKNOWN_CONTEXT: Final = 0.5
"""Context match of an article in the asker's language when the topic says nothing for it."""

FRESH_DAYS: Final = 365
HALF_LIFE_DAYS: Final = 730
TRUSTED_USES: Final = 10
"""An article begins with the credit of this many successful uses."""


def rank(candidates: Sequence[Candidate], search: Search, today: date) -> list[Hit]:
    """All candidates, surest first."""
    known = {word for candidate in candidates for word in _vocabulary(candidate)} if search.names else set()
    unknown_name = any(name not in known for name in search.names)
    hits = [_hit(candidate, search, today, unknown_name) for candidate in candidates]
    return sorted(hits, key=lambda hit: (-hit.confidence, -hit.evidence, hit.passage.article_id, hit.passage.position))


def _hit(passage: Candidate, search: Search, today: date, unknown_name: bool) -> Hit:
    cosines = passage.vectors @ search.vector
    heading, closeness = float(cosines[0]), cosines[1:]
    calibration = ENGLISH if search.language == passage.language == "en" else OTHER
    evidence = calibration.evidence(passage.coverage, heading, float(closeness.max()))
    evidence += _code_bonus(passage, search) + (UNKNOWN_NAME if unknown_name else 0.0)
    quality = (
        SIMILARITY / (1 + math.exp(-evidence))
        + CREDIBILITY * passage.credibility
        + SUCCESS * (passage.successes + TRUSTED_USES) / (passage.successes + passage.failures + TRUSTED_USES)
        + RECENCY * recency(passage.checked_on, today)
        + CONTEXT * _context_match(passage, search)
    )
    return Hit(passage, heading, closeness, evidence, confidence(quality))


def confidence(quality: float) -> float:
    """Takes off what a sound article would score for a question it has nothing to do with, so that 0 means "no idea"."""
    ground = CREDIBILITY + SUCCESS + RECENCY + CONTEXT * UNKNOWN_CONTEXT
    return min(1.0, max(0.0, (quality - ground) / SIMILARITY))


def recency(checked_on: date, today: date) -> float:
    """1 for a year after somebody checked the article, then half as much every two years."""
    age = (today - checked_on).days
    return float(0.5 ** (max(0, age - FRESH_DAYS) / HALF_LIFE_DAYS))


def _code_bonus(passage: Candidate, search: Search) -> float:
    """What is only possibly a code counts only if the passage has it: "500" may be 500 users."""
    shared = passage.codes.intersection(search.codes) | passage.codes.intersection(search.possible_codes)
    if not shared:
        return OTHER_CODE if search.codes else 0.0
    explained = any(sentence.text.upper().startswith(tuple(shared)) for sentence in passage.sentences)
    return EXPLAINED_CODE if explained else SAME_CODE


def _context_match(passage: Candidate, search: Search) -> float:
    if passage.language != search.language:
        return 0.0
    return 1.0 if stems(f"{passage.title} {passage.product}") & search.topic else UNKNOWN_CONTEXT


def _vocabulary(passage: Candidate) -> set[str]:
    texts = (passage.title, passage.section, *(sentence.text for sentence in passage.sentences))
    return set(re.findall(r"[^\W_]+", " ".join(texts).lower()))
