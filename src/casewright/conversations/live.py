"""Live events: who waits for a conversation is woken as soon as its log grows, in this process and in the others.

In-process at once; across processes by PostgreSQL's NOTIFY in batches, on a connection of its own and never inside a
turn's transaction, since a commit that notifies takes a lock that all notifying commits share.
"""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg

from casewright.conversations.models import ConversationId, ConversationKey
from casewright.kit.database import CONNECTION_ERRORS

CHANNEL = "casewright_live"
BATCH_SECONDS = 0.02
MOST_IN_A_NOTIFY = 100
RECONNECT_SECONDS = 1.0
HEALTH_SECONDS = 5.0
"""An idle connection is tried this often: a lost one hears nothing, and does not say so."""

logger = logging.getLogger(__name__)


class Watcher:
    """Wakes one waiting reader; wakes that come together count as one."""

    def __init__(self, *, wants_typing: bool) -> None:
        self._woken = asyncio.Event()
        self.wants_typing = wants_typing
        self.typing: bool | None = None

    def wake(self) -> None:
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """True when woken, False when the time is over."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class LiveEvents:
    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._watchers: dict[ConversationId, set[Watcher]] = defaultdict(set)
        self._own_pid = 0
        self._outgoing: asyncio.Queue[ConversationKey] = asyncio.Queue()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="live events")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    @asynccontextmanager
    async def watch(self, conversation_id: ConversationId, *, wants_typing: bool = False) -> AsyncIterator[Watcher]:
        watcher = Watcher(wants_typing=wants_typing)
        self._watchers[conversation_id].add(watcher)
        try:
            yield watcher
        finally:
            self._watchers[conversation_id].discard(watcher)
            if not self._watchers[conversation_id]:
                del self._watchers[conversation_id]

    def announce(self, key: ConversationKey, seq: int) -> None:
        """To be called after the commit."""
        self._wake(key.conversation_id)
        self._outgoing.put_nowait(key)

    def typing(self, conversation_id: ConversationId, on: bool) -> None:
        """Tells this process's readers that the agent works, or no longer does. Not stored, may be lost."""
        for watcher in self._watchers.get(conversation_id, ()):
            if watcher.wants_typing:
                watcher.typing = on
                watcher.wake()

    def _wake(self, conversation_id: ConversationId) -> None:
        for watcher in self._watchers.get(conversation_id, ()):
            watcher.wake()

    def _wake_all(self) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.wake()

    async def _run(self) -> None:
        while True:
            try:
                connection = await asyncpg.connect(self._dsn, timeout=5)
            except CONNECTION_ERRORS:
                await asyncio.sleep(RECONNECT_SECONDS)
                continue
            try:
                self._own_pid = connection.get_server_pid()
                await connection.add_listener(CHANNEL, self._heard)
                self._wake_all()
                await self._notify_forever(connection)
            except (*CONNECTION_ERRORS, asyncpg.PostgresError):
                logger.warning("live events: the connection was lost, connecting again")
                await asyncio.sleep(RECONNECT_SECONDS)
            finally:
                connection.terminate()

    async def _notify_forever(self, connection: asyncpg.Connection) -> None:
        while True:
            try:
                keys = {await asyncio.wait_for(self._outgoing.get(), HEALTH_SECONDS)}
            except TimeoutError:
                await connection.execute("select 1", timeout=5)
                continue
            await asyncio.sleep(BATCH_SECONDS)
            while not self._outgoing.empty() and len(keys) < MOST_IN_A_NOTIFY:
                keys.add(self._outgoing.get_nowait())
            payload = ",".join(key.conversation_id.hex for key in keys)
            await connection.execute("select pg_notify($1, $2)", CHANNEL, payload, timeout=5)

    def _heard(self, _connection: object, pid: int, _channel: str, payload: object) -> None:
        if pid == self._own_pid:
            return
        for one in str(payload).split(","):
            self._wake(ConversationId(UUID(one)))
