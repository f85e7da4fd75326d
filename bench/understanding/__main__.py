"""`python -m bench.understanding --data DIR [PART …]`: how well messages are understood, on public data sets, against what is to be reached
and what others published."""

import importlib.util
import json
from importlib import import_module
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.understanding.frame import Data, DataMissing, Figure, Part

MODULES = ("intents", "several", "cost", "emotion", "language")


def main(
    parts: Annotated[list[str] | None, typer.Argument(help="Only these parts.", show_default=False)] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the public data sets.", show_default=False)] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
) -> None:
    """Measure understanding. Exit code 1: a figure was not reached."""
    console = Console()
    known = {part.name: part for part in _parts()}
    if unknown := [name for name in parts or () if name not in known]:
        raise typer.BadParameter(f"There is no part {unknown[0]!r}; there are {', '.join(known)}.")
    shared = Data(data)
    measured: dict[str, list[Figure]] = {}
    for part in [known[name] for name in parts] if parts else known.values():
        begun = monotonic()
        try:
            measured[part.name] = list(part.measure(shared))
        except DataMissing as missing:
            console.print(f"{part.title} ({part.name}): skipped, {missing}", style="yellow", highlight=False)
            continue
        console.print(_table(part, measured[part.name], monotonic() - begun))
    if json_file:
        document = {
            name: [{**_fields(figure), "reached": figure.is_reached} for figure in figures]
            for name, figures in measured.items()
        }
        json_file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    if not all(figure.is_reached for figures in measured.values() for figure in figures):
        raise typer.Exit(1)


def _parts() -> list[Part]:
    modules = [f"bench.understanding.{name}" for name in MODULES]
    return [part for name in modules if importlib.util.find_spec(name) for part in import_module(name).PARTS]


def _table(part: Part, figures: list[Figure], seconds: float) -> Table:
    table = Table("figure", title=f"{part.title} ({part.name}, {seconds:.0f} s)", title_justify="left")
    for column in ("measured", "to reach"):
        table.add_column(column, justify="right")
    table.add_column("published")
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        target = f"{sign} {figure.target:g}" if figure.target is not None else ""
        style = "green" if figure.target is not None and figure.is_reached else "" if figure.is_reached else "red"
        table.add_row(
            figure.what, f"[{style or 'none'}]{figure.measured:.4g} {figure.unit}[/]", target, figure.published
        )
    return table


def _fields(figure: Figure) -> dict[str, str | float | None]:
    return {
        "what": figure.what,
        "measured": round(figure.measured, 4),
        "unit": figure.unit,
        "target": figure.target,
        "better": figure.better,
        "published": figure.published,
    }


if __name__ == "__main__":
    typer.run(main)
