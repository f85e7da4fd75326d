"""Waiting: for the reply to one message, and for a person."""

import math
import time

from casewright.conversations.live import LiveEvents
from casewright.conversations.models import (
    Accepted,
    ConversationKey,
    Event,
    LoggedEvent,
    MessageId,
    Mode,
    ModeChanged,
    OperatorReplied,
    QueuePlace,
    ReplySent,
    TurnFinished,
)
from casewright.conversations.presenting import reply_view
from casewright.conversations.schemas import MessageAnswered
from casewright.conversations.service import ConversationService
from casewright.kit.principal import Principal

LONGEST_WAIT = 60.0
POLL_SECONDS = 2.0
"""A wake from another process may be lost with its connection: so often the log is looked at anyway."""


QUEUE_SECONDS = 5.0
"""How often an open stream looks where its customer stands in the queue."""


class QueueWatch:
    """One reader's eye on the queue: it looks only while a person is awaited, and not more often than need be."""

    def __init__(self, service: ConversationService, principal: Principal, key: ConversationKey) -> None:
        self._service = service
        self._principal = principal
        self._key = key
        self._place: QueuePlace | None = None
        self._next_look = 0.0

    def notice(self, event: Event) -> None:
        """What brings a customer into the queue or out of it. Who is told of it forgets the place, which may have been told
        just before."""
        if isinstance(event, ModeChanged | OperatorReplied):
            self._place, self._next_look = None, 0.0

    async def moved(self) -> QueuePlace | None:
        """The place, if it is another than when last looked at."""
        if time.monotonic() < self._next_look:
            return None
        place = await self._service.queue_place(self._principal, self._key)
        self._next_look = time.monotonic() + QUEUE_SECONDS if place else math.inf
        before, self._place = self._place, place
        return place if place != before else None

    @property
    def look_again_in(self) -> float:
        return max(0.0, self._next_look - time.monotonic())


async def wait_for_reply(
    service: ConversationService,
    live: LiveEvents,
    principal: Principal,
    key: ConversationKey,
    accepted: Accepted,
    seconds: float,
) -> MessageAnswered:
    """The reply as soon as it is committed, or `pending` when the time is over; the turn goes on all the same."""
    until = time.monotonic() + seconds
    seen: list[LoggedEvent] = []
    async with live.watch(key.conversation_id) as watcher:
        woken = not accepted.duplicate and await watcher.wait(min(seconds, POLL_SECONDS))
        while True:
            after = seen[-1].seq if seen else accepted.seq
            heard = watcher.heard(after) if woken else None
            seen += heard or await service.events(principal, key, after)
            answered = _answered(accepted.message_id, seen)
            remaining = until - time.monotonic()
            if answered or remaining <= 0:
                break
            woken = await watcher.wait(min(remaining, POLL_SECONDS))
    if answered:
        return answered
    mode = (await service.view(principal, key)).mode
    return MessageAnswered(message_id=accepted.message_id, status="pending", mode=mode, reply=None)


def _answered(message_id: MessageId, entries: list[LoggedEvent]) -> MessageAnswered | None:
    replies: dict[MessageId, ReplySent] = {}
    for entry in entries:
        event = entry.event
        if isinstance(event, ReplySent):
            replies[event.reply_id] = event
        if isinstance(event, TurnFinished) and message_id in event.message_ids:
            if message_id in event.replaced:
                return MessageAnswered(message_id=message_id, status="replaced", mode=event.mode, reply=None)
            reply = replies.get(event.reply_id) if event.reply_id else None
            if event.result == "human" or reply is None:
                return MessageAnswered(message_id=message_id, status="human", mode=Mode.HUMAN, reply=None)
            return MessageAnswered(message_id=message_id, status="replied", mode=event.mode, reply=reply_view(reply))
    return None
