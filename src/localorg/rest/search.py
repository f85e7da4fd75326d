"""search (SOSL) and parameterizedSearch, which says the same in parameters or JSON."""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.errors import ApiError
from localorg.rest.context import data_path, json_object, org_of, user_id
from localorg.soql.executor import JsonRecord
from localorg.sosl.parser import malformed_search
from localorg.sosl.service import run_search

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_BRACES: Final = str.maketrans({"{": "\\{", "}": "\\}"})


async def search(request: Request) -> Response:
    text = request.query_params.get("q")
    if not text:
        raise malformed_search("No search term found. The search term must be enclosed in braces.")
    return await _answer(request, text)


async def parameterized_search(request: Request) -> Response:
    if request.method == "POST":
        return await _answer(request, _from_json(await json_object(request)))
    return await _answer(request, _from_parameters(request.query_params))


async def _answer(request: Request, text: str) -> Response:
    org, path, user = org_of(request), data_path(request), user_id(request)

    def run(connection: sqlite3.Connection) -> tuple[JsonRecord, ...]:
        calendar = org.calendar_of(connection, user)
        return run_search(connection, org.schema, calendar, text, data_path=path, viewer=user)

    return json_answer({"searchRecords": list(await org.database.read(run))})


def _from_parameters(given: QueryParams) -> str:
    objects = [
        {
            "name": name,
            "fields": _listed(given.get(f"{name}.fields") or given.get("fields")),
            "where": given.get(f"{name}.where"),
            "limit": given.get(f"{name}.limit"),
        }
        for name in _listed(given.get("sobject") or given.get("sobjects"))
    ]
    body = {"q": given.get("q"), "in": given.get("in"), "sobjects": objects}
    return _from_json(body | {"overallLimit": given.get("overallLimit"), "defaultLimit": given.get("defaultLimit")})


def _from_json(body: Mapping[str, Any]) -> str:
    """The search as SOSL. Raises ApiError for what cannot be said in it."""
    term = body.get("q")
    if not isinstance(term, str) or not term.strip():
        raise ApiError("INVALID_SEARCH", "The search string q has to be specified")
    group = str(body.get("in") or "ALL").upper().removesuffix(" FIELDS")
    objects = _dictionaries(body.get("sobjects"))
    text = f"FIND {{{term.translate(_BRACES)}}} IN {_named(group)} FIELDS"
    if objects:
        default = {"fields": body.get("fields"), "limit": body.get("defaultLimit")}
        text += f" RETURNING {', '.join(_returned({**default, **_given(one)}) for one in objects)}"
    return text + _limit(body.get("overallLimit"))


def _returned(asked: Mapping[str, Any]) -> str:
    fields = [_named(name) for name in _strings(asked.get("fields"))] or ["Id"]
    where = f" WHERE {asked['where']}" if asked.get("where") else ""
    order = f" ORDER BY {asked['orderBy']}" if asked.get("orderBy") else ""
    return f"{_named(asked.get('name'))}({', '.join(fields)}{where}{order}{_limit(asked.get('limit'))})"


def _given(asked: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in asked.items() if value not in (None, [], "")}


def _limit(value: object) -> str:
    if value is None:
        return ""
    if not str(value).isdecimal():
        raise ApiError("INVALID_SEARCH", f"{value!r} is not a limit")
    return f" LIMIT {value}"


def _named(name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ApiError("INVALID_SEARCH", f"{name!r} is not a name")
    return name


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()] if text else []


def _strings(value: object) -> Sequence[str]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ApiError("INVALID_SEARCH", "fields must be a list of names")
    return value


def _dictionaries(value: object) -> list[Mapping[str, Any]]:
    found = value if isinstance(value, list) else [] if value is None else None
    if found is None or not all(isinstance(one, dict) for one in found):
        raise ApiError("INVALID_SEARCH", "sobjects must be a list of objects with a name")
    return found
