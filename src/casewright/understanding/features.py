"""What the intent classifier sees of a text: sentence vectors, and hashed words and letter groups beside them.

The hashed part catches names, codes and inflected words that a sentence vector blurs.
"""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.models import TextVectors, Vector

Matrix = NDArray[np.float32]

BUCKETS = 4096
MAXIMUM_CHARACTERS = 2000
WORD = re.compile(r"\[[A-Z_]+_\d+\]|[^\W_]+(?:_[^\W_]+)*")
LETTER_GROUPS = (3, 4, 5)
REMEMBERED = 4096
"""Words whose buckets are kept, some 500 bytes each."""
# A case's number and the like: which one it is says nothing about what is wanted.
LONG_NUMBER = re.compile(r"\d{5,}")
ANY_NUMBER = "12345"


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as numbers. `vector`: the sentence, (384,). `multilingual`: the sentence again, (512,).
    `counts`: of hashed features, (4096,)."""

    vector: Vector
    multilingual: Vector
    counts: Vector

    @property
    def vectors(self) -> TextVectors:
        return TextVectors(self.vector, self.multilingual)


def read(text: str, encoder: Encoder) -> Reading:
    return Reading(
        vector=encoder.encode(text),
        multilingual=encoder.multilingual.encode(_with_any_number(text)),
        counts=count_features(text),
    )


def read_many(texts: Sequence[str], encoder: Encoder, on_progress: Progress | None = None) -> list[Reading]:
    """As `read`, for a company's content: on all processors, and only of what is new."""
    again = encoder.encode_many_multilingual([_with_any_number(text) for text in texts])
    vectors = encoder.encode_many(texts, on_progress)
    parts = zip(vectors, again, texts, strict=True)
    return [Reading(vector, multilingual, count_features(text)) for vector, multilingual, text in parts]


def read_batch(texts: Sequence[str], encoder: Encoder) -> list[Reading]:
    """As `read`, for many."""
    parts = zip(encoder.encode_batch(texts), texts, strict=True)
    return [
        Reading(vector, encoder.multilingual.encode(_with_any_number(text)), count_features(text))
        for vector, text in parts
    ]


def rarity_of(readings: Sequence[Reading]) -> Vector:
    """Smoothed inverse document frequency of each hashed feature: float32 of shape (4096,)."""
    documents = np.array([reading.counts > 0 for reading in readings]).sum(axis=0)
    return np.asarray(np.log((1 + len(readings)) / (1 + documents)) + 1, dtype=np.float32)


def count_features(text: str) -> Vector:
    """How often each hashed feature occurs, dampened by a logarithm: float32 of shape (4096,).

    Features: single words, pairs of words, and groups of 3 to 5 letters within words (hashing trick, Weinberger et al.
    2009, arXiv:0902.2206)."""
    words = [_normal(word) for word in WORD.findall(_with_any_number(text[:MAXIMUM_CHARACTERS]))]
    buckets = [_bucket(f"2 {first} {second}") for first, second in pairwise(words)]
    for word in words:
        buckets += _buckets_of(word)
    return np.log1p(np.bincount(np.array(buckets, dtype=np.intp), minlength=BUCKETS).astype(np.float32))


@lru_cache(REMEMBERED)
def _buckets_of(word: str) -> tuple[int, ...]:
    """Of the word itself, and of its groups of letters."""
    padded = f" {word} "
    groups = (padded[start : start + size] for size in LETTER_GROUPS for start in range(len(padded) - size + 1))
    return (_bucket(f"1 {word}"), *map(_bucket, groups))


def _bucket(feature: str) -> int:
    return zlib.crc32(feature.encode(errors="replace")) % BUCKETS


def _with_any_number(text: str) -> str:
    return LONG_NUMBER.sub(ANY_NUMBER, text)


def _normal(word: str) -> str:
    """In lower case; a token such as `[EMAIL_1]` becomes its kind, whichever value it stands for."""
    return word.rstrip("]0123456789_").lower() if word.startswith("[") else word.lower()
