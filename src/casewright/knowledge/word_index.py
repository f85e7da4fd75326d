"""Which texts have which words, and how much each word says: for texts that are in no database, what PostgreSQL's text search and the
passage index do for articles."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.passage_index import MISSING_WEIGHT
from casewright.knowledge.searching import Word, is_grammar
from casewright.knowledge.trigrams import Trigrams

STEM: Final = 6
"""Letters by which inflected forms meet, in any language."""
SATURATION: Final = 1.2
LENGTH_SHARE: Final = 0.75
"""k1 and b of BM25 (Robertson and Zaragoza 2009)."""

_WORD: Final = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")


class Holders(NamedTuple):
    """`texts` that have a word, `strengths`: how much, 0…1. `rarity`: the word's inverse document frequency."""

    texts: NDArray[np.int64]
    strengths: NDArray[np.float64]
    rarity: float


@dataclass(frozen=True, slots=True)
class WordIndex:
    """Of `count` texts. `holders`: by the beginnings of words."""

    count: int
    holders: Mapping[str, Holders] = field(repr=False)
    spellings: Trigrams = field(repr=False)

    @classmethod
    def of(cls, texts: Sequence[str]) -> Self:
        words = [_words(text) for text in texts]
        counts = [Counter(word[:STEM] for word in some) for some in words]
        lengths = np.array([max(1, some.total()) for some in counts], dtype=np.float64)
        norms = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths / lengths.mean())
        entries: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for text, some in enumerate(counts):
            for stem, times in some.items():
                entries[stem].append((text, times))
        holders = {}
        for stem, having in entries.items():
            numbers, times = np.array(having).T
            holders[stem] = Holders(numbers, times / (times + norms[numbers]), rarity(len(numbers), len(texts)))
        return cls(len(texts), holders, Trigrams(sorted({word for some in words for word in some})))

    def coverage(self, words: Sequence[Word]) -> NDArray[np.float64]:
        """The weighted share of a question's words that each text has, 0…1. A word that none has stands for the parts it may consist
        of, or for the one that is spelled most like it."""
        covered, total = np.zeros(self.count), MISSING_WEIGHT
        for word in words:
            forms = _words(word.forms)
            if not forms:
                continue
            held = self._held(forms) or self._of_parts(word.splits) or self._misspelled(forms[0])
            weight = max((one.rarity for one in held), default=rarity(0, self.count))
            total += weight
            strengths = np.zeros(self.count)
            for one in held:
                strengths[one.texts] = np.maximum(strengths[one.texts], one.strengths)
            covered += weight * strengths
        return covered / total

    def spelling(self, word: str) -> str:
        """The word that is spelled most like one, in small letters, that no text has; nothing if one has it, or none is."""
        if self.spellings.knows(word):
            return ""
        closest = self.spellings.closest(word)
        return closest.word if closest else ""

    def _held(self, words: Sequence[str]) -> list[Holders]:
        return [self.holders[word[:STEM]] for word in words if word[:STEM] in self.holders]

    def _of_parts(self, splits: Sequence[str]) -> list[Holders]:
        return next((held for held in (self._held(split.split()) for split in splits) if len(held) == 2), [])

    def _misspelled(self, word: str) -> list[Holders]:
        spelling = self.spellings.closest(word)
        return self._held([spelling.word]) if spelling else []


def rarity(holders: int, count: int) -> float:
    """Inverse document frequency as in BM25, of a word that `holders` of `count` texts have."""
    return math.log(1 + (count - holders + 0.5) / (holders + 0.5))


def stems_of(text: str) -> list[str]:
    """The beginnings of its words that are not of grammar, in order."""
    return [word[:STEM] for word in _words(text)]


def _words(text: str) -> list[str]:
    return [word for word in _WORD.findall(text.lower()) if not is_grammar(word)]
