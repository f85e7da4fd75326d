"""Background jobs on procrastinate: idempotent, with ids as arguments, in the `control` schema of the same database."""

import logging
from datetime import timedelta

import procrastinate
import psycopg
import psycopg_pool
from procrastinate import JobContext

DATABASE_LOST = (procrastinate.exceptions.ConnectorException, psycopg.Error, psycopg_pool.PoolTimeout)
"""How the queue ends when it loses its database."""

STALLED_AFTER = timedelta(seconds=30)
"""A worker whose heartbeat is older than this is taken for dead, and its jobs are done by others."""

logger = logging.getLogger(__name__)


def job_app(dsn: str) -> procrastinate.App:
    """The queue, with the housekeeping that gives a dead worker's jobs back."""
    connector = procrastinate.PsycopgConnector(conninfo=dsn, kwargs={"options": "-c search_path=control,public"})
    app = procrastinate.App(connector=connector)

    @app.periodic(cron="* * * * *")
    @app.task(queueing_lock="retry_stalled", name="casewright.retry_stalled", pass_context=True)
    async def retry_stalled(context: JobContext, timestamp: int) -> None:
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER.total_seconds()):
            logger.warning("a job of a dead worker is done again: %s", job.task_name)
            await manager.retry_job(job)

    return app
