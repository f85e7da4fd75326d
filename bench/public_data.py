"""Benches in parts, on a folder of public data sets that are no part of this project."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from time import monotonic

import typer
from rich.console import Console

from bench.figures import Figure, fields_of, table_of
from casewright.kit.data_directory import default_data_directory
from casewright.understanding.encoder import Encoder


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
    """`measure` raises `DataMissing`. `only_if_named`: it takes too long to be measured with all the others."""

    name: str
    title: str
    measure: Callable[[Data], Iterable[Figure]]
    only_if_named: bool = False


def measure_parts(
    parts: Sequence[Part], chosen: Sequence[str] | None, folder: Path | None, json_file: Path | None
) -> None:
    """Prints a table a part. Raises `typer.Exit` with code 1 where a figure was not reached."""
    console = Console()
    known = {part.name: part for part in parts}
    if unknown := [name for name in chosen or () if name not in known]:
        raise typer.BadParameter(f"There is no part {unknown[0]!r}; there are {', '.join(known)}.")
    data = Data(folder)
    measured: dict[str, list[Figure]] = {}
    for part in [known[name] for name in chosen] if chosen else [part for part in parts if not part.only_if_named]:
        begun = monotonic()
        try:
            measured[part.name] = list(part.measure(data))
        except DataMissing as missing:
            console.print(f"{part.title} ({part.name}): skipped, {missing}", style="yellow", highlight=False)
            continue
        title = f"{part.title} ({part.name}, {monotonic() - begun:.0f} s)"
        console.print(table_of(measured[part.name], title, notes="published"))
    if json_file:
        document = {name: [fields_of(figure) for figure in figures] for name, figures in measured.items()}
        json_file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if not all(figure.is_reached for figures in measured.values() for figure in figures):
        raise typer.Exit(1)
