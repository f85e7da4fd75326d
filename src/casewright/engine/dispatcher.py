"""The dispatcher: finds what waits though nobody asks, and wakes it.

Messages whose process died, timers that have run out, decisions made elsewhere. Any number of processes may have one.
"""

import asyncio
import contextlib
import logging
from datetime import timedelta
from typing import Protocol

from casewright.conversations.models import ConversationKey
from casewright.engine.service import Engine
from casewright.kit.errors import TryLater

AT_ONCE = 20
AT_LEAST = 4
"""So many are taken even with no place free: they may be of a company that does not fill them."""
LOOK_AGAIN_AFTER = timedelta(seconds=0.5)
"""When a conversation is looked at again that nobody could take up, since its lease was not over yet."""

logger = logging.getLogger(__name__)


class DueConversations(Protocol):
    async def claim_due(self, limit: int, busy: timedelta) -> list[ConversationKey]: ...


class Dispatcher:
    def __init__(self, due: DueConversations, engine: Engine, interval_seconds: float) -> None:
        self._due = due
        self._engine = engine
        self._interval = interval_seconds
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="dispatcher")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            nothing_left = True
            try:
                limit = max(AT_LEAST, min(AT_ONCE, self._engine.room))
                keys = await self._due.claim_due(limit, LOOK_AGAIN_AFTER)
                nothing_left = len(keys) < limit or limit < AT_ONCE
                for key in keys:
                    self._engine.wake(key)
            except TryLater:
                pass  # The database's pulse has said so.
            except Exception:
                logger.exception("dispatcher: looking for due conversations failed")
            if nothing_left:
                await asyncio.sleep(self._interval)
