"""query, queryAll and the pages that follow."""

import re
import sqlite3

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.cursors import Cursor
from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.org import Org
from localorg.records.recent import note
from localorg.rest.context import data_path, org_of, user_id
from localorg.soql.ast import ForClause
from localorg.soql.columns import column_metadata
from localorg.soql.compiled import CompiledQuery
from localorg.soql.executor import JsonRecord, QueryResult
from localorg.soql.parser import parse
from localorg.soql.service import access_of, compile_query, record_id_of, run_on, run_query

LOOKED_AT = frozenset({ForClause.VIEW, ForClause.REFERENCE})
_BATCH_SIZE = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)
_SMALLEST_BATCH, _LARGEST_BATCH = 200, 2000


async def query(request: Request) -> Response:
    return await _first_batch(request, with_deleted=False)


async def query_all(request: Request) -> Response:
    return await _first_batch(request, with_deleted=True)


async def query_more(request: Request) -> Response:
    org, path, user = org_of(request), data_path(request), user_id(request)
    page = org.cursors.page(request.path_params["locator"], user, _batch_size(request))

    def run(connection: sqlite3.Connection) -> tuple[JsonRecord, ...]:
        calendar = org.calendar_of(connection, user)
        return run_on(connection, org.schema, calendar, page.text, page.ids, data_path=path, viewer=user)

    return _answer(request, page.total_size, await org.database.read(run), page.next_locator)


async def _first_batch(request: Request, *, with_deleted: bool) -> Response:
    text = request.query_params.get("q")
    if text is None:
        raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
    org, path, user, size = org_of(request), data_path(request), user_id(request), _batch_size(request)
    if request.query_params.get("columns", "").lower() == "true":
        return await _columns(org, text, user)

    def run(connection: sqlite3.Connection) -> QueryResult:
        return run_query(
            connection,
            org.schema,
            org.calendar_of(connection, user),
            text,
            data_path=path,
            with_deleted=with_deleted,
            viewer=user,
            first=size,
        )

    result = await org.database.read(run)
    if LOOKED_AT & set(parse(text).for_clauses):
        seen, at = tuple(map(record_id_of, result.records)), org.clock()
        await org.database.write(lambda c: note(c, user, seen, at))
    locator = None
    if result.rest:
        ids = tuple(map(record_id_of, result.records)) + result.rest
        locator = org.cursors.open(Cursor(user, text, ids), len(result.records))
    return _answer(request, result.total_size, result.records, locator)


async def _columns(org: Org, text: str, user: RecordId) -> Response:
    def compiled(connection: sqlite3.Connection) -> CompiledQuery:
        calendar = org.calendar_of(connection, user)
        access = access_of(connection, org.schema, calendar, user)
        return compile_query(org.schema, calendar, text, access=access)

    return json_answer(column_metadata(await org.database.read(compiled)))


def _batch_size(request: Request) -> int:
    asked = _BATCH_SIZE.search(request.headers.get("Sforce-Query-Options", ""))
    if asked is None:
        return org_of(request).settings.query_batch_size
    return min(max(int(asked.group(1)), _SMALLEST_BATCH), _LARGEST_BATCH)


def _answer(request: Request, total_size: int, records: tuple[JsonRecord, ...], next_locator: str | None) -> Response:
    body: dict[str, object] = {"totalSize": total_size, "done": next_locator is None}
    if next_locator:
        body["nextRecordsUrl"] = f"{data_path(request)}/query/{next_locator}"
    return json_answer(body | {"records": list(records)})
