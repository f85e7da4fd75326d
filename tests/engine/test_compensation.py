"""What a procedure has done is taken back when it is not brought to its end."""

import asyncio
from datetime import timedelta

import pytest

from casewright.conversations.models import ActionRequested, DeadLetterStatus, Mode
from casewright.engine.models import TopicStatus
from casewright.understanding.models import CancelTopic, Confirm, Decline, HumanHandoff, SetSlot, StartProcedure
from tests.engine.conftest import World

YES, NO = Confirm(confirmation="?"), Decline(confirmation="?")
TAKEN_BACK = "Credit 00001001 is taken back."


@pytest.fixture
async def half_done(world: World) -> World:
    """The first of two writes is done, and the yes to the second is asked for."""
    await world.say("an advance", StartProcedure(procedure="advance"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    assert "And send it?" in await world.say("yes", YES)
    return world


def called(world: World) -> list[str]:
    return [call.action for call in world.org.calls]


async def status(world: World) -> TopicStatus:
    return (await world.state()).topics[-1].status


async def test_what_is_brought_to_its_end_stays(half_done: World) -> None:
    await half_done.say("yes", YES)
    assert called(half_done) == ["create_credit", "send_link"]
    assert await status(half_done) is TopicStatus.RESOLVED


async def test_a_customer_who_cancels_has_it_taken_back_and_is_told(half_done: World) -> None:
    reply = await half_done.say("stop it", CancelTopic())
    assert TAKEN_BACK in reply
    assert called(half_done) == ["create_credit", "revoke_credit"]
    assert half_done.org.calls[-1].arguments == {"number": "00001001"}
    assert await status(half_done) is TopicStatus.CANCELLED


async def test_a_no_that_cancels_the_procedure_takes_it_back(half_done: World) -> None:
    assert TAKEN_BACK in await half_done.say("no", NO)
    assert called(half_done) == ["create_credit", "revoke_credit"]
    assert await status(half_done) is TopicStatus.CANCELLED


async def test_a_later_action_that_fails_takes_it_back_before_a_person_comes(half_done: World) -> None:
    half_done.org.plan = ["refused"]
    reply = await half_done.say("yes", YES)
    assert called(half_done) == ["create_credit", "send_link", "revoke_credit", "hand_over_case"]
    assert TAKEN_BACK in reply
    assert (await half_done.state()).mode is Mode.HUMAN


async def test_after_a_later_action_that_may_have_happened_a_person_decides_what_stays(half_done: World) -> None:
    half_done.org.plan = ["lost_answer"]
    await half_done.say("yes", YES)
    assert called(half_done) == ["create_credit", "send_link", "hand_over_case"]


async def test_a_customer_who_asks_for_a_person_leaves_it_to_them(half_done: World) -> None:
    await half_done.say("a person", HumanHandoff())
    assert called(half_done) == ["create_credit", "hand_over_case"]


async def test_a_customer_who_falls_silent_leaves_it_to_a_person_too(half_done: World) -> None:
    await half_done.service.move_clock(half_done.key, timedelta(days=1))
    await half_done.engine.run(half_done.key)
    assert called(half_done) == ["create_credit", "hand_over_case"]
    state = await half_done.state()
    assert (state.mode, state.hand_over_reason) == (Mode.HUMAN, "half_done")
    assert "Half done, decide whether it stays: credit" in str(half_done.org.calls[-1].arguments["summary"])


async def test_what_waited_for_a_proof_that_does_not_come_is_taken_back(world: World) -> None:
    await world.say("please", StartProcedure(procedure="proof_later"))
    await world.say("yes", YES)
    assert (await world.state()).topics[-1].name == "verify_identity"
    assert TAKEN_BACK in await world.say("stop it", CancelTopic())
    assert called(world) == ["create_credit", "revoke_credit"]


async def test_a_topic_that_was_paused_is_taken_back_when_it_is_cancelled(half_done: World) -> None:
    topic = (await half_done.state()).topics[-1].id
    await half_done.say("something else", StartProcedure(procedure="gift"))
    reply = await half_done.say("stop the advance", CancelTopic(topic=topic))
    assert TAKEN_BACK in reply
    assert called(half_done) == ["create_credit", "revoke_credit"]


async def test_taking_back_is_requested_in_the_log_before_it_is_called(half_done: World) -> None:
    await half_done.say("stop it", CancelTopic())
    requested = [one.event for one in await half_done.entries() if isinstance(one.event, ActionRequested)]
    assert [one.action for one in requested] == ["create_credit", "revoke_credit"]
    assert requested[-1].step == "$compensates.credit"


async def test_a_lost_answer_to_taking_back_is_looked_up_and_not_sent_again(half_done: World) -> None:
    half_done.org.plan = ["lost_answer"]
    assert TAKEN_BACK in await half_done.say("stop it", CancelTopic())
    assert called(half_done).count("revoke_credit") == 1


async def test_a_process_that_dies_while_taking_back_is_followed_by_one_that_finishes_it(half_done: World) -> None:
    half_done.org.hang = asyncio.Event()
    await half_done.write("stop it", CancelTopic())
    dying = asyncio.create_task(half_done.engine.run(half_done.key))
    while called(half_done) != ["create_credit", "revoke_credit"]:
        await asyncio.sleep(0.01)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    half_done.org.hang = None
    await asyncio.sleep(half_done.settings.lease_seconds + 0.2)
    await half_done.another_process().run(half_done.key)
    assert TAKEN_BACK in (await half_done.replies())[-1]
    assert len([key for key in half_done.org.records if "$compensates" in key]) == 1
    assert await status(half_done) is TopicStatus.CANCELLED


async def test_what_cannot_be_taken_back_is_said_and_waits_for_a_person(half_done: World) -> None:
    half_done.org.plan = ["not_sent"]
    reply = await half_done.say("stop it", CancelTopic())
    assert "could not take all of it back" in reply
    assert (await half_done.state()).mode is Mode.HUMAN
    (waiting,) = await half_done.dead_letters()
    assert (waiting.action, waiting.code, waiting.retryable) == ("revoke_credit", "org_unavailable", True)


async def test_a_person_can_have_it_taken_back_later(half_done: World) -> None:
    half_done.org.plan = ["not_sent"]
    await half_done.say("stop it", CancelTopic())
    (waiting,) = await half_done.dead_letters()
    await half_done.desk.retry(half_done.principal, waiting.id)
    await half_done.engine.run(half_done.key)
    (settled,) = await half_done.dead_letters()
    assert settled.status is DeadLetterStatus.DONE
    assert len([key for key in half_done.org.records if "$compensates" in key]) == 1
