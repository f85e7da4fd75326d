"""One conversation from the customer's side: opened at the first word, delivered to, listened to, whatever restarts."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, Protocol, TypeVar
from uuid import UUID

from casewright.conversations.models import QueuePlace
from casewright.conversations.schemas import (
    ClosedNotice,
    ConversationCreated,
    MessageAnswered,
    MessageView,
    ModeNotice,
    PartPiece,
    ReplyView,
    Transcript,
)
from casewright.terminal.errors import Busy, Denied, GaveUp, Unreachable
from casewright.terminal.server import Outgoing, Server, Told

FIRST_PAUSE: Final = 0.5
LONGEST_PAUSE: Final = 5.0
STREAM_LAG: Final = 4.0
"""Seconds in which the stream tells of a reply; one that is known of by then is shown without it."""

Result = TypeVar("Result")


class Listener(Protocol):
    """Whom the session tells, in the order in which it happened."""

    async def message(self, message: MessageView) -> None: ...
    def part(self, piece: PartPiece) -> None: ...
    def mode(self, notice: ModeNotice) -> None: ...
    def queue(self, place: QueuePlace) -> None: ...
    def closed(self, notice: ClosedNotice) -> None: ...
    def busy(self, seconds: float) -> None: ...
    def away(self) -> None: ...
    def back(self) -> None: ...
    def lost(self) -> None: ...


class Session:
    """`patience`: seconds for which a server that is away is waited for; None without end."""

    def __init__(
        self,
        server: Server,
        open_conversation: Callable[[], Awaitable[ConversationCreated]],
        listener: Listener,
        patience: float | None,
    ) -> None:
        self._server = server
        self._open = open_conversation
        self._listener = listener
        self._patience = patience
        self._conversation: ConversationCreated | None = None
        self._listening: asyncio.Task[None] | None = None
        self._in_order = asyncio.Lock()
        self._begun: set[UUID] = set()
        self._shown: defaultdict[UUID, asyncio.Event] = defaultdict(asyncio.Event)
        self._said = asyncio.Event()
        self._is_greeting_due = True
        self._is_away = False

    @property
    def id(self) -> UUID | None:
        """None before the first word."""
        return self._conversation.id if self._conversation else None

    async def deliver(self, message: Outgoing) -> MessageAnswered:
        """Returns when the reply was shown, or is none. Raises `Denied`, and `GaveUp` when patience is over."""
        async with self._in_order:
            conversation = await self._opened()
            await self._until_reached(lambda: self._server.send(conversation, message))
        answered = await self._until_reached(lambda: self._server.answer(conversation, message))
        while answered.status == "pending":
            answered = await self._until_reached(lambda: self._server.answer(conversation, message))
        if answered.reply:
            await self._until_shown(answered.reply)
        return answered

    async def ask_for_person(self) -> None:
        """Returns when something was said to it."""
        conversation = await self._opened()
        self._said.clear()
        await self._until_reached(lambda: self._server.ask_for_person(conversation))
        with suppress(TimeoutError):
            async with asyncio.timeout(STREAM_LAG):
                await self._said.wait()

    async def rate(self, rating: int, comment: str) -> None:
        conversation = await self._opened()
        await self._until_reached(lambda: self._server.rate(conversation, rating, comment))

    async def transcript(self) -> Transcript | None:
        return await self._server.transcript(self._conversation) if self._conversation else None

    async def close(self) -> None:
        """It stays as it is at the server; nothing is told of it any more."""
        if self._listening:
            self._listening.cancel()
            await asyncio.wait((self._listening,))

    async def _opened(self) -> ConversationCreated:
        if self._conversation is None:
            self._conversation = await self._until_reached(self._open)
            self._listening = asyncio.create_task(self._listen(self._conversation))
        return self._conversation

    # --- what goes out ---

    async def _until_reached(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        pause, waited = FIRST_PAUSE, 0.0
        while True:
            try:
                result = await attempt()
            except Unreachable as error:
                if self._patience is not None and waited >= self._patience:
                    raise GaveUp(error.message) from error
                if isinstance(error, Busy):
                    pause = max(pause, error.retry_after)
                    self._listener.busy(pause)
                else:
                    self._tell_away()
                await asyncio.sleep(pause)
                pause, waited = min(pause * 2, LONGEST_PAUSE), waited + pause
            else:
                self._tell_back()
                return result

    def _tell_away(self) -> None:
        if not self._is_away:
            self._is_away = True
            self._listener.away()

    def _tell_back(self) -> None:
        if self._is_away:
            self._is_away = False
            self._listener.back()

    # --- what comes in ---

    async def _listen(self, conversation: ConversationCreated) -> None:
        place, failures = 0, 0
        while True:
            try:
                async for told in self._server.listen(conversation, place):
                    failures = 0
                    self._tell_back()
                    await self._take(told)
                    place = told.place
            except Unreachable as error:
                failures += 1
                if failures > 1 and not isinstance(error, Busy):
                    self._tell_away()
            except Denied:
                self._listener.lost()
                return
            await asyncio.sleep(min(FIRST_PAUSE * 2**failures, LONGEST_PAUSE))

    async def _take(self, told: Told) -> None:
        match told.notice:
            case MessageView() as message:
                # The greeting, with which each log begins, was shown before there was a conversation.
                is_greeting, self._is_greeting_due = self._is_greeting_due, False
                await self._show(message, silently=is_greeting or message.from_ == "customer")
            case PartPiece() as piece:
                self._listener.part(piece)
            case ModeNotice() as notice:
                self._listener.mode(notice)
            case QueuePlace() as place:
                self._listener.queue(place)
            case ClosedNotice() as notice:
                self._listener.closed(notice)

    async def _show(self, message: MessageView, *, silently: bool = False) -> None:
        """Once, whoever tells of it first."""
        if message.id in self._begun:
            return
        self._begun.add(message.id)
        if not silently:
            await self._listener.message(message)
            self._said.set()
        self._shown[message.id].set()

    async def _until_shown(self, reply: ReplyView) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(STREAM_LAG):
                await self._shown[reply.id].wait()
                return
        content = {**dict(reply), "from": "agent", "at": datetime.now(UTC)}
        await self._show(MessageView.model_validate(content))
