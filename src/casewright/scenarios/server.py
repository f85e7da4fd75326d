"""The server from outside: the customer's side and the operator's."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Self
from uuid import uuid4

from pydantic import JsonValue, ValidationError

from casewright.kit.errors import CasewrightError
from casewright.kit.http import Refused
from casewright.scenarios.api import Api, read
from casewright.scenarios.errors import CannotRun
from casewright.scenarios.event_stream import first_event
from casewright.scenarios.schemas import (
    Approval,
    Approvals,
    Closed,
    Connection,
    InboxItem,
    InboxPage,
    MessageAnswer,
    Opened,
    Transcript,
    Turn,
    TurnLine,
    Turns,
)

CONNECTION_FILE: Final = "demo.json"
LONGEST_ANSWER: Final = 75.0
"""Seconds for one answer; a message that waits for its reply takes up to 60."""


def read_connection(data_directory: Path) -> Connection:
    """What a running demo leaves in its data directory, for others to find it. Raises `CannotRun`."""
    file = data_directory / CONNECTION_FILE
    try:
        return Connection.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise CannotRun(
            f"There is no {file}: start `casewright demo`, which writes it, or name another's folder with --data-dir."
        ) from None
    except OSError as error:
        raise CannotRun(f"{file} cannot be read ({error.strerror}).") from None
    except ValidationError:
        raise CannotRun(
            f"{file} does not have the form of a demo's connection file; start `casewright demo` again."
        ) from None


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


class Server:
    """A running Casewright. Use as `async with`."""

    def __init__(self, url: str) -> None:
        self._api = Api("Casewright", url, timeout=LONGEST_ANSWER)

    async def require_ready(self) -> None:
        """Raises `CannotRun` unless it answers and is ready."""
        try:
            await self._api.tell("GET", "/readyz", {})
        except CasewrightError as error:
            raise CannotRun(
                f"No Casewright is ready at {self._api.url}: start one with `casewright demo`, "
                "or name the one to play against with --url."
            ) from error

    async def open_conversation(
        self, publishable_key: str, language: str | None = None, time_zone: str | None = None
    ) -> "Conversation":
        wishes = {"language": language, "time_zone": time_zone}
        body = {name: wish for name, wish in wishes.items() if wish is not None}
        opened = await self._api.ask(Opened, "POST", "/v1/conversations", _bearer(publishable_key), json=body)
        return Conversation(self._api, opened)

    async def metrics(self) -> str:
        """What the server counts, in Prometheus' text format."""
        return await self._api.text("/metrics")

    def desk(self, operator_key: str) -> "OperatorDesk":
        return OperatorDesk(self._api, operator_key)

    async def close(self) -> None:
        await self._api.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Conversation:
    """What a customer can do in one conversation."""

    def __init__(self, api: Api, opened: Opened) -> None:
        self._api = api
        self._headers = _bearer(opened.token)
        self._token = opened.token
        self._path = f"/v1/conversations/{opened.id}"
        self.id = opened.id

    async def send(self, text: str) -> None:
        """Without waiting for a reply."""
        await self._api.tell("POST", f"{self._path}/messages", self._once(), json={"text": text})

    async def send_and_wait(self, message: Mapping[str, JsonValue], seconds: int) -> MessageAnswer:
        """`message`: `text`, or a `form` with values by slot."""
        path, wait = f"{self._path}/messages", {"wait": str(seconds)}
        return await self._api.ask(MessageAnswer, "POST", path, self._once(), json=dict(message), params=wait)

    async def transcript(self) -> Transcript:
        return await self._api.ask(Transcript, "GET", f"{self._path}/transcript", self._headers)

    async def rate(self, feedback: Mapping[str, JsonValue]) -> None:
        await self._api.tell("POST", f"{self._path}/feedback", self._headers, json=dict(feedback))

    async def ask_for_person(self) -> None:
        await self._api.tell("POST", f"{self._path}/handoff", self._headers, json={})

    async def closed_event(self, within: float) -> Closed | None:
        """How it was closed; None if it is still open after so many seconds."""
        data = await first_event(f"{self._api.url}{self._path}/events", self._token, "closed", within)
        return None if data is None else read(Closed, data, "the closed event")

    def _once(self) -> dict[str, str]:
        return {**self._headers, "Idempotency-Key": str(uuid4())}


