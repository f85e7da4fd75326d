"""Words that are spelled alike, as PostgreSQL's pg_trgm measures it: the share of their groups of three letters that they share."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

ALIKE: Final = 0.55
"""Share from which a word nobody has written is taken for a misspelling of another: "pasword" and "password" share 0.7."""
SHORTEST: Final = 5
"""Letters; in shorter words a letter more or less makes another word."""


class Spelling(NamedTuple):
    word: str
    likeness: float


class Trigrams:
    """Of the words that are known."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = [word for word in words if len(word) >= SHORTEST - 1]
        self._known = frozenset(self._words)
        of = [_trigrams(word) for word in self._words]
        self._counts = np.array([len(one) for one in of], dtype=np.float64)
        having: dict[str, list[int]] = defaultdict(list)
        for number, some in enumerate(of):
            for trigram in some:
                having[trigram].append(number)
        self._having: dict[str, NDArray[np.int64]] = {one: np.array(numbers) for one, numbers in having.items()}

    def knows(self, word: str) -> bool:
        return word in self._known

    def closest(self, word: str) -> Spelling | None:
        """The known word that is spelled most like this one, if any is."""
        return next(self.alike(word), None)

    def alike(self, word: str) -> Iterator[Spelling]:
        """The known words that are spelled like this one, those most like it first."""
        if len(word) < SHORTEST or any(letter.isdigit() for letter in word):
            return
        own = _trigrams(word)
        numbers = [self._having[one] for one in own if one in self._having]
        if not numbers:
            return
        shared = np.bincount(np.concatenate(numbers), minlength=len(self._words))
        likeness = shared / (len(own) + self._counts - shared)
        alike = np.flatnonzero(likeness >= ALIKE)
        for place in alike[np.argsort(-likeness[alike], kind="stable")]:
            yield Spelling(self._words[place], float(likeness[place]))


def _trigrams(word: str) -> set[str]:
    padded = f"  {word} "
    return {padded[start : start + 3] for start in range(len(padded) - 2)}
