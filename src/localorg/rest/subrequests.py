"""Requests within a request: carried out by the same resources, without passing the gateway again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import orjson
from starlette.requests import Request
from starlette.types import Message, Receive

from localorg.errors import ApiError
from localorg.records.values import JsonValue
from localorg.rest.context import data_path

_VERSION = re.compile(r"(?:/services/data)?/?v\d+\.0(?=/|$)")
_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
_KEPT_HEADERS = frozenset({"location", "etag", "last-modified"})
_NOT_WITHIN = re.compile(r"/(composite(?!/sobjects)|jobs|metadata|tooling)(/|$)")


@dataclass(frozen=True, slots=True)
class Subanswer:
    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def failed(self) -> bool:
        return self.status >= 300


async def subrequest(
    request: Request,
    method: JsonValue,
    url: JsonValue,
    body: JsonValue = None,
    headers: Mapping[str, str] | None = None,
) -> Subanswer:
    """`url` is an address below /services/data, or one that begins with its version. Raises ApiError."""
    path, query = _address(request, url)
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise ApiError(
            "INVALID_INPUT", f"The method {method!r} of a subrequest is not one of {', '.join(sorted(_METHODS))}"
        )
    content = b"" if body is None else orjson.dumps(body)
    own = [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    named = {name for name, _ in own} | {b"content-length", b"content-type", b"if-modified-since"}
    inherited = [(name, value) for name, value in request.scope["headers"] if name not in named]
    scope = {
        **request.scope,
        "method": method.upper(),
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [*inherited, *own, (b"content-type", b"application/json")],
        "state": dict(request.scope["state"]),
        "path_params": {},
    }
    collected = _Collected()
    await request.app(scope, _once(content), collected.send)
    return collected.answer()


def _address(request: Request, url: JsonValue) -> tuple[str, str]:
    if not isinstance(url, str):
        raise ApiError("INVALID_INPUT", "A subrequest needs a url")
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ApiError("INVALID_INPUT", f"The url of a subrequest cannot be read: {url}") from None
    path = _VERSION.sub("", parts.path, count=1) if _VERSION.match(parts.path) else parts.path
    path = "/" + path.strip("/")
    if _NOT_WITHIN.match(path):
        raise ApiError("INVALID_INPUT", f"The resource {url} cannot be used within a composite request")
    whole = data_path(request) + (path if path != "/" else "")
    return unquote(whole), parts.query


def _once(content: bytes) -> Receive:
    async def receive() -> Message:
        return {"type": "http.request", "body": content, "more_body": False}

    return receive


class _Collected:
    def __init__(self) -> None:
        self._status = 500
        self._headers: dict[str, str] = {}
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {name.decode().lower(): value.decode() for name, value in message["headers"]}
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def answer(self) -> Subanswer:
        headers = {name.title(): text for name, text in self._headers.items() if name in _KEPT_HEADERS}
        if not self._body:
            return Subanswer(self._status, None, headers)
        try:
            return Subanswer(self._status, orjson.loads(self._body), headers)
        except orjson.JSONDecodeError:
            return Subanswer(self._status, self._body.decode(errors="replace"), headers)
