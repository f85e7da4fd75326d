"""What a resource asks of its request."""

import re
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request

from localorg.errors import ApiError, json_parser_error, not_found
from localorg.ids import InvalidIdError, RecordId, parse_record_id
from localorg.org import Org
from localorg.records.service import Caller
from localorg.records.values import JsonValue, WrongJsonTypeError
from localorg.schema.models import SObject

_ALLOW_SAVE = re.compile(r"\ballowSave\s*=\s*true\b", re.IGNORECASE)


def org_of(request: Request) -> Org:
    org: Org = request.app.state.org
    return org


def data_path(request: Request) -> str:
    """`/services/data/v67.0`"""
    return str(request.state.data_path)


def user_id(request: Request) -> RecordId:
    return RecordId(request.state.user_id)


def instance_url(request: Request) -> str:
    """The org's address as the client called it."""
    return str(request.base_url).rstrip("/")


def now(request: Request) -> datetime:
    return org_of(request).clock()


def caller(request: Request) -> Caller:
    """Sforce-Auto-Assign is TRUE when absent, or names a rule."""
    assigned_by = request.headers.get("Sforce-Auto-Assign", "TRUE")
    flag = assigned_by.upper() in ("TRUE", "FALSE")
    duplicates = request.headers.get("Sforce-Duplicate-Rule-Header", "")
    allowed = _ALLOW_SAVE.search(duplicates) is not None
    return Caller(
        user_id(request),
        now(request),
        auto_assign=assigned_by.upper() != "FALSE",
        assignment_rule_id=None if flag else rule_id(assigned_by),
        allow_duplicates=allowed,
        loses_events=getattr(request.state, "loses_events", False),
    )


def rule_id(given: str) -> RecordId:
    """An id as it is; anything else is the id of no rule."""
    try:
        return parse_record_id(given)
    except InvalidIdError:
        return RecordId(given)


def sobject_of(request: Request) -> SObject:
    """Raises ApiError NOT_FOUND for an object the org does not have."""
    definition = org_of(request).schema.find(request.path_params["object"])
    if definition is None:
        raise not_found()
    return definition


async def json_object(request: Request) -> dict[str, JsonValue]:
    """The body, whatever its Content-Type says. Raises ApiError JSON_PARSER_ERROR."""
    body = await request.body()
    if not body.strip():
        raise json_parser_error("The HTTP entity body is required, but this request has no entity body.")
    try:
        parsed: Any = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise _syntax_error(body, error) from None
    if not isinstance(parsed, dict):
        raise json_parser_error("Unexpected value, expected START_OBJECT at [line:1, column:1]")
    return parsed


def _syntax_error(body: bytes, error: orjson.JSONDecodeError) -> ApiError:
    where = f"at [line:{error.lineno}, column:{error.colno}]"
    text = body.decode(errors="replace")
    if error.pos >= len(text.rstrip()):
        return json_parser_error(f"Unexpected end-of-input {where}")
    character = text[error.pos]
    return json_parser_error(f"Unexpected character ('{character}' (code {ord(character)})) {where}")


async def located(request: Request, error: WrongJsonTypeError) -> WrongJsonTypeError:
    """The same error, saying where in the body the value stands."""
    text = (await request.body()).decode(errors="replace")
    found = re.search(rf'"{re.escape(error.field)}"\s*:\s*', text, re.IGNORECASE)
    if found is None:
        return error
    before = text[: found.end()]
    return error.at(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
