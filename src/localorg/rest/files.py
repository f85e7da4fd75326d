"""The bytes of files: into the org as base64 in JSON or as a part of a form, out of it as they are."""

import base64

import orjson
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response

from localorg.automations.content import content_of
from localorg.errors import ApiError, json_parser_error, not_found
from localorg.ids import is_record_id, parse_record_id
from localorg.records.values import JsonValue
from localorg.rest.context import json_object, org_of
from localorg.schema.models import FieldType, SObject


async def new_record(request: Request, definition: SObject) -> dict[str, JsonValue]:
    """The fields of a record to create, from JSON or from a form of one JSON part and one file."""
    if not request.headers.get("Content-Type", "").lower().startswith("multipart/form-data"):
        return await json_object(request)
    values: dict[str, JsonValue] = {}
    try:
        form = await request.form(max_part_size=2**20)
    except (MultiPartException, ValueError, KeyError) as error:
        raise ApiError("INVALID_MULTIPART_REQUEST", f"The form cannot be read: {error}") from None
    try:
        for name, part in form.multi_items():
            field = definition.field(name)
            if isinstance(part, UploadFile) and field is not None and field.type is FieldType.BASE64:
                values[field.name] = base64.b64encode(await part.read()).decode()
            else:
                values |= _object(await part.read() if isinstance(part, UploadFile) else part.encode())
    finally:
        await form.close()
    return values


def _object(content: bytes) -> dict[str, JsonValue]:
    try:
        parsed = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise json_parser_error("The JSON part of the form cannot be read at [line:1, column:1]") from None
    if not isinstance(parsed, dict):
        raise json_parser_error("Unexpected value, expected START_OBJECT at [line:1, column:1]")
    return parsed


async def read_version_data(request: Request) -> Response:
    given = request.path_params["id"]
    if not is_record_id(given):
        raise not_found()
    record_id = parse_record_id(given)
    sql = 'SELECT 1 FROM "ContentVersion" WHERE "Id" = ? AND "IsDeleted" = 0'

    database = org_of(request).database
    if await database.read(lambda c: c.execute(sql, (record_id,)).fetchone()) is None:
        raise not_found()
    data = await database.read(lambda c: content_of(c, record_id))
    return Response(data or b"", media_type="application/octetstream")
