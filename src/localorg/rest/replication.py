"""updated and deleted: which records of an object changed between two moments; the last 30 days are kept."""

import sqlite3
from datetime import UTC, datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.clock import to_wire
from localorg.errors import ApiError
from localorg.records.values import parse_datetime
from localorg.rest.context import data_path, now, org_of, sobject_of, user_id
from localorg.soql.executor import JsonRecord
from localorg.soql.service import run_query

_KEPT = timedelta(days=30)
_SHORTEST = timedelta(minutes=1)


async def updated(request: Request) -> Response:
    start, end = _window(request)
    rows = await _changed(request, start, end, deleted=False)
    return json_answer({"ids": [row["Id"] for row in rows], "latestDateCovered": to_wire(end)})


async def deleted(request: Request) -> Response:
    start, end = _window(request)
    rows = await _changed(request, start, end, deleted=True)
    records = [{"id": row["Id"], "deletedDate": row["SystemModstamp"]} for row in rows]
    earliest = to_wire(now(request) - _KEPT)
    return json_answer(
        {"deletedRecords": records, "earliestDateAvailable": earliest, "latestDateCovered": to_wire(end)}
    )


async def _changed(request: Request, start: datetime, end: datetime, *, deleted: bool) -> tuple[JsonRecord, ...]:
    """Those that the user may see, oldest change first; not those whose event was lost."""
    org, path, user, name = org_of(request), data_path(request), user_id(request), sobject_of(request).name
    within = f"SystemModstamp >= {_literal(start)} AND SystemModstamp < {_literal(end)}"
    text = f"SELECT Id, SystemModstamp FROM {name} WHERE {within} AND IsDeleted = {str(deleted).lower()}"
    text += " ORDER BY SystemModstamp, Id"

    def run(connection: sqlite3.Connection) -> tuple[JsonRecord, ...]:
        calendar = org.calendar_of(connection, user)
        found = run_query(
            connection, org.schema, calendar, text, data_path=path, with_deleted=True, viewer=user
        ).records
        untold = {row["record_id"] for row in connection.execute("SELECT record_id FROM _untold")}
        return tuple(record for record in found if record["Id"] not in untold)

    return await org.database.read(run)


def _literal(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _window(request: Request) -> tuple[datetime, datetime]:
    start, end = (_moment(request, name) for name in ("start", "end"))
    if end - start < _SHORTEST:
        message = "The end date must be at least one minute after the start date"
        raise ApiError("INVALID_REPLICATION_DATE", message)
    if start < now(request) - _KEPT:
        raise ApiError("INVALID_REPLICATION_DATE", "startDate cannot be more than 30 days ago")
    return start, end


def _moment(request: Request, name: str) -> datetime:
    given = request.query_params.get(name)
    if not given:
        raise ApiError("MISSING_ARGUMENT", f"The {name} parameter is required")
    try:
        # A plus sign that was not escaped arrives as a blank.
        return parse_datetime(given.replace(" ", "+"))
    except (ValueError, OverflowError):
        raise ApiError("INVALID_REPLICATION_DATE", f"Invalid date: {given}") from None
