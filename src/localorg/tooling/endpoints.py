"""/services/data/vNN.0/tooling: query, describe, create and delete; whatever would run Apex is refused."""

import sqlite3

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localorg.answers import json_answer, no_content
from localorg.errors import ApiError, not_found, required_fields_missing
from localorg.ids import RecordId, instance_code, is_record_id, parse_record_id
from localorg.metadata import apex
from localorg.metadata.models import Component, ComponentName
from localorg.metadata.packages import NAMESPACE
from localorg.metadata.store import Store
from localorg.metadata.types import type_named, unheeded
from localorg.records.values import JsonValue
from localorg.rest.context import data_path, json_object, now, org_of, user_id
from localorg.rest.describe import describe
from localorg.schema.models import SObject
from localorg.soql.columns import column_metadata
from localorg.soql.executor import QueryResult
from localorg.soql.service import compile_query, run_query
from localorg.tooling.schema import SOURCES, tooling_schema

_SUMMARY_WITHOUT = frozenset({"fields", "childRelationships", "recordTypeInfos", "actionOverrides", "namedLayoutInfos"})
_META = '<?xml version="1.0" encoding="UTF-8"?>\n<{kind} xmlns="{namespace}">\n    <apiVersion>{version}</apiVersion>\n    <status>Active</status>\n</{kind}>\n'


async def list_resources(request: Request) -> Response:
    path = _path(request)
    return json_answer({name: f"{path}/{name}" for name in ("sobjects", "query")})


async def query(request: Request) -> Response:
    text = request.query_params.get("q")
    if text is None:
        raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
    org, path = org_of(request), _path(request)
    schema, calendar = tooling_schema(org.schema), org.calendar()
    if request.query_params.get("columns", "").lower() == "true":
        return json_answer(column_metadata(compile_query(schema, calendar, text)))

    def run(connection: sqlite3.Connection) -> QueryResult:
        return run_query(connection, schema, calendar, text, data_path=path)

    result = await org.database.read(run)
    body = {"size": len(result.records), "totalSize": result.total_size, "done": True, "queryLocator": None}
    return json_answer({**body, "entityTypeName": None, "records": list(result.records)})


