"""`python -m bench.understanding --data DIR [PART …]`: how well messages are understood, on public data sets, against what is to be reached
and what others published."""

from pathlib import Path
from typing import Annotated

import typer

from bench.public_data import measure_parts
from bench.understanding import cost, emotion, intents, language, several

PARTS = (*intents.PARTS, *several.PARTS, *cost.PARTS, *emotion.PARTS, *language.PARTS)


def main(
    parts: Annotated[list[str] | None, typer.Argument(help="Only these parts.", show_default=False)] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the public data sets.", show_default=False)] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
) -> None:
    """Measure understanding. Exit code 1: a figure was not reached."""
    measure_parts(PARTS, parts, data, json_file)


if __name__ == "__main__":
    typer.run(main)
