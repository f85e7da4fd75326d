"""A running Casewright as a customer's terminal and an operator's inspector ask it.

Every call raises `Unreachable` or `Denied` where it cannot give what it says. What a newer server says beyond what is
known here is left aside.
"""

import json
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
from pydantic import BaseModel, JsonValue, ValidationError

from casewright.conversations.models import QueuePlace
from casewright.conversations.schemas import (
    ClosedNotice,
    ConversationCreated,
    MessageAccepted,
    MessageAnswered,
    MessageView,
    ModeNotice,
    PartPiece,
    Transcript,
    TurnList,
    TurnView,
)
from casewright.kit.http import Failing, HttpClient, OutgoingError, Refused, Retries
from casewright.kit.resilience import CircuitBreaker
from casewright.tenants.schemas import Site
from casewright.terminal.errors import Busy, Denied, Unreachable

WAIT_SECONDS: Final = 50
"""For one answer; then it is asked for again."""
LONGEST_CALL: Final = WAIT_SECONDS + 15.0
CONNECT_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 40.0
"""The server says something every 15 seconds; a line that is silent for longer is dead though it looks open."""

Notice = MessageView | PartPiece | ModeNotice | QueuePlace | ClosedNotice
NOTICES: Final[dict[str, type[Notice]]] = {
    "message": MessageView,
    "part": PartPiece,
    "mode": ModeNotice,
    "queue": QueuePlace,
    "closed": ClosedNotice,
}

Shape = TypeVar("Shape", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way: words, or a form's values by slot. `key` is the same however often it is sent."""

    text: str = ""
    form: Mapping[str, str] | None = None
    key: str = field(default_factory=lambda: str(uuid4()))


@dataclass(frozen=True, slots=True)
class Told:
    """`place` in the conversation's log, after which one goes on listening."""

    place: int
    notice: Notice


class Server:
    """Close it when done."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        once = Retries(attempts=1)
        never_opening = CircuitBreaker("Casewright", threshold=sys.maxsize)
        self._http = HttpClient("Casewright", self.url, timeout=LONGEST_CALL, retries=once, breaker=never_opening)
        silence = httpx2.Timeout(None, connect=CONNECT_SECONDS, read=SILENCE_SECONDS)
        is_here = urlsplit(self.url).hostname in ("localhost", "127.0.0.1", "::1")
        self._stream = httpx2.AsyncClient(base_url=self.url, timeout=silence, trust_env=not is_here)

    async def close(self) -> None:
        await self._http.close()
        await self._stream.aclose()

    # --- the customer's ---

    async def site(self, publishable_key: str, language: str, time_zone: str) -> Site:
        wishes = {"language": language, "time_zone": time_zone}
        return await self._ask(Site, "GET", "/v1/site", publishable_key, params=wishes)

    async def open(self, publishable_key: str, language: str, time_zone: str) -> ConversationCreated:
        wishes = {"language": language or None, "time_zone": time_zone}
        return await self._ask(ConversationCreated, "POST", "/v1/conversations", publishable_key, json=wishes)

    async def send(self, conversation: ConversationCreated, message: Outgoing) -> None:
        """Returns when it is safe there."""
        await self._post(MessageAccepted, conversation, message, {})

    async def answer(self, conversation: ConversationCreated, message: Outgoing) -> MessageAnswered:
        """To a message that was sent; `pending` when the wait is over."""
        return await self._post(MessageAnswered, conversation, message, {"wait": str(WAIT_SECONDS)})

    async def listen(self, conversation: ConversationCreated, after: int) -> AsyncIterator[Told]:
        """What is told from a place in the log on, until the server ends the stream."""
        path = f"{_path(conversation)}/events"
        headers = {**_bearer(conversation.token), "Accept": "text/event-stream", "Last-Event-ID": str(after)}
        try:
            async with self._stream.stream("GET", path, headers=headers) as response:
                if response.status_code != HTTPStatus.OK:
                    raise _refusal(response.status_code, await response.aread())
                async for event in httpx2.EventSource(response):
                    if shape := NOTICES.get(event.event):
                        yield Told(int(event.id or after), _read(shape, event.data))
        except httpx2.RequestError as error:
            raise Unreachable("The server broke off.") from error

    async def transcript(self, conversation: ConversationCreated) -> Transcript:
        return await self._ask(Transcript, "GET", f"{_path(conversation)}/transcript", conversation.token)

    async def ask_for_person(self, conversation: ConversationCreated) -> None:
        await self._call("POST", f"{_path(conversation)}/handoff", conversation.token)

    async def rate(self, conversation: ConversationCreated, rating: int, comment: str) -> None:
        body = {"rating": rating, "comment": comment}
        await self._call("POST", f"{_path(conversation)}/feedback", conversation.token, json=body)

    # --- the operator's ---

    async def turn_behind(self, operator_key: str, conversation_id: UUID, reply_id: UUID | None) -> TurnView | None:
        """The turn that gave this reply; without one the last turn. None where there is none."""
        path = f"/v1/conversations/{conversation_id}/turns"
        turns = (await self._ask(TurnList, "GET", path, operator_key)).items
        found = [one for one in turns if reply_id is None or one.reply_id == reply_id]
        return await self._ask(TurnView, "GET", f"/v1/turns/{found[-1].id}", operator_key) if found else None

    async def _post(
        self, shape: type[Shape], conversation: ConversationCreated, message: Outgoing, params: Mapping[str, str]
    ) -> Shape:
        body: JsonValue = {"text": message.text} if message.form is None else {"text": "", "form": dict(message.form)}
        once = {"Idempotency-Key": message.key}
        path = f"{_path(conversation)}/messages"
        return await self._ask(shape, "POST", path, conversation.token, headers=once, json=body, params=params)

    async def _ask(self, shape: type[Shape], method: str, path: str, key: str, **request: Any) -> Shape:
        return _read(shape, await self._call(method, path, key, **request))

    async def _call(
        self, method: str, path: str, key: str, headers: Mapping[str, str] | None = None, **request: Any
    ) -> bytes:
        try:
            response = await self._http.request(method, path, headers={**_bearer(key), **(headers or {})}, **request)
        except Refused as refusal:
            raise Denied(_sentence(refusal.body, refusal.status_code), refusal.status_code) from refusal
        except Failing as failure:
            raise _trouble(failure.status_code, failure.retry_after) from failure
        except OutgoingError as error:
            raise Unreachable(f"No Casewright can be reached at {self.url}.") from error
        return response.content


def _path(conversation: ConversationCreated) -> str:
    return f"/v1/conversations/{conversation.id}"


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _read(shape: type[Shape], data: str | bytes) -> Shape:
    try:
        return shape.model_validate_json(data, extra="ignore")
    except ValidationError as error:
        raise Denied("The server answers in a form that is not known here; it may be another version.") from error


def _refusal(status: int, content: bytes) -> Denied | Unreachable:
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _trouble(status, None)
    try:
        body: JsonValue = json.loads(content)
    except ValueError:
        body = None
    return Denied(_sentence(body, status), status)


def _trouble(status: int, retry_after: float | None) -> Unreachable:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Busy("The server has a limit, and it is reached.", retry_after or 1.0)
    return Unreachable(f"The server is in trouble (status {status}).", retry_after or 1.0)


def _sentence(problem: JsonValue, status: int) -> str:
    """What a problem document says."""
    told = problem.get("detail") or problem.get("title") if isinstance(problem, dict) else None
    return str(told) if told else f"The server refused it (status {status})."
