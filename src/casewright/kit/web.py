"""HTTP as everyone here speaks it: problems as RFC 9457, bearer keys, server-sent events."""

import re
from collections.abc import AsyncIterator
from datetime import date
from http import HTTPStatus
from typing import Annotated, Any, Final

import orjson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import AfterValidator, BeforeValidator
from starlette.exceptions import HTTPException

from casewright.kit.errors import CasewrightError, InvalidInput, NotAuthenticated, TryLater
from casewright.kit.model import Model

PROBLEM = "application/problem+json"


def _well_formed(text: str) -> str:
    """Half of a surrogate pair is no character: it becomes a question mark. A null byte cannot be stored."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "")


Text = Annotated[str, AfterValidator(_well_formed)]
"""Any text that a client may send."""


def _no_number(day: object) -> object:
    """Which could be read as seconds since 1970, "0.0" too."""
    if isinstance(day, date) or (isinstance(day, str) and _DAY.fullmatch(day)):
        return day
    raise ValueError("it must be a day such as 2026-11-30")


_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
Day = Annotated[date, BeforeValidator(_no_number)]


class Problem(Model):
    """RFC 9457. `type` and `code` (its last part as a name) are stable; `detail` is a sentence for people."""

    type: str
    code: str
    title: str
    status: int
    detail: str
    retry_after: float | None = None


def problem(error: CasewrightError) -> Response:
    retry_after = error.retry_after if isinstance(error, TryLater) else None
    body = Problem(
        type=f"/problems/{error.kind}",
        code=type(error).__name__,
        title=error.title,
        status=error.status,
        detail=error.message,
        retry_after=retry_after,
    )
    headers = {"Retry-After": str(max(1, round(retry_after)))} if retry_after is not None else {}
    if isinstance(error, NotAuthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return Response(body.model_dump_json(exclude_none=True), error.status, headers, PROBLEM)


class DescribedApi(FastAPI):
    """Its OpenAPI document says of every error that it is a problem document."""

    def openapi(self) -> dict[str, Any]:
        document = super().openapi()
        operations = [operation for path in document["paths"].values() for operation in path.values()]
        for status, response in (one for operation in operations for one in operation["responses"].items()):
            content = response.get("content", {})
            if status >= "400" and "application/json" in content:
                content[PROBLEM] = content.pop("application/json")
        return document


def add_problem_handlers(app: FastAPI) -> None:
    """Whatever goes wrong, a client gets a problem document, and never another error's words."""

    @app.exception_handler(CasewrightError)
    async def _(_: Request, error: CasewrightError) -> Response:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def _(_: Request, error: RequestValidationError) -> Response:
        faults = "; ".join(f"{'.'.join(str(one) for one in e['loc'])}: {e['msg']}" for e in error.errors()[:5])
        body = Problem(
            type="/problems/invalid-input",
            code="InvalidInput",
            title="A value is not valid",
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            detail=faults,
        )
        return Response(body.model_dump_json(exclude_none=True), body.status, media_type=PROBLEM)

    @app.exception_handler(HTTPException)
    async def _(_: Request, error: HTTPException) -> Response:
        status = HTTPStatus(error.status_code)
        if status is HTTPStatus.BAD_REQUEST:  # The framework's word for a body that is no text.
            return problem(InvalidInput("The body is not JSON in UTF-8."))
        kind = status.phrase.lower().replace(" ", "-")
        body = Problem(
            type=f"/problems/{kind}",
            code=status.phrase.replace(" ", ""),
            title=status.phrase,
            status=status,
            detail=f"{status.phrase}.",
        )
        return Response(body.model_dump_json(exclude_none=True), status, error.headers, PROBLEM)

    @app.exception_handler(Exception)
    async def _(_: Request, _error: Exception) -> Response:
        return problem(CasewrightError("Something went wrong on our side. It has been noted; please try again."))


def bearer(request: Request) -> str:
    """The key of `Authorization: Bearer KEY`. Raises `NotAuthenticated`."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise NotAuthenticated("Send a key as `Authorization: Bearer KEY`.")
    return key.strip()


def server_sent_event(name: str, data: Model, event_id: int | None = None) -> bytes:
    """One event, framed (WHATWG HTML, "Server-sent events")."""
    lines = [f"id: {event_id}".encode()] if event_id is not None else []
    lines += [f"event: {name}".encode(), b"data: " + orjson.dumps(data.model_dump(mode="json", by_alias=True))]
    return b"\n".join(lines) + b"\n\n"


KEEP_ALIVE = b": keep-alive\n\n"

EventFrames = AsyncIterator[bytes]
