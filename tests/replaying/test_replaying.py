"""Recorded turns run again: the same on the same configuration, and what is different is told on another."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from casewright.conversations.errors import ConversationNotFound
from casewright.conversations.models import (
    ActionFinished,
    ActionRequested,
    ConversationKey,
    LoggedEvent,
    Mode,
    TriggerKind,
    TurnFinished,
)
from casewright.engine.fold import fold
from casewright.engine.models import State
from casewright.kit.principal import Principal
from casewright.procedures.loading import load_text
from casewright.replaying.archive import ReadOnlyDatabase
from casewright.replaying.configurations import Configuration, DraftProcedures
from casewright.replaying.models import Aspect, ReplayedTurn, Result
from casewright.replaying.recorded_ports import RecordedClock
from casewright.replaying.recordings import recorded_turns
from casewright.replaying.running import Replayer
from casewright.tenants.models import OwnThresholds, TenantProfile
from casewright.understanding.models import (
    AnswerFromKnowledge,
    Confirm,
    Emotion,
    HumanHandoff,
    SetSlot,
    StartProcedure,
)
from tests.clusters import Cluster
from tests.engine.conftest import DEFINITIONS, PROCEDURES, World

YES = Confirm(confirmation="?")
PRICES = AnswerFromKnowledge(query="what is the price", intent="price")


def configuration(world: World) -> Configuration:
    return Configuration(
        name="as it is",
        settings=world.settings,
        tenant=world.tenant,
        clock=RecordedClock(),
        understanding=world.understanding,
        knowledge=world.knowledge,
        procedures=world.ports.procedures,
    )


def with_procedure(world: World, text: str) -> Configuration:
    procedure = load_text(text, source="draft.yaml", actions=DEFINITIONS)
    drafted = {procedure.name: procedure}
    return replace(configuration(world), procedures=DraftProcedures(world.database, drafted), drafted=drafted)


async def replayed(world: World, on: Configuration | None = None) -> tuple[ReplayedTurn, ...]:
    replayer = Replayer(on or configuration(world), DEFINITIONS)
    return await replayer.replay_all(world.service, world.principal, [world.key])


def without_arguments(log: tuple[LoggedEvent, ...]) -> tuple[LoggedEvent, ...]:
    """As the first version recorded it."""
    return tuple(
        entry.model_copy(update={"event": entry.event.model_copy(update={"arguments": None})})
        if isinstance(entry.event, ActionFinished)
        else entry
        for entry in log
    )


def results(turns: tuple[ReplayedTurn, ...]) -> list[Result]:
    return [turn.result for turn in turns]


async def give_a_gift(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    await world.say("yes", YES)


async def look_up(world: World) -> None:
    await world.say("look it up", StartProcedure(procedure="status"))
    await world.say("7", SetSlot(slot="number", value="7"))


# --- the same configuration ---------------------------------------------------------------------------------------------


async def test_nothing_is_different_on_the_configuration_it_was_recorded_on(world: World) -> None:
    await world.say("what is the price", PRICES)
    await give_a_gift(world)
    await look_up(world)
    await world.say("it is all broken", emotion=Emotion(valence=-0.9, intensity=0.9, label="anger"))
    await world.say("a person please", HumanHandoff())
    turns = await replayed(world)
    assert len(turns) == 8
    assert [turn.differences for turn in turns] == [()] * 8
    assert results(turns) == [Result.SAME] * 8
    assert [turn.replayed_on for turn in turns] == [turn.recorded_on for turn in turns]


async def test_an_approval_a_give_back_and_silence_are_replayed_as_well(world: World) -> None:
    await world.say("a credit", StartProcedure(procedure="credit"))
    await world.say("30", SetSlot(slot="amount", value="30"))
    await world.say("yes", YES)
    waiting = await world.desk.approvals(world.principal, pending_only=True)
    await world.desk.decide(world.principal, waiting[0].id, True)
    await world.engine.run(world.key)
    await world.service.ask_for_person(world.key)
    await world.engine.run(world.key)
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    await world.engine.run(world.key)
    await world.say("what is the price", PRICES)
    await world.service.move_clock(world.key, timedelta(days=1))
    await world.engine.run(world.key)
    turns = await replayed(world)
    assert [turn.trigger for turn in turns] == [
        "message", "message", "message", "approval", "hand_over", "give_back", "message", "silence",
    ]  # fmt: skip
    assert results(turns) == [Result.SAME] * 8


async def test_a_dead_letter_is_tried_again_in_the_replay_as_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casewright.engine.acting.RECONCILE_WAITS", (0.0, 0.0, 0.0))
    world.org.plan, world.org.blind = ["lost_answer"], True
    await give_a_gift(world)
    (dead,) = await world.dead_letters()
    world.org.blind = False
    await world.desk.retry(world.principal, dead.id)
    await world.engine.run(world.key)
    turns = await replayed(world)
    assert turns[3].trigger == "retry"
    assert "create_credit (amount 5): succeeded, done" in turns[3].replayed.actions
    assert results(turns) == [Result.SAME] * 4


async def test_a_form_is_replayed_as_it_was_filled_in(world: World) -> None:
    await world.say("export", StartProcedure(procedure="export"))
    await world.fill_in(objects="Cases", rows="500", format="csv", note="")
    await world.say("yes", YES)
    assert results(await replayed(world)) == [Result.SAME] * 3


async def test_a_turn_that_another_process_finished_is_replayed_from_where_it_took_over(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    world.org.hang = asyncio.Event()
    await world.write("yes", YES)
    process = asyncio.create_task(world.engine.run(world.key))
    while not world.org.calls:
        await asyncio.sleep(0.01)
    process.cancel()
    await asyncio.gather(process, return_exceptions=True)
    world.org.hang = None
    await asyncio.sleep(world.settings.lease_seconds + 0.2)
    await world.another_process().run(world.key)
    assert "The gift is booked." in (await world.replies())[-1]
    assert results(await replayed(world)) == [Result.SAME] * 3


async def test_a_turn_that_a_person_silenced_is_silenced_in_the_replay(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    world.org.hang = asyncio.Event()
    await world.write("yes", YES)
    process = asyncio.create_task(world.engine.run(world.key))
    while not world.org.calls:
        await asyncio.sleep(0.01)
    await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
    world.org.hang.set()
    await process
    assert results(await replayed(world)) == [Result.SAME] * 3


async def test_each_turn_is_replayed_at_the_time_it_ran_at(world: World) -> None:
    await world.say("what is the price", PRICES)
    log = await world.entries()
    turn = next(recorded_turns(world.key, log))
    clock = RecordedClock()
    with clock.at(turn.at):
        assert clock.now() == log[-1].at


async def test_the_starting_state_is_what_the_log_held_before_the_turn(world: World) -> None:
    await give_a_gift(world)
    log = await world.entries()
    for turn in recorded_turns(world.key, log):
        assert turn.state == fold(State(), (entry for entry in log if entry.seq < turn.own[0].seq))
        assert isinstance(turn.own[-1].event, TurnFinished)


# --- nothing leaves -----------------------------------------------------------------------------------------------------


async def test_a_replay_calls_nobody_and_writes_nothing(world: World) -> None:
    await give_a_gift(world)
    await world.say("a person please", HumanHandoff())
    calls, before = list(world.org.calls), await written(world)
    assert results(await replayed(world)) == [Result.SAME] * 4
    assert world.org.calls == calls
    assert await written(world) == before


async def written(world: World) -> dict[str, tuple[int, int]]:
    """By table, how many rows the company has there, and the transaction that last wrote one."""
    async with world.database.begin(world.principal) as tx:
        tables = await tx.fetch(
            "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'"
        )
        found = {
            name: await tx.fetchrow(f"select count(*), coalesce(max(xmin::text::bigint), 0) from {name}")
            for (name,) in tables
        }
    return {name: (row[0], row[1]) for name, row in found.items()}


async def test_what_a_replay_reads_with_cannot_write(world: World, cluster: Cluster) -> None:
    database = ReadOnlyDatabase(cluster.direct, pool_size=1)
    await database.open()
    try:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with database.begin(world.principal) as tx:
                await tx.execute("update conversation set language = 'de'")
    finally:
        await database.close()


async def test_a_call_that_was_never_recorded_ends_the_turn_and_is_not_made(world: World) -> None:
    await look_up(world)
    calls = list(world.org.calls)
    other = PROCEDURES["status"].replace("{slots.number}", "1{slots.number}", 1)
    turns = await replayed(world, with_procedure(world, other))
    assert results(turns) == [Result.SAME, Result.DIVERGED]
    assert turns[1].reason == "it calls look_up, which was never recorded like this"
    assert turns[1].replayed.actions == ("look_up: never recorded",)
    assert world.org.calls == calls


# --- what was recorded --------------------------------------------------------------------------------------------------


async def test_a_read_is_recorded_with_what_it_was_asked_and_a_write_with_its_request(world: World) -> None:
    await look_up(world)
    await give_a_gift(world)
    events = [entry.event for entry in await world.entries()]
    read, write = (one for one in events if isinstance(one, ActionFinished))
    assert (read.action, read.arguments) == ("look_up", {"number": "7"})
    assert write.arguments is None
    assert [one.arguments for one in events if isinstance(one, ActionRequested)] == [{"amount": "5"}]


async def test_reads_of_the_first_version_answer_whatever_they_were_asked(world: World) -> None:
    await look_up(world)
    log = without_arguments(await world.entries())
    replayer = Replayer(configuration(world), DEFINITIONS)
    assert [(await replayer.replay(turn)).result for turn in recorded_turns(world.key, log)] == [Result.SAME] * 2


async def test_a_call_that_comes_a_turn_earlier_is_answered_by_the_later_one(world: World) -> None:
    await world.say("look it up", StartProcedure(procedure="status"))
    await world.say("7", SetSlot(slot="number", value="7"))
    world.understanding.script["look it up"] = (StartProcedure(procedure="status"), SetSlot(slot="number", value="7"))
    known = PROCEDURES["status"].replace("{id: number, collect: number}", '{id: number, say: {en: "One moment."}}')
    known = known.replace("{slots.number}", "7", 1)
    turns = await replayed(world, with_procedure(world, known))
    assert turns[0].result is Result.DIFFERENT
    assert turns[0].replayed.actions == ("look_up (number 7): succeeded, done",)


# --- another configuration ----------------------------------------------------------------------------------------------


async def test_other_words_of_a_procedure_are_told_where_they_come(world: World) -> None:
    await give_a_gift(world)
    draft = PROCEDURES["gift"].replace("The gift is booked.", "Your gift is on its way.")
    turns = await replayed(world, with_procedure(world, draft))
    assert results(turns) == [Result.SAME, Result.SAME, Result.DIFFERENT]
    (found,) = turns[2].differences
    assert found.aspect is Aspect.WORDS
    assert "The gift is booked." in found.recorded
    assert "Your gift is on its way." in found.replayed


async def test_a_topic_stays_on_its_version_where_the_draft_has_no_place_for_it(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    draft = PROCEDURES["gift"].replace("id: amount, collect", "id: how_much, collect")
    turns = await replayed(world, with_procedure(world, draft))
    assert results(turns) == [Result.SAME, Result.SAME]


async def test_other_commands_are_told_in_words(world: World) -> None:
    await world.say("what is the price", PRICES)
    world.understanding.script["what is the price"] = (StartProcedure(procedure="gift"),)
    (turn,) = await replayed(world)
    commands = turn.differences[0]
    assert commands.aspect is Aspect.COMMANDS
    assert commands.replayed == ("StartProcedure (procedure gift)",)
    assert {one.aspect for one in turn.differences} == {Aspect.COMMANDS, Aspect.SOURCES, Aspect.WORDS}


async def test_other_thresholds_are_told_by_what_they_bring_about(world: World) -> None:
    await world.say("this is bad", emotion=Emotion(valence=-0.9, intensity=0.7, label="anger"))
    profile = TenantProfile(languages=("en", "de"), thresholds=OwnThresholds(frustration_hand_over=0.1))
    draft = replace(configuration(world), tenant=world.tenant.model_copy(update={"profile": profile}))
    (turn,) = await replayed(world, draft)
    assert turn.result is Result.DIVERGED
    assert turn.reason == "it calls hand_over_case, which was never recorded like this"


async def test_what_the_configuration_cannot_run_is_told_without_its_words(world: World) -> None:
    await world.say("what is the price", PRICES)
    world.understanding.fail = 1
    (turn,) = await replayed(world)
    assert (turn.result, turn.reason) == (Result.FAILED, "it cannot be run (RuntimeError)")


async def test_personal_data_is_told_as_tokens(world: World) -> None:
    await world.say("a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", SetSlot(slot="email", value="?"))
    draft = PROCEDURES["send_link"].replace("Send a link to", "Shall I send a link to")
    turns = await replayed(world, with_procedure(world, draft))
    assert turns[1].customer == "[EMAIL_1]"
    assert "Shall I send a link to [EMAIL_1]?" in turns[1].differences[0].replayed
    assert "ann@example.com" not in "".join(turn.model_dump_json() for turn in turns)


# --- whose ------------------------------------------------------------------------------------------------------------


async def test_another_company_sees_nothing_of_it(world: World, stranger: Principal) -> None:
    await world.say("what is the price", PRICES)
    assert await world.service.active_since(stranger, world.clock.now() - timedelta(days=1)) == []
    key = ConversationKey(tenant_id=stranger.tenant_id, conversation_id=world.key.conversation_id)
    with pytest.raises(ConversationNotFound):
        await Replayer(configuration(world), DEFINITIONS).replay_all(world.service, stranger, [key])


async def test_the_conversations_since_a_moment_are_those_in_which_something_happened(world: World) -> None:
    await world.say("what is the price", PRICES)
    assert await world.service.active_since(world.principal, world.clock.now() - timedelta(days=1)) == [world.key]
    assert await world.service.active_since(world.principal, world.clock.now() + timedelta(days=1)) == []


async def test_an_erased_customers_turns_are_skipped(world: World) -> None:
    await world.say("what is the price", PRICES)
    log = await world.entries()
    (turn,) = recorded_turns(world.key, log)
    erased = replace(turn, triggers=tuple(one.model_copy(update={"text": "[erased]"}) for one in turn.triggers))
    assert turn.triggers[0].kind is TriggerKind.MESSAGE
    assert (await Replayer(configuration(world), DEFINITIONS).replay(erased)).result is Result.SKIPPED
