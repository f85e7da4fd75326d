"""`python -m bench.turn`: how many turns a second one machine carries, and what a turn costs where."""

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bench.turn.measuring import Measurement, WrongOutcome, bench_on
from bench.turn.processes import usage
from bench.turn.reporting import as_json, print_tables
from bench.turn.stack import Stack, running_stack
from casewright.kit.errors import CasewrightError

WARM_UP_TURNS = 36
MOST_SECONDS_OF_JOBS = 300
QUIET = 0.1
"""Seconds of CPU in two by which a worker has nothing more to do."""


def main(
    clients: Annotated[str, typer.Option(help="Clients at once, a run for each number.")] = "1,8",
    turns: Annotated[int, typer.Option(min=18, max=5000, help="Turns of each run.")] = 360,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processes of the server.")] = 1,
    data: Annotated[Path | None, typer.Option(help="Data folder of the stack. Default: a temporary one.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write the figures as JSON.")] = None,
    seed: Annotated[int, typer.Option(help="Other seeds say other words.")] = 1,
) -> None:
    """Measure turns against a stack of its own. Exit code 1: an outcome was wrong, or the stack did not start."""
    console = Console()
    numbers = _numbers(clients)
    try:
        console.print("Starting a stack …", style="dim")
        with (
            tempfile.TemporaryDirectory(prefix="cw-bench-") as temporary,
            running_stack(data or Path(temporary), processes) as stack,
        ):
            measurements = asyncio.run(_measure(stack, numbers, turns, seed, console))
    except (WrongOutcome, RuntimeError, CasewrightError) as error:
        Console(stderr=True).print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(1) from None
    document = as_json(measurements)
    print_tables(document, console)
    if json_file:
        json_file.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


def _numbers(clients: str) -> list[int]:
    try:
        numbers = [int(number) for number in clients.split(",")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1:
        raise typer.BadParameter(
            f"{clients!r} is not a list of numbers from 1 on, such as 1,8.", param_hint="--clients"
        )
    return numbers


async def _measure(stack: Stack, numbers: Sequence[int], turns: int, seed: int, console: Console) -> list[Measurement]:
    await _jobs_done(stack)
    async with bench_on(stack, seed) as bench:
        await bench.measure(clients=max(numbers), turns=WARM_UP_TURNS)
        measurements = []
        for number in numbers:
            console.print(f"{turns} turns by {number} at once …", style="dim")
            measurements.append(await bench.measure(number, turns))
        console.print(f"{turns} answers, one after the other …", style="dim")
        return [*measurements, await bench.measure(1, turns, answers_only=True)]


async def _jobs_done(stack: Stack) -> None:
    """What a start gives the worker to do is no part of a turn."""
    for _ in range(MOST_SECONDS_OF_JOBS // 2):
        before = usage(stack.pid).cpu["worker"]
        await asyncio.sleep(2)
        if usage(stack.pid).cpu["worker"] - before < QUIET:
            return


if __name__ == "__main__":
    typer.run(main)
