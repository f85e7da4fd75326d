"""`python -m bench.localorg`: how fast the local org is at size."""

import asyncio
import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.figures import Figure, fields_of, table_of
from bench.localorg.bulk import measure_bulk
from bench.localorg.queries import measure_queries
from bench.localorg.starting import DEMO_SEED, START_SECONDS, measure_demo_start, measure_start
from localorg.testing import OrgDidNotStartError, start_org


def main(
    cases: Annotated[int, typer.Option(min=1_000, max=1_000_000, help="Cases of the org.")] = 200_000,
    data: Annotated[Path | None, typer.Option(help="Keep the org here, and use the one that is here.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
) -> None:
    """Measure a local org of its own. Exit code 1: a figure missed its target, or the org did not start."""
    console = Console()
    try:
        with tempfile.TemporaryDirectory(prefix="localorg-bench-") as temporary:
            figures = asyncio.run(_measure(cases, data or Path(temporary), console))
    except OrgDidNotStartError as error:
        Console(stderr=True).print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(1) from None
    console.print(table_of(figures, f"The local org with {cases:,} cases"))
    if json_file:
        json_file.write_text(json.dumps([fields_of(figure) for figure in figures], indent=2) + "\n", encoding="utf-8")
    if not all(figure.is_reached for figure in figures):
        raise typer.Exit(1)


async def _measure(cases: int, data: Path, console: Console) -> list[Figure]:
    console.print("Starting the demo's seed …", style="dim")
    figures = await measure_demo_start()
    console.print(f"Filling an org with {cases:,} cases …", style="dim")
    options = ("--cases", str(cases))
    figures.append(await measure_start(data, options=options, name=f"first start with {cases:,} cases", target=None))
    figures.append(await measure_start(data, name=f"start again with {cases:,} cases", target=START_SECONDS))
    async with start_org("bench", DEMO_SEED, data) as org:
        console.print("Asking …", style="dim")
        figures += await measure_queries(org)
        console.print("Exporting and importing …", style="dim")
        figures += await measure_bulk(org)
    return figures


if __name__ == "__main__":
    typer.run(main)
