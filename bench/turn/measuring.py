"""Drives clients against the stack and measures what their turns take."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from bench.turn.mix import Dialogue, Mix, TurnKind
from bench.turn.processes import Usage, usage
from bench.turn.stack import Stack
from bench.turn.stages import StageTotals, between, stage_totals
from casewright.scenarios.org import Org
from casewright.scenarios.server import Conversation, Server

REPLY_SECONDS: Final = 30
CUSTOMERS: Final = "SELECT Email FROM User WHERE IsActive = true AND ContactId != null ORDER BY Email"


class WrongOutcome(Exception):
    """A turn did not come to what it must: the figures of a run with wrong answers are worth nothing."""


@dataclass(slots=True)
class Measurement:
    """One run. `seconds_by_kind`: of each turn, from sending to the reply, as its client sees it."""

    clients: int
    answers_only: bool = False
    seconds: float = 0.0
    seconds_by_kind: dict[TurnKind, list[float]] = field(default_factory=lambda: {kind: [] for kind in TurnKind})
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    memory_bytes: dict[str, int] = field(default_factory=dict)
    stages: dict[str, StageTotals] = field(default_factory=dict)

    @property
    def turns(self) -> int:
        return sum(len(times) for times in self.seconds_by_kind.values())


@dataclass(frozen=True, slots=True)
class Played:
    dialogue: Dialogue
    conversation_id: str


@asynccontextmanager
async def bench_on(stack: Stack, seed: int) -> AsyncIterator["Bench"]:
    """Clients of the stack's first tenant, which has an org."""
    access = stack.connection.tenants[0].org
    if access is None:
        raise RuntimeError("The first tenant has no org to check outcomes in.")
    async with Server(stack.connection.url) as server, Org(access) as org:
        addresses = [str(record["Email"]) for record in await org.query(CUSTOMERS)]
        yield Bench(stack, server, org, addresses, seed)


class Bench:
    """Words never repeat, whatever is measured one after the other."""

    def __init__(self, stack: Stack, server: Server, org: Org, addresses: list[str], seed: int) -> None:
        self._stack = stack
        self._server = server
        self._org = org
        self._addresses = addresses
        self._key = stack.connection.tenants[0].publishable_key
        mix = Mix(seed, addresses)
        self._dialogues, self._answers = mix.dialogues(), mix.answers()

    async def measure(self, clients: int, turns: int, *, answers_only: bool = False) -> Measurement:
        """At least so many turns, in whole dialogues, by so many clients at once. Raises `WrongOutcome`."""
        measurement = Measurement(clients, answers_only)
        dialogues = _until(turns, self._answers if answers_only else self._dialogues)
        played: list[Played] = []
        mails_before = await self._reset_mails()
        stages_before, usage_before = await self._stages(), usage(self._stack.pid)
        started = time.perf_counter()
        await asyncio.gather(*(self._client(dialogues, measurement, played) for _ in range(clients)))
        measurement.seconds = time.perf_counter() - started
        usage_after = usage(self._stack.pid)
        measurement.cpu_seconds = _spent(usage_before, usage_after)
        measurement.memory_bytes = usage_after.memory
        measurement.stages = between(stages_before, await self._stages())
        await self._check_org(played, await self._reset_mails() - mails_before)
        return measurement

    async def _client(self, dialogues: Iterator[Dialogue], measurement: Measurement, played: list[Played]) -> None:
        for dialogue in dialogues:
            conversation = await self._server.open_conversation(self._key)
            await _play(dialogue, conversation, measurement)
            played.append(Played(dialogue, conversation.id))

    async def _check_org(self, played: list[Played], mails: set[tuple[str, str | int]]) -> None:
        """Each write once and only once: a mail for each reset, a Case for each hand-over."""
        resets = sum(one.dialogue.resets is not None for one in played)
        if len(mails) != resets:
            raise WrongOutcome(f"org write: {resets} resets were confirmed, {len(mails)} reset links were mailed")
        for one in played:
            if one.dialogue.turns[-1].kind is TurnKind.HAND_OVER:
                cases = await self._org.query(
                    f"SELECT Id FROM Case WHERE Casewright_Conversation__c = '{one.conversation_id}'"
                )
                if len(cases) != 1:
                    raise WrongOutcome(f"hand-over: the conversation has {len(cases)} Cases, not one")

    async def _reset_mails(self) -> set[tuple[str, str | int]]:
        """Address and id of every mail with a reset link that the customers have."""
        return {
            (address, mail.id)
            for address in self._addresses
            for mail in await self._org.mailbox(address)
            if "reset" in f"{mail.subject} {mail.body}".casefold()
        }

    async def _stages(self) -> dict[str, StageTotals]:
        return stage_totals(await self._server.metrics())


def _until(turns: int, dialogues: Iterator[Dialogue]) -> Iterator[Dialogue]:
    while turns > 0:
        dialogue = next(dialogues)
        turns -= len(dialogue.turns)
        yield dialogue


async def _play(dialogue: Dialogue, conversation: Conversation, measurement: Measurement) -> None:
    for said in dialogue.turns:
        started = time.perf_counter()
        answer = await conversation.send_and_wait({"text": said.text}, REPLY_SECONDS)
        measurement.seconds_by_kind[said.kind].append(time.perf_counter() - started)
        problem = said.problem(answer)
        if problem:
            told = answer.reply.text if answer.reply else "nothing"
            raise WrongOutcome(f"{problem}\n  said: {said.text}\n  reply: {told}\n  conversation {conversation.id}")


def _spent(before: Usage, after: Usage) -> dict[str, float]:
    return {role: cpu - before.cpu.get(role, 0.0) for role, cpu in after.cpu.items()}
