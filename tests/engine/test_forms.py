"""Several things asked at once, and a confirmation whose details can be edited."""

import asyncio
from uuid import uuid4

import pytest

from casewright.conversations.errors import IdempotencyConflict
from casewright.conversations.models import MessageReceived, Mode
from casewright.engine.models import TopicStatus
from casewright.kit.errors import InvalidInput
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CannotHandle,
    Confirm,
    SetSlot,
    StartProcedure,
)
from tests.engine.conftest import World

YES = Confirm(confirmation="?")
PRICES = AnswerFromKnowledge(query="what is the price", intent="price")
EVERYTHING = {"objects": "Accounts", "rows": "500", "format": "csv"}


async def ask_for_details(world: World) -> str:
    return await world.say("export", StartProcedure(procedure="export"))


async def slots(world: World) -> dict[str, str]:
    progress = (await world.state()).topics[0].progress
    assert progress is not None
    return progress.slots


# --- going out ---


async def test_several_slots_go_out_as_one_form_and_as_a_first_question_in_words(world: World) -> None:
    reply = await ask_for_details(world)
    sent = await world.last_reply()
    assert sent.expects is not None
    assert (sent.expects.kind, sent.expects.slot) == ("form", "objects")
    assert [(one.slot, one.label, one.type, one.optional) for one in sent.fields] == [
        ("objects", "Objects", "text", False),
        ("rows", "Rows", "number", False),
        ("format", "Format", "choice", False),
        ("note", "Note", "text", True),
    ]
    assert [(one.label, one.text) for one in sent.fields[2].options] == [("CSV file", "csv"), ("JSON file", "json")]
    assert "Which objects?" in reply
    assert "How many rows?" not in reply


