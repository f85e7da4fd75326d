"""28 emotions in an English text: a logistic regression a label on words, pairs of words and letter groups.

The weights beside this file are made by `scripts/train-emotions` from GoEmotions (Demszky et al. 2020, arXiv:2005.00547), comments
of people to people. They are ours, under the Apache License 2.0, as the data set is.
"""

import json
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

FILE = Path(__file__).with_name("emotions.npz")
WORD_BUCKETS = 1 << 15
LETTER_BUCKETS = 1 << 14
BUCKETS = WORD_BUCKETS + LETTER_BUCKETS
SIZES = (2, 3, 4, 5)
MAXIMUM_CHARACTERS = 2000
LONGEST_WORD = 30
REMEMBERED = 4096
CHOSEN = 0.5
"""From this score on a label is chosen: each label's own threshold is brought to it."""

TOKEN = re.compile(r"\[[A-Z_]+\d*\]|\w+(?:['’]\w+)?|[^\w\s]")

Features = tuple[NDArray[np.intp], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class EmotionModel:
    """`weights`: int8 of shape (49152, labels); `rarity`: float32 of shape (49152,); the others of shape (labels,).
    `thresholds`: the probability from which a label is chosen."""

    labels: tuple[str, ...]
    weights: NDArray[np.int8]
    rarity: NDArray[np.float32]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    thresholds: NDArray[np.float32]

    @classmethod
    def load(cls, file: Path = FILE) -> Self:
        with np.load(file, allow_pickle=False) as stored:
            labels = tuple(json.loads(stored["header"].tobytes())["labels"])
            arrays = {name: stored[name] for name in ("weights", "scale", "bias", "thresholds")}
            return cls(labels, rarity=stored["rarity"].astype(np.float32), **arrays)

    def scores(self, text: str) -> dict[str, float]:
        """Each label's score 0…1; it is chosen from 0.5 on."""
        buckets, values = weighted(*features(text), self.rarity)
        margins = (values @ self.weights[buckets]) * self.scale + self.bias
        rescaled = rescale(1 / (1 + np.exp(-margins.astype(np.float64))), self.thresholds)
        return dict(zip(self.labels, np.round(rescaled, 4).tolist(), strict=True))


def rescale(probabilities: NDArray[np.float64], thresholds: NDArray[np.float32]) -> NDArray[np.float64]:
    """Brings each label's threshold to 0.5, and leaves 0 and 1 where they are."""
    below = CHOSEN * probabilities / thresholds
    above = 1 - (1 - CHOSEN) * (1 - probabilities) / (1 - thresholds)
    return np.where(probabilities < thresholds, below, above)


def features(text: str) -> Features:
    """The buckets that a text fills, and how much, dampened by a logarithm. Words come first, then letter groups."""
    tokens = [_plain(token) for token in TOKEN.findall(text[:MAXIMUM_CHARACTERS])]
    found = [_bucket(token) for token in tokens]
    found += [_bucket(f"{first} {second}") for first, second in pairwise(tokens)]
    for token in tokens:
        found += _letter_groups(token)
    counts = Counter(found)
    size = len(counts)
    buckets = np.fromiter(counts.keys(), dtype=np.intp, count=size)
    return buckets, 1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=size))


def weighted(buckets: NDArray[np.intp], values: NDArray[np.float32], rarity: NDArray[np.float32]) -> Features:
    """Rare features count more; words and letter groups have length 1 each."""
    values = values * rarity[buckets]
    is_word = buckets < WORD_BUCKETS
    for part in (is_word, ~is_word):
        if length := float(np.linalg.norm(values[part])):
            values[part] /= length
    return buckets, values


@cache
def emotion_model() -> EmotionModel:
    return EmotionModel.load()


def _plain(token: str) -> str:
    """In lower case; whatever personal data a token stands for, it is a name."""
    return "[name]" if token.startswith("[") and len(token) > 1 else token[:LONGEST_WORD].lower().replace("’", "'")


def _bucket(words: str) -> int:
    return zlib.crc32(words.encode(errors="replace")) % WORD_BUCKETS


@lru_cache(REMEMBERED)
def _letter_groups(token: str) -> tuple[int, ...]:
    padded = f" {token} "
    return tuple(
        WORD_BUCKETS + zlib.crc32(padded[start : start + size].encode(errors="replace")) % LETTER_BUCKETS
        for size in SIZES
        for start in range(len(padded) - size + 1)
    )