class OperatorDesk:
    """What a tenant's operators can do."""

    def __init__(self, api: Api, key: str) -> None:
        self._api = api
        self._headers = _bearer(key)

    async def reply(self, conversation_id: str, text: str) -> None:
        await self._post(f"/v1/conversations/{conversation_id}/replies", {"text": text})

    async def set_mode(self, conversation_id: str, mode: str) -> None:
        await self._post(f"/v1/conversations/{conversation_id}/mode", {"mode": mode})

    async def advance_clock(self, conversation_id: str, seconds: int) -> None:
        await self._post(f"/v1/conversations/{conversation_id}/clock", {"advance_seconds": seconds})

    async def pending_approvals(self, conversation_id: str) -> tuple[Approval, ...]:
        pending = {"status": "pending"}
        approvals = await self._api.ask(Approvals, "GET", "/v1/approvals", self._headers, params=pending)
        return tuple(one for one in approvals.items if one.conversation_id == conversation_id)

    async def decide(self, approval_id: str, decision: str) -> None:
        await self._post("/v1/approvals", {"id": approval_id, "decision": decision})

    async def inbox_item(self, conversation_id: str) -> InboxItem | None:
        """The conversation's line, looked for on every page."""
        cursor: str | None = None
        while True:
            params = {"mode": "all"} if cursor is None else {"mode": "all", "cursor": cursor}
            page = await self._api.ask(InboxPage, "GET", "/v1/inbox", self._headers, params=params)
            found = next((item for item in page.items if item.conversation_id == conversation_id), None)
            if found or page.next_cursor is None:
                return found
            cursor = page.next_cursor

    async def turns(self, conversation_id: str) -> tuple[TurnLine, ...]:
        turns = await self._api.ask(Turns, "GET", f"/v1/conversations/{conversation_id}/turns", self._headers)
        return turns.items

    async def turn(self, turn_id: str) -> Turn:
        return await self._api.ask(Turn, "GET", f"/v1/turns/{turn_id}", self._headers)

    async def seen_of(self, conversation_id: str, turn_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Everything these operators get to see or do of a conversation that is not theirs, in words."""
        seen = [told for request in _intrusions(conversation_id, turn_ids) if (told := await self._intrude(*request))]
        if await self.inbox_item(conversation_id):
            seen.append("its inbox lists the conversation")
        if await self.pending_approvals(conversation_id):
            seen.append("its approvals list one of the conversation")
        return tuple(seen)

    async def _intrude(self, method: str, path: str, body: dict[str, Any] | None) -> str | None:
        try:
            await self._api.call(method, path, self._headers, **({"json": body} if body else {}))
        except Refused as refusal:
            is_hidden = refusal.status_code == HTTPStatus.NOT_FOUND
            return None if is_hidden else f"{method} {path} is answered with {refusal.status_code}, not 404"
        return f"{method} {path} succeeds"

    async def _post(self, path: str, body: dict[str, JsonValue]) -> None:
        await self._api.tell("POST", path, self._headers, json=body)


def _intrusions(conversation_id: str, turn_ids: tuple[str, ...]) -> Iterator[tuple[str, str, dict[str, Any] | None]]:
    conversation = f"/v1/conversations/{conversation_id}"
    yield "GET", f"{conversation}/transcript", None
    yield "GET", f"{conversation}/turns", None
    yield "POST", f"{conversation}/replies", {"text": "Hello"}
    yield "POST", f"{conversation}/mode", {"mode": "human"}
    yield "POST", f"{conversation}/clock", {"advance_seconds": 1}
    for turn_id in turn_ids:
        yield "GET", f"/v1/turns/{turn_id}", None
