"""The job queue: what a dead worker leaves behind, schedules over several workers, and jobs that failed."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from datetime import timedelta
from pathlib import Path

import procrastinate
import pytest
from procrastinate.exceptions import AlreadyEnqueued

from casewright.kit import jobs
from casewright.kit.database import Database
from casewright.kit.jobs import MOST_ATTEMPTS, job_app
from tests.conftest import Cluster

WORKER = """
import asyncio, os, sys, time
from datetime import timedelta
from casewright.kit import jobs

jobs.STALLED_AFTER = timedelta(seconds=1)
app = jobs.job_app(sys.argv[1])
notes, hangs = sys.argv[2], sys.argv[3] == "hangs"

def note(word):
    with open(notes, "a") as file:
        file.write(word + chr(10))

@app.task(name="test.work")
async def work(name):
    note("began " + name)
    while hangs:
        await asyncio.sleep(0.1)
    note("done " + name)

@app.periodic(cron="* * * * * *")
@app.task(name="test.tick", queueing_lock="test.tick")
async def tick(timestamp):
    note("tick " + str(timestamp))

async def main():
    async with app.open_async():
        await app.run_worker_async(concurrency=4, update_heartbeat_interval=0.3, fetch_job_polling_interval=0.3)

asyncio.run(main())
"""


class Workers:
    """Worker processes on one queue, and what they note."""

    def __init__(self, dsn: str, notes: Path) -> None:
        self._dsn = dsn
        self._notes = notes
        self._running: list[Process] = []

    async def start(self, *, hangs: bool = False) -> Process:
        how = "hangs" if hangs else "works"
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", WORKER, self._dsn, str(self._notes), how, stderr=asyncio.subprocess.DEVNULL
        )
        self._running.append(process)
        return process

    def notes(self) -> list[str]:
        return self._notes.read_text().splitlines() if self._notes.exists() else []

    async def stop(self) -> None:
        for process in self._running:
            if process.returncode is None:
                process.kill()
            await process.wait()


@pytest.fixture
async def workers(cluster: Cluster, tmp_path: Path) -> AsyncIterator[Workers]:
    made = Workers(cluster.direct, tmp_path / "notes")
    yield made
    await made.stop()


@pytest.fixture
async def queue(cluster: Cluster) -> AsyncIterator[procrastinate.App]:
    """The queue, from which the test itself takes no job."""
    async with AsyncExitStack() as stack:
        yield await stack.enter_async_context(job_app(cluster.direct).open_async())


async def until(check: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not check():
            await asyncio.sleep(0.1)


async def test_a_job_whose_worker_is_killed_is_done_by_another(workers: Workers, queue: procrastinate.App) -> None:
    await queue.configure_task("test.work").defer_async(name="export")
    dying = await workers.start(hangs=True)
    await until(lambda: "began export" in workers.notes())
    dying.send_signal(signal.SIGKILL)
    await dying.wait()
    await asyncio.sleep(1.5)
    await workers.start()
    with suppress(AlreadyEnqueued):
        await queue.configure_task("casewright.retry_stalled", queueing_lock="retry_stalled").defer_async(timestamp=0)
    await until(lambda: "done export" in workers.notes())
    assert workers.notes().count("done export") == 1


async def test_each_time_of_a_schedule_is_one_job_however_many_workers_run(workers: Workers) -> None:
    for _ in range(3):
        await workers.start()

    def ticks() -> list[str]:
        return [note for note in workers.notes() if note.startswith("tick")]

    await until(lambda: len(ticks()) >= 4)
    assert len(ticks()) == len(set(ticks()))


async def test_a_job_whose_workers_keep_dying_is_given_up_and_seen(
    queue: procrastinate.App, database: Database
) -> None:
    job_id = await queue.configure_task("test.poison").defer_async()
    async with database.control() as tx:
        await tx.execute("set local search_path to control, public")
        await tx.execute(
            "update procrastinate_jobs set status = 'doing', attempts = $2 where id = $1", job_id, MOST_ATTEMPTS
        )
    await _work_off(queue, "casewright.retry_stalled")
    async with database.control() as tx:
        (seen,) = [one for one in await jobs.unfinished_jobs(tx) if one.id == job_id]
    assert (seen.name, seen.state) == ("test.poison", "failed")


async def test_a_failed_job_is_seen_and_can_be_done_again(queue: procrastinate.App, database: Database) -> None:
    answers = [RuntimeError("once"), None]

    @queue.task(name="test.fails_once", queue="fails")
    async def fails_once() -> None:
        if error := answers.pop(0):
            raise error

    job_id = await fails_once.defer_async()
    await queue.run_worker_async(queues=["fails"], wait=False, install_signal_handlers=False)
    async with database.control() as tx:
        (seen,) = [one for one in await jobs.unfinished_jobs(tx) if one.id == job_id]
        assert (seen.name, seen.state) == ("test.fails_once", "failed")
        assert await jobs.retry_failed(tx, job_id)
    await queue.run_worker_async(queues=["fails"], wait=False, install_signal_handlers=False)
    async with database.control() as tx:
        assert job_id not in {one.id for one in await jobs.unfinished_jobs(tx)}
        assert not await jobs.retry_failed(tx, job_id)


async def test_a_job_leaves_with_its_transaction_or_not_at_all(database: Database) -> None:
    async with database.control() as tx:
        await jobs.defer(tx, "tests-of-defer", "test.kept", of="kept")
    with suppress(RuntimeError):
        async with database.control() as tx:
            await jobs.defer(tx, "tests-of-defer", "test.lost", of="lost")
            raise RuntimeError
    async with database.control() as tx:
        rows = await tx.fetch(
            "select task_name, args from control.procrastinate_jobs where queue_name = 'tests-of-defer'"
        )
        await tx.execute("set local search_path to control, public")
        await tx.execute("delete from control.procrastinate_jobs where queue_name = 'tests-of-defer'")
    assert [(row["task_name"], row["args"]) for row in rows] == [("test.kept", {"of": "kept"})]


async def test_a_failed_job_can_be_discarded(queue: procrastinate.App, database: Database) -> None:
    @queue.task(name="test.fails", queue="fails")
    async def fails() -> None:
        raise RuntimeError("always")

    job_id = await fails.defer_async()
    await queue.run_worker_async(queues=["fails"], wait=False, install_signal_handlers=False)
    async with database.control() as tx:
        assert await jobs.discard_failed(tx, job_id)
        assert job_id not in {one.id for one in await jobs.unfinished_jobs(tx)}
        assert not await jobs.discard_failed(tx, job_id)


async def test_the_last_run_of_a_schedule_is_told(workers: Workers, database: Database) -> None:
    await workers.start()
    await until(lambda: any(note.startswith("tick") for note in workers.notes()))
    async with database.control() as tx:
        runs = await jobs.last_runs(tx)
    assert runs["test.tick"].state in ("todo", "doing", "succeeded")


def test_the_schedules_are_told_by_their_names_and_cron_texts(cluster: Cluster) -> None:
    assert jobs.schedules_of(job_app(cluster.direct)) == {
        "casewright.delete_done_jobs": "23 3 * * *",
        "casewright.retry_stalled": "* * * * *",
    }


async def test_what_is_long_done_is_deleted_and_what_failed_stays(queue: procrastinate.App, database: Database) -> None:
    ids = {}
    for state in ("succeeded", "failed"):
        ids[state] = await queue.configure_task(f"test.{state}").defer_async()
        async with database.control() as tx:
            await tx.execute("set local search_path to control, public")
            await tx.execute(f"update procrastinate_jobs set status = '{state}' where id = $1", ids[state])
            await tx.execute(
                "update procrastinate_events set at = at - $2::interval where job_id = $1",
                ids[state],
                timedelta(hours=jobs.KEPT_HOURS + 1),
            )
    await _work_off(queue, "casewright.delete_done_jobs")
    async with database.control() as tx:
        left = await tx.fetch(
            "select id from control.procrastinate_jobs where id = any($1::bigint[])", list(ids.values())
        )
    assert [row["id"] for row in left] == [ids["failed"]]


async def _work_off(queue: procrastinate.App, task: str) -> None:
    """Does one job of the queue's own housekeeping here and now."""
    await queue.configure_task(task, queue="housekeeping").defer_async(timestamp=0)
    await queue.run_worker_async(queues=["housekeeping"], wait=False, install_signal_handlers=False)
