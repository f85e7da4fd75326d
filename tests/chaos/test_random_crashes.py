"""Hundreds of random crashes under load, then the log is checked: every acknowledged message answered once, the sequence without
a gap, the state equal to the fold of its events, what was done in the org done once.

CASEWRIGHT_CHAOS_ROUNDS (200) says how often something breaks, CASEWRIGHT_CHAOS_SEED what: the same seed breaks the same things
in the same order, at moments that differ a little."""

import asyncio
import os
import random
import secrets
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from tests.chaos.audit import Audit, Told, auditing, check_mails
from tests.chaos.customers import ADDRESSES, Affair, Customer
from tests.chaos.installation import founded, run
from tests.chaos.mortal_program import MortalProgram
from tests.chaos.org import MortalOrg, complete
from tests.chaos.storm import Storm
from tests.clusters import free_port
from tests.live.api import bearer
from tests.losable import LosablePostgres
from tests.running import CASEWRIGHT

pytestmark = pytest.mark.slow

ROUNDS = int(os.environ.get("CASEWRIGHT_CHAOS_ROUNDS", "200"))
SEED = int(os.environ.get("CASEWRIGHT_CHAOS_SEED") or secrets.randbelow(1_000_000))
ROUNDS_AT_ONCE = 20
"""Then the log is checked."""
CUSTOMERS = 10
SETTLED_WITHIN_SECONDS = 120.0
OF_REHEARSALS = {"CASEWRIGHT_REHEARSAL": "true", "CASEWRIGHT_VERIFICATION_CONVERSATIONS_PER_HOUR": "100000"}


@dataclass(frozen=True)
class WholeSystem:
    environment: dict[str, str]
    tenant: SimpleNamespace
    postgres: LosablePostgres
    org: MortalOrg
    servers: Sequence[MortalProgram]
    worker: MortalProgram

    @property
    def urls(self) -> list[str]:
        return [f"http://127.0.0.1:{server.environment['CASEWRIGHT_PORT']}" for server in self.servers]


@pytest.fixture
def system(tmp_path: Path) -> Iterator[WholeSystem]:
    with ExitStack() as stack:
        postgres = stack.enter_context(LosablePostgres.running(tmp_path / "postgres"))
        made = stack.enter_context(postgres.given.database())
        directory = tmp_path / "installation"
        environment, tenant = founded(directory, {**made.environment(), **OF_REHEARSALS}, complete)
        org = stack.enter_context(MortalOrg(directory, environment).running())
        client_id, secret = org.credentials
        connected = {**environment, "CASEWRIGHT_ORG_CLIENT_SECRET": secret}
        run(f"company connect little --url {org.url} --client-id {client_id}", directory, connected)
        names = ("serve-1", "serve-2", "worker-1")
        programs = [stack.enter_context(_program(name, directory, environment).running()) for name in names]
        yield WholeSystem(environment, tenant, postgres, org, programs[:2], programs[2])


def _program(name: str, directory: Path, environment: dict[str, str]) -> MortalProgram:
    command, port = name.partition("-")[0], free_port()
    ready_url = f"http://127.0.0.1:{port}/readyz" if command == "serve" else None
    variables = {**environment, "CASEWRIGHT_PORT": str(port)}
    return MortalProgram(name, [*CASEWRIGHT, command], variables, directory, ready_url)


async def test_whatever_crashes_nothing_is_lost_and_nothing_is_done_twice(system: WholeSystem) -> None:
    print(f"\nseed {SEED}, {ROUNDS} rounds", flush=True)
    chance = random.Random(SEED)
    storm = Storm(system.postgres, system.org, (*system.servers, system.worker), chance)
    for first in range(1, ROUNDS + 1, ROUNDS_AT_ONCE):
        rounds = range(first, min(first + ROUNDS_AT_ONCE, ROUNDS + 1))
        try:
            await _endure(system, storm, rounds)
        except Exception as error:
            raise AssertionError(f"seed {SEED}, rounds {rounds.start} to {rounds.stop - 1}: {error}") from error


async def _endure(system: WholeSystem, storm: Storm, rounds: range) -> None:
    mails = {address: await system.org.mails(address) for address in ADDRESSES}
    customers = [Customer(system.urls, system.tenant, storm.chance.random()) for _ in range(CUSTOMERS)]
    for customer in customers:
        customer.start()
    await asyncio.to_thread(storm.rage, rounds)
    for customer in customers:
        customer.stop()
    for customer in customers:
        await asyncio.to_thread(customer.join, SETTLED_WITHIN_SECONDS)
        assert not customer.is_alive(), "a customer was never answered"
        if customer.problem:
            raise customer.problem
    affairs = [affair for customer in customers for affair in customer.affairs]
    async with auditing(system.environment) as audit:
        began = time.monotonic()
        told = await _settled(audit, system, [one for one in affairs if one.acknowledged])
        await audit.check(told, system.org)
        await check_mails(told, system.org, mails)
    messages = sum(len(one.acknowledged) for one in affairs)
    print(
        f"rounds {rounds.start}–{rounds.stop - 1}: {len(told)} conversations, {messages} messages, settled after "
        f"{time.monotonic() - began:.1f} s, {_writes(told)}",
        flush=True,
    )


async def _settled(audit: Audit, system: WholeSystem, affairs: Sequence[Affair]) -> list[Told]:
    """What still waits for another try in an hour is given that hour."""
    until = time.monotonic() + SETTLED_WITHIN_SECONDS
    while True:
        told = await audit.told(affairs)
        unsettled = [one for one in told if not one.is_settled]
        if not unsettled and not await audit.waiting():
            return told
        assert time.monotonic() < until, (
            f"{len(unsettled)} conversations are not settled, such as {unsettled[0].affair.id}: "
            f"{' '.join(entry.event.kind for entry in unsettled[0].log)}"
            if unsettled
            else "something waits and is not taken up"
        )
        for one in unsettled:
            if one.state.hand_over_due:
                await _move_clock(system, one.affair.id)
        await asyncio.sleep(1)


async def _move_clock(system: WholeSystem, conversation_id: str) -> None:
    async with httpx2.AsyncClient(base_url=system.urls[0], trust_env=False) as http:
        headers, path = bearer(system.tenant.operator_key), f"/v1/conversations/{conversation_id}/clock"
        await http.post(path, json={"advance_seconds": 3600}, headers=headers)


def _writes(told: Sequence[Told]) -> str:
    names = ("create_case", "reset_user_password", "hand_over_case")
    ends = {name: [end for one in told for end in one.ended_actions(name)] for name in names}
    return ", ".join(f"{name} {ends[name].count('succeeded')}/{len(ends[name])}" for name in names)
