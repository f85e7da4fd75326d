"""jobs/ingest and jobs/query."""

import asyncio
import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, TypeVar

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from localorg.answers import json_answer, no_content
from localorg.bulk.csv_text import offset, pieces
from localorg.bulk.exporting import check_query
from localorg.bulk.models import DELIMITERS, LINE_ENDINGS, Job, JobKind, JobState, Operation
from localorg.bulk.repository import invalid_job, invalid_state
from localorg.bulk.worker import BulkWorker
from localorg.errors import ApiError
from localorg.records.values import JsonValue
from localorg.rest.context import data_path, json_object, org_of, rule_id, user_id

Chosen = TypeVar("Chosen")
LARGEST_UPLOAD = 150_000_000
_WRITTEN_AT_ONCE = 2**20
_MOST_RECORDS_A_PAGE = 50_000
_INGESTS = frozenset({Operation.INSERT, Operation.UPDATE, Operation.UPSERT, Operation.DELETE, Operation.HARD_DELETE})
_QUERIES = frozenset({Operation.QUERY, Operation.QUERY_ALL})


async def list_resources(request: Request) -> Response:
    path = f"{data_path(request)}/jobs"
    return json_answer({kind.value: f"{path}/{kind}" for kind in JobKind})


async def create_ingest(request: Request) -> Response:
    worker, body = await _worker(request), await json_object(request)
    operation = _choice(body, "operation", {one.value: one for one in _INGESTS})
    object_name = body.get("object")
    definition = org_of(request).schema.find(object_name) if isinstance(object_name, str) else None
    if definition is None:
        raise invalid_job(f"Unable to find object: {object_name}")
    external_id = body.get("externalIdFieldName")
    if operation is Operation.UPSERT:
        known = isinstance(external_id, str) and (
            external_id.lower() == "id" or definition.external_id_field(external_id) is not None
        )
        if not known:
            raise invalid_job(f"Field name not found or not an external id: {external_id}")
    rule = body.get("assignmentRuleId")
    job = await _new_job(
        request,
        worker,
        body,
        kind=JobKind.INGEST,
        operation=operation,
        object_name=definition.name,
        state=JobState.OPEN,
        external_id_field=external_id if operation is Operation.UPSERT else None,
        assignment_rule_id=rule_id(rule) if isinstance(rule, str) else None,
    )
    return json_answer(job.to_json())


async def create_query(request: Request) -> Response:
    worker, body = await _worker(request), await json_object(request)
    operation = _choice(body, "operation", {one.value: one for one in _QUERIES})
    text = body.get("query")
    if not isinstance(text, str) or not text.strip():
        raise ApiError("API_ERROR", "No query specified")
    object_name = check_query(org_of(request), text, with_deleted=operation is Operation.QUERY_ALL)
    job = await _new_job(
        request,
        worker,
        body,
        kind=JobKind.QUERY,
        operation=operation,
        object_name=object_name,
        state=JobState.UPLOAD_COMPLETE,
        query=text,
    )
    worker.begin(job)
    return json_answer(job.to_json())


async def list_jobs(request: Request) -> Response:
    worker, kind = await _worker(request), _kind(request)
    locator = request.query_params.get("queryLocator", "")
    jobs, more = await worker.jobs.page(kind, _after(locator))
    following = None
    if more is not None:
        encoded = base64.urlsafe_b64encode(more.encode()).decode()
        following = f"{data_path(request)}/jobs/{kind}?queryLocator={encoded}"
    body = {"done": more is None, "records": [job.to_json() for job in jobs], "nextRecordsUrl": following}
    return json_answer(body)


async def read_job(request: Request) -> Response:
    return json_answer((await _job(request)).progress_json())


