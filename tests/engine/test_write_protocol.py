"""A WRITE under every failure, in a real org behind real HTTP: each ends in one record, a reconciled one, or a person who is
told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from casewright.conversations.models import ActionFinished, DeadLetterStatus, Mode
from casewright.kit.principal import system
from casewright.kit.sealing import KeyEncryptionKey
from casewright.procedures.loading import load_builtin, load_text
from casewright.procedures.service import ProcedureService
from casewright.salesforce.actions import SalesforceActions
from casewright.salesforce.definitions import DEFINITIONS
from casewright.salesforce.models import ClientCredentials, OrgConnection
from casewright.salesforce.service import OrgConnections, Orgs
from casewright.security.new_address import NewAddressCodes
from casewright.understanding.models import Confirm, HumanHandoff, SetSlot, StartProcedure
from localorg.testing import RunningOrg, start_org
from tests.engine.conftest import DEFINITIONS as SMALL_ORGS
from tests.engine.conftest import World

SEED = Path(__file__).parents[2] / "examples" / "aurora" / "org.yaml"
YES = Confirm(confirmation="?")
SUBJECT = "A case of the write protocol"

PROCEDURES = f"""
name: ask
title: {{en: Ask for a case}}
slots:
  email: {{type: email, identity: true, ask: {{en: "Which address?"}}}}
steps:
  - {{id: email, collect: email}}
  - id: open
    action: create_case
    arguments: {{subject: {SUBJECT}, description: "From {{slots.email}}"}}
    confirm: {{en: "Open it for {{slots.email}}?"}}
    save_as: case
    on: {{failed: could_not}}
  - {{id: done, say: {{en: "Case {{results.case.number}} is open."}}, source: case}}
  - {{id: end, end: resolved}}
  - {{id: could_not, say: {{en: "There is no case yet."}}, next: open}}
---
name: reset
title: {{en: Reset the password}}
slots:
  email: {{type: email, identity: true, ask: {{en: "Which address?"}}}}
steps:
  - {{id: email, collect: email}}
  - id: reset
    action: reset_user_password
    arguments: {{email: "{{slots.email}}"}}
    confirm: {{en: "Send a link to {{slots.email}}?"}}
  - {{id: done, say: {{en: "The link is on its way."}}}}
  - {{id: end, end: resolved}}
"""


@pytest.fixture(scope="module")
async def served_org(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningOrg]:
    async with start_org("aurora", SEED, tmp_path_factory.mktemp("org")) as org:
        yield org


@dataclass
class Customer:
    """Someone who is one yes away from a WRITE in a real org."""

    world: World
    org: RunningOrg
    connections: OrgConnections
    processes: AsyncExitStack

    def begin_a_process(self) -> None:
        """One that has not met the org before, so that its circuit breaker is closed."""
        orgs = Orgs(self.connections, timeout=self.world.settings.action_timeout_seconds)
        self.processes.push_async_callback(orgs.close)
        actions = SalesforceActions(orgs, NewAddressCodes(self.world.database, b"k" * 32))
        self.world.ports = replace(self.world.ports, actions=actions)
        self.world.engine = self.world.another_process()

    async def ready(self, procedure: str, email: str = "ann@example.com") -> None:
        await self.world.say("please", StartProcedure(procedure=procedure))
        await self.world.say(email, SetSlot(slot="email", value="?"))

    async def yes(self) -> str:
        return await self.world.say("yes", YES)

    async def cases(self) -> list[dict[str, object]]:
        return await self.org.query(f"SELECT Id, CaseNumber FROM Case WHERE Subject = '{SUBJECT}'")

    async def told_in_the_org(self) -> list[str]:
        """The summaries that people find in the conversation's Case."""
        rows = await self.org.query(
            f"SELECT Agent_Summary__c FROM Case WHERE Casewright_Conversation__c = '{self.world.key.conversation_id}'"
        )
        return [str(row["Agent_Summary__c"]) for row in rows]

    async def sent(self, method: str) -> int:
        return len(await self.org.requests(method=method, path_contains="/sobjects/"))

    async def an_hour_later(self) -> None:
        """The org is back."""
        await self.org.clear_faults()
        self.begin_a_process()
        await self.world.service.move_clock(self.world.key, timedelta(hours=1))
        await self.world.engine.run(self.world.key)


@pytest.fixture
async def customer(
    world: World, served_org: RunningOrg, key_encryption_key: KeyEncryptionKey
) -> AsyncIterator[Customer]:
    await served_org.reset()
    connections = OrgConnections(world.database, key_encryption_key)
    credentials = ClientCredentials(client_secret=SecretStr(served_org.client_secret))
    connection = OrgConnection(url=served_org.url, client_id=served_org.client_id, credentials=credentials)
    await connections.connect(world.tenant.id, connection)
    definitions = {**SMALL_ORGS, **DEFINITIONS}
    async with world.database.begin(system(world.tenant.id)) as tx:
        loaded = [load_text(text, source="test", actions=definitions) for text in PROCEDURES.split("---\n")]
        await ProcedureService().install(tx, world.tenant.id, [*loaded, *load_builtin(definitions)])
    async with AsyncExitStack() as processes:
        customer = Customer(world, served_org, connections, processes)
        customer.begin_a_process()
        yield customer


