"""Running turns: whoever holds a conversation's lease works off what waits there, one turn after the other."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from casewright.conversations.errors import LeaseLost
from casewright.conversations.models import Claim, ConversationKey, Mode, Outcome, Trigger, TriggerKind
from casewright.engine import recovery
from casewright.engine.fold import fold
from casewright.engine.models import STATE_VERSION, State
from casewright.engine.ports import Ports
from casewright.engine.turn import answer_message, reply, work_off
from casewright.engine.working import Superseded, TakenOver, Turn, next_look
from casewright.kit.errors import CasewrightError, TryLater
from casewright.knowledge.models import ArticleId
from casewright.settings import Settings

MOST_ROUNDS = 50
"""Turns one claim works off before others get their chance."""

logger = logging.getLogger(__name__)


class Engine:
    def __init__(self, ports: Ports, settings: Settings) -> None:
        self._ports = ports
        self._settings = settings
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._running: dict[ConversationKey, asyncio.Task[None]] = {}
        self._woken_again: set[ConversationKey] = set()
        self._places = asyncio.Semaphore(settings.turns_at_once)

    def wake(self, key: ConversationKey) -> None:
        """Works off what waits in a conversation, in the background; a conversation is worked on once at a time."""
        if key in self._running:
            self._woken_again.add(key)
            return
        task = asyncio.create_task(self._run_in_turn(key), name=f"turns of {key.conversation_id}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._ended(key))

    def _ended(self, key: ConversationKey) -> None:
        """What came in between a turn's commit and its task's end is not left to the dispatcher."""
        self._running.pop(key, None)
        if key in self._woken_again:
            self._woken_again.discard(key)
            self.wake(key)

    async def _run_in_turn(self, key: ConversationKey) -> None:
        async with self._places:
            await self.run(key)

    async def stop(self) -> None:
        """Lets running turns come to their end."""
        self._woken_again.clear()
        tasks = [task for task in self._running.values() if not task.done()]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._settings.lease_seconds)
            for task in late:
                task.cancel()

    async def run(self, key: ConversationKey) -> None:
        """Turn after turn until nothing waits, or another process has the lease."""
        for _ in range(MOST_ROUNDS):
            try:
                claim = await self._ports.log.claim(key, self._owner, STATE_VERSION)
                if claim is None or not await self._work(claim):
                    return
            except LeaseLost:
                logger.info("a lease was lost to another process")
                return
            except Exception as error:
                failure = recovery.classify(error)
                logger.warning("turn put off after %s (%s)", failure, type(error).__name__)
                with contextlib.suppress(Exception):
                    await self._ports.log.postpone(key, timedelta(seconds=5))
                return

    async def _work(self, claim: Claim) -> bool:
        """One turn. True when there is more to do."""
        state = _restore(claim)
        triggers = () if state.unfinished else _next_triggers(claim.triggers)
        if not triggers and not _anything_due(state, claim):
            await self._ports.log.rest(claim, next_look(state, claim.now))
            return False
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
                    await _stages(turn)
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
                    await self._ports.log.release(turn.claim)
                    raise
                turn = turn.begun_anew()
        await self._learn(turn)
        return turn.more_waits

    async def _learn(self, turn: Turn) -> None:
        """What the end of a conversation says of the articles it was answered from. Lost in a crash, it is lost."""
        if not turn.cited:
            return
        articles = [ArticleId(UUID(one)) for one in turn.cited]
        try:
            solved = turn.state.outcome is Outcome.RESOLVED
            await self._ports.knowledge.record_outcome(turn.claim.key.tenant_id, articles, solved=solved)
        except CasewrightError:
            logger.warning("the use of %d articles was not counted", len(articles))

    @asynccontextmanager
    async def _lease_kept(self, claim: Claim) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(self._settings.lease_seconds / 3)
                with contextlib.suppress(TryLater):
                    await self._ports.log.renew(claim)

        task = asyncio.create_task(renew())
        try:
            yield
        finally:
            task.cancel()


async def _stages(turn: Turn) -> None:
    if turn.triggers and turn.triggers[0].kind is TriggerKind.MESSAGE:
        await answer_message(turn)
    else:
        await work_off(turn)


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
