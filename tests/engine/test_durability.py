"""Processes die, answers get lost: nothing acknowledged is lost, and nothing is done twice."""

import asyncio
from datetime import timedelta

import pytest

from casewright.conversations import repository
from casewright.conversations.errors import LeaseLost
from casewright.conversations.models import ActionFinished, ActionRequested, Mode, ReplySent
from casewright.conversations.repository import EventRow
from casewright.engine.models import STATE_VERSION, State
from casewright.engine.working import Turn
from casewright.kit.principal import system
from casewright.understanding.models import AnswerFromKnowledge, Command, Confirm, HumanHandoff, SetSlot, StartProcedure
from tests.engine.conftest import World

YES = Confirm(confirmation="?")
PRICES = AnswerFromKnowledge(query="what is the price", intent="price")


async def ready_to_give(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))


async def ready_to_send(world: World) -> None:
    await world.say("a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", SetSlot(slot="email", value="?"))


async def die_in_mid_write(world: World, said: Command = YES) -> None:
    """The process is gone after the org was called and before its answer was recorded."""
    world.org.hang = asyncio.Event()
    await world.write("yes", said)
    calls = len(world.org.calls)
    process = asyncio.create_task(world.engine.run(world.key))
    while len(world.org.calls) == calls:
        await asyncio.sleep(0.01)
    process.cancel()
    await asyncio.gather(process, return_exceptions=True)
    world.org.hang = None


async def lease_runs_out(world: World) -> None:
    await asyncio.sleep(world.settings.lease_seconds + 0.2)


async def test_a_lost_answer_is_looked_up_and_the_record_is_written_once(world: World) -> None:
    await ready_to_give(world)
    world.org.plan = ["lost_answer"]
    assert "The gift is booked." in await world.say("yes", YES)
    assert len(world.org.records) == 1
    assert len(world.org.calls) == 1


async def test_a_lost_request_is_sent_again_once_it_is_known_not_to_have_arrived(world: World) -> None:
    await ready_to_give(world)
    world.org.plan = ["lost_request", "done"]
    assert "The gift is booked." in await world.say("yes", YES)
    assert [call.key for call in world.org.calls] == [world.org.calls[0].key] * 2
    assert len(world.org.records) == 1


async def test_what_may_happen_at_most_once_is_not_tried_again_and_a_person_is_told(world: World) -> None:
    await ready_to_send(world)
    world.org.plan = ["lost_answer"]
    reply = await world.say("yes", YES)
    assert "could not find out" in reply
    assert [call.action for call in world.org.calls] == ["send_link", "hand_over_case"]
    assert (await world.state()).mode is Mode.HUMAN


async def test_a_process_that_dies_in_mid_write_is_followed_by_one_that_finishes_it(world: World) -> None:
    await ready_to_give(world)
    await die_in_mid_write(world)
    await lease_runs_out(world)
    await world.another_process().run(world.key)
    assert "The gift is booked." in (await world.replies())[-1]
    assert len(world.org.records) == 1


async def test_a_write_that_had_happened_before_its_process_died_is_not_done_again(world: World) -> None:
    await ready_to_give(world)
    await die_in_mid_write(world)
    world.org.records[world.org.calls[-1].key] = {"amount": "5"}
    calls = len(world.org.calls)
    await lease_runs_out(world)
    await world.another_process().run(world.key)
    assert len(world.org.calls) == calls
    assert "The gift is booked." in (await world.replies())[-1]


async def test_an_at_most_once_write_whose_process_died_goes_to_a_person(world: World) -> None:
    await ready_to_send(world)
    await die_in_mid_write(world)
    await lease_runs_out(world)
    await world.another_process().run(world.key)
    assert [call.action for call in world.org.calls].count("send_link") == 1
    assert (await world.state()).mode is Mode.HUMAN


async def test_a_hand_over_whose_process_died_is_finished_under_the_same_request(world: World) -> None:
    await die_in_mid_write(world, HumanHandoff())
    await lease_runs_out(world)
    await world.another_process().run(world.key)
    events = [one.event for one in await world.entries()]
    requested = [one.action_id for one in events if isinstance(one, ActionRequested)]
    ended = [(one.action_id, one.status) for one in events if isinstance(one, ActionFinished)]
    assert ended == [(one, "succeeded") for one in requested]
    assert len(world.org.records) == 1
    assert (await world.state()).case is not None