async def test_a_plain_question_has_one_field(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    sent = await world.last_reply()
    assert [(one.slot, one.type, one.label) for one in sent.fields] == [("amount", "money", "How much?")]
    assert sent.expects is not None
    assert sent.expects.kind == "text"


async def test_a_choice_is_offered_as_buttons_where_it_is_asked_alone(world: World) -> None:
    await ask_for_details(world)
    await world.fill_in(objects="Accounts", rows="5", note="soon")
    sent = await world.last_reply()
    assert sent.expects is not None
    assert sent.expects.kind == "choice"
    assert [one.label for one in sent.quick_replies] == ["CSV file", "JSON file"]


async def test_an_answer_from_knowledge_asks_for_nothing(world: World) -> None:
    await world.say("what is the price", PRICES)
    assert (await world.last_reply()).fields == ()


# --- coming back ---


async def test_a_form_that_is_filled_in_goes_on_without_any_guessing(world: World) -> None:
    await ask_for_details(world)
    understood = len(world.understanding.seen)
    assert "Export 500 Accounts as CSV file?" in await world.fill_in(**EVERYTHING)
    assert len(world.understanding.seen) == understood
    report = await world.last_report()
    assert {(one.proposer, one.confidence) for one in report.proposals} == {("form", 1.0)}


async def test_a_form_stands_in_the_transcript_in_words(world: World) -> None:
    await ask_for_details(world)
    await world.send_form(**EVERYTHING)
    received = [one.event for one in await world.entries() if isinstance(one.event, MessageReceived)][-1]
    assert received.text == "Objects: Accounts\nRows: 500\nFormat: CSV file"
    assert received.form == EVERYTHING


async def test_words_still_answer_while_a_form_is_open_and_the_rest_is_asked_as_a_form(world: World) -> None:
    await ask_for_details(world)
    reply = await world.say("Contacts", SetSlot(slot="objects", value="Contacts"))
    assert "How many rows?" in reply
    assert [one.slot for one in (await world.last_reply()).fields] == ["rows", "format", "note"]


async def test_a_question_in_between_is_answered_and_the_form_stays_open(world: World) -> None:
    await ask_for_details(world)
    assert "10 euros" in await world.say("what is the price", PRICES)
    assert "Export 500 Accounts" in await world.fill_in(**EVERYTHING)


async def test_what_cannot_be_used_is_named_and_asked_for_again_and_the_rest_is_kept(world: World) -> None:
    await ask_for_details(world)
    reply = await world.fill_in(objects="Accounts", rows="many", format="csv")
    assert '"Rows"' in reply
    assert "A number such as 500, please." in reply
    assert await slots(world) == {"objects": "Accounts", "format": "csv"}
    assert [one.slot for one in (await world.last_reply()).fields] == ["rows", "note"]


async def test_three_unusable_values_bring_a_person(world: World) -> None:
    await ask_for_details(world)
    await world.fill_in(objects="Accounts", rows="many", format="csv")
    await world.fill_in(rows="lots")
    await world.fill_in(rows="a few")
    assert (await world.state()).mode is Mode.HUMAN


async def test_only_the_options_there_are_can_be_chosen(world: World) -> None:
    await ask_for_details(world)
    assert '"Format"' in await world.fill_in(objects="Accounts", rows="5", format="csv or so")


async def test_an_optional_field_may_be_left_empty(world: World) -> None:
    await ask_for_details(world)
    assert "Export 500" in await world.fill_in(**EVERYTHING, note="")
    await world.say("yes", YES)
    assert world.org.calls[0].arguments == {"objects": "Accounts", "rows": "500", "format": "csv"}


async def test_personal_data_in_a_form_is_masked_and_put_back_only_for_the_call(world: World) -> None:
    await ask_for_details(world)
    reply = await world.fill_in(**EVERYTHING | {"objects": "all of ann@example.com"})
    assert "ann@example.com" in reply
    assert (await slots(world))["objects"] == "all of [EMAIL_1]"
    report = await world.last_report()
    assert [(one.token, one.kind) for one in report.masked] == [("[EMAIL_1]", "email")]
    assert "ann@example.com" not in report.model_dump_json()
    await world.say("yes", YES)
    assert world.org.calls[0].arguments["objects"] == "all of ann@example.com"


async def test_a_form_and_words_before_the_turn_belong_to_one_turn(world: World) -> None:
    await ask_for_details(world)
    await world.write("what is the price", PRICES)
    reply = await world.fill_in(**EVERYTHING)
    assert "10 euros" in reply
    assert "Export 500 Accounts" in reply


# --- what is refused ---


async def test_a_form_that_nobody_asked_for_is_refused_and_leaves_nothing(world: World) -> None:
    before = await world.kinds()
    with pytest.raises(InvalidInput, match="Nothing is asked for at the moment"):
        await world.send_form(amount="5")
    assert await world.kinds() == before


async def test_an_unknown_field_is_refused_with_those_there_are(world: World) -> None:
    await ask_for_details(world)
    with pytest.raises(InvalidInput, match=r"no field `colour`\. It asks for: `objects`, `rows`, `format`, `note`"):
        await world.send_form(objects="Accounts", colour="red")
    assert await slots(world) == {}


async def test_a_form_is_refused_while_a_person_has_the_conversation(world: World) -> None:
    await ask_for_details(world)
    await world.desk.reply(world.principal, world.key, "Let me help.")
    with pytest.raises(InvalidInput, match="Nothing is asked for"):
        await world.send_form(**EVERYTHING)


async def test_values_that_are_too_long_together_are_refused(world: World) -> None:
    await ask_for_details(world)
    with pytest.raises(InvalidInput, match="longer than 8000 characters"):
        await world.send_form(objects="x" * 8001)


async def test_the_same_key_with_other_values_is_a_conflict_and_with_the_same_ones_is_not(world: World) -> None:
    await ask_for_details(world)
    key = str(uuid4())
    first = await world.service.accept(world.key, "", key, 8000, {"rows": "5"})
    again = await world.service.accept(world.key, "", key, 8000, {"rows": "5"})
    assert (again.message_id, again.duplicate) == (first.message_id, True)
    with pytest.raises(IdempotencyConflict):
        await world.service.accept(world.key, "", key, 8000, {"rows": "6"})


async def test_a_form_that_was_sent_before_another_question_came_up_fills_nothing_there(world: World) -> None:
    await world.say("two things", StartProcedure(procedure="twice"))
    await world.say("first a gift", StartProcedure(procedure="gift"))
    await world.say("5", SetSlot(slot="amount", value="5"))
    world.org.hang = asyncio.Event()
    await world.write("yes", YES)
    process = asyncio.create_task(world.engine.run(world.key))
    async with asyncio.timeout(10):
        while not world.org.calls:
            await asyncio.sleep(0.01)
    await world.send_form(amount="7")
    world.org.hang.set()
    await process
    state = await world.state()
    assert state.active is not None
    assert state.active.name == "twice"
    assert state.active.progress is not None
    assert state.active.progress.slots == {}
    dropped = (await world.last_report()).dropped
    assert [one.why for one in dropped] == ["it is not asked for any more"]


# --- edit before confirm ---


async def ready_to_export(world: World) -> None:
    await ask_for_details(world)
    await world.fill_in(**EVERYTHING)


async def test_a_confirmation_shows_what_it_rests_on_with_present_values(world: World) -> None:
    await ready_to_export(world)
    sent = await world.last_reply()
    assert sent.expects is not None
    assert sent.expects.kind == "confirmation"
    assert [(one.slot, one.value) for one in sent.fields] == [
        ("objects", "Accounts"),
        ("rows", "500"),
        ("format", "csv"),
        ("note", None),
    ]


async def test_an_edited_value_withdraws_the_confirmation_and_asks_with_the_new_one(world: World) -> None:
    await ready_to_export(world)
    reply = await world.fill_in(rows="600", objects="Accounts")
    assert "have changed" in reply
    assert "Export 600 Accounts as CSV file?" in reply
    assert world.org.calls == []
    await world.say("yes", YES)
    assert world.org.calls[0].arguments["rows"] == "600"


async def test_an_unchanged_form_is_no_yes(world: World) -> None:
    await ready_to_export(world)
    assert "Export 500 Accounts as CSV file?" in await world.fill_in(**EVERYTHING)
    assert world.org.calls == []


async def test_an_edit_that_cannot_be_used_leaves_the_values_and_says_what_would_be_right(world: World) -> None:
    await ready_to_export(world)
    reply = await world.fill_in(rows="many")
    assert '"Rows"' in reply
    assert "A number such as 500, please." in reply
    assert "Export 500 Accounts as CSV file?" in reply


async def test_an_optional_detail_can_be_added_and_taken_back_before_the_yes(world: World) -> None:
    await ready_to_export(world)
    await world.fill_in(note="by Friday")
    assert (await slots(world))["note"] == "by Friday"
    await world.fill_in(note="")
    await world.say("yes", YES)
    assert "note" not in world.org.calls[0].arguments


async def test_what_was_done_can_no_longer_be_edited(world: World) -> None:
    await ready_to_export(world)
    await world.say("yes", YES)
    with pytest.raises(InvalidInput, match="Nothing is asked for"):
        await world.send_form(rows="600")
    assert (await world.state()).topics[0].status is TopicStatus.RESOLVED


async def test_useless_words_under_a_form_count_for_the_question_that_was_asked(world: World) -> None:
    await ask_for_details(world)
    await world.say("hm", CannotHandle(reason="nonsense"))
    progress = (await world.state()).topics[0].progress
    assert progress is not None
    assert progress.attempts == {"objects": 1}
