"""People who act at the same moment as each other, as the customer, and as the agent: one of them is first, and whoever is
not is told so or simply comes second."""

import asyncio
import random
from collections.abc import Sequence

import pytest

from casewright.conversations.errors import ApprovalDecided
from casewright.conversations.models import (
    ApprovalId,
    ApprovalStatus,
    LoggedEvent,
    MessageReceived,
    Mode,
    ModeChanged,
    OperatorReplied,
    PartSent,
    ReplySent,
    TurnFinished,
)
from casewright.engine.models import TopicStatus
from casewright.kit.principal import system
from casewright.understanding.models import CancelTopic, Command, HumanHandoff
from tests.engine.conftest import World
from tests.engine.test_races import FIVE, PRICES, YES, approval, called, ready

TIMES = 4
"""Moments that are tried out; each seed is another."""


async def waiting_for_approval(world: World) -> ApprovalId:
    await ready(world, "credit", FIVE)
    await world.say("yes", YES)
    found: ApprovalId = await approval(world)
    return found


async def status(world: World) -> ApprovalStatus:
    found = await world.desk.approvals(world.principal, pending_only=False)
    return next(one.status for one in found if one.conversation_id == world.key.conversation_id)


async def in_mid_understanding(world: World, text: str, *commands: Command) -> asyncio.Task[None]:
    """A turn that has read what it stands on, and has not said or done anything."""
    world.understanding.pause = asyncio.Event()
    seen = len(world.understanding.seen)
    await world.write(text, *commands)
    running = asyncio.create_task(world.engine.run(world.key))
    while len(world.understanding.seen) == seen:
        await asyncio.sleep(0.01)
    return running


async def go_on(world: World, running: asyncio.Task[None]) -> None:
    assert world.understanding.pause is not None
    world.understanding.pause.set()
    world.understanding.pause = None
    await running


# --- approvals ---


async def test_of_two_people_who_decide_differently_at_once_one_is_told_that_it_is_decided(world: World) -> None:
    wanted = await waiting_for_approval(world)
    colleague = system(world.tenant.id, "colleague")
    ends = await asyncio.gather(
        world.desk.decide(world.principal, wanted, approve=True),
        world.desk.decide(colleague, wanted, approve=False),
        return_exceptions=True,
    )
    await world.engine.run(world.key)
    assert [type(end) for end in ends].count(ApprovalDecided) == 1
    assert (await status(world) == ApprovalStatus.APPROVED) == (called(world) == ["create_credit"])


async def test_what_two_people_approve_at_once_is_done_once(world: World) -> None:
    wanted = await waiting_for_approval(world)
    await asyncio.gather(*(world.desk.decide(world.principal, wanted, approve=True) for _ in range(2)))
    await asyncio.gather(world.engine.run(world.key), world.another_process().run(world.key))
    assert called(world) == ["create_credit"]


async def test_what_is_approved_while_the_customer_is_cancelling_it_is_done(world: World) -> None:
    wanted = await waiting_for_approval(world)
    running = await in_mid_understanding(world, "never mind", CancelTopic(topic="t1"))
    await world.desk.decide(world.principal, wanted, approve=True)
    await go_on(world, running)
    assert (await status(world), called(world)) == (ApprovalStatus.APPROVED, ["create_credit"])
    assert (await world.state()).topics[0].status is TopicStatus.RESOLVED


async def test_what_is_approved_while_the_customer_is_asking_for_a_person_is_done(world: World) -> None:
    wanted = await waiting_for_approval(world)
    running = await in_mid_understanding(world, "a person please", HumanHandoff())
    await world.desk.decide(world.principal, wanted, approve=True)
    await go_on(world, running)
    assert called(world) == ["create_credit", "hand_over_case"]
    assert (await world.state()).mode is Mode.HUMAN


@pytest.mark.parametrize("seed", range(TIMES))
async def test_an_approval_and_a_cancellation_at_any_moment_agree_in_the_end(world: World, seed: int) -> None:
    wanted = await waiting_for_approval(world)
    chance = random.Random(seed)

    async def cancel() -> None:
        await asyncio.sleep(chance.uniform(0, 0.03))
        await world.say("never mind", CancelTopic(topic="t1"))

    async def approve() -> bool:
        await asyncio.sleep(chance.uniform(0, 0.03))
        try:
            await world.desk.decide(world.principal, wanted, approve=True)
        except ApprovalDecided:
            return False
        return True

    _, approved = await asyncio.gather(cancel(), approve())
    await world.engine.run(world.key)
    assert called(world) == ["create_credit"] * approved
    assert await status(world) == (ApprovalStatus.APPROVED if approved else ApprovalStatus.EXPIRED)


