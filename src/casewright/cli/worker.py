"""`casewright worker`: background jobs, timers, and turns whose process died."""

import asyncio
from contextlib import suppress
from typing import Annotated

import typer

from casewright.cli.interruption import run_until_interrupted
from casewright.cli.readiness import wait_for_database
from casewright.kit.lifeline import follow_parent
from casewright.kit.telemetry import configure_logging
from casewright.settings import Settings, load_settings

JOBS_AT_ONCE = 4
"""So that a long one, such as an import, keeps no short one waiting."""


def worker(
    lifeline_stdin: Annotated[bool, typer.Option("--lifeline-stdin", help="End when standard input does.")] = False,
) -> None:
    """Work off background jobs until Ctrl-C or SIGTERM."""
    settings = load_settings()
    configure_logging(settings.log_level)
    if lifeline_stdin:
        follow_parent()
    asyncio.run(run_until_interrupted(_work(settings), lambda: None))


async def _work(settings: Settings) -> None:
    from casewright.assembly import assembled
    from casewright.background import background_jobs
    from casewright.engine.dispatcher import Dispatcher
    from casewright.kit.jobs import DATABASE_LOST

    await wait_for_database(settings)
    async with assembled(settings) as parts:
        await parts.database.watch()
        dispatcher = Dispatcher(parts.log, parts.engine, settings.dispatch_interval_seconds)
        dispatcher.start()
        jobs = background_jobs(parts)
        try:
            while True:
                # It ends by itself when the database is lost; its jobs are still there when that is back.
                with suppress(*DATABASE_LOST):
                    async with jobs.open_async():
                        await jobs.run_worker_async(concurrency=JOBS_AT_ONCE, install_signal_handlers=False)
                await asyncio.sleep(1)
        finally:
            await dispatcher.stop()
