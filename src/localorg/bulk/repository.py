"""The jobs in the org's file, and their CSV in files of a folder beside it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from localorg.bulk.models import JOB_PREFIX, Job, JobKind, JobState
from localorg.errors import ApiError, not_found
from localorg.ids import InvalidIdError, RecordId, instance_code, numbered_id, parse_record_id, unique_number
from localorg.org import Org

_LISTED = 1_000


@dataclass(frozen=True)
class JobFiles:
    """The folder of one job."""

    folder: Path

    @property
    def upload(self) -> Path:
        return self.folder / "upload.csv"

    @property
    def successful(self) -> Path:
        return self.folder / "successful.csv"

    @property
    def failed(self) -> Path:
        return self.folder / "failed.csv"

    @property
    def unprocessed(self) -> Path:
        return self.folder / "unprocessed.csv"

    @property
    def results(self) -> Path:
        return self.folder / "results.csv"

    @property
    def offsets(self) -> Path:
        """Of a query's results: where each record ends, 8 bytes each; the first is where the header ends."""
        return self.folder / "results.offsets"

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Jobs:
    org: Org

    def files(self, job_id: RecordId) -> JobFiles:
        path = self.org.database.path
        return JobFiles(path.with_name(f"{path.stem}.jobs") / job_id)

    def new_id(self) -> RecordId:
        return numbered_id(JOB_PREFIX, instance_code(self.org.name), unique_number())

    async def save(self, job: Job) -> Job:
        sql = "INSERT OR REPLACE INTO _bulk_job (id, kind, state, document) VALUES (?, ?, ?, ?)"
        values = (job.id, job.kind, job.state, job.model_dump_json())
        await self.org.database.write(lambda c: c.execute(sql, values).rowcount)
        return job

    async def change(self, job_id: RecordId, **changes: object) -> Job:
        """Raises ApiError if the job is gone."""

        job = (await self._read(job_id)).model_copy(update={**changes, "changed_at": self.org.clock()})
        return await self.save(job)

    async def find(self, given_id: str, kind: JobKind) -> Job:
        """Raises ApiError NOT_FOUND."""
        try:
            job = await self._read(parse_record_id(given_id))
        except InvalidIdError:
            raise not_found() from None
        if job.kind is not kind:
            raise not_found()
        return job

    async def delete(self, job: Job) -> None:
        await self.org.database.write(lambda c: c.execute("DELETE FROM _bulk_job WHERE id = ?", (job.id,)).rowcount)
        self.files(job.id).remove()

    async def page(self, kind: JobKind, after: str) -> tuple[list[Job], str | None]:
        """Up to a thousand jobs in the order of their ids, and the id after which more follow."""
        sql = "SELECT document FROM _bulk_job WHERE kind = ? AND id > ? ORDER BY id LIMIT ?"
        parameters = (kind, after, _LISTED + 1)
        rows = await self.org.database.read(lambda c: c.execute(sql, parameters).fetchall())
        jobs = [Job.model_validate_json(row["document"]) for row in rows]
        return (jobs, None) if len(jobs) <= _LISTED else (jobs[:_LISTED], jobs[_LISTED - 1].id)

    async def unfinished(self) -> list[Job]:
        """What a process that ended has left behind, and what waits."""
        sql = "SELECT document FROM _bulk_job WHERE state IN (?, ?)"
        states = (JobState.UPLOAD_COMPLETE, JobState.IN_PROGRESS)
        rows = await self.org.database.read(lambda c: c.execute(sql, states).fetchall())
        return [Job.model_validate_json(row["document"]) for row in rows]

    async def _read(self, job_id: RecordId) -> Job:
        sql = "SELECT document FROM _bulk_job WHERE id = ?"
        row = await self.org.database.read(lambda c: c.execute(sql, (job_id,)).fetchone())
        if row is None:
            raise not_found()
        return Job.model_validate_json(row["document"])


def invalid_job(sentence: str) -> ApiError:
    return ApiError("INVALIDJOB", f"InvalidJob : {sentence}")


def invalid_state(sentence: str) -> ApiError:
    return ApiError("INVALIDJOBSTATE", sentence)
