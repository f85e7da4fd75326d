"""Background jobs on procrastinate: idempotent, with ids as arguments, in the `control` schema of the same database.

A schedule is a job with `@app.periodic(cron=…)`: each of its times is one job, however many workers run.
"""

import logging
from datetime import datetime, timedelta

import procrastinate
import psycopg
import psycopg_pool
from procrastinate import JobContext
from procrastinate.jobs import Status
from psycopg.conninfo import make_conninfo

from casewright.kit.database import Transaction
from casewright.kit.model import Model

DATABASE_LOST = (procrastinate.exceptions.ConnectorException, psycopg.Error, psycopg_pool.PoolTimeout)
"""How the queue ends when it loses its database."""

STALLED_AFTER = timedelta(seconds=30)
"""A worker whose heartbeat is older than this is taken for dead, and its jobs are done by others."""

MOST_ATTEMPTS = 5
"""A job whose workers die this often is given up: it may be what kills them."""
_NOTICED_SOON = {"connect_timeout": 5, "keepalives_idle": 5, "keepalives_interval": 2, "keepalives_count": 3}
"""A database whose machine is gone is noticed within seconds, not hours."""

KEPT_HOURS = 7 * 24
"""How long a job that succeeded can be looked at."""

logger = logging.getLogger(__name__)


def job_app(dsn: str) -> procrastinate.App:
    """The queue, with its housekeeping: a dead worker's jobs are done by others, and what is long done is deleted."""
    conninfo = make_conninfo(dsn, **_NOTICED_SOON)
    connector = procrastinate.PsycopgConnector(conninfo=conninfo, configure=_use_control_schema)
    app = procrastinate.App(connector=connector)

    @app.periodic(cron="* * * * *")
    @app.task(queueing_lock="retry_stalled", name="casewright.retry_stalled", pass_context=True)
    async def retry_stalled(context: JobContext, timestamp: int) -> None:
        manager = context.app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER.total_seconds()):
            if job.id and job.attempts >= MOST_ATTEMPTS:
                logger.error("a job whose workers keep dying is given up: %s", job.task_name)
                await manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)
                continue
            logger.warning("a job of a dead worker is done again: %s", job.task_name)
            await manager.retry_job(job)

    @app.periodic(cron="23 3 * * *")
    @app.task(queueing_lock="delete_done_jobs", name="casewright.delete_done_jobs", pass_context=True)
    async def delete_done_jobs(context: JobContext, timestamp: int) -> None:
        await context.app.job_manager.delete_old_jobs(nb_hours=KEPT_HOURS)

    return app


async def _use_control_schema(connection: psycopg.AsyncConnection) -> None:
    # Not by the connection's startup options, which poolers refuse.
    await connection.execute("set search_path to control, public")
    await connection.commit()


async def defer(tx: Transaction, queue: str, name: str, **ids: str) -> None:
    """Puts a job into a queue with the transaction, or not at all. `ids`: its arguments."""
    path = await tx.fetchval("select current_setting('search_path')")
    await tx.execute("set local search_path to control, public")
    await tx.execute(
        """select procrastinate_defer_jobs_v1(
               array[row($1, $2, 0, null, null, $3::jsonb, null)]::procrastinate_job_to_defer_v1[])""",
        queue,
        name,
        ids,
    )
    await tx.execute("select set_config('search_path', $1, true)", path)


async def hold_waiting(tx: Transaction, name: str, **ids: str) -> dict[str, str] | None:
    """The arguments of a job with these that nobody has begun; nobody begins it until the transaction ends."""
    found: dict[str, str] | None = await tx.fetchval(
        """select args from control.procrastinate_jobs where task_name = $1 and status = 'todo' and args @> $2::jsonb
           order by id limit 1 for update skip locked""",
        name,
        ids,
    )
    return found


async def state_of(tx: Transaction, name: str, **ids: str) -> str | None:
    """Of the newest job with these arguments: todo, doing, succeeded, failed; None once it is deleted."""
    state: str | None = await tx.fetchval(
        """select status::text from control.procrastinate_jobs where task_name = $1 and args @> $2::jsonb
           order by id desc limit 1""",
        name,
        ids,
    )
    return state


# --- what can be seen of it, and done about it ---


class ScheduledRun(Model):
    """The last time at which a schedule ran. `state`: todo, doing, succeeded or failed; "" once its job is deleted."""

    name: str
    at: datetime
    state: str


class QueuedJob(Model):
    """`state`: todo, doing or failed. `since`: when it came to be so."""

    id: int
    name: str
    state: str
    attempts: int
    since: datetime | None


def schedules_of(app: procrastinate.App) -> dict[str, str]:
    """Cron texts by the names of their jobs."""
    return {name: one.cron for (name, _), one in sorted(app.periodic_registry.periodic_tasks.items())}


async def last_runs(tx: Transaction) -> dict[str, ScheduledRun]:
    rows = await tx.fetch(
        """select distinct on (d.task_name) d.task_name as name, to_timestamp(d.defer_timestamp) as at,
               coalesce(j.status::text, '') as state
           from control.procrastinate_periodic_defers d left join control.procrastinate_jobs j on j.id = d.job_id
           order by d.task_name, d.defer_timestamp desc"""
    )
    return {row["name"]: ScheduledRun(**row) for row in rows}


async def unfinished_jobs(tx: Transaction, limit: int = 100) -> list[QueuedJob]:
    """What failed first, then what runs and what waits."""
    rows = await tx.fetch(
        """select j.id, j.task_name as name, j.status::text as state, j.attempts,
               (select max(e.at) from control.procrastinate_events e where e.job_id = j.id) as since
           from control.procrastinate_jobs j where j.status in ('todo', 'doing', 'failed')
           order by j.status = 'failed' desc, j.status = 'doing' desc, j.id desc limit $1""",
        limit,
    )
    return [QueuedJob(**row) for row in rows]


async def retry_failed(tx: Transaction, job_id: int) -> bool:
    """Puts a failed job back into the queue, as new; False where there is none of that id."""
    await tx.execute("set local search_path to control, public")
    row = await tx.fetchrow(
        "update procrastinate_jobs set attempts = 0 where id = $1 and status = 'failed' returning id", job_id
    )
    if row:
        await tx.execute("select procrastinate_retry_job_v2($1, now(), null, null, null)", job_id)
    return row is not None


async def discard_failed(tx: Transaction, job_id: int) -> bool:
    """Deletes a failed job; False where there is none of that id."""
    await tx.execute("set local search_path to control, public")
    row = await tx.fetchrow("delete from procrastinate_jobs where id = $1 and status = 'failed' returning id", job_id)
    return row is not None
