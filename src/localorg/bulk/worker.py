"""Runs jobs beside the requests, one after the other of each kind."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from localorg.bulk.exporting import export
from localorg.bulk.ingesting import ingest
from localorg.bulk.models import Job, JobKind, JobState
from localorg.bulk.repository import Jobs
from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.org import Org

_INTERRUPTED = "InternalServerError : The org was stopped while it worked on this job"
_log = logging.getLogger(__name__)


class BulkWorker:
    def __init__(self, org: Org) -> None:
        self.jobs = Jobs(org)
        self._turns = {kind: asyncio.Lock() for kind in JobKind}
        self._running: set[asyncio.Task[None]] = set()
        self._aborted: set[RecordId] = set()
        self._ready = asyncio.Lock()
        self._settled = False

    async def settle(self) -> None:
        """Once, before anything else: a job that an earlier process left half done has failed, one that waited goes on."""
        async with self._ready:
            if self._settled:
                return
            self._settled = True
            for job in await self.jobs.unfinished():
                if job.state is JobState.IN_PROGRESS:
                    await self.jobs.change(job.id, state=JobState.FAILED, error=_INTERRUPTED)
                else:
                    self.begin(job)

    def begin(self, job: Job) -> None:
        task = asyncio.create_task(self._run(job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def abort(self, job_id: RecordId) -> None:
        self._aborted.add(job_id)

    async def _run(self, job: Job) -> None:
        async with self._turns[job.kind]:
            if job.id in self._aborted:
                return
            carry_out: Callable[[Jobs, Job, Callable[[], bool]], Awaitable[Job]] = (
                ingest if job.kind is JobKind.INGEST else export
            )
            began = time.perf_counter()
            try:
                begun = await self.jobs.change(job.id, state=JobState.IN_PROGRESS)
                await carry_out(self.jobs, begun, lambda: job.id in self._aborted)
                spent = int((time.perf_counter() - began) * 1000)
                await self.jobs.change(job.id, milliseconds=spent)
            except ApiError:
                return  # deleted meanwhile
            except Exception:
                _log.exception("a bulk job failed")
                await self.jobs.change(
                    job.id, state=JobState.FAILED, error="InternalServerError : An unexpected error occurred"
                )
