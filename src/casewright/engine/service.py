"""Running turns: whoever holds a conversation's lease works off what waits there, one turn after the other."""

import asyncio
import contextlib
import logging
import os
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import timedelta

from casewright.conversations.errors import LeaseLost
from casewright.conversations.models import Claim, Claimant, ConversationKey, Mode, RecoveryView, Trigger, TriggerKind
from casewright.engine import recovery
from casewright.engine.fold import fold
from casewright.engine.models import STATE_VERSION, State
from casewright.engine.places import Places
from casewright.engine.ports import Actions, Ports
from casewright.engine.state_changes import state_changes
from casewright.engine.turn import begin, reply
from casewright.engine.working import Superseded, TakenOver, Turn, next_look
from casewright.kit.errors import ResourceLimitExceeded, TryLater
from casewright.kit.ids import TenantId
from casewright.procedures.models import ActionCall, ActionOutcome
from casewright.settings import Settings

MOST_ROUNDS = 5
"""Turns worked off in one go before the conversation goes to the end of the line."""

STOPPING_SECONDS = 10.0
"""What running turns are given to come to their end."""

logger = logging.getLogger(__name__)


class Engine:
    changes = staticmethod(state_changes)

    def __init__(self, ports: Ports, settings: Settings) -> None:
        self._settings = settings
        self._claimant = Claimant(f"{socket.gethostname()}:{os.getpid()}", STATE_VERSION)
        self._in_hand: dict[ConversationKey, asyncio.Task[None]] = {}
        self._by_tenant: Counter[TenantId] = Counter()
        self._arriving: Counter[TenantId] = Counter()
        """What is being accepted, and will be in hand in a moment."""
        self._woken_again: set[ConversationKey] = set()
        self._claims: dict[ConversationKey, Claim] = {}
        """Conversations whose lease was taken when a message was accepted."""
        self._places = Places(settings.turns_at_once, settings.turns_at_once_per_tenant)
        self._ports = replace(ports, actions=_WithoutPlace(ports.actions, self._places))

    @property
    def room(self) -> int:
        """How many more turns could begin at once."""
        return self._places.free

    @contextmanager
    def admit(self, key: ConversationKey) -> Iterator[None]:
        """Around the accepting of something that needs a turn here, and its `wake`. Raises `ResourceLimitExceeded`."""
        if key in self._in_hand:
            yield
            return
        tenant_id, limits = key.tenant_id, self._settings
        if (
            self._by_tenant[tenant_id] + self._arriving[tenant_id] >= limits.turns_in_hand_per_tenant
            or len(self._in_hand) + self._arriving.total() >= limits.turns_in_hand
        ):
            raise ResourceLimitExceeded("More is being asked than can be answered right now.", retry_after=2)
        self._arriving[tenant_id] += 1
        try:
            yield
        finally:
            self._arriving[tenant_id] -= 1
            if not self._arriving[tenant_id]:
                del self._arriving[tenant_id]

    def claimant(self, key: ConversationKey) -> Claimant | None:
        """Who takes the lease of a conversation with its message, if a turn could begin at once."""
        return self._claimant if key not in self._in_hand and self._places.free_for(key.tenant_id) else None

    def wake(self, key: ConversationKey, claim: Claim | None = None) -> None:
        """Works off what waits in a conversation, in the background; a conversation is worked on once at a time. `claim`: its lease, where
        that is taken already."""
        if claim:
            self._claims[key] = claim
        if key in self._in_hand:
            self._woken_again.add(key)
            return
        task = asyncio.create_task(self.run(key), name=f"turns of {key.conversation_id}")
        self._in_hand[key] = task
        self._by_tenant[key.tenant_id] += 1
        task.add_done_callback(lambda _: self._ended(key))

    def _ended(self, key: ConversationKey) -> None:
        """What came in between a turn's commit and its task's end is not left to the dispatcher."""
        del self._in_hand[key]
        self._by_tenant[key.tenant_id] -= 1
        if not self._by_tenant[key.tenant_id]:
            del self._by_tenant[key.tenant_id]
        if key in self._woken_again:
            self._woken_again.discard(key)
            self.wake(key)

    async def stop(self) -> None:
        """Lets running turns come to their end."""
        self._woken_again.clear()
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand.values(), timeout=STOPPING_SECONDS)
            for task in late:
                task.cancel()

    async def run(self, key: ConversationKey) -> None:
        """Turn after turn until nothing waits, or another process has the lease."""
        more = True
        while more:
            async with self._places.taken(key.tenant_id):
                more = await self._turns(key)

    async def _turns(self, key: ConversationKey) -> bool:
        """Some turns. True when there is more to do."""
        for _ in range(MOST_ROUNDS):
            claim = None
            try:
                claim = self._claims.pop(key, None) or await self._claim(key)
                if claim is None or not await self._work(claim):
                    return False
            except LeaseLost:
                logger.info("a lease was lost to another process")
                return False
            except Exception as error:
                failure = recovery.classify(error)
                logger.warning("turn put off after %s (%s)", failure, type(error).__name__)
                with contextlib.suppress(Exception):
                    await self._put_off(key, claim, recovery.put_off_by(failure))
                return False
        return True

    async def _claim(self, key: ConversationKey) -> Claim | None:
        return await self._ports.log.claim(key, self._claimant.owner, self._claimant.snapshot_version)

    async def _put_off(self, key: ConversationKey, claim: Claim | None, by: timedelta) -> None:
        """Another process may be able to do what this one cannot: it need not wait for the lease to end."""
        if claim:
            await self._ports.log.release(claim)
        await self._ports.log.postpone(key, by)

    async def _work(self, claim: Claim) -> bool:
        """One turn. True when there is more to do."""
        state = _restore(claim)
        triggers = () if state.unfinished else _next_triggers(claim.triggers)
        if not triggers and not _anything_due(state, claim):
            return await self._ports.log.rest(claim, next_look(state, claim.now))
        tenant = await self._ports.tenants.get(claim.key.tenant_id)
        turn = Turn(self._ports, self._settings, tenant, claim, state, triggers)
        self._ports.typing.typing(claim.key.conversation_id, state.mode is Mode.AGENT)
        try:
            async with self._lease_kept(claim):
                return await self._recovered(turn)
        finally:
            self._ports.typing.typing(claim.key.conversation_id, False)

    async def _recovered(self, turn: Turn) -> bool:
        """Runs a turn; where it gives way or fails, does what there is to do about it."""
        for strategy in (None, recovery.REPEAT, recovery.PERSON):
            try:
                if strategy == recovery.PERSON:
                    await recovery.apologise(turn, "INTERNAL_ERROR")
                else:
                    await begin(turn)
                await reply(turn)
                break
            except (Superseded, TakenOver):
                await self._ports.log.release(turn.claim)
                return True
            except LeaseLost:
                raise
            except Exception as error:
                failure = recovery.classify(error)
                remaining = recovery.STRATEGIES[failure]
                following = recovery.REPEAT if strategy is None else recovery.PERSON
                logger.exception("turn failed: %s", failure)
                if following not in remaining or strategy == recovery.PERSON:
                    raise
                turn = turn.begun_anew()
                helped = following == recovery.REPEAT
                turn.note(recovery=(RecoveryView(failure=failure, strategy=recovery.REPEAT, succeeded=helped),))
        return turn.more_waits

    @asynccontextmanager
    async def _lease_kept(self, claim: Claim) -> AsyncIterator[None]:
        """Renews the lease as long as the turn runs, and ends the turn with `LeaseLost` when that fails."""
        seconds, now = self._settings.lease_seconds, asyncio.get_running_loop().time

        async def renew(lease: asyncio.Timeout) -> None:
            while True:
                await asyncio.sleep(seconds / 3)
                asked_at = now()
                with contextlib.suppress(TryLater):
                    lease.reschedule(asked_at + seconds if await self._ports.log.renew(claim) else asked_at)

        lease = asyncio.timeout(seconds)
        try:
            async with lease:
                renewing = asyncio.create_task(renew(lease))
                try:
                    yield
                finally:
                    renewing.cancel()
        except TimeoutError:
            if lease.expired():
                raise LeaseLost from None
            raise


