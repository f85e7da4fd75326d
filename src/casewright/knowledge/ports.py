"""What knowledge needs of others."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from casewright.understanding.models import Vector

Progress = Callable[[int, int], None]
"""Called with how many are done and how many there are."""


class SentenceEncoder(Protocol):
    """Turns texts into normalised vectors of 384 floats, off the event loop."""

    async def encode_async(self, text: str) -> Vector:
        """The vector of one text: float32 of shape (384,)."""
        ...

    async def encode_many_async(self, texts: Sequence[str], on_progress: Progress | None = None) -> NDArray[np.float32]:
        """The vectors of all texts: float32 of shape (len(texts), 384). `on_progress` may be called in another thread."""
        ...
