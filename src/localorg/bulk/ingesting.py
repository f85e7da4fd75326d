"""Carries out an ingest job: 200 records a transaction, each of which succeeds or fails by itself."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from localorg.bulk.csv_text import CsvError, CsvReader, CsvWriter
from localorg.bulk.models import DELIMITERS, LINE_ENDINGS, Job, JobState, Operation
from localorg.bulk.repository import JobFiles, Jobs
from localorg.errors import ApiError
from localorg.ids import InvalidIdError, RecordId, parse_record_id
from localorg.outcomes import Outcome, Work, carry_out
from localorg.records.service import Caller, Records
from localorg.records.values import JsonValue, read_value
from localorg.schema.models import SObject

_CHUNK = 200
_NULL = "#N/A"
_REPORTED_EVERY = 25
"""Chunks: how often the job tells how far it is."""
_IDS_ONLY = frozenset({Operation.DELETE, Operation.HARD_DELETE})


@dataclass
class _Counts:
    processed: int = 0
    failed: int = 0


async def ingest(jobs: Jobs, job: Job, aborted: Callable[[], bool]) -> Job:
    """Gives the job as it is at the end. What was not read yet when it failed or was aborted is `unprocessed`."""
    files, counts = jobs.files(job.id), _Counts()
    definition = jobs.org.schema.find(job.object_name)
    if definition is None:
        return await jobs.change(
            job.id, state=JobState.FAILED, error=f"InvalidJob : Unable to find object: {job.object_name}"
        )
    try:
        reader = await asyncio.to_thread(CsvReader, files.upload, DELIMITERS[job.column_delimiter])
    except CsvError as error:
        return await jobs.change(job.id, state=JobState.FAILED, error=f"InvalidBatch : {error}")
    with reader:
        ended = _header_problem(job, definition, reader.header)
        state = JobState.FAILED if ended else JobState.JOB_COMPLETE
        while not ended:
            if aborted():
                state, ended = JobState.ABORTED, None
                break
            try:
                rows = await asyncio.to_thread(reader.rows, _CHUNK)
            except CsvError as error:
                state, ended = JobState.FAILED, f"InvalidBatch : {error}"
                break
            if not rows:
                break
            await _chunk(jobs, job, definition, reader.header, rows, counts)
            if counts.processed // _CHUNK % _REPORTED_EVERY == 0:
                await jobs.change(job.id, processed=counts.processed, failed=counts.failed)
        await asyncio.to_thread(_write_rest, files, job, reader)
    if aborted():
        state = JobState.ABORTED
    return await jobs.change(job.id, state=state, error=ended, processed=counts.processed, failed=counts.failed)


async def _chunk(
    jobs: Jobs, job: Job, definition: SObject, header: Sequence[str], rows: list[list[str]], counts: _Counts
) -> None:
    works = [_work(job, definition, header, row) for row in rows]
    caller = Caller(
        job.created_by,
        jobs.org.clock(),
        auto_assign=job.assignment_rule_id is not None,
        assignment_rule_id=RecordId(job.assignment_rule_id) if job.assignment_rule_id else None,
    )
    outcomes = await jobs.org.write(caller, lambda records: carry_out(records, works))
    counts.processed += len(outcomes)
    counts.failed += sum(outcome.error is not None for outcome in outcomes)
    await asyncio.to_thread(_write_outcomes, jobs.files(job.id), job, header, rows, outcomes)


def _header_problem(job: Job, definition: SObject, header: Sequence[str]) -> str | None:
    """A header that makes no sense fails the job before any record is touched."""
    if not any(header):
        return "InvalidBatch : The CSV has no header"
    lower = [name.lower() for name in header]
    if len(set(lower)) != len(lower):
        return "InvalidBatch : Duplicate field in the header"
    if job.operation in _IDS_ONLY and lower != ["id"]:
        return "InvalidBatch : Field name not found : only Id may be given to delete records"
    if job.operation is Operation.UPDATE and "id" not in lower:
        return "InvalidBatch : Field name not found : Id"
    if job.operation is Operation.UPSERT and (job.external_id_field or "").lower() not in lower:
        return f"InvalidBatch : Field name not found : {job.external_id_field}"
    for name in header:
        first, rest = _target(name)
        found = definition.parent_relationship(first) if rest else definition.field(first)
        if found is None:
            return f"InvalidBatch : Field name not found : {name}"
    return None


def _work(job: Job, definition: SObject, header: Sequence[str], row: Sequence[str]) -> Work:
    return lambda records: _save(records, job, definition, dict(zip(header, row, strict=True)))


def _save(records: Records, job: Job, definition: SObject, row: dict[str, str]) -> Outcome:
    if job.operation is Operation.INSERT:
        return Outcome(records.create(definition, _values(row)), created=True)
    if job.operation is Operation.UPSERT and (job.external_id_field or "").lower() != "id":
        return _upsert(records, job, definition, row)
    given = next((name for name in row if name.lower() == "id"), "")
    record_id = _record_id(row.get(given, ""))
    if job.operation is Operation.HARD_DELETE:
        records.remove(definition, record_id)
    elif job.operation is Operation.DELETE:
        records.delete(definition, record_id)
    else:
        records.update(definition, record_id, _values({name: text for name, text in row.items() if name != given}))
    return Outcome(record_id, created=False)


def _upsert(records: Records, job: Job, definition: SObject, row: dict[str, str]) -> Outcome:
    external_id = definition.external_id_field(job.external_id_field or "")
    assert external_id is not None
    given = next(name for name in row if name.lower() == external_id.name.lower())
    if not row[given]:
        message = f"Missing value for external id: {external_id.name}"
        raise ApiError("MISSING_ARGUMENT", message, fields=(external_id.name,))
    values = _values({name: text for name, text in row.items() if name != given})
    done = records.upsert(definition, external_id, read_value(external_id, row[given]), values)
    return Outcome(done.id, created=done.created)


def _values(row: dict[str, str]) -> dict[str, JsonValue]:
    """An empty field says nothing, `#N/A` says null, `Account.Key__c` names a parent by its external id."""
    values: dict[str, JsonValue] = {}
    for name, text in row.items():
        if text == "":
            continue
        value = None if text == _NULL else text
        relationship, key = _target(name)
        values[relationship] = {key: value} if key else value
    return values


@lru_cache(maxsize=1_024)
def _target(column: str) -> tuple[str, str]:
    """The field, or the relationship and the field of the parent."""
    first, _, rest = column.rpartition(":")[-1].partition(".")
    return first, rest


def _record_id(given: str) -> RecordId:
    try:
        return parse_record_id(given.strip())
    except InvalidIdError:
        raise ApiError("MALFORMED_ID", f"Id in batch is not valid: {given}", fields=("Id",)) from None


def _write_outcomes(
    files: JobFiles, job: Job, header: Sequence[str], rows: Sequence[Sequence[str]], outcomes: Sequence[Outcome]
) -> None:
    delimiter, ending = DELIMITERS[job.column_delimiter], LINE_ENDINGS[job.line_ending]
    fresh = not files.successful.exists()
    with (
        CsvWriter(files.successful, delimiter, ending) as successful,
        CsvWriter(files.failed, delimiter, ending) as failed,
    ):
        if fresh:
            successful.row(["sf__Id", "sf__Created", *header])
            failed.row(["sf__Id", "sf__Error", *header])
        for row, outcome in zip(rows, outcomes, strict=True):
            if outcome.error is None:
                successful.row([outcome.id or "", str(bool(outcome.created)).lower(), *row])
            else:
                failed.row([outcome.id or "", _sentence(outcome.error), *row])


def _sentence(error: ApiError) -> str:
    return f"{error.code}:{error.message}:{' '.join(error.fields) if error.fields else '--'}"


def _write_rest(files: JobFiles, job: Job, reader: CsvReader) -> None:
    """Header lines for what has no rows, and the rows that were not reached."""
    delimiter, ending = DELIMITERS[job.column_delimiter], LINE_ENDINGS[job.line_ending]
    if not files.successful.exists():
        _write_outcomes(files, job, reader.header, (), ())
    with CsvWriter(files.unprocessed, delimiter, ending) as unprocessed:
        unprocessed.row(reader.header)
        try:
            while rows := reader.rows(_CHUNK):
                for row in rows:
                    unprocessed.row(row)
        except CsvError:
            return
