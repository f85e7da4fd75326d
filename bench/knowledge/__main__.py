"""`python -m bench.knowledge --data DIR [PART …]`: how well articles are kept true, against what is to be reached."""

from pathlib import Path
from typing import Annotated

import typer

from bench.knowledge.calibration import PARTS as CALIBRATION
from bench.knowledge.checking import PARTS as CHECKING
from bench.knowledge.contradictions import PARTS
from bench.knowledge.finding import PARTS as FINDING
from bench.knowledge.gaps import PARTS as GAPS
from bench.knowledge.importing import PARTS as IMPORTING
from bench.knowledge.large import PARTS as LARGE
from bench.public_data import measure_parts


def main(
    parts: Annotated[list[str] | None, typer.Argument(help="Only these parts.", show_default=False)] = None,
    data: Annotated[Path | None, typer.Option(help="Folder of the public data sets.", show_default=False)] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
) -> None:
    """Measure knowledge. Exit code 1: a figure was not reached."""
    measure_parts((*PARTS, *CHECKING, *FINDING, *CALIBRATION, *GAPS, *IMPORTING, *LARGE), parts, data, json_file)


if __name__ == "__main__":
    typer.run(main)
