"""What knowledge needs of others."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from casewright.understanding.models import TextVectors

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


class SentenceEncoder(Protocol):
    """Turns texts into normalised vectors, off the event loop."""

    async def encode_both_async(self, text: str) -> TextVectors:
        """The vectors of one text."""
        ...

    async def encode_many_async(self, texts: Sequence[str], on_progress: Progress | None = None) -> NDArray[np.float32]:
        """The English vectors of all texts: float32 of shape (len(texts), 384). `on_progress` may be called in another
        thread."""
        ...

    async def encode_many_multilingual_async(
        self, texts: Sequence[str], on_progress: Progress | None = None
    ) -> NDArray[np.float32]:
        """The multilingual vectors of all texts: float32 of shape (len(texts), 512)."""
        ...
