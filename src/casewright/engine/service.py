"""Running turns: whoever holds a conversation's lease works off what waits there, one turn after the other."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from casewright.conversations.errors import LeaseLost
from casewright.conversations.models import Claim, ConversationKey, Mode, Trigger, TriggerKind
from casewright.engine import recovery
from casewright.engine.fold import fold
from casewright.engine.models import STATE_VERSION, State
from casewright.engine.ports import Ports
from casewright.engine.turn import answer_message, reply, work_off
from casewright.engine.working import Superseded, TakenOver, Turn, next_look
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

    def wake(self, key: ConversationKey) -> None:
        """Works off what waits in a conversation, in the background; a conversation is worked on once at a time."""
        running = self._running.get(key)
        if running and not running.done():
            return
        task = asyncio.create_task(self.run(key), name=f"turns of {key.conversation_id}")
        self._running[key] = task
        task.add_done_callback(lambda _: self._running.pop(key, None) if self._running.get(key) is task else None)

    async def stop(self) -> None:
        """Lets running turns come to their end."""
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
        triggers = () if state.action else _next_triggers(claim.triggers)
        if not triggers and not _anything_due(state, claim):
            await self._ports.log.rest(claim, next_look(state))
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
                return turn.more_waits
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
        return False

    @asynccontextmanager
    async def _lease_kept(self, claim: Claim) -> AsyncIterator[None]:
        async def renew() -> None:
            while True:
                await asyncio.sleep(self._settings.lease_seconds / 3)
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
    """The triggers of the next turn: all messages that come first belong to one turn; anything else has its own."""
    if not triggers:
        return ()
    if triggers[0].kind is not TriggerKind.MESSAGE:
        return triggers[:1]
    count = next((i for i, one in enumerate(triggers) if one.kind is not TriggerKind.MESSAGE), len(triggers))
    return triggers[:count]


def _anything_due(state: State, claim: Claim) -> bool:
    timers = (state.silence_due, state.hand_over_due)
    return state.action is not None or any(one is not None and one <= claim.now for one in timers)