async def change_job(request: Request) -> Response:
    """UploadComplete begins an ingest job; Aborted ends either kind."""
    worker, job, body = await _worker(request), await _job(request), await json_object(request)
    match body.get("state"):
        case "UploadComplete" if job.kind is JobKind.INGEST:
            if job.state is not JobState.OPEN:
                raise invalid_state(f"Job must be in an open state, but is {job.state}")
            if not job.uploaded:
                raise invalid_job("No data was uploaded for this job")
            job = await worker.jobs.change(job.id, state=JobState.UPLOAD_COMPLETE)
            worker.begin(job)
        case "Aborted":
            if job.state.ended:
                raise invalid_state(f"Job is already {job.state} and cannot be aborted")
            worker.abort(job.id)
            job = await worker.jobs.change(job.id, state=JobState.ABORTED)
        case other:
            raise invalid_job(f"The state of a job cannot be changed to {other}")
    return json_answer(job.to_json())


async def delete_job(request: Request) -> Response:
    worker, job = await _worker(request), await _job(request)
    if not job.state.ended and job.state is not JobState.UPLOAD_COMPLETE:
        raise invalid_state(f"Job is {job.state}: only jobs that are complete, aborted or failed can be deleted")
    worker.abort(job.id)
    await worker.jobs.delete(job)
    return no_content()


async def upload(request: Request) -> Response:
    """Once a job; the bytes go to the job's file as they come."""
    worker, job = await _worker(request), await _job(request)
    if job.state is not JobState.OPEN or job.uploaded:
        raise invalid_state(f"Content was already uploaded, or the job is not open: {job.state}")
    path = worker.jobs.files(job.id).upload
    with await asyncio.to_thread(_open, path) as file:
        size, waiting = 0, bytearray()
        async for chunk in request.stream():
            size += len(chunk)
            waiting += chunk
            if size > LARGEST_UPLOAD:
                message = f"Maximum size of request reached. It is {LARGEST_UPLOAD} bytes."
                raise ApiError("LIMIT_EXCEEDED", message, status=413)
            if len(waiting) >= _WRITTEN_AT_ONCE:
                await asyncio.to_thread(file.write, bytes(waiting))
                waiting.clear()
        await asyncio.to_thread(file.write, bytes(waiting))
    if size == 0:
        raise invalid_job("No data was uploaded for this job")
    await worker.jobs.change(job.id, uploaded=True)
    return Response(status_code=201)


async def successful_results(request: Request) -> Response:
    worker, job = await _worker(request), await _ended(request)
    return _file(worker.jobs.files(job.id).successful)


async def failed_results(request: Request) -> Response:
    worker, job = await _worker(request), await _ended(request)
    return _file(worker.jobs.files(job.id).failed)


async def unprocessed_records(request: Request) -> Response:
    worker, job = await _worker(request), await _ended(request)
    files = worker.jobs.files(job.id)
    return _file(files.unprocessed if files.unprocessed.exists() else files.upload)


async def query_results(request: Request) -> Response:
    """A page of a query's records; the locator is where it begins. The header comes with each page."""
    worker, job = await _worker(request), await _job(request)
    if job.state is not JobState.JOB_COMPLETE:
        raise invalid_state(f"The results of a job can be read when it is complete, but it is {job.state}")
    files = worker.jobs.files(job.id)
    first, size = _position(request.query_params.get("locator"), job), _page_size(request)
    last = min(first + size, job.processed)
    header_end, start, end = (offset(files.offsets, position) for position in (0, first, last))
    assert header_end is not None and start is not None and end is not None
    locator = base64.b64encode(str(last).encode()).decode() if last < job.processed else "null"
    headers = {"Sforce-NumberOfRecords": str(last - first), "Sforce-Locator": locator}
    spans = ((0, header_end), (start, end))
    content = (piece for begin, finish in spans for piece in pieces(files.results, begin, finish))
    return StreamingResponse(content, headers=headers, media_type="text/csv")


