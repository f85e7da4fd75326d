"""Telling all other processes a few words, at best effort: by PostgreSQL's NOTIFY, or by Redis where there is one.

What is told in one moment goes out together. A word may be lost with its connection, so nothing may depend on it.
"""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import asyncpg

from casewright.kit.connecting import CONNECTION_ERRORS, connect
from casewright.kit.errors import SetupError
from casewright.kit.ids import new_id

CHANNEL = "casewright_live"
BATCH_SECONDS = 0.1
"""What is told costs every process; a tenth of a second later nobody has waited for it."""
MOST_WORDS_AT_ONCE = 100
"""With 36 characters a word well under NOTIFY's 8,000 bytes."""
MOST_WORDS_KEPT = 10_000
"""While there is no connection; more are dropped."""
RECONNECT_SECONDS = 1.0
STOPPING_SECONDS = 1.0
"""What was told just before the end may still go out for this long."""
HEALTH_SECONDS = 5.0
"""An idle connection is tried this often: a lost one hears nothing, and does not say so."""

logger = logging.getLogger(__name__)

Hear = Callable[[Sequence[str]], None]


class Relay(ABC):
    """`hear` is called with what other processes tell; `missed`, when a new connection stands and words may have been lost."""

    def __init__(self, *lost: type[Exception]) -> None:
        """`lost`: the errors of a connection that is lost, or cannot be made."""
        self._lost = lost
        self._outgoing: dict[str, None] = {}
        self._some = asyncio.Event()
        self._all_told = asyncio.Event()
        self._all_told.set()
        self._task: asyncio.Task[None] | None = None

    def start(self, hear: Hear, missed: Callable[[], None]) -> None:
        self._task = asyncio.create_task(self._run(hear, missed), name="relay")

    async def stop(self) -> None:
        if self._task:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(STOPPING_SECONDS):
                    await self._all_told.wait()
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def tell(self, word: str) -> None:
        """Soon, and once if it is told several times in one moment. A word holds no comma."""
        if len(self._outgoing) < MOST_WORDS_KEPT:
            self._outgoing[word] = None
            self._all_told.clear()
            self._some.set()

    async def _run(self, hear: Hear, missed: Callable[[], None]) -> None:
        while True:
            try:
                await self._converse(hear, missed)
            except* self._lost as errors:
                logger.warning("live events: connecting again after %s", type(errors.exceptions[0]).__name__)
                await asyncio.sleep(RECONNECT_SECONDS)

    async def _next_words(self) -> Sequence[str]:
        """What is to be told next; nothing after `HEALTH_SECONDS` without a word. Called again when that has gone out."""
        if not self._outgoing:
            self._all_told.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(HEALTH_SECONDS):
                await self._some.wait()
                await asyncio.sleep(BATCH_SECONDS)
        words = list(self._outgoing)[:MOST_WORDS_AT_ONCE]
        for word in words:
            del self._outgoing[word]
        if not self._outgoing:
            self._some.clear()
        return words

    @abstractmethod
    async def _converse(self, hear: Hear, missed: Callable[[], None]) -> None:
        """Connects, listens and tells until the connection is lost."""


class PostgresRelay(Relay):
    """On a connection of its own, and never inside another's transaction: a commit that notifies takes a lock that all
    notifying commits share."""

    def __init__(self, dsn: str) -> None:
        super().__init__(*CONNECTION_ERRORS, asyncpg.PostgresError)
        self._dsn = dsn

    async def _converse(self, hear: Hear, missed: Callable[[], None]) -> None:
        connection = await connect(self._dsn, timeout=5)
        own = connection.get_server_pid()

        def heard(_connection: object, pid: int, _channel: str, payload: object) -> None:
            if pid != own:
                hear(str(payload).split(","))

        try:
            connection.add_termination_listener(lambda _: self._some.set())
            await connection.add_listener(CHANNEL, heard)
            missed()
            while True:
                if words := await self._next_words():
                    await connection.execute("select pg_notify($1, $2)", CHANNEL, ",".join(words), timeout=5)
                else:
                    await connection.execute("select 1", timeout=5)
        finally:
            connection.terminate()


class RedisRelay(Relay):
    """By publish and subscribe, which takes the load of telling many servers from PostgreSQL."""

    def __init__(self, url: str) -> None:
        """Raises `SetupError` where the client is not installed."""
        try:
            import redis.asyncio
        except ImportError:
            raise SetupError(
                "CASEWRIGHT_REDIS_URL is set, but the client for Redis is missing: pip install 'casewright[redis]'."
            ) from None
        super().__init__(redis.RedisError, OSError)
        self._client = redis.asyncio.from_url(
            url, decode_responses=True, socket_connect_timeout=5, socket_timeout=5, retry=None
        )
        self._own = new_id().hex

    async def stop(self) -> None:
        await super().stop()
        await self._client.aclose()

    async def _converse(self, hear: Hear, missed: Callable[[], None]) -> None:
        async with self._client.pubsub(ignore_subscribe_messages=True) as channel, asyncio.TaskGroup() as tasks:
            await channel.subscribe(CHANNEL)
            missed()
            tasks.create_task(self._listen(channel, hear))
            tasks.create_task(self._publish(channel))

    async def _listen(self, channel: Any, hear: Hear) -> None:
        while True:
            message = await channel.get_message(timeout=HEALTH_SECONDS)
            sender, _, words = (message or {"data": self._own})["data"].partition(":")
            if sender != self._own:
                hear(words.split(","))

    async def _publish(self, channel: Any) -> None:
        while True:
            if words := await self._next_words():
                await self._client.publish(CHANNEL, f"{self._own}:{','.join(words)}")
            else:
                await channel.ping()
