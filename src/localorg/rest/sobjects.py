"""Single records: create, read, update, delete, and all of these by external id."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer, no_content
from localorg.clock import from_wire
from localorg.errors import NO_HEADERS, ApiError, not_found
from localorg.ids import InvalidIdError, RecordId, is_record_id, parse_record_id
from localorg.records.service import Records, Upserted
from localorg.records.values import ColumnValue, WrongJsonTypeError, read_value
from localorg.rest.conditional import http_date, not_modified_since, refuse_if_modified
from localorg.rest.context import caller, data_path, json_object, located, org_of, sobject_of, user_id
from localorg.rest.files import new_record
from localorg.schema.models import Field, SObject
from localorg.soql.ast import Comparison, FieldPath, Operator, Query, Selected, Source
from localorg.soql.executor import JsonRecord
from localorg.soql.service import run_tree
from localorg.storage.quoting import quoted

Result = TypeVar("Result")
_FIRST_VERSION_ANSWERING_200 = 46
"""Before it, an upsert that updates answers 204 without a body."""


async def create_record(request: Request) -> Response:
    definition = sobject_of(request)
    values = await new_record(request, definition)
    record_id = await _write(request, lambda records: records.create(definition, values))
    body = {"id": record_id, "success": True, "errors": []}
    address = f"{data_path(request)}/sobjects/{definition.name}/{record_id}"
    return json_answer(body, 201, {"Location": address})


async def read_record(request: Request) -> Response:
    """304 for a record that has not changed since If-Modified-Since."""
    definition, record_id = sobject_of(request), _record_id(request)
    changed_at = await _changed_at(request, definition, record_id)
    if not_modified_since(request, changed_at):
        return Response(status_code=304)
    record = await _read(request, definition, record_id)
    return json_answer(record, headers={"Last-Modified": http_date(changed_at)} if changed_at else NO_HEADERS)


async def update_record(request: Request) -> Response:
    """412 for a record that has changed since If-Unmodified-Since."""
    definition, record_id = sobject_of(request), _record_id(request)
    values = await json_object(request)
    refuse_if_modified(request, await _changed_at(request, definition, record_id))
    await _write(request, lambda records: records.update(definition, record_id, values))
    return no_content()


async def delete_record(request: Request) -> Response:
    definition, record_id = sobject_of(request), _record_id(request)
    await _write(request, lambda records: records.delete(definition, record_id))
    return no_content()


async def upsert_by_external_id(request: Request) -> Response:
    definition = sobject_of(request)
    external_id, value = _external_id(request, definition)
    values = await json_object(request)
    upserted: Upserted = await _write(request, lambda r: r.upsert(definition, external_id, value, values))
    version = float(data_path(request).rsplit("v", 1)[-1])
    if not upserted.created and version < _FIRST_VERSION_ANSWERING_200:
        return no_content()
    body = {"id": upserted.id, "success": True, "errors": [], "created": upserted.created}
    return json_answer(body, 201 if upserted.created else 200)


async def read_by_external_id(request: Request) -> Response:
    """Or by a relationship of a record: Case/{id}/Contact, Account/{id}/Cases."""
    definition = sobject_of(request)
    if is_record_id(request.path_params["field"]):
        return await _read_related(request, definition)
    return json_answer(await _read(request, definition, await _find(request, definition)))


async def delete_by_external_id(request: Request) -> Response:
    definition = sobject_of(request)
    record_id = await _find(request, definition)
    await _write(request, lambda records: records.delete(definition, record_id))
    return no_content()


async def _read_related(request: Request, definition: SObject) -> Response:
    schema, record_id = org_of(request).schema, parse_record_id(request.path_params["field"])
    name = request.path_params["value"]
    child = schema.child_relationship(definition, name)
    if child is not None:
        await _read(request, definition, record_id, ("Id",))
        where = Comparison(FieldPath((child.field.name,)), Operator.EQUAL, record_id)
        records = await _select(request, schema.get(child.child), where)
        return json_answer({"totalSize": len(records), "done": True, "records": list(records)})
    reference = definition.parent_relationship(name)
    if reference is None:
        raise not_found()
    parent_id = (await _read(request, definition, record_id, (reference.name,)))[reference.name]
    parent = schema.of_record(str(parent_id))
    if parent is None:
        raise not_found()
    return json_answer(await _read(request, parent, RecordId(str(parent_id))))


async def _write(request: Request, work: Callable[[Records], Result]) -> Result:
    try:
        return await org_of(request).write(caller(request), work)
    except WrongJsonTypeError as error:
        raise await located(request, error) from None


async def _find(request: Request, definition: SObject) -> RecordId:
    external_id, value = _external_id(request, definition)
    found = await _write(request, lambda records: records.find_by_external_id(definition, external_id, value))
    if found is None:
        raise not_found()
    return found


async def _read(request: Request, definition: SObject, record_id: RecordId, fields: tuple[str, ...] = ()) -> JsonRecord:
    found = await _select(request, definition, Comparison(FieldPath(("Id",)), Operator.EQUAL, record_id), fields)
    if not found:
        raise not_found()
    return found[0]


async def _select(
    request: Request, definition: SObject, where: Comparison, fields: tuple[str, ...] = ()
) -> tuple[JsonRecord, ...]:
    """`fields`: those that the request asks for, or all, if none is given."""
    org, path, user = org_of(request), data_path(request), user_id(request)
    calendar = org.calendar()
    asked = request.query_params.get("fields")
    named = [name.strip() for name in asked.split(",")] if asked else [field.name for field in definition.fields]
    query = Query(
        select=tuple(Selected(FieldPath(tuple(name.split(".")))) for name in dict.fromkeys(fields or named)),
        source=Source(definition.name),
        where=where,
    )

    def read(connection: sqlite3.Connection) -> tuple[JsonRecord, ...]:
        return run_tree(connection, org.schema, calendar, query, data_path=path, viewer=user).records

    return await org.database.read(read)


async def _changed_at(request: Request, definition: SObject, record_id: RecordId) -> datetime | None:
    """None if there is no such record, which whoever reads or writes it will say."""
    sql = f'SELECT "SystemModstamp" FROM {quoted(definition.name)} WHERE "Id" = ?'
    row = await org_of(request).database.read(lambda c: c.execute(sql, (record_id,)).fetchone())
    return from_wire(row["SystemModstamp"]) if row else None


def _record_id(request: Request) -> RecordId:
    given = request.path_params["id"]
    try:
        return parse_record_id(given)
    except InvalidIdError:
        message = f"Provided external ID field does not exist or is not accessible: {given}"
        raise ApiError("NOT_FOUND", message, status=404) from None


def _external_id(request: Request, definition: SObject) -> tuple[Field, ColumnValue]:
    name = request.path_params["field"]
    external_id = definition.external_id_field(name)
    if external_id is None:
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError("NOT_FOUND", message, status=404)
    return external_id, read_value(external_id, request.path_params["value"])
