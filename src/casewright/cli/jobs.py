"""`casewright jobs …`: the schedules and the queue of what runs in the background."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from casewright.kit.errors import NotFound
from casewright.settings import load_settings

if TYPE_CHECKING:
    from casewright.kit.database import Transaction
    from casewright.kit.jobs import QueuedJob, ScheduledRun

jobs_app = typer.Typer(help="What runs in the background, of all companies.", no_args_is_help=True)

Id = Annotated[int, typer.Argument(help="The job's number, as `list` shows it.", show_default=False)]


@jobs_app.command("list")
def list_jobs() -> None:
    """Show each schedule with its last run, and the jobs that failed, run or wait."""
    from casewright.background import describe_schedules

    runs, jobs = asyncio.run(_state())
    schedules = Table("schedule", "cron (UTC)", "last time", "came to", box=box.SIMPLE)
    for name, cron in describe_schedules().items():
        run = runs.get(name)
        schedules.add_row(
            name, cron, f"{run.at:%Y-%m-%d %H:%M}" if run else "not yet", (run.state or "done") if run else ""
        )
    queue = Table("job", "what", "state", "attempts", "since", box=box.SIMPLE)
    for job in jobs:
        since = f"{job.since:%Y-%m-%d %H:%M:%S}" if job.since else ""
        queue.add_row(str(job.id), job.name, job.state, str(job.attempts), since)
    console = Console()
    console.print(schedules)
    console.print(queue if jobs else "No job has failed, runs or waits.")


@jobs_app.command()
def retry(job: Id) -> None:
    """Put a job that failed back into the queue."""
    asyncio.run(_retry(job))
    Console().print("A worker does it again in a moment.")


@jobs_app.command()
def discard(job: Id) -> None:
    """Delete a job that failed."""
    asyncio.run(_discard(job))
    Console().print("It is deleted.")


async def _state() -> "tuple[dict[str, ScheduledRun], list[QueuedJob]]":
    from casewright.kit.jobs import last_runs, unfinished_jobs

    async with _queue() as tx:
        return await last_runs(tx), await unfinished_jobs(tx)


async def _retry(job: int) -> None:
    from casewright.kit.jobs import retry_failed

    async with _queue() as tx:
        if not await retry_failed(tx, job):
            raise _no_failed_job(job)


async def _discard(job: int) -> None:
    from casewright.kit.jobs import discard_failed

    async with _queue() as tx:
        if not await discard_failed(tx, job):
            raise _no_failed_job(job)


def _no_failed_job(job: int) -> NotFound:
    return NotFound(f"No job {job} has failed. `casewright jobs list` shows those that have.")


@asynccontextmanager
async def _queue() -> "AsyncIterator[Transaction]":
    from casewright.installation import database_address
    from casewright.kit.data_directory import DataDirectory
    from casewright.kit.database import Database

    settings = load_settings()
    async with AsyncExitStack() as stack:
        dsn = await database_address(settings, DataDirectory(settings.data_dir), stack)
        database = Database(dsn, pool_size=1, through_pooler=settings.database_direct_url is not None)
        stack.push_async_callback(database.close)
        await database.open()
        yield await stack.enter_async_context(database.control())
