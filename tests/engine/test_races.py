"""Things that happen at the same time: a second tap, a person who takes over, a decision that comes late."""

import asyncio

import pytest

from casewright.conversations.errors import ApprovalDecided
from casewright.conversations.models import ActionFinished, Mode, Status, TurnFinished
from casewright.engine.models import TopicStatus
from casewright.kit.ids import TenantId
from casewright.procedures.models import ActionCall, ActionOutcome
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    Command,
    Confirm,
    HumanHandoff,
    SetSlot,
    SmallTalk,
    StartProcedure,
)
from tests.engine.conftest import World

YES = Confirm(confirmation="?")
PRICES = AnswerFromKnowledge(query="what is the price", intent="price")


async def ready(world: World, procedure: str, slot: Command) -> None:
    await world.say("please", StartProcedure(procedure=procedure))
    await world.say("it is 5 for ann@example.com", slot)


FIVE, ADDRESS = SetSlot(slot="amount", value="5"), SetSlot(slot="email", value="?")


async def in_mid_write(world: World) -> asyncio.Task[None]:
    """A turn whose action has been called and has not answered."""
    world.org.hang = asyncio.Event()
    calls = len(world.org.calls)
    await world.write("yes", YES)
    running = asyncio.create_task(world.engine.run(world.key))
    while len(world.org.calls) == calls:
        await asyncio.sleep(0.01)
    return running


def called(world: World) -> list[str]:
    return [call.action for call in world.org.calls]


async def test_a_second_tap_on_yes_does_not_answer_the_next_question(world: World) -> None:
    await ready(world, "twice", FIVE)
    running = await in_mid_write(world)
    await world.write("yes", YES)
    assert world.org.hang is not None
    world.org.hang.set()
    await running
    assert called(world) == ["create_credit"]
    finished = [one.event for one in await world.entries() if isinstance(one.event, TurnFinished)]
    assert [one.why for one in finished[-1].report.dropped] == ["said before the question was asked"]


async def test_a_person_who_takes_over_in_mid_write_finds_the_result_recorded_and_the_agent_silent(
    world: World,
) -> None:
    await ready(world, "twice", FIVE)
    running = await in_mid_write(world)
    before = len(await world.replies())
    await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
    assert world.org.hang is not None
    world.org.hang.set()
    await running
    ends = [one.event for one in await world.entries() if isinstance(one.event, ActionFinished)]
    assert [(end.action, end.status) for end in ends] == [("create_credit", "succeeded")]
    state = await world.state()
    assert (state.mode, state.action, state.confirmation) == (Mode.HUMAN, None, None)
    assert len(await world.replies()) == before
    assert called(world) == ["create_credit"]


async def test_thanks_do_not_end_a_conversation_whose_request_waits_for_approval(world: World) -> None:
    await ready(world, "credit", FIVE)
    await world.say("yes", YES)
    await world.say("what is the price", PRICES)
    await world.say("thanks", SmallTalk(kind="thanks"))
    assert (await world.state()).status is Status.OPEN
    await world.desk.decide(world.principal, (await approval(world)), approve=True)
    await world.engine.run(world.key)
    assert "The credit is booked." in (await world.replies())[-1]


async def approval(world: World):  # type: ignore[no-untyped-def]
    found = await world.desk.approvals(world.principal, pending_only=False)
    return next(one.id for one in found if one.conversation_id == world.key.conversation_id)


async def test_two_requests_that_both_need_a_yes_keep_each_its_own(world: World) -> None:
    await ready(world, "credit", FIVE)
    await world.say("yes", YES)
    await ready(world, "gift", FIVE)
    await world.say("yes", YES)
    await world.desk.decide(world.principal, (await approval(world)), approve=True)
    await world.engine.run(world.key)
    assert "The credit is booked." in (await world.replies())[-1]


@pytest.mark.parametrize("how", ["takes over", "cancels"])
async def test_a_request_that_is_over_can_no_longer_be_approved(world: World, how: str) -> None:
    await ready(world, "credit", FIVE)
    await world.say("yes", YES)
    if how == "takes over":
        await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
    else:
        await world.say("never mind", CancelTopic(topic="t1"))
    with pytest.raises(ApprovalDecided):
        await world.desk.decide(world.principal, (await approval(world)), approve=True)
    topic = (await world.state()).topics[0]
    assert topic.status in (TopicStatus.HANDED_OVER, TopicStatus.CANCELLED)


async def test_taking_over_right_after_giving_back_counts(world: World) -> None:
    await world.say("a person", HumanHandoff())
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
    await world.engine.run(world.key)
    assert (await world.state()).mode is Mode.HUMAN


async def test_an_action_that_breaks_leads_to_one_apology_and_the_case_is_tried_again(world: World) -> None:
    execute = world.org.execute

    async def broken(tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        raise RuntimeError("broken")

    world.org.execute = world.org.reconcile = broken  # type: ignore[method-assign]
    await world.say("a person please", HumanHandoff())
    state = await world.state()
    assert state.mode is Mode.HUMAN
    assert state.hand_over_due is not None
    before = len(await world.replies())
    await world.say("hello?", PRICES)
    assert len(await world.replies()) == before
    world.org.execute = execute  # type: ignore[method-assign]


async def test_very_many_messages_at_once_are_read_up_to_the_limit_of_one(world: World) -> None:
    for number in range(5):
        await world.write(f"{number} " + "word " * 1000, PRICES)
    await world.engine.run(world.key)
    assert len(world.understanding.seen[-1].text) <= world.settings.max_message_characters


async def test_talking_to_a_person_reopens_a_closed_conversation(world: World) -> None:
    await world.say("what is the price", PRICES)
    await world.say("thanks", SmallTalk(kind="thanks"))
    await world.service.ask_for_person(world.key)
    await world.engine.run(world.key)
    state = await world.state()
    assert (state.status, state.mode) == (Status.OPEN, Mode.HUMAN)


async def test_a_message_that_comes_while_a_turn_ends_is_worked_on_at_once(world: World) -> None:
    await world.write("what is the price", PRICES)
    world.engine.wake(world.key)
    world.engine.wake(world.key)
    await asyncio.sleep(0)
    for _ in range(200):
        if len(await world.replies()) == 2 and not world.engine._in_hand:
            break
        await asyncio.sleep(0.01)
    await world.write("what is the price again", PRICES)
    world.engine.wake(world.key)
    for _ in range(200):
        if len(await world.replies()) == 3:
            break
        await asyncio.sleep(0.01)
    assert len(await world.replies()) == 3


async def test_what_was_approved_is_done_even_if_the_customer_asks_for_a_person_at_that_moment(world: World) -> None:
    await ready(world, "credit", FIVE)
    await world.say("yes", YES)
    await world.write("a person please", HumanHandoff())
    await world.desk.decide(world.principal, (await approval(world)), approve=True)
    await world.engine.run(world.key)
    assert called(world) == ["create_credit", "hand_over_case"]
    assert (await world.state()).mode is Mode.HUMAN
