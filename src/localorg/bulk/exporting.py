"""Carries out a query job: one record after another from the database into a file."""

import re
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from localorg.bulk.csv_text import CsvWriter
from localorg.bulk.models import DELIMITERS, LINE_ENDINGS, Job, JobState, Operation
from localorg.bulk.repository import JobFiles, Jobs
from localorg.errors import ApiError
from localorg.org import Org
from localorg.soql.compiled import CompiledQuery
from localorg.soql.service import compile_query, stream_query

_LOOKED_EVERY = 1_000
"""Records: how often an abort is looked for."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000")
_DATA_PATH = "/services/data/v67.0"


class _AbortedError(Exception):
    """The job was aborted while it ran."""


def check_query(org: Org, text: str, *, with_deleted: bool) -> str:
    """The name of the object asked for. Raises ApiError for what the Bulk API cannot export."""
    compiled = compile_query(org.schema, org.calendar(), text, with_deleted=with_deleted)
    if compiled.counts_only or compiled.aggregate:
        raise ApiError("API_ERROR", "Aggregate Relationship not supported in Bulk Query")
    if compiled.children:
        raise ApiError(
            "API_ERROR", "Entity Relationship not supported in Bulk Query: nested queries cannot be exported"
        )
    return compiled.root.name


async def export(jobs: Jobs, job: Job, aborted: Callable[[], bool]) -> Job:
    """Gives the job as it is at the end."""
    org, text = jobs.org, job.query or ""
    with_deleted = job.operation is Operation.QUERY_ALL

    def run(connection: sqlite3.Connection) -> int:
        calendar = org.calendar_of(connection, job.created_by)
        compiled = compile_query(org.schema, calendar, text, with_deleted=with_deleted)
        records = stream_query(
            connection,
            org.schema,
            calendar,
            text,
            data_path=_DATA_PATH,
            with_deleted=with_deleted,
            viewer=job.created_by,
        )
        return _write(jobs.files(job.id), job, compiled, records, aborted)

    try:
        exported = await org.database.read(run)
    except _AbortedError:
        return await jobs.change(job.id, state=JobState.ABORTED)
    except ApiError as error:
        return await jobs.change(job.id, state=JobState.FAILED, error=f"{error.code} : {error.message}")
    return await jobs.change(job.id, state=JobState.JOB_COMPLETE, processed=exported)


def _write(files: JobFiles, job: Job, compiled: CompiledQuery, records: Any, aborted: Callable[[], bool]) -> int:
    paths = [output.names for output in compiled.outputs]
    exported = 0
    delimiter, ending = DELIMITERS[job.column_delimiter], LINE_ENDINGS[job.line_ending]
    _remove(files.results, files.offsets)
    with CsvWriter(files.results, delimiter, ending, offsets=files.offsets) as results:
        results.row([".".join(path) for path in paths])
        for record in records:
            results.row(_cells(record, paths))
            exported += 1
            if exported % _LOOKED_EVERY == 0:
                if aborted():
                    raise _AbortedError
                # Lets the requests have their turn: this thread would otherwise hold the interpreter's lock.
                time.sleep(0)
    return exported


def _cells(record: dict[str, Any], paths: Sequence[tuple[str, ...]]) -> list[str]:
    return [_text(record[path[0]] if len(path) == 1 else _at(record, path)) for path in paths]


def _at(record: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = record
    for name in path:
        if value is None:
            return None
        value = value.get(name)
    return value


def _text(value: Any) -> str:
    match value:
        case str():
            return value[:-5] + "Z" if value[-5:] == "+0000" and _MOMENT.fullmatch(value) else value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case _:
            return str(value)


def _remove(*paths: Path) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
