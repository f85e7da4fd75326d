"""What the parts of this bench have in common: a folder of public data sets, and figures that are to be reached."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

from casewright.kit.data_directory import default_data_directory
from casewright.understanding.encoder import Encoder


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` is the least that is to be reached, the most where `better` is "lower", None for a figure that only informs. `published`:
    others' results, with where they come from."""

    what: str
    measured: float
    unit: str = "%"
    target: float | None = None
    published: str = ""
    better: Literal["higher", "lower"] = "higher"

    @property
    def is_reached(self) -> bool:
        if self.target is None:
            return True
        return self.measured >= self.target if self.better == "higher" else self.measured <= self.target


class DataMissing(Exception):
    """A data set is not in the folder; says which, and where it is to be had."""


class Data:
    """`folder`: of the data sets, or None."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    @cached_property
    def encoder(self) -> Encoder:
        """Shared by the parts: what one has encoded, the next need not."""
        return Encoder.load(default_data_directory() / "models")

    def file(self, path: str, source: str) -> Path:
        """Raises `DataMissing`. `source`: where a person finds the set."""
        if self._folder is None:
            raise DataMissing("needs --data: a folder with the public data sets")
        file = self._folder / path
        if not file.exists():
            raise DataMissing(f"{path} is not in {self._folder}; it is to be had from {source}")
        return file


@dataclass(frozen=True, slots=True)
class Part:
    """`measure` raises `DataMissing`."""

    name: str
    title: str
    measure: Callable[[Data], Iterable[Figure]]
