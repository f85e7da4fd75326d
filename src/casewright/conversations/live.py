"""Live events: who waits for a conversation is woken as soon as its log grows, in this process at once, in the others by a
relay. A wake that is lost loses nothing, since readers read the log."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from casewright.conversations.models import ConversationId, ConversationKey, LoggedEvent
from casewright.kit.relay import Relay

MOST_HEARD = 200
"""Events that are kept for a reader. Who is behind that far reads the log."""


class Watcher:
    """Wakes one waiting reader; wakes that come together count as one."""

    def __init__(self, *, wants_typing: bool) -> None:
        self._woken = asyncio.Event()
        self._heard: list[LoggedEvent] = []
        self.wants_typing = wants_typing
        self.typing: bool | None = None

    def wake(self, entries: Sequence[LoggedEvent] = ()) -> None:
        self._heard = [*self._heard, *entries][-MOST_HEARD:]
        self._woken.set()

    def heard(self, after: int) -> tuple[LoggedEvent, ...] | None:
        """What was committed in this process since, each once, if it is what follows in the log; None: the log has to be read."""
        entries, self._heard = [entry for entry in self._heard if entry.seq > after], []
        return (
            tuple(entries)
            if [entry.seq for entry in entries] == [*range(after + 1, after + 1 + len(entries))]
            else None
        )

    async def wait(self, seconds: float) -> bool:
        """True when woken, False when the time is over."""
        try:
            await asyncio.wait_for(self._woken.wait(), seconds)
        except TimeoutError:
            return False
        self._woken.clear()
        return True


class LiveEvents:
    def __init__(self, relay: Relay | None = None) -> None:
        """Without a relay, other processes hear nothing."""
        self._relay = relay
        self._watchers: dict[ConversationId, set[Watcher]] = defaultdict(set)

    async def start(self) -> None:
        if self._relay:
            self._relay.start(self._heard, self._wake_all)

    async def stop(self) -> None:
        if self._relay:
            await self._relay.stop()

    @property
    def watchers(self) -> int:
        return sum(map(len, self._watchers.values()))

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

    def announce(self, key: ConversationKey, entries: Sequence[LoggedEvent] = ()) -> None:
        """To be called after the commit. `entries`: what it has put into the log, which spares readers here from reading it."""
        self._wake(key.conversation_id, entries)
        if self._relay:
            self._relay.tell(key.conversation_id.hex)

    def typing(self, conversation_id: ConversationId, on: bool) -> None:
        """Tells this process's readers that the agent works, or no longer does. Not stored, may be lost."""
        for watcher in self._watchers.get(conversation_id, ()):
            if watcher.wants_typing:
                watcher.typing = on
                watcher.wake()

    def _wake(self, conversation_id: ConversationId, entries: Sequence[LoggedEvent] = ()) -> None:
        for watcher in self._watchers.get(conversation_id, ()):
            watcher.wake(entries)

    def _wake_all(self) -> None:
        for watchers in self._watchers.values():
            for watcher in watchers:
                watcher.wake()

    def _heard(self, words: Sequence[str]) -> None:
        for word in words:
            self._wake(ConversationId(UUID(word)))
