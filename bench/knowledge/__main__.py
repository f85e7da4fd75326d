"""`python -m bench.knowledge --data DIR [--part PART …]`: how well articles are kept true, against what is to be reached."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bench.knowledge.contradictions import PARTS
from bench.understanding.frame import Data, DataMissing, Figure, Part


def main(
    data: Annotated[Path | None, typer.Option(help="Folder of the public data sets.", show_default=False)] = None,
    part: Annotated[list[str] | None, typer.Option(help="Only this part.", show_default=False)] = None,
) -> None:
    """Measure knowledge. Exit code 1: a figure was not reached."""
    console = Console()
    known = {one.name: one for one in PARTS}
    if unknown := [name for name in part or () if name not in known]:
        raise typer.BadParameter(f"There is no part {unknown[0]!r}; there are {', '.join(known)}.")
    shared, reached = Data(data), True
    for one in [known[name] for name in part] if part else known.values():
        try:
            figures = list(one.measure(shared))
        except DataMissing as missing:
            console.print(f"{one.title} ({one.name}): skipped, {missing}", style="yellow", highlight=False)
            continue
        console.print(_table(one, figures))
        reached &= all(figure.is_reached for figure in figures)
    if not reached:
        raise typer.Exit(1)


def _table(part: Part, figures: list[Figure]) -> Table:
    table = Table("figure", title=f"{part.title} ({part.name})", title_justify="left")
    for column in ("measured", "to reach"):
        table.add_column(column, justify="right")
    table.add_column("published")
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        target = f"{sign} {figure.target:g}" if figure.target is not None else ""
        style = "none" if figure.target is None else "green" if figure.is_reached else "red"
        table.add_row(figure.what, f"[{style}]{figure.measured:.3g} {figure.unit}[/]", target, figure.published)
    return table


if __name__ == "__main__":
    typer.run(main)
