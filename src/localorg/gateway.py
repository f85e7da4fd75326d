"""What every request meets before its resource: the request log, faults, API version, session, daily limit."""

import asyncio
import re
from collections.abc import Callable
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from localorg.answers import error_answer
from localorg.errors import ApiError, not_found, request_limit_exceeded, row_locked, session_expired
from localorg.faults import Fault, FaultKind
from localorg.oauth.sessions import Session
from localorg.org import Org

OLDEST_VERSION, NEWEST_VERSION = 50, 68
_RETIRED_BEFORE = 31
_XML = frozenset({"application/xml", "text/xml"})
_SERVED = frozenset({FaultKind.SLOW, FaultKind.LOST_EVENT})
"""Faults that let a request be carried out and answered."""
_DATA = re.compile(r"/services/data/v(\d+)\.0(/.*)?")


class Gateway:
    """Wraps the org's resources. A session's user is handed on as `scope["state"]["user_id"]`."""

    def __init__(self, app: ASGIApp, org: Org) -> None:
        self._app = app
        self._org = org

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        scope.setdefault("state", {})
        path = scope["path"] = "/" + scope["path"].strip("/")
        if not path.startswith("/services/"):
            await self._app(scope, receive, send)
            return
        self._org.requests.add(scope["method"], path)
        await self._with_faults(scope, receive, send)

    async def _with_faults(self, scope: Scope, receive: Receive, send: Send) -> None:
        met = self._org.faults.take(scope["method"], scope["path"])
        for fault in met:
            if fault.kind is FaultKind.SLOW:
                await asyncio.sleep(fault.seconds or 0)
            if fault.kind is FaultKind.LOST_EVENT:
                scope["state"]["loses_events"] = True
        deciding = next((fault for fault in met if fault.kind not in _SERVED), None)
        match deciding:
            case None:
                await self._serve(scope, receive, send)
            case Fault(kind=FaultKind.DROP_CONNECTION):
                await _drop_connection(scope, receive)
            case Fault(kind=FaultKind.LOST_ANSWER):
                await self._serve(scope, receive, _unsent)
                await _drop_connection(scope, receive)
            case _:
                limited = self._limited(send, exhausted=deciding.kind is FaultKind.DAILY_LIMIT)
                await error_answer(_fault_error(deciding, scope["path"]))(scope, receive, limited)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        matched = _DATA.fullmatch(scope["path"])
        if matched is None:
            if scope["path"].startswith("/services/data/"):
                await error_answer(not_found())(scope, receive, send)
            else:
                await self._app(scope, receive, send)
            return
        limited = self._limited(send)
        _take_method(scope)
        try:
            _check_accepted(Headers(scope=scope).get("Accept", "*/*"))
            _check_version(int(matched.group(1)))
            scope["state"]["data_path"] = f"/services/data/v{matched.group(1)}.0"
            scope["state"]["user_id"] = self._authenticate(scope).user_id
            if self._org.usage.exhausted:
                raise request_limit_exceeded()
        except ApiError as error:
            await error_answer(error)(scope, receive, limited)
            return
        self._org.usage.count()
        await self._app(scope, receive, limited)

    def _authenticate(self, scope: Scope) -> Session:
        scheme, _, token = Headers(scope=scope).get("Authorization", "").partition(" ")
        session = self._org.sessions.find(token.strip()) if scheme.lower() in ("bearer", "oauth") else None
        if session is None:
            raise session_expired()
        return session

    def _limited(self, send: Send, *, exhausted: bool = False) -> Send:
        async def with_limit(message: Message) -> None:
            if message["type"] == "http.response.start":
                header = (b"sforce-limit-info", self._org.usage.header(exhausted=exhausted).encode())
                message = {**message, "headers": [*message["headers"], header]}
            await send(message)

        return with_limit


def _take_method(scope: Scope) -> None:
    """`?_HttpMethod=PATCH` is for clients that can only POST."""
    named = parse_qs(scope["query_string"].decode("latin-1")).get("_HttpMethod")
    if scope["method"] == "POST" and named:
        scope["method"] = named[0].upper()


def _check_accepted(accept: str) -> None:
    """There is no XML here but SOAP's."""
    kinds = [kind.partition(";")[0].strip().lower() for kind in accept.split(",")]
    if kinds and all(kind in _XML for kind in kinds):
        raise ApiError("NOT_ACCEPTABLE", "This org answers in JSON only", status=406)


def _check_version(version: int) -> None:
    if version < _RETIRED_BEFORE:
        message = f"The requested resource does not exist: API version {version}.0 is retired"
        raise ApiError("GONE", message, status=410)
    if not OLDEST_VERSION <= version <= NEWEST_VERSION:
        raise not_found()


def _fault_error(fault: Fault, path: str) -> ApiError:
    match fault.kind:
        case FaultKind.ROW_LOCK:
            return row_locked(path.rsplit("/", 1)[-1])
        case FaultKind.DAILY_LIMIT:
            return request_limit_exceeded()
        case _:
            headers = {} if fault.seconds is None else {"Retry-After": f"{fault.seconds:g}"}
            codes = {503: ("SERVER_UNAVAILABLE", "The server is temporarily unavailable, please try again later")}
            code, message = codes.get(fault.status, ("UNKNOWN_EXCEPTION", "An unexpected error occurred"))
            return ApiError(code, message, status=fault.status, headers=headers)


async def _unsent(message: Message) -> None:
    """The answer nobody gets."""


async def _drop_connection(scope: Scope, receive: Receive) -> None:
    """Cuts the line without a byte of answer, and waits until that has reached us too."""
    abort: Callable[[], None] = scope["state"]["abort_connection"]
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass
