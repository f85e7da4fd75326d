"""query, queryAll and the pages that follow."""

import re
import sqlite3

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.cursors import Batch
from localorg.errors import ApiError
from localorg.rest.context import data_path, org_of
from localorg.soql.columns import column_metadata
from localorg.soql.executor import QueryResult
from localorg.soql.service import compile_query, run_query

_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_SMALLEST_BATCH, _LARGEST_BATCH = 200, 2000


async def query(request: Request) -> Response:
    return await _first_batch(request, with_deleted=False)


async def query_all(request: Request) -> Response:
    return await _first_batch(request, with_deleted=True)


async def query_more(request: Request) -> Response:
    batch = org_of(request).cursors.next(request.path_params["locator"], _batch_size(request))
    return _answer(request, batch)


async def _first_batch(request: Request, *, with_deleted: bool) -> Response:
    text = request.query_params.get("q")
    if text is None:
        raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
    org, path, calendar = org_of(request), data_path(request), org_of(request).calendar()
    if request.query_params.get("columns", "").lower() == "true":
        return json_answer(column_metadata(compile_query(org.schema, calendar, text)))

    def run(connection: sqlite3.Connection) -> QueryResult:
        return run_query(connection, org.schema, calendar, text, data_path=path, with_deleted=with_deleted)

    result = await org.database.read(run)
    return _answer(request, org.cursors.first(result, _batch_size(request)))


def _batch_size(request: Request) -> int:
    asked = _BATCH_SIZE.search(request.headers.get("Sforce-Query-Options", ""))
    if asked is None:
        return org_of(request).settings.query_batch_size
    return min(max(int(asked.group(1)), _SMALLEST_BATCH), _LARGEST_BATCH)


def _answer(request: Request, batch: Batch) -> Response:
    body: dict[str, object] = {"totalSize": batch.total_size, "done": batch.next_locator is None}
    if batch.next_locator:
        body["nextRecordsUrl"] = f"{data_path(request)}/query/{batch.next_locator}"
    return json_answer(body | {"records": list(batch.records)})
