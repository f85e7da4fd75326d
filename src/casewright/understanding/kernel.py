"""How alike texts are: the weighted mean of three RBF kernels, one each for the English sentence vector, the multilingual one, and the
hashed words and letter groups.

Every view is narrowed to its principal directions on the tenant's examples. That costs next to nothing, and an example then
takes 384 bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from casewright.understanding.features import Matrix, Reading
from casewright.understanding.models import Vector

Bytes = NDArray[np.int8]

STEEPNESS = (2.0, 2.0, 1.0)
"""Of each view's kernel: exp(−steepness · squared distance / 2). Chosen on one fold of BANKING77, where a quarter as much costs half a point, and others near by differ less."""
WEIGHTS = (0.4, 0.4, 0.2)
"""Of the views. With ten examples an intent, drawn thrice from each of three sets' training examples and judged on others of these, words at half the
weight of a sentence vector are 0.2 to 0.4 points better than at the same weight; with a hundred an intent it makes no difference."""
EQUAL_WEIGHTS = (1 / 3, 1 / 3, 1 / 3)
"""Of models that were trained before these were stored with them."""
ROWS_AT_ONCE = 512
"""What fits into a core's own cache as floats."""
FEW_ROWS = 2048
"""So many are kept as floats too, 3 MB at most: making floats of bytes takes as long as all that is done with them."""
LARGEST_BYTE = 127


@dataclass(frozen=True)
class Views:
    """`directions`: of each view, (its width, dimensions). `weights`: what each view counts, 1 in all."""

    directions: tuple[Matrix, ...]
    weights: tuple[float, ...] = WEIGHTS

    @cached_property
    def slices(self) -> tuple[slice, ...]:
        """Where each view stands in a row."""
        ends = np.cumsum([directions.shape[1] for directions in self.directions])
        return tuple(slice(int(end) - one.shape[1], int(end)) for one, end in zip(self.directions, ends, strict=True))

    def rows(self, readings: Sequence[Reading]) -> Matrix:
        """The readings' views beside each other, each of length 1 (0 where a text has nothing for it): float32."""
        english = np.array([reading.vector for reading in readings]) @ self.directions[0]
        multilingual = np.array([reading.multilingual for reading in readings]) @ self.directions[1]
        hashed = np.array([_weighted_sum(reading.counts, self.directions[2]) for reading in readings])
        return np.hstack([normalised(view) for view in (english, multilingual, hashed)]).astype(np.float32)

    def alikeness(self, rows: Matrix, others: Matrix) -> Matrix:
        """0 … 1: float32 of shape (rows, others)."""
        total = np.zeros((len(rows), len(others)), dtype=np.float32)
        for view, steepness, weight in zip(self.slices, STEEPNESS, self.weights, strict=True):
            cosines = rows[:, view] @ others[:, view].T
            # weight · exp(steepness · (cosine − 1)), in as few passes as without a weight.
            cosines -= np.float32(1 - np.log(weight) / steepness)
            cosines *= steepness
            total += np.exp(cosines, out=cosines)
        return total


@dataclass(frozen=True)
class Landmarks:
    """Rows kept as one byte a number: `codes` (landmarks, width), `scales` (width,)."""

    codes: Bytes
    scales: Vector

    @classmethod
    def of(cls, rows: Matrix) -> "Landmarks":
        scales = np.maximum(np.abs(rows).max(axis=0), 1e-6) / LARGEST_BYTE
        return cls(np.rint(rows / scales).astype(np.int8), scales.astype(np.float32))

    def alikeness(self, views: Views, rows: Matrix) -> Matrix:
        """To each landmark: float32 of shape (rows, landmarks)."""
        # Scaling what is asked for is the same as scaling what is kept, and far less of it.
        scaled = rows * self.scales
        if len(self.codes) <= FEW_ROWS:
            return views.alikeness(scaled, self._floats)
        blocks = [
            views.alikeness(scaled, self.codes[start : start + ROWS_AT_ONCE].astype(np.float32))
            for start in range(0, len(self.codes), ROWS_AT_ONCE)
        ]
        return np.hstack(blocks)

    @cached_property
    def _floats(self) -> Matrix:
        return self.codes.astype(np.float32)


def as_stored(numbers: Matrix) -> Matrix:
    """As 16 bits keep them, so that a model says the same before it was stored and after."""
    return numbers.astype(np.float16).astype(np.float32)


def _weighted_sum(counts: Vector, directions: Matrix) -> Matrix:
    """`counts @ directions`; nearly all counts are 0."""
    present = np.flatnonzero(counts)
    return counts[present] @ directions[present]


def normalised(rows: Matrix) -> Matrix:
    """Each row of length 1; one of zeros stays so."""
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
