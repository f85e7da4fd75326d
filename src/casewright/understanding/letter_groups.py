"""Which language a word is in, by its letters: a logistic regression a language on hashed groups of one to five letters.

The weights lie beside this file. `scripts/train-languages` makes them from the translated messages of a Debian system.
"""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("languages.npz")
BUCKETS = 1 << 15
SIZES = (1, 2, 3, 4, 5)
LONGEST_WORD = 40
REMEMBERED = 4096
"""Words whose groups are kept, some 500 bytes each."""


@dataclass(frozen=True, slots=True)
class LetterModel:
    """`weights`: int8 of shape (32768, languages); `scale` and `bias`: float32 of shape (languages,)."""

    languages: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]

    @classmethod
    def load(cls, file: Path = FILE) -> Self:
        with np.load(file, allow_pickle=False) as stored:
            languages = tuple(json.loads(stored["header"].tobytes())["languages"])
            return cls(languages, stored["weights"], stored["scale"], stored["bias"])

    def log_probabilities(self, words: Sequence[str]) -> NDArray[np.float64]:
        """Of each language for `words` as one text: float64 of shape (languages,)."""
        groups = np.concatenate([letter_groups(word) for word in words])
        if len(words) > 1:
            groups, counts = np.unique(groups, return_counts=True)
            # In floats, where whole numbers as small as these stay exact: of integers NumPy multiplies no matrices.
            counted = counts.astype(np.float32)
            margins = counted @ self.weights[groups].astype(np.float32) / np.linalg.norm(counted)
        else:
            # A group that a word has twice counts twice in its sum, and nearly so in its length.
            margins = self.weights[groups].sum(axis=0) / np.sqrt(len(groups))
        scores = -np.logaddexp(0, -(margins * self.scale + self.bias).astype(np.float64))
        return np.asarray(scores - np.logaddexp.reduce(scores))


@lru_cache(REMEMBERED)
def letter_groups(word: str) -> NDArray[np.intp]:
    """The hashed groups of letters in a word and at its edges."""
    padded = f" {word[:LONGEST_WORD].lower()} "
    hashes = (
        zlib.crc32(padded[start : start + size].encode(errors="replace")) & (BUCKETS - 1)
        for size in SIZES
        for start in range(len(padded) - size + 1)
    )
    return np.fromiter(hashes, dtype=np.intp)


@cache
def letter_model() -> LetterModel:
    return LetterModel.load()