async def _new_job(request: Request, worker: BulkWorker, body: Mapping[str, JsonValue], **given: object) -> Job:
    content_type = body.get("contentType", "CSV")
    if content_type != "CSV":
        raise ApiError("INVALIDJOB", f"InvalidJob : Invalid content type: {content_type}")
    org = org_of(request)
    delimiter = _choice(body, "columnDelimiter", {name: name for name in DELIMITERS}, "COMMA")
    ending = _choice(body, "lineEnding", {name: name for name in LINE_ENDINGS}, "LF")
    now = org.clock()
    job = Job.model_validate(
        {
            **given,
            "id": worker.jobs.new_id(),
            "api_version": data_path(request).rsplit("/v", 1)[-1],
            "column_delimiter": delimiter,
            "line_ending": ending,
            "created_by": user_id(request),
            "created_at": now,
            "changed_at": now,
        }
    )
    await asyncio.to_thread(worker.jobs.files(job.id).folder.mkdir, parents=True, exist_ok=True)
    return await worker.jobs.save(job)


def _choice(
    body: Mapping[str, JsonValue], name: str, known: Mapping[str, Chosen], default: str | None = None
) -> Chosen:
    given = body.get(name, default)
    if not isinstance(given, str) or given not in known:
        raise invalid_job(f"{name} is {given!r}, but must be one of {', '.join(sorted(known))}")
    return known[given]


async def _worker(request: Request) -> BulkWorker:
    worker: BulkWorker = request.app.state.bulk
    await worker.settle()
    return worker


def _kind(request: Request) -> JobKind:
    return JobKind(request.url.path.split("/jobs/", 1)[1].split("/", 1)[0])


async def _job(request: Request) -> Job:
    worker: BulkWorker = request.app.state.bulk
    return await worker.jobs.find(request.path_params["id"], _kind(request))


async def _ended(request: Request) -> Job:
    job = await _job(request)
    if not job.state.ended:
        raise invalid_state(f"The results of a job can be read when it has ended, but it is {job.state}")
    return job


def _file(path: Path) -> Response:
    size = path.stat().st_size if path.exists() else 0
    content = pieces(path, 0, size) if size else iter(())
    return StreamingResponse(content, media_type="text/csv")


def _open(path: Path) -> BinaryIO:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("wb")


def _position(locator: str | None, job: Job) -> int:
    if not locator:
        return 0
    try:
        position = int(base64.b64decode(locator, validate=True).decode())
    except (binascii.Error, ValueError):
        position = -1
    if not 0 <= position < max(1, job.processed):
        raise ApiError("INVALID_QUERY_LOCATOR", f"Invalid locator: {locator}")
    return position


def _page_size(request: Request) -> int:
    given = request.query_params.get("maxRecords")
    if given is None:
        return _MOST_RECORDS_A_PAGE
    if not given.isdecimal() or not 0 < int(given) <= 10**9:
        raise ApiError("API_ERROR", f"Invalid maxRecords: {given}")
    return int(given)


def _after(locator: str) -> str:
    try:
        return base64.urlsafe_b64decode(locator).decode()
    except (binascii.Error, ValueError):
        raise ApiError("INVALID_QUERY_LOCATOR", f"Invalid queryLocator: {locator}") from None


_JOBS = "/services/data/v{version}/jobs"
_INGEST, _QUERY = _JOBS + "/ingest", _JOBS + "/query"
BULK_ROUTES = [
    Route(_JOBS, list_resources),
    Route(_INGEST, list_jobs),
    Route(_INGEST, create_ingest, methods=["POST"]),
    Route(_QUERY, list_jobs),
    Route(_QUERY, create_query, methods=["POST"]),
    *(
        route
        for jobs in (_INGEST, _QUERY)
        for route in (
            Route(jobs + "/{id}", read_job),
            Route(jobs + "/{id}", change_job, methods=["PATCH"]),
            Route(jobs + "/{id}", delete_job, methods=["DELETE"]),
        )
    ),
    Route(_INGEST + "/{id}/batches", upload, methods=["PUT"]),
    Route(_INGEST + "/{id}/successfulResults", successful_results),
    Route(_INGEST + "/{id}/failedResults", failed_results),
    Route(_INGEST + "/{id}/unprocessedrecords", unprocessed_records),
    Route(_INGEST + "/{id}/unprocessedRecords", unprocessed_records),
    Route(_QUERY + "/{id}/results", query_results),
]