async def test_the_reply_of_a_turn_taken_over_answers_the_message_that_began_it(world: World) -> None:
    await ready_to_give(world)
    await die_in_mid_write(world)
    await lease_runs_out(world)
    await world.another_process().run(world.key)
    entries = await world.entries()
    message = (await world.state()).last_message_id
    answered = [one.event.message_ids for one in entries if isinstance(one.event, ReplySent)]
    assert answered[-1] == (message,)


async def test_a_message_whose_process_died_before_the_turn_is_answered_by_the_dispatcher(world: World) -> None:
    await world.write("what is the price", PRICES)
    await world.service.move_clock(world.key, timedelta(seconds=5))
    due = await world.log.claim_due(1000, timedelta(seconds=1))
    assert world.key in due
    await world.another_process().run(world.key)
    assert "10 euros" in (await world.replies())[-1]


async def test_two_processes_never_work_on_one_conversation_at_once(world: World) -> None:
    await world.write("what is the price", PRICES)
    others = [world.another_process().run(world.key) for _ in range(5)]
    await asyncio.gather(world.engine.run(world.key), *others)
    assert (await world.kinds()).count("turn_finished") == 1


async def test_what_carries_an_old_fence_cannot_be_written(world: World) -> None:
    await world.write("what is the price", PRICES)
    slow = await world.log.claim(world.key, "slow", STATE_VERSION)
    assert slow is not None
    await lease_runs_out(world)
    await world.another_process().run(world.key)
    state = State.model_validate_json(slow.snapshot) if slow.snapshot else State()
    turn = Turn(world.ports, world.settings, world.tenant, slow, state, slow.triggers)
    turn.say("too late")
    with pytest.raises(LeaseLost):
        await turn.finish()
    assert (await world.kinds()).count("turn_finished") == 1


async def test_the_log_has_no_gap_and_the_snapshot_equals_the_fold_of_the_log(world: World) -> None:
    await ready_to_give(world)
    await world.say("what is the price", PRICES)
    await world.say("yes", YES)
    await world.say("a person", HumanHandoff())
    entries = await world.entries()
    assert [one.seq for one in entries] == list(range(1, len(entries) + 1))
    claim = await world.log.claim(world.key, "test", STATE_VERSION)
    assert claim is not None
    assert claim.snapshot is not None
    assert State.model_validate_json(claim.snapshot) == await world.state()
    await world.log.release(claim)


async def test_a_second_tenant_sees_nothing_of_a_conversation(world: World, other_tenant: object) -> None:
    await world.say("what is the price", PRICES)
    stranger = system(other_tenant.id, "test")  # type: ignore[attr-defined]
    page, _ = await world.desk.inbox(stranger, None, None)
    assert world.key.conversation_id not in {one.conversation_id for one in page}
    assert await world.desk.approvals(stranger, pending_only=False) == []


async def test_no_word_of_the_customer_is_readable_in_the_database(world: World) -> None:
    secret = "xylophone-8841"
    await world.say(f"what is the price of a {secret} for ann@example.com", PRICES)
    await world.say("a person", HumanHandoff())
    async with world.database.begin(world.principal) as tx:
        for table in (
            "conversation",
            "conversation_event",
            "conversation_trigger",
            "conversation_snapshot",
            "approval",
        ):
            for row in await tx.fetch(f"select to_jsonb(t)::text as row from {table} t"):
                assert secret not in row["row"]
                assert "ann@example.com" not in row["row"]
                assert secret.encode().hex() not in row["row"]


async def test_a_process_that_cannot_read_what_a_newer_one_wrote_leaves_the_conversation_to_others_at_once(
    world: World,
) -> None:
    world.understanding.pause = asyncio.Event()
    await world.write("what is the price", PRICES)
    turn = asyncio.create_task(world.engine.run(world.key))
    while not world.understanding.seen:
        await asyncio.sleep(0.01)
    await a_newer_version_writes(world)
    world.understanding.pause.set()
    await turn
    assert await is_free(world)
    await world.engine.run(world.key)
    assert await is_free(world)


async def a_newer_version_writes(world: World) -> None:
    async with world.database.begin(world.principal) as tx:
        row = await repository.lock(tx, world.key)
        assert row is not None
        event = EventRow(row["next_seq"], "sun_risen", 1, {}, None, None)
        following = row["next_seq"] + 1
        await repository.append(tx, world.key, [event], fence=row["fence"], at=world.clock.now(), next_seq=following)


async def is_free(world: World) -> bool:
    async with world.database.begin(world.principal) as tx:
        row = await repository.find(tx, world.key)
    assert row is not None
    return row["lease_owner"] is None
