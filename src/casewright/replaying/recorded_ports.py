"""What a turn stands on while it is replayed: a log that keeps nothing, and an org that only remembers. None of them can
write, mail or call anybody: they hold no connection to anything."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Final

from casewright.conversations.errors import LogMoved
from casewright.conversations.models import (
    Claim,
    ConversationId,
    ConversationKey,
    Event,
    LoggedEvent,
    TurnCommit,
    TurnId,
)
from casewright.kit.ids import TenantId
from casewright.procedures.models import ActionCall, ActionDefinition, ActionOutcome
from casewright.replaying.errors import NeverRecorded
from casewright.replaying.recordings import RecordedTurn
from casewright.tenants.models import Tenant

_now: ContextVar[datetime | None] = ContextVar("the replayed turn's time", default=None)


class RecordedClock:
    """The time at which the turn ran that is being replayed; each task has its own."""

    def now(self) -> datetime:
        return _now.get() or datetime.now(UTC)

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        token = _now.set(moment)
        try:
            yield
        finally:
            _now.reset(token)


class RecordedLog:
    """One turn's log: what was before it, and what the replay adds, which ends with it."""

    def __init__(self, turn: RecordedTurn) -> None:
        self._turn = turn
        self._log = list(turn.before)
        self._meanwhile = list(turn.meanwhile)
        self._has_committed = False

    @property
    def events(self) -> list[Event]:
        """What the replay brought about."""
        return [entry.event for entry in self._log[len(self._turn.before) :] if entry.turn_id == self._turn.id]

    async def commit(self, claim: Claim, turn: TurnCommit) -> bool:
        """What others wrote while the turn ran comes in between its commits, as it did then."""
        if self._has_committed and self._meanwhile:
            moved = self._add([(entry.turn_id, entry.at, entry.event) for entry in self._meanwhile])
            self._meanwhile.clear()
            raise LogMoved(moved)
        self._add([(turn.turn_id, turn.at, event) for event in turn.events])
        self._has_committed = True
        return False

    def _add(self, happened: list[tuple[TurnId | None, datetime, Event]]) -> tuple[LoggedEvent, ...]:
        first = self._log[-1].seq + 1 if self._log else 1
        added = tuple(
            LoggedEvent(seq=seq, turn_id=turn_id, at=at, event=event)
            for seq, (turn_id, at, event) in enumerate(happened, first)
        )
        self._log += added
        return added

    async def history(self, key: ConversationKey) -> tuple[LoggedEvent, ...]:
        return tuple(self._log)

    async def claim(self, key: ConversationKey, owner: str, snapshot_version: int) -> Claim | None:
        return None

    async def renew(self, claim: Claim) -> bool:
        return True

    async def release(self, claim: Claim) -> None:
        """There is no lease."""

    async def rest(self, claim: Claim, due_at: datetime | None) -> bool:
        return False

    async def postpone(self, key: ConversationKey, by: timedelta) -> None:
        """Nobody looks again."""


class RecordedActions:
    """The org as it answered then. Each recorded call answers once; the same asked again gets the same answer."""

    def __init__(self, turn: RecordedTurn, definitions: Mapping[str, ActionDefinition]) -> None:
        self._definitions = definitions
        self._calls = turn.calls
        self.missed: list[str] = []
        self._used: set[int] = set()
        self._answered: dict[str, ActionOutcome] = {}

    def definitions(self) -> Mapping[str, ActionDefinition]:
        return self._definitions

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        """Raises `NeverRecorded`."""
        places = [place for place, one in enumerate(self._calls) if one.answers(call)]
        if not places:
            self.missed.append(f"{call.action}: never recorded")
            raise NeverRecorded(call.action)
        place = next((one for one in places if one not in self._used), places[0])
        self._used.add(place)
        self._answered[call.key] = self._calls[place].outcome
        return self._calls[place].outcome

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        """How the call ended in the end. Raises `NeverRecorded`."""
        return self._answered.get(call.key) or await self.execute(tenant_id, call)


class OneTenant:
    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def get(self, tenant_id: TenantId) -> Tenant:
        return self._tenant


class NobodyWatches:
    def typing(self, conversation_id: ConversationId, on: bool) -> None:
        """Nobody is told."""


NOBODY: Final = NobodyWatches()
