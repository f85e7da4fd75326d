"""One HTTP service as scenarios call it: a fault is seen, not smoothed over."""

import asyncio
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from casewright.kit.http import Failing, HttpClient, OutgoingError, Refused, Retries
from casewright.kit.resilience import CallLimit
from casewright.scenarios.errors import StepBroken

LONGEST_THROTTLING: Final = 120.0
"""Seconds for which a service that says 429 is asked again."""

Shape = TypeVar("Shape", bound=BaseModel)


class Api:
    """Repeats only what a limit kept away. `timeout`: seconds for one answer."""

    def __init__(self, name: str, url: str, timeout: float) -> None:
        self.url = url.rstrip("/")
        limit = CallLimit(name, concurrent=500, patience=timeout)
        self._http = HttpClient(name, self.url, timeout=timeout, retries=Retries(attempts=1), limit=limit)

    async def call(self, method: str, path: str, headers: Mapping[str, str], **request: Any) -> JsonValue:
        """The answer's JSON, None if it has no body. `request`: `json`, `form` or `params`.

        Raises `Refused` for a 4xx and `StepBroken` for everything else that is not an answer.
        """
        content = await self._bytes(method, path, headers, **request)
        return _json(content, f"{method} {path}") if content else None

    async def _bytes(self, method: str, path: str, headers: Mapping[str, str], **request: Any) -> bytes:
        deadline = time.monotonic() + LONGEST_THROTTLING
        while True:
            try:
                response = await self._http.request(method, path, headers=headers, **request)
            except Failing as failure:
                pause = failure.retry_after or 1.0
                if failure.status_code != HTTPStatus.TOO_MANY_REQUESTS or time.monotonic() + pause > deadline:
                    raise StepBroken(f"{method} {path}: {failure.message}") from failure
                await asyncio.sleep(pause)
            except Refused:
                raise
            except OutgoingError as error:
                raise StepBroken(f"{method} {path}: {error.message}") from error
            else:
                return response.content

    async def ask(
        self, shape: type[Shape], method: str, path: str, headers: Mapping[str, str], **request: Any
    ) -> Shape:
        """The answer as a `shape`. Raises `StepBroken`, with what the service said, when it refuses."""
        return read(shape, await self.tell(method, path, headers, **request), f"{method} {path}")

    async def tell(self, method: str, path: str, headers: Mapping[str, str], **request: Any) -> JsonValue:
        """As `call`; a refusal is a `StepBroken` with what the service said."""
        try:
            return await self.call(method, path, headers, **request)
        except Refused as refusal:
            raise refused(f"{method} {path}", refusal) from refusal

    async def text(self, path: str) -> str:
        """What a page without credentials says."""
        try:
            return (await self._bytes("GET", path, {})).decode()
        except Refused as refusal:
            raise refused(f"GET {path}", refusal) from refusal

    async def close(self) -> None:
        await self._http.close()


def read(shape: type[Shape], data: JsonValue, what: str) -> Shape:
    """`data`, the answer to `what`, as a `shape`. Raises `StepBroken` when it has another form."""
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        places = ", ".join(".".join(str(part) for part in one["loc"]) or "the top" for one in error.errors())
        raise StepBroken(f"The answer to {what} does not have the documented form (at {places}).") from error


def refused(what: str, refusal: Refused) -> StepBroken:
    """The refusal in words, with the reason that the service gave."""
    return StepBroken(f"{what} was refused with {refusal.status_code}{_said(refusal.body)}.")


def _json(content: bytes, what: str) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(content)
    except ValueError as error:
        raise StepBroken(f"The answer to {what} is not JSON.") from error
    return parsed


def _said(body: JsonValue) -> str:
    """`: …`, from a problem document or one of Salesforce's errors."""
    if isinstance(body, list) and body:
        body = body[0]
    if not isinstance(body, dict):
        return ""
    told = body.get("detail") or body.get("message") or body.get("error_description") or body.get("title")
    return f": {' '.join(str(told).split()).rstrip('.')}" if told else ""
