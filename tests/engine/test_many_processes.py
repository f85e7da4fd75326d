"""Several engines on one database, as in several processes."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from casewright.conversations.models import ConversationKey, ReplySent, TurnFinished
from casewright.engine.models import STATE_VERSION
from casewright.engine.service import Engine
from casewright.kit.errors import ResourceLimitExceeded
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.models import AnswerFromKnowledge, SetSlot, StartProcedure
from tests.engine.conftest import World
from tests.engine.test_durability import YES, ready_to_give

PRICES = AnswerFromKnowledge(query="what is the price", intent="price")


async def test_messages_taken_by_different_processes_are_answered_in_order(world: World) -> None:
    processes = [world.another_process() for _ in range(3)]
    for number in range(9):
        await world.write(f"price {number}", PRICES)
        processes[number % 3].wake(world.key)
        await asyncio.sleep(0.01 * (number % 3))
    async with asyncio.timeout(30):
        while len(await world.log.history(world.key)) and await waiting(world):
            await asyncio.sleep(0.05)
            processes[0].wake(world.key)
    turns = [one.event for one in await world.entries() if isinstance(one.event, TurnFinished)]
    answered = [message for turn in turns for message in turn.message_ids]
    said = [one.event.message_id for one in await world.entries() if one.event.kind == "message_received"]  # type: ignore[attr-defined]
    assert answered == said
    for process in processes:
        await process.stop()


async def waiting(world: World) -> bool:
    claim = await world.log.claim(world.key, "test", STATE_VERSION)
    if claim is None:
        return True
    await world.log.release(claim)
    return bool(claim.triggers)


async def test_a_message_that_comes_while_another_process_puts_the_conversation_down_is_taken_up_by_it(
    world: World,
) -> None:
    """Its own process found the lease taken, and will not look again."""
    claim = await world.log.claim(world.key, "another", STATE_VERSION)
    assert claim is not None
    await world.write("what is the price", PRICES)
    await world.engine.run(world.key)
    assert await world.log.rest(claim, None)


async def test_a_turn_whose_lease_went_to_another_process_is_ended_before_it_calls_the_org_again(world: World) -> None:
    await ready_to_give(world)
    world.org.hang = asyncio.Event()
    await world.write("yes", YES)
    frozen = replace(world.ports, log=LogThatCannotRenew(world.ports.log))  # type: ignore[type-var]
    await Engine(frozen, world.settings).run(world.key)
    assert [call.action for call in world.org.calls] == ["create_credit"]
    world.org.hang = None
    await world.another_process().run(world.key)
    assert "The gift is booked." in (await world.replies())[-1]
    assert len(world.org.records) == 1


class LogThatCannotRenew:
    """The log of a process whose lease was taken over."""

    def __init__(self, log: object) -> None:
        self._log = log

    async def renew(self, claim: object) -> bool:
        await asyncio.sleep(0.8)
        return False

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)


async def test_a_turn_that_takes_long_keeps_its_lease_and_is_not_due(world: World) -> None:
    await ready_to_give(world)
    world.org.hang = asyncio.Event()
    await world.write("yes", YES)
    running = asyncio.create_task(world.engine.run(world.key))
    await asyncio.sleep(2.5 * world.settings.lease_seconds)
    assert await world.log.claim(world.key, "another", STATE_VERSION) is None
    assert world.key not in await world.log.claim_due(1000, timedelta(seconds=1))
    world.org.hang.set()
    await running
    replies = [one.event for one in await world.entries() if isinstance(one.event, ReplySent)]
    assert "The gift is booked." in [part.text for part in replies[-1].parts]


async def test_a_conversation_whose_org_is_slow_blocks_no_other_of_its_company(world: World) -> None:
    narrow = Engine(world.ports, world.settings.model_copy(update={"turns_at_once": 1, "turns_at_once_per_tenant": 1}))
    await ready_to_give(world)
    world.org.hang = asyncio.Event()
    await world.write("yes", YES)
    narrow.wake(world.key)
    while not world.org.calls:
        await asyncio.sleep(0.01)
    slow, world.key = world.key, await world.open()
    await world.write("what is the price", PRICES)
    async with asyncio.timeout(10):
        await narrow.run(world.key)
    assert "10 euros" in (await world.replies())[-1]
    world.org.hang.set()
    world.key = slow
    await narrow.stop()
    assert "The gift is booked." in (await world.replies())[-1]


async def test_a_tenant_with_its_hands_full_is_refused_and_the_others_are_not(world: World) -> None:
    full = world.settings.model_copy(update={"turns_in_hand_per_tenant": 1, "turns_in_hand": 2})
    engine = Engine(world.ports, full)
    world.org.hang = asyncio.Event()
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    await world.write("yes", YES)
    engine.wake(world.key)
    other, another = await world.open(), await world.open()
    with pytest.raises(ResourceLimitExceeded), engine.admit(other):
        pass
    with engine.admit(world.key), engine.admit(world.key.model_copy(update={"tenant_id": TenantId(uuid4())})):
        pass
    world.org.hang.set()
    await engine.stop()
    with engine.admit(other), pytest.raises(ResourceLimitExceeded), engine.admit(another):
        pass
    with engine.admit(another):
        pass


async def test_what_is_due_is_taken_of_every_company_in_turn(world: World, tenants: TenantService) -> None:
    quiet = await tenants.save(f"quiet-{uuid4()}", "Quiet Company", TenantProfile())
    flood = [await world.open() for _ in range(30)]
    due = [*flood, ConversationKey(tenant_id=quiet.id, conversation_id=(await world.open()).conversation_id)]
    now = world.clock.now()
    for age, key in enumerate(reversed(due)):
        async with world.database.begin(system(key.tenant_id)) as tx:
            await tx.execute(
                "insert into control.due_conversation (conversation_id, tenant_id, due_at) values ($1, $2, $3)",
                key.conversation_id, key.tenant_id, now - timedelta(days=1, seconds=age),
            )  # fmt: skip
    taken = await world.log.claim_due(6, timedelta(minutes=10))
    assert due[-1] in taken
