"""Whether the database answers, asked all the time on a connection of its own: so nobody else waits to find out.

A killed database breaks its connections and is noticed by whoever uses one. A frozen one, or one whose machine is gone,
says nothing at all. A standby answers and can take nothing in.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg

from casewright.kit.connecting import CONNECTION_ERRORS, connect

BEAT_SECONDS = 0.4
PATIENCE_SECONDS = 1.2
"""A database that takes longer for a word counts as lost. With the beat: noticed within 1.6 s."""

_BEAT = "begin read write; commit"
"""Refused by a standby."""

logger = logging.getLogger(__name__)


class Pulse:
    """`on_loss` is called when it stops."""

    def __init__(self, dsn: str, on_loss: Callable[[], Awaitable[None]]) -> None:
        self._dsn = dsn
        self._on_loss = on_loss
        self._working: set[asyncio.Timeout] = set()
        self._task: asyncio.Task[None] | None = None
        self._known = asyncio.Event()
        self.beats = True

    async def start(self) -> None:
        """Returns when it is felt, or known to be lost. Before that, it is taken to beat."""
        self._task = self._task or asyncio.create_task(self._watch(), name="the database's pulse")
        await self._known.wait()

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    @asynccontextmanager
    async def while_it_beats(self) -> AsyncIterator[None]:
        """Around work with the database. Raises `TimeoutError` as soon as there is no pulse: at once, or in the middle."""
        if not self.beats:
            raise TimeoutError
        async with asyncio.timeout(None) as limit:
            self._working.add(limit)
            try:
                yield
            finally:
                self._working.discard(limit)

    async def _watch(self) -> None:
        missed = False
        while True:
            try:
                connection = await connect(self._dsn, timeout=PATIENCE_SECONDS, statement_cache_size=0)
                try:
                    while True:
                        await connection.execute(_BEAT, timeout=PATIENCE_SECONDS)
                        missed = False
                        self._found()
                        await asyncio.sleep(BEAT_SECONDS)
                finally:
                    connection.terminate()
            except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
                # What breaks once may have been this connection only.
                if missed or isinstance(error, TimeoutError):
                    await self._lost(error)
                missed = True
                await asyncio.sleep(BEAT_SECONDS / 4)

    def _found(self) -> None:
        if not self.beats:
            logger.warning("the database answers again")
        self.beats = True
        self._known.set()

    async def _lost(self, error: Exception) -> None:
        if not self.beats:
            return
        logger.error("the database does not answer (%s): nothing is accepted until it does", type(error).__name__)
        self.beats = False
        self._known.set()
        for limit in list(self._working):
            limit.reschedule(asyncio.get_running_loop().time())
        self._working.clear()
        await self._on_loss()
