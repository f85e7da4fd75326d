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

logger = logging.getLogger(__name__)


class DueConversations(Protocol):
    async def claim_due(self, limit: int, busy: timedelta) -> list[ConversationKey]: ...


class Dispatcher:
    def __init__(self, due: DueConversations, engine: Engine, interval_seconds: float, busy_seconds: float) -> None:
        self._due = due
        self._engine = engine
        self._interval = interval_seconds
        self._busy = timedelta(seconds=busy_seconds)
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
            found = 0
            try:
                keys = await self._due.claim_due(AT_ONCE, self._busy)
                found = len(keys)
                for key in keys:
                    self._engine.wake(key)
            except TryLater:
                logger.warning("dispatcher: the database cannot be reached")
            except Exception:
                logger.exception("dispatcher: looking for due conversations failed")
            if found < AT_ONCE:
                await asyncio.sleep(self._interval)
