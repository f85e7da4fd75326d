"""composite/sobjects: up to 200 records of any objects in one request, up to 2,000 to read."""

from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.errors import ApiError, json_parser_error
from localorg.ids import InvalidIdError, RecordId, parse_record_id
from localorg.outcomes import Outcome, Work, carry_out
from localorg.records.service import Records
from localorg.records.values import JsonValue, read_value
from localorg.rest.context import caller, data_path, json_object, org_of, sobject_of, user_id
from localorg.schema.models import SObject
from localorg.soql.ast import FieldPath, InValues, Query, Selected, Source
from localorg.soql.executor import JsonRecord
from localorg.soql.service import run_tree

MOST_RECORDS = 200
_MOST_READ = 2_000
Values = Mapping[str, JsonValue]


async def create_records(request: Request) -> Response:
    return await _each_record(request, _creation)


async def update_records(request: Request) -> Response:
    return await _each_record(request, _update)


async def upsert_records(request: Request) -> Response:
    definition, name = sobject_of(request), request.path_params["field"]
    external_id = definition.external_id_field(name)
    if external_id is None and name.lower() != "id":
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise ApiError("NOT_FOUND", message, status=404)

    def upsert(records: Records, values: Values) -> Outcome:
        _check_type(values, definition)
        given = next((key for key in values if key.lower() == name.lower()), None)
        if given is None or values[given] in (None, ""):
            if external_id is not None:
                message = f"Missing external ID field: {external_id.name}"
                raise ApiError("MISSING_ARGUMENT", message, fields=())
            return Outcome(records.create(definition, _fields(values)), created=True)
        rest = {key: value for key, value in _fields(values).items() if key != given}
        if external_id is None:
            record_id = _record_id(values[given])
            records.update(definition, record_id, rest)
            return Outcome(record_id, created=False)
        done = records.upsert(definition, external_id, read_value(external_id, values[given]), rest)
        return Outcome(done.id, created=done.created)

    return await _each_record(request, upsert)


async def delete_records(request: Request) -> Response:
    given = [one for one in request.query_params.get("ids", "").split(",") if one]
    _check_count(given, MOST_RECORDS)

    def deletion(one: str) -> Work:
        return lambda records: _delete(records, one)

    return await _answer(request, [deletion(one) for one in given], _is_true(request.query_params.get("allOrNone")))


async def read_records(request: Request) -> Response:
    """GET with `ids` and `fields`, POST with the same in its body; a record that is not there is null."""
    definition = sobject_of(request)
    if request.method == "POST":
        body = await json_object(request)
        ids, names = body.get("ids"), body.get("fields")
    else:
        parameters = request.query_params
        ids, names = [parameters.get(key, "").split(",") if parameters.get(key) else None for key in ("ids", "fields")]
    if not isinstance(ids, list) or not isinstance(names, list) or not names:
        raise ApiError("MISSING_ARGUMENT", "The ids and fields parameters are required")
    _check_count(ids, _MOST_READ)
    wanted = [_record_id(one) for one in ids]
    found = await _records_of(request, definition, wanted, [str(name) for name in names])
    return json_answer([found.get(record_id) for record_id in wanted])


async def _records_of(
    request: Request, definition: SObject, ids: Sequence[RecordId], names: Sequence[str]
) -> Mapping[RecordId, JsonRecord]:
    org, path, user = org_of(request), data_path(request), user_id(request)
    calendar = org.calendar()
    with_id = dict.fromkeys(("id", *(name.strip().lower() for name in names)))
    query = Query(
        select=tuple(Selected(FieldPath(tuple(name.split(".")))) for name in with_id),
        source=Source(definition.name),
        where=InValues(FieldPath(("Id",)), tuple(ids)),
    )
    result = await org.database.read(lambda c: run_tree(c, org.schema, calendar, query, data_path=path, viewer=user))
    hidden = "id" not in {name.strip().lower() for name in names}
    found = {RecordId(record["Id"]): record for record in result.records}
    if hidden:
        for record in found.values():
            del record["Id"]
    return found


async def _each_record(request: Request, save: Callable[[Records, Values], Outcome]) -> Response:
    body = await json_object(request)
    given = body.get("records")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise json_parser_error("Unexpected value, expected a list of records at [line:1, column:1]")
    _check_count(given, MOST_RECORDS)

    def work(values: Values) -> Work:
        return lambda records: save(records, values)

    return await _answer(request, [work(values) for values in given], _is_true(body.get("allOrNone")))


async def _answer(request: Request, works: Sequence[Work], all_or_none: bool) -> Response:
    outcomes = await org_of(request).write(
        caller(request), lambda records: carry_out(records, works, all_or_none=all_or_none)
    )
    return json_answer([outcome.to_json() for outcome in outcomes])


def _creation(records: Records, values: Values) -> Outcome:
    return Outcome(records.create(_object_of(records, values), _fields(values)))


def _update(records: Records, values: Values) -> Outcome:
    given = next((values[key] for key in values if key.lower() == "id"), None)
    if given is None:
        raise ApiError("MISSING_ARGUMENT", "Id not specified in an update call", fields=("Id",))
    record_id = _record_id(given)
    changes = {key: value for key, value in _fields(values).items() if key.lower() != "id"}
    records.update(_object_of(records, values), record_id, changes)
    return Outcome(record_id)


def _delete(records: Records, given: str) -> Outcome:
    record_id = _record_id(given)
    definition = records.schema.of_record(record_id)
    if definition is None:
        raise ApiError("MALFORMED_ID", f"malformed id {given}", fields=())
    records.delete(definition, record_id)
    return Outcome(record_id)


def type_name(values: Values) -> str:
    """The object named by a record's `attributes`. Raises ApiError."""
    attributes = values.get("attributes")
    named = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(named, str):
        raise ApiError("INVALID_TYPE", "The record's attributes must name its type", fields=())
    return named


def _object_of(records: Records, values: Values) -> SObject:
    named = type_name(values)
    definition = records.schema.find(named)
    if definition is None:
        raise ApiError("INVALID_TYPE", f"sObject type '{named}' is not supported.", fields=())
    return definition


def _check_type(values: Values, definition: SObject) -> None:
    if "attributes" in values and type_name(values).lower() != definition.name.lower():
        raise ApiError("INVALID_TYPE", f"The record is not of the type {definition.name}", fields=())


def _fields(values: Values) -> dict[str, JsonValue]:
    return {key: value for key, value in values.items() if key.lower() != "attributes"}


def _record_id(given: JsonValue) -> RecordId:
    try:
        return parse_record_id(str(given))
    except InvalidIdError:
        raise ApiError("MALFORMED_ID", f"malformed id {given}", fields=("Id",)) from None


def _check_count(given: Sequence[object], most: int) -> None:
    if not given:
        raise ApiError("MISSING_ARGUMENT", "At least one record is required")
    if len(given) > most:
        message = f"record limit reached. cannot submit more than {most} records into this call"
        raise ApiError("EXCEEDED_ID_LIMIT", message)


def _is_true(given: JsonValue) -> bool:
    return given is True or (isinstance(given, str) and given.lower() == "true")