class _WithoutPlace:
    """Actions, during which a turn gives up its place: others work while it waits for the org."""

    def __init__(self, actions: Actions, places: Places) -> None:
        self._actions = actions
        self._places = places
        self.definitions = actions.definitions

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        with self._places.left(tenant_id):
            return await self._actions.execute(tenant_id, call)

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        with self._places.left(tenant_id):
            return await self._actions.reconcile(tenant_id, call)


def _restore(claim: Claim) -> State:
    state = State.model_validate_json(claim.snapshot) if claim.snapshot else State()
    return fold(state, claim.log)


def _next_triggers(triggers: tuple[Trigger, ...]) -> tuple[Trigger, ...]:
    """The triggers of the next turn: all messages that come first belong to one turn; anything else has its own. What an
    operator has approved is done before anything that might hand the conversation over."""
    if not triggers:
        return ()
    decided = next((one for one in triggers if one.kind is TriggerKind.APPROVAL), None)
    if decided:
        return (decided,)
    if triggers[0].kind is not TriggerKind.MESSAGE:
        return triggers[:1]
    count = next((i for i, one in enumerate(triggers) if one.kind is not TriggerKind.MESSAGE), len(triggers))
    return triggers[:count]


def _anything_due(state: State, claim: Claim) -> bool:
    timers = (state.silence_due, state.hand_over_due)
    return state.unfinished or any(one is not None and one <= claim.now for one in timers)
