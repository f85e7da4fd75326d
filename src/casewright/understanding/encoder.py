"""Sentence vectors: all-MiniLM-L6-v2 (Reimers and Gurevych 2019, arXiv:1908.10084) on ONNX Runtime."""

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Self, TypeVar, TypeVarTuple, Unpack, cast

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from casewright.understanding.encoder_files import (
    ENGLISH_VERSION,
    TOKENIZER,
    PreparedModels,
    open_session,
    prepare_models,
)
from casewright.understanding.models import TextVectors, Vector
from casewright.understanding.multilingual import DIMENSIONS as MULTILINGUAL_DIMENSIONS
from casewright.understanding.multilingual import MultilingualEncoder
from casewright.understanding.remembered import RememberedVectors

DIMENSIONS = 384
MAXIMUM_TOKENS = 256
# Far more than 256 tokens take; keeps the tokenizer from reading what would be cut anyway.
MAXIMUM_CHARACTERS = 10_000

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


class Encoder:
    """Turns a text into 384 normalised floats. Safe to share between threads.

    `multilingual`: a second encoder, for intents in other languages than English."""

    def __init__(self, models: PreparedModels, threads: int = 2) -> None:
        """Reads the files. `threads`: how many texts are encoded at once by the async methods. Raises `EncoderUnavailable`."""
        self.version = ENGLISH_VERSION
        self.multilingual = MultilingualEncoder(models)
        self._remembered, self._remembered_multilingual = (
            RememberedVectors(model.with_suffix(".vectors.sqlite3")) for model in (models.english, models.multilingual)
        )
        self._session = open_session(models.english)
        self._tokenizer = Tokenizer.from_file(str(TOKENIZER.locate()))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAXIMUM_TOKENS)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="encoder")

    @classmethod
    def load(cls, models_directory: Path, threads: int = 2) -> Self:
        """Prepares the models in `models_directory` when this is the first time (about 3 seconds), else only reads them.

        Raises `EncoderUnavailable`."""
        return cls(prepare_models(models_directory), threads)

    def encode(self, text: str) -> Vector:
        """The vector of `text`, its first 256 tokens: float32 of shape (384,), length 1."""
        readable = text[:MAXIMUM_CHARACTERS].encode(errors="replace").decode()
        tokens = np.array([self._tokenizer.encode(readable).ids], dtype=np.int64)
        states = cast("NDArray[np.float32]", self._session.run(None, {"tokens": tokens})[0])
        mean = states[0].mean(axis=0)
        return cast("Vector", mean / np.linalg.norm(mean))

    def encode_many(self, texts: Sequence[str], on_progress: Progress | None = None) -> NDArray[np.float32]:
        """The vectors of all texts: float32 of shape (len(texts), 384). For a company's content only, since they are kept:
        what was encoded once is not encoded again.

        Each text by itself, on all processors: 8-bit activations share one scale a batch, so in a batch a text's vector
        would depend on its neighbours, and on one thread a batch is not faster."""
        vectors = _all_vectors(texts, self.encode, self._remembered, on_progress)
        return np.array(vectors, dtype=np.float32).reshape(-1, DIMENSIONS)

    def encode_batch(self, texts: Sequence[str]) -> list[Vector]:
        """As `encode_many`, in the encoder's own threads and for anybody's words: nothing is kept."""
        return list(self._threads.map(self.encode, texts))

    def encode_many_multilingual(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """As `encode_many`, by the multilingual encoder: float32 of shape (len(texts), 512)."""
        vectors = _all_vectors(texts, self.multilingual.encode, self._remembered_multilingual, on_progress)
        return np.array(vectors, dtype=np.float32).reshape(-1, MULTILINGUAL_DIMENSIONS)

    async def encode_async(self, text: str) -> Vector:
        """As `encode`, in a thread of the encoder's own."""
        return await self.run(self.encode, text)

    async def encode_many_async(self, texts: Sequence[str], on_progress: Progress | None = None) -> NDArray[np.float32]:
        """As `encode_many`, in a thread of the encoder's own, where `on_progress` is called too."""
        return await self.run(self.encode_many, texts, on_progress)

    async def encode_both_async(self, text: str) -> TextVectors:
        """The vectors of `text` by both encoders, made in a thread of the encoder's own."""
        return await self.run(lambda: TextVectors(self.encode(text), self.multilingual.encode(text)))

    async def encode_many_multilingual_async(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """As `encode_many_async`, by the multilingual encoder: float32 of shape (len(texts), 512)."""
        return await self.run(self.encode_many_multilingual, texts, on_progress)

    async def run(self, work: Callable[[Unpack[Arguments]], Result], *arguments: *Arguments) -> Result:
        """Runs `work` in one of the encoder's threads, so that the event loop stays free."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _all_vectors(
    texts: Sequence[str],
    encode: Callable[[str], Vector],
    remembered: RememberedVectors,
    on_progress: Progress | None,
) -> list[Vector]:
    vectors = remembered.find(texts)
    new = [text for text in dict.fromkeys(texts) if text not in vectors]
    made: dict[str, Vector] = {}
    with ThreadPoolExecutor(os.cpu_count()) as processors:
        for text, vector in zip(new, processors.map(encode, new), strict=True):
            made[text] = vector
            if on_progress is not None:
                on_progress(len(texts) - len(new) + len(made), len(texts))
    if made:
        remembered.keep(made)
    if on_progress is not None and not new and texts:
        on_progress(len(texts), len(texts))
    vectors |= made
    return [vectors[text] for text in texts]
