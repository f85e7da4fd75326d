"""`python -m bench.scale`: what the system needs with many open pages, with a long past, and over a long time."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.scale import connections as held_open
from bench.scale import reporting
from bench.scale import soak as long_time
from bench.scale.stored import Past, Size, past_of
from bench.turn.measuring import Bench, WrongOutcome, bench_on
from bench.turn.processes import ROLES
from bench.turn.stack import Stack, running_stack
from casewright.assembly import KEY_FILE
from casewright.conversations.sealer import Sealer
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.errors import CasewrightError
from casewright.kit.sealing import KeyEncryptionKey

HELD_TURNS: Final = 180
"""Of real conversations, from which a past is copied."""
CLIENTS: Final = 4

DataFolder = Annotated[
    Path | None, typer.Option(help="Folder in which stacks keep their data, to start sooner. Default: a temporary one.")
]

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
console = Console()


@app.command()
def connections(
    streams: Annotated[int, typer.Option(min=1, help="Conversations whose live events are listened to.")] = 1000,
    messages: Annotated[int, typer.Option(min=1, help="Messages written in them.")] = 600,
    rate: Annotated[float, typer.Option(min=0.1, help="Messages a second.")] = 10.0,
    data: DataFolder = None,
) -> None:
    """Memory of the server, and how soon replies are heard, with many open pages."""
    with _stack(data) as (stack, _), _progress() as progress:
        opening, writing = progress.add_task("Streams", total=streams), progress.add_task("Replies", total=messages)
        counts = iter([opening] * streams + [writing] * messages)
        measured = asyncio.run(
            held_open.measure(stack, streams, messages, rate, lambda _: progress.advance(next(counts)))
        )
    console.print(reporting.of_connections(measured))


@app.command()
def events(
    conversations: Annotated[int, typer.Option(min=1, help="Stored conversations.")] = 100_000,
    rounds: Annotated[int, typer.Option(min=1, help="How often both are measured, one after the other.")] = 5,
    turns: Annotated[int, typer.Option(min=18, help="Turns of each measurement.")] = 180,
    seed: Annotated[int, typer.Option(help="Other seeds say other words.")] = 1,
    data: DataFolder = None,
) -> None:
    """CPU a turn with a long past and without one, in turn; and how large the past is. What is kept has its past already."""
    with _stack(data) as (empty, _), _stack(data, "full") as (full, folder), _progress() as progress:
        compared = asyncio.run(_compare(empty, full, folder, conversations, rounds, turns, seed, progress))
    console.print(reporting.of_sizes(compared.sizes, compared.database_bytes))
    console.print(reporting.of_past(compared.empty, compared.full))


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0.5, help="How long.")] = 30.0,
    seed: Annotated[int, typer.Option(help="Other seeds say other words.")] = 1,
    data: DataFolder = None,
) -> None:
    """Memory, connections and file handles at the beginning and at the end of a long time at half load."""
    with _stack(data) as (stack, _), _progress() as progress:
        task = progress.add_task("Seconds", total=round(minutes * 60))
        soaked = asyncio.run(
            _soak(stack, minutes, seed, lambda seconds, _: progress.update(task, completed=round(seconds)))
        )
    console.print(reporting.of_soak(soaked))


@dataclass
class Compared:
    """CPU seconds a turn of all processes, by role, a value a round; the sizes of the full one."""

    empty: list[dict[str, float]] = field(default_factory=list)
    full: list[dict[str, float]] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    database_bytes: int = 0


async def _compare(
    empty: Stack, full: Stack, data: Path, conversations: int, rounds: int, turns: int, seed: int, progress: Progress
) -> Compared:
    compared = Compared()
    async with bench_on(empty, seed) as without, bench_on(full, seed) as with_past:
        for bench in (without, with_past):
            await bench.measure(CLIENTS, HELD_TURNS)
        async with _past(data) as past:
            written = progress.add_task("Conversations written", total=conversations)
            held = await past.held(await past.newest(HELD_TURNS // 6))
            await past.write(held, conversations, lambda count: progress.update(written, completed=count))
            compared.sizes, compared.database_bytes = await past.sizes(), await past.database_bytes()
        measured = progress.add_task("Rounds measured", total=rounds)
        await with_past.measure(CLIENTS, turns)
        for _ in range(rounds):
            compared.empty.append(await _cpu(without, turns))
            compared.full.append(await _cpu(with_past, turns))
            progress.advance(measured)
    return compared


async def _cpu(bench: Bench, turns: int) -> dict[str, float]:
    run = await bench.measure(CLIENTS, turns)
    return {role: run.cpu_seconds.get(role, 0.0) / run.turns for role in ROLES}


async def _soak(stack: Stack, minutes: float, seed: int, report: long_time.Report) -> long_time.Soaked:
    async with bench_on(stack, seed) as bench:
        return await long_time.soak(stack, bench, minutes, seed, report)


@asynccontextmanager
async def _past(data: Path) -> AsyncIterator[Past]:
    async with EmbeddedPostgres(data) as server:
        sealer = Sealer(KeyEncryptionKey.load(data / KEY_FILE))
        async with past_of(server.dsn(Role.OWNER), sealer) as past:
            yield past


@contextmanager
def _stack(kept: Path | None, name: str = "empty") -> Iterator[tuple[Stack, Path]]:
    """A stack and its data directory. Exit code 1: an outcome was wrong, or the stack did not start."""
    try:
        with ExitStack() as stack:
            folder = kept or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cw-bench-")))
            data = folder / name
            console.print("Starting a stack …", style="dim")
            yield stack.enter_context(running_stack(data)), data
    except (WrongOutcome, RuntimeError, CasewrightError) as error:
        Console(stderr=True).print(str(error), style="red", highlight=False, markup=False)
        raise typer.Exit(1) from None


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
    )


if __name__ == "__main__":
    app()