async def test_a_lost_request_ends_in_one_record(customer: Customer) -> None:
    await customer.ready("ask")
    await customer.org.fault("drop_connection", method="PATCH", times=1)
    assert "is open." in await customer.yes()
    assert len(await customer.cases()) == 1
    assert await customer.sent("PATCH") == 2


async def test_a_lost_answer_ends_in_one_record_that_is_looked_up_and_not_sent_again(customer: Customer) -> None:
    await customer.ready("ask")
    await customer.org.fault("lost_answer", method="PATCH", times=1)
    assert "is open." in await customer.yes()
    assert len(await customer.cases()) == 1
    assert await customer.sent("PATCH") == 1


async def test_a_request_that_times_out_and_succeeds_later_ends_in_one_record(customer: Customer) -> None:
    late = customer.world.settings.action_timeout_seconds + 1
    await customer.ready("ask")
    await customer.org.fault("slow", method="PATCH", times=1, seconds=late)
    assert "is open." in await customer.yes()
    await asyncio.sleep(1.5)
    assert len(await customer.cases()) == 1


async def test_while_the_org_is_away_nothing_is_done_and_the_customer_is_told(customer: Customer) -> None:
    await customer.ready("ask")
    await customer.org.fault("status", status=503)
    assert "There is no case yet." in await customer.yes()
    assert await customer.cases() == []
    await customer.an_hour_later()
    await customer.ready("ask")
    assert "is open." in await customer.yes()
    assert len(await customer.cases()) == 1


async def test_a_lost_answer_before_the_org_is_away_for_an_hour_is_reconciled_when_it_is_back(
    customer: Customer,
) -> None:
    await customer.ready("ask")
    await customer.org.fault("lost_answer", method="PATCH", times=1)
    await customer.org.fault("status", status=503, path_contains="/data/")
    assert "could not find out" in await customer.yes()
    (waiting,) = await customer.world.dead_letters()
    assert (waiting.action, waiting.status) == ("create_case", DeadLetterStatus.OPEN)
    await customer.an_hour_later()
    (settled,) = await customer.world.dead_letters()
    assert settled.status is DeadLetterStatus.DONE
    assert len(await customer.cases()) == 1
    (told,) = await customer.told_in_the_org()
    assert "What waits for a person: nothing" in told


async def test_a_lost_request_before_the_org_is_away_is_told_to_a_person_who_has_it_done_once(
    customer: Customer,
) -> None:
    await customer.ready("ask")
    await customer.org.fault("drop_connection", method="PATCH", times=1)
    await customer.org.fault("status", status=503, path_contains="/data/")
    await customer.yes()
    await customer.an_hour_later()
    (waiting,) = await customer.world.dead_letters()
    assert (waiting.status, waiting.code) == (DeadLetterStatus.OPEN, "not_done")
    assert "What waits for a person: create_case" in (await customer.told_in_the_org())[0]
    await customer.world.desk.retry(customer.world.principal, waiting.id)
    await customer.world.engine.run(customer.world.key)
    (settled,) = await customer.world.dead_letters()
    assert settled.status is DeadLetterStatus.DONE
    assert len(await customer.cases()) == 1


async def test_a_person_is_brought_in_while_the_org_is_away_and_the_case_follows(customer: Customer) -> None:
    await customer.org.fault("status", status=503)
    await customer.world.say("a person", HumanHandoff())
    assert (await customer.world.state()).mode is Mode.HUMAN
    assert await customer.told_in_the_org() == []
    await customer.an_hour_later()
    assert len(await customer.told_in_the_org()) == 1


async def test_a_token_that_is_revoked_in_between_is_renewed_unnoticed(customer: Customer) -> None:
    await customer.ready("ask")
    await customer.org.fault("expire_sessions")
    assert "is open." in await customer.yes()
    assert len(await customer.cases()) == 1


async def test_credentials_that_are_revoked_in_between_do_nothing_until_they_are_good_again(customer: Customer) -> None:
    await customer.ready("ask")
    await customer.org.fault("expire_sessions")
    await customer.org.fault("status", status=400, path_contains="/oauth2/token")
    assert "There is no case yet." in await customer.yes()
    ends = [one.event for one in await customer.world.entries() if isinstance(one.event, ActionFinished)]
    assert [(one.status, one.code) for one in ends] == [("failed", "misconfigured")]
    await customer.org.clear_faults()
    assert "is open." in await customer.yes()
    assert len(await customer.cases()) == 1


async def test_what_may_happen_once_at_most_is_never_sent_again_and_a_person_is_told(customer: Customer) -> None:
    await customer.ready("reset", "user@example.com")
    await customer.org.fault("lost_answer", method="DELETE", times=1)
    assert "could not find out" in await customer.yes()
    assert len(await customer.org.mailbox(to="user@example.com")) == 1
    (waiting,) = await customer.world.dead_letters()
    assert (waiting.action, waiting.retryable) == ("reset_user_password", False)
    assert "What waits for a person: reset_user_password" in (await customer.told_in_the_org())[0]
