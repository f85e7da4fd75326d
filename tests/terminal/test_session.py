"""A session against a loopback server that hangs up, is busy, or keeps its stream silent, as told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest

from casewright.conversations.models import QueuePlace
from casewright.conversations.schemas import ClosedNotice, ConversationCreated, MessageView, ModeNotice, PartPiece
from casewright.terminal import session as session_module
from casewright.terminal.errors import Denied, GaveUp
from casewright.terminal.server import Outgoing, Server
from casewright.terminal.session import Session
from tests.terminal.messages import a_message, part

HANG_UP = 0
GREETING = a_message(part("I am an AI.", "notice"))
REPLY = a_message(part("So.", "answer"))


class Loopback:
    """Answers each message with the next of `statuses`, then with `REPLY`; its stream tells `told`, and each connection
    again from the beginning."""

    def __init__(self, *statuses: int, told: tuple[MessageView, ...] = ()) -> None:
        self._statuses = list(statuses)
        self._told = told
        self.keys: list[str] = []
        self.streams = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        listening = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        server = Server(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        yield server
        await server.close()
        listening.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                fields = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
                await reader.readexactly(int(fields.get("content-length", 0)))
                if "/events" in head:
                    self._stream(writer)
                    break
                if not self._answer(fields, writer, waits="wait=" in head):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    def _stream(self, writer: asyncio.StreamWriter) -> None:
        self.streams += 1
        events = "".join(
            f"id: {place}\nevent: message\ndata: {one.model_dump_json(by_alias=True)}\n\n"
            for place, one in enumerate(self._told, start=1)
        )
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n{events}".encode())

    def _answer(self, fields: dict[str, str], writer: asyncio.StreamWriter, *, waits: bool) -> bool:
        self.keys.append(fields["idempotency-key"])
        status = self._statuses.pop(0) if self._statuses else 200
        if status == HANG_UP:
            return False
        answer: dict[str, Any] = {"message_id": str(uuid4())}
        if status >= 400:
            answer = {"detail": "No."}
        elif waits:
            reply = REPLY.model_dump(mode="json", include={"id", "text", "parts", "quick_replies"})
            answer |= {"status": "replied", "mode": "agent", "reply": reply}
        body = json.dumps(answer).encode()
        head = f"HTTP/1.1 {status} Status\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        return True


class Told:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.line: list[str] = []

    async def message(self, message: MessageView) -> None:
        self.messages += [one.text for one in message.parts]

    def part(self, piece: PartPiece) -> None: ...
    def mode(self, notice: ModeNotice) -> None: ...
    def queue(self, place: QueuePlace) -> None: ...
    def closed(self, notice: ClosedNotice) -> None: ...

    def busy(self, seconds: float) -> None:
        self.line.append("busy")

    def away(self) -> None:
        self.line.append("away")

    def back(self) -> None:
        self.line.append("back")

    def lost(self) -> None:
        self.line.append("lost")


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(session_module, "STREAM_LAG", 0.3)


@asynccontextmanager
async def session(loopback: Loopback, patience: float | None = None) -> AsyncIterator[tuple[Session, Told]]:
    async def open_conversation() -> ConversationCreated:
        return ConversationCreated(id=uuid4(), token="ct_1")

    told = Told()
    async with loopback.running() as server:
        opened = Session(server, open_conversation, told, patience)
        yield opened, told
        await opened.close()


async def test_a_message_is_sent_under_one_key_until_the_server_is_back() -> None:
    loopback = Loopback(HANG_UP, 503, told=(GREETING, REPLY))
    async with session(loopback) as (talk, told):
        await talk.deliver(Outgoing("Hello", key="k1"))
    assert loopback.keys == ["k1"] * 4
    assert (told.line[0], told.line[-1]) == ("away", "back")


async def test_two_messages_have_two_keys() -> None:
    loopback = Loopback(told=(GREETING, REPLY))
    async with session(loopback) as (talk, _):
        await talk.deliver(Outgoing("Hello"))
        await talk.deliver(Outgoing("Hello"))
    assert len(set(loopback.keys)) == 2


async def test_a_limit_is_waited_for_and_not_taken_for_an_absence() -> None:
    async with session(Loopback(429, told=(GREETING, REPLY))) as (talk, told):
        await talk.deliver(Outgoing("Hello"))
    assert told.line == ["busy"]


async def test_patience_ends() -> None:
    async with session(Loopback(*[HANG_UP] * 9), patience=0.0) as (talk, _):
        with pytest.raises(GaveUp):
            await talk.deliver(Outgoing("Hello"))


async def test_a_refusal_is_told_in_the_servers_own_sentence_and_not_tried_again() -> None:
    loopback = Loopback(422)
    async with session(loopback) as (talk, _):
        with pytest.raises(Denied, match=r"^No\.$"):
            await talk.deliver(Outgoing(form={"amount": "much"}))
    assert len(loopback.keys) == 1


async def test_a_stream_that_breaks_off_tells_nothing_twice_and_never_the_greeting() -> None:
    loopback = Loopback(told=(GREETING, REPLY))
    async with session(loopback) as (talk, told):
        await talk.deliver(Outgoing("Hello"))
        async with asyncio.timeout(10):
            while loopback.streams < 3:
                await asyncio.sleep(0.01)
    assert told.messages == ["So."]


async def test_a_reply_is_shown_though_the_stream_is_silent() -> None:
    async with session(Loopback()) as (talk, told):
        await talk.deliver(Outgoing("Hello"))
    assert told.messages == ["So."]