# --- hand-over ---


async def test_two_people_who_take_over_at_once_take_it_over_once(world: World) -> None:
    await world.say("what is the price", PRICES)
    await asyncio.gather(*(world.desk.set_mode(world.principal, world.key, Mode.HUMAN) for _ in range(2)))
    assert (await world.kinds()).count("mode_changed") == 1


async def test_two_people_who_answer_at_once_take_it_over_once_and_are_both_heard(world: World) -> None:
    await asyncio.gather(*(world.desk.reply(world.principal, world.key, text) for text in ("I am here", "So am I")))
    said = [one.event.text for one in await world.entries() if isinstance(one.event, OperatorReplied)]
    assert sorted(said) == ["I am here", "So am I"]
    assert (await world.kinds()).count("mode_changed") == 1


async def test_what_a_person_takes_over_before_it_is_answered_is_not_answered_by_the_agent(world: World) -> None:
    running = await in_mid_understanding(world, "what is the price", PRICES)
    before = len(await world.replies())
    await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
    await go_on(world, running)
    assert len(await world.replies()) == before
    turns = [one.event for one in await world.entries() if isinstance(one.event, TurnFinished)]
    assert [(turn.result, len(turn.message_ids)) for turn in turns] == [("human", 1)]


async def test_what_a_person_takes_over_before_it_is_done_is_not_done_by_the_agent(world: World) -> None:
    await ready(world, "gift", FIVE)
    running = await in_mid_understanding(world, "yes", YES)
    await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
    await go_on(world, running)
    assert called(world) == []
    check_silence(await world.entries())


async def test_a_message_that_comes_before_anything_is_done_belongs_to_the_turn_that_does_it(world: World) -> None:
    await ready(world, "gift", FIVE)
    running = await in_mid_understanding(world, "yes", YES)
    await world.write("yes, please", YES)
    await go_on(world, running)
    assert called(world) == ["create_credit"]
    turns = [one.event for one in await world.entries() if isinstance(one.event, TurnFinished)]
    assert len(turns[-1].message_ids) == 2


@pytest.mark.parametrize("seed", range(TIMES))
async def test_whenever_a_person_takes_over_the_agent_says_nothing_from_then_on(world: World, seed: int) -> None:
    chance = random.Random(seed)
    await ready(world, "gift", FIVE)

    async def write() -> None:
        await world.say("yes", YES)
        await world.say("what is the price", PRICES)

    async def take_over() -> None:
        await asyncio.sleep(chance.uniform(0, 0.1))
        await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)

    await asyncio.gather(write(), take_over())
    await world.engine.run(world.key)
    check_silence(await world.entries())
    check_turns(await world.entries())
    assert (await world.state()).mode is Mode.HUMAN


@pytest.mark.parametrize("seed", range(TIMES))
async def test_what_the_customer_writes_while_a_person_gives_back_has_one_turn_each(world: World, seed: int) -> None:
    chance = random.Random(seed)
    await world.say("a person", HumanHandoff())

    async def write() -> None:
        for number in range(3):
            await asyncio.sleep(chance.uniform(0, 0.02))
            await world.say(f"what is the price {number}", PRICES)

    async def give_back() -> None:
        await asyncio.sleep(chance.uniform(0, 0.05))
        await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
        await world.another_process().run(world.key)

    await asyncio.gather(write(), give_back())
    await world.engine.run(world.key)
    await world.say("and the price now", PRICES)
    assert "10 euros" in (await world.replies())[-1]
    check_turns(await world.entries())


def check_silence(log: Sequence[LoggedEvent]) -> None:
    """From a person's take-over on, the agent says nothing."""
    taken = next(
        one.seq
        for one in log
        if isinstance(one.event, ModeChanged) and (one.event.mode, one.turn_id) == (Mode.HUMAN, None)
    )
    before = {one.event.part for one in log if isinstance(one.event, PartSent) and one.seq < taken}
    after = [one.event for one in log if one.seq > taken]
    assert not [event for event in after if isinstance(event, PartSent)]
    assert all(set(event.parts) <= before for event in after if isinstance(event, ReplySent))


def check_turns(log: Sequence[LoggedEvent]) -> None:
    """Every message has one turn, in order."""
    received = [one.event.message_id for one in log if isinstance(one.event, MessageReceived)]
    turns = [one.event for one in log if isinstance(one.event, TurnFinished)]
    assert [message for turn in turns for message in turn.message_ids] == received
