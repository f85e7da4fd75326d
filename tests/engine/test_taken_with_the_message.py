"""A conversation's lease that is taken in the transaction in which its message is accepted."""

from uuid import uuid4

import pytest

from casewright.conversations import repository
from casewright.conversations.errors import EventUnreadable
from casewright.conversations.models import Accepted
from casewright.conversations.repository import EventRow
from casewright.engine.models import STATE_VERSION
from casewright.understanding.models import AnswerFromKnowledge
from tests.engine.conftest import World

PRICES = AnswerFromKnowledge(query="what is the price", intent="price")


async def accepted_with_lease(world: World) -> Accepted:
    world.understanding.latest = (PRICES,)
    claimant = world.engine.claimant(world.key)
    return await world.service.accept(world.key, "what is the price", str(uuid4()), 8000, claimant=claimant)


async def test_the_turn_of_an_accepted_message_begins_under_the_lease_that_was_taken_with_it(world: World) -> None:
    accepted = await accepted_with_lease(world)
    assert accepted.claim is not None
    assert [trigger.message_id for trigger in accepted.claim.triggers] == [accepted.message_id]
    assert await world.log.claim(world.key, "another", STATE_VERSION) is None
    before = len(await world.replies())
    world.engine.wake(world.key, accepted.claim)
    await world.engine.stop()
    assert len(await world.replies()) == before + 1
    assert await world.log.claim(world.key, "another", STATE_VERSION) is not None


async def test_the_turn_of_a_later_message_begins_from_the_state_that_was_read_with_the_row(world: World) -> None:
    world.engine.wake(world.key, (await accepted_with_lease(world)).claim)
    await world.engine.stop()
    accepted = await accepted_with_lease(world)
    assert accepted.claim is not None
    assert accepted.claim.snapshot is not None
    assert [entry.seq for entry in accepted.claim.log] == [accepted.seq] == [accepted.claim.seq]
    assert await world.log.claim(world.key, "another", STATE_VERSION) is None
    read = await world.log.history(world.key)
    assert read[-1:] == accepted.claim.log
    before = len(await world.replies())
    world.engine.wake(world.key, accepted.claim)
    await world.engine.stop()
    assert len(await world.replies()) == before + 1


async def test_what_waited_before_a_later_message_goes_into_the_same_claim(world: World) -> None:
    world.engine.wake(world.key, (await accepted_with_lease(world)).claim)
    await world.engine.stop()
    await world.service.ask_for_person(world.key)
    accepted = await accepted_with_lease(world)
    assert accepted.claim is not None
    assert [trigger.kind for trigger in accepted.claim.triggers] == ["hand_over", "message"]


async def test_a_message_is_accepted_while_another_process_has_the_lease(world: World) -> None:
    assert await world.log.claim(world.key, "another", STATE_VERSION) is not None
    accepted = await accepted_with_lease(world)
    assert accepted.claim is None
    assert not accepted.duplicate


async def test_no_lease_is_taken_for_a_conversation_that_is_being_worked_on(world: World) -> None:
    accepted = await accepted_with_lease(world)
    world.engine.wake(world.key, accepted.claim)
    assert world.engine.claimant(world.key) is None
    await world.engine.stop()


async def test_a_message_is_accepted_where_its_turn_could_not_be_begun(world: World) -> None:
    """A newer version wrote what this one cannot read: its own process takes the message up."""
    async with world.database.begin(world.principal) as tx:
        row = await repository.lock(tx, world.key)
        assert row is not None
        seq = row["next_seq"]
        rows = [EventRow(seq, "of_tomorrow", 1, {}, None, None)]
        await repository.append(tx, world.key, rows, fence=row["fence"], at=world.clock.now(), next_seq=seq + 1)
    accepted = await accepted_with_lease(world)
    assert accepted.claim is None
    async with world.database.begin(world.principal) as tx:
        row = await repository.lock(tx, world.key)
    assert row is not None
    assert row["lease_until"] is None
    with pytest.raises(EventUnreadable):
        await world.log.claim(world.key, "another", STATE_VERSION)