async def list_objects(request: Request) -> Response:
    schema, path = tooling_schema(org_of(request).schema), _path(request)
    summaries = [
        {key: value for key, value in describe(one, schema, path).items() if key not in _SUMMARY_WITHOUT}
        for one in schema
    ]
    return json_answer({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": summaries})


async def basic_information(request: Request) -> Response:
    definition = _definition(request)
    described = describe(definition, tooling_schema(org_of(request).schema), _path(request))
    summary = {key: value for key, value in described.items() if key not in _SUMMARY_WITHOUT}
    return json_answer({"objectDescribe": summary, "recentItems": []})


async def describe_object(request: Request) -> Response:
    definition = _definition(request)
    return json_answer(describe(definition, tooling_schema(org_of(request).schema), _path(request)))


async def read_record(request: Request) -> Response:
    definition, org, path = _definition(request), org_of(request), _path(request)
    record_id = _record_id(request)
    schema, calendar = tooling_schema(org.schema), org.calendar()
    names = ", ".join(field.name for field in definition.fields)
    text = f"SELECT {names} FROM {definition.name} WHERE Id = '{record_id}'"
    found = (await org.database.read(lambda c: run_query(c, schema, calendar, text, data_path=path))).records
    if not found:
        raise not_found()
    return json_answer(found[0])


async def create_record(request: Request) -> Response:
    """A class or trigger, stored as if it had been deployed."""
    definition, values = _definition(request), await json_object(request)
    if definition.name not in SOURCES:
        message = f"entity type cannot be inserted: {definition.label}"
        raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message, fields=())
    component = _component(definition, values, data_path(request).rsplit("/v", 1)[-1])
    problem = next(apex.check(component), None)
    if problem is not None:
        raise ApiError("INVALID_INPUT", problem.text, fields=("Body",))
    org, user, at = org_of(request), user_id(request), now(request)

    def save(connection: sqlite3.Connection) -> RecordId:
        store = Store(connection, instance_code(org.name))
        known = store.find(component.name)
        if known is not None:
            message = f"duplicate value found: Name duplicates value on record with id: {known.id}"
            raise ApiError("DUPLICATE_VALUE", message, fields=())
        return store.save(component, user, at)

    record_id = await org.database.write(save)
    warning = f"{component.name.full_name} is stored, but has no effect here: {unheeded(definition.name)}"
    return json_answer({"id": record_id, "success": True, "errors": [], "warnings": [warning], "infos": []}, 201)


async def delete_record(request: Request) -> Response:
    definition, record_id = _definition(request), _record_id(request)
    if definition.name not in SOURCES:
        raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", fields=())

    def delete(connection: sqlite3.Connection) -> None:
        sql = "SELECT 1 FROM _component WHERE id = ? AND type = ?"
        if connection.execute(sql, (record_id, definition.name)).fetchone() is None:
            raise not_found()
        Store(connection, "").delete(record_id)

    await org_of(request).database.write(delete)
    return no_content()


async def refuse_apex(request: Request) -> Response:
    raise ApiError("FUNCTIONALITY_NOT_ENABLED", apex.NO_RUNTIME)


def _component(definition: SObject, values: dict[str, JsonValue], version: str) -> Component:
    given = {key.lower(): value for key, value in values.items() if key.lower() != "attributes"}
    unknown = next((key for key in values if key != "attributes" and definition.field(key) is None), None)
    if unknown is not None:
        message = f"No such column '{unknown}' on sobject of type {definition.name}"
        raise ApiError("INVALID_FIELD", message)
    body = given.get("body")
    if not isinstance(body, str) or not body.strip():
        raise required_fields_missing(("Body",))
    name = given.get("name") or apex.declared_name(body, definition.name)
    if not isinstance(name, str) or not name.isidentifier():
        raise ApiError("INVALID_INPUT", "Expected a declaration with a name", fields=("Body",))
    kind = type_named(definition.name)
    assert kind is not None
    path = f"{kind.directory_name}/{name}.{kind.suffix}"
    wanted = given.get("apiversion")
    meta = _META.format(kind=definition.name, namespace=NAMESPACE, version=_version(wanted) or version)
    files = {path: body.encode(), f"{path}-meta.xml": meta.encode()}
    return Component(ComponentName(definition.name, name), path, files)


def _version(given: JsonValue) -> str | None:
    return (
        f"{given:.1f}" if isinstance(given, int | float) and not isinstance(given, bool) and 0 < given < 100 else None
    )


def _path(request: Request) -> str:
    return f"{data_path(request)}/tooling"


def _definition(request: Request) -> SObject:
    definition = tooling_schema(org_of(request).schema).find(request.path_params["object"])
    if definition is None:
        raise not_found()
    return definition


def _record_id(request: Request) -> RecordId:
    given = request.path_params["id"]
    if not is_record_id(given):
        raise not_found()
    return parse_record_id(given)


_TOOLING = "/services/data/v{version}/tooling"
_OBJECT = _TOOLING + "/sobjects/{object}"
TOOLING_ROUTES = [
    Route(_TOOLING, list_resources),
    Route(_TOOLING + "/query", query),
    Route(_TOOLING + "/sobjects", list_objects),
    Route(_OBJECT, basic_information),
    Route(_OBJECT, create_record, methods=["POST"]),
    Route(_OBJECT + "/describe", describe_object),
    Route(_OBJECT + "/{id}", read_record),
    Route(_OBJECT + "/{id}", delete_record, methods=["DELETE"]),
    Route(_TOOLING + "/executeAnonymous", refuse_apex),
    Route(_TOOLING + "/runTestsSynchronous", refuse_apex, methods=["GET", "POST"]),
    Route(_TOOLING + "/runTestsAsynchronous", refuse_apex, methods=["GET", "POST"]),
]
