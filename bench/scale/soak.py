"""Minutes on end at half of what the machine carries: what a process has at the beginning, it has at the end."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import psutil

from bench.turn.measuring import CUSTOMERS, Bench, WrongOutcome
from bench.turn.mix import Dialogue, Mix
from bench.turn.processes import ROLES, role_of
from bench.turn.stack import Stack
from casewright.scenarios.org import Org
from casewright.scenarios.server import Server

CLIENTS: Final = 8
CALIBRATING_TURNS: Final = 120
REPLY_SECONDS: Final = 30
SAMPLE_SECONDS: Final = 15.0

Report = Callable[[float, int], None]
"""Told the seconds and the turns so far."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What the processes of a role have in hand, all together."""

    memory_bytes: int
    connections: int
    files: int
    threads: int


@dataclass(frozen=True, slots=True)
class Soaked:
    """`samples`: at so many seconds, by role."""

    seconds: float
    turns: int
    turns_per_second_at_most: float
    samples: list[tuple[float, dict[str, Sample]]]


async def soak(stack: Stack, bench: Bench, minutes: float, seed: int, report: Report) -> Soaked:
    """Raises `WrongOutcome`."""
    calibrated = await bench.measure(CLIENTS, CALIBRATING_TURNS)
    most = calibrated.turns / calibrated.seconds
    access = stack.connection.tenants[0].org
    assert access is not None
    async with Server(stack.connection.url) as server, Org(access) as org:
        addresses = [str(record["Email"]) for record in await org.query(CUSTOMERS)]
        load = _Load(server, stack.connection.tenants[0].publishable_key, Mix(seed + 1, addresses), most / 2)
        samples = await load.run(stack.pid, minutes * 60, report)
    return Soaked(minutes * 60, load.turns, most, samples)


class _Load:
    def __init__(self, server: Server, publishable_key: str, mix: Mix, rate: float) -> None:
        self._server = server
        self._key = publishable_key
        self._dialogues: Iterator[Dialogue] = mix.dialogues()
        self._pause = CLIENTS / rate
        self.turns = 0

    async def run(self, pid: int, seconds: float, report: Report) -> list[tuple[float, dict[str, Sample]]]:
        began = time.monotonic()
        samples = []
        async with asyncio.TaskGroup() as clients:
            for _ in range(CLIENTS):
                clients.create_task(self._client(began + seconds))
            while (passed := time.monotonic() - began) < seconds:
                samples.append((passed, await asyncio.to_thread(sample, pid)))
                report(passed, self.turns)
                await asyncio.sleep(min(SAMPLE_SECONDS, seconds - passed))
        return [*samples, (time.monotonic() - began, await asyncio.to_thread(sample, pid))]

    async def _client(self, until: float) -> None:
        """A turn every so often, whole dialogues."""
        due = time.monotonic()
        for dialogue in self._dialogues:
            if time.monotonic() >= until:
                return
            conversation = await self._server.open_conversation(self._key)
            for said in dialogue.turns:
                problem = said.problem(await conversation.send_and_wait({"text": said.text}, REPLY_SECONDS))
                if problem:
                    raise WrongOutcome(f"{problem}\n  said: {said.text}\n  conversation {conversation.id}")
                self.turns += 1
                due = max(due + self._pause, time.monotonic() - self._pause)
                await asyncio.sleep(max(0.0, due - time.monotonic()))


def sample(pid: int) -> dict[str, Sample]:
    """Of `pid` and its descendants, by role."""
    found: dict[str, list[Sample]] = defaultdict(list)
    first = psutil.Process(pid)
    for process in (first, *first.children(recursive=True)):
        try:
            with process.oneshot():
                found[role_of(process.cmdline())].append(
                    Sample(
                        process.memory_full_info().pss,
                        len(process.net_connections(kind="all")),
                        process.num_fds(),
                        process.num_threads(),
                    )
                )
        except psutil.NoSuchProcess:
            continue
    return {role: _together(found[role]) for role in ROLES if role in found}


def _together(samples: list[Sample]) -> Sample:
    return Sample(
        sum(one.memory_bytes for one in samples),
        sum(one.connections for one in samples),
        sum(one.files for one in samples),
        sum(one.threads for one in samples),
    )
