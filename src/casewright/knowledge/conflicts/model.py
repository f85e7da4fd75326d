"""The learned part: how likely it is that two statements contradict each other. `scripts/train-conflicts` makes its weights."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.conflicts.comparison import Comparison

WEIGHTS: Final = "weights.npz"


@dataclass(frozen=True, slots=True)
class ConflictModel:
    """A network with one hidden layer. `hidden`: shape (features + 1, units), `last`: (units + 1,); their last rows are added."""

    hidden: NDArray[np.float32]
    last: NDArray[np.float32]

    @classmethod
    def load(cls, file: Path) -> Self:
        with np.load(file) as arrays:
            return cls(arrays["hidden"], arrays["last"])

    def save(self, file: Path) -> None:
        np.savez_compressed(file, hidden=self.hidden, last=self.last)

    def probability(self, comparison: Comparison) -> float:
        """0…1, that both cannot be true."""
        units = np.maximum(0.0, comparison.features() @ self.hidden[:-1] + self.hidden[-1])
        return float(1 / (1 + np.exp(-(units @ self.last[:-1] + self.last[-1]))))


@cache
def conflict_model() -> ConflictModel:
    """The one that is installed with the program."""
    with as_file(files(__package__).joinpath(WEIGHTS)) as file:
        return ConflictModel.load(file)
