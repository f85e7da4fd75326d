"""What is corrected while something else is asked: a number, one of several texts; and what only looks like it."""

import pytest

from casewright.understanding.entities import find_entities
from casewright.understanding.models import DialogueContext, ExpectedSlot, Option, SetSlot
from casewright.understanding.open_questions import prefill, read_answer
from tests.understanding.conftest import EMAIL, NOW, PRIORITY, TODAY, Company

QUANTITY = ExpectedSlot(name="quantity", type="number", value="5")
NAMES = ExpectedSlot(name="names", type="text", value="Ann and Bob")
AMOUNT = ExpectedSlot(name="amount", type="money", value="200")
SUBJECT = ExpectedSlot(name="subject", type="text", value="Export fails")
DETAILS = ExpectedSlot(name="details", type="text", value="Since Monday the nightly job stops")
ADDING = DialogueContext(confirmation="c1", fillable=(QUANTITY, NAMES))
OPENING = DialogueContext(confirmation="c1", fillable=(SUBJECT, DETAILS))


def set_slots(text: str, context: DialogueContext) -> list[tuple[str, str]]:
    moves = read_answer(text, context, find_entities(text, {}, NOW), TODAY).moves
    return [(one.command.slot, one.command.value) for one in moves if isinstance(one.command, SetSlot)]


def prefilled(text: str, *slots: ExpectedSlot) -> dict[str, str]:
    return dict(prefill(slots, text, find_entities(text, {}, NOW), TODAY))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("no, 3", "3"),
        ("No 3", "3"),
        ("I meant 3", "3"),
        ("3", "3"),
        ("not 5, 3", "3"),
        ("make it 3 instead of 5", "3"),
        ("nein, drei", "3"),
        ("ich meinte zwei", "2"),
        ("a dozen please", "12"),
        ("wait, 3", "3"),
        ("yes but only two", "2"),
    ],
)
def test_another_number_corrects_the_one_that_was_read_back(text: str, number: str) -> None:
    assert set_slots(text, ADDING) == [("quantity", number)]


PLACE = ExpectedSlot(
    name="environment",
    type="choice",
    value="production",
    options=(Option(value="production", label="Production"), Option(value="sandbox", label="Sandbox")),
)
CASE = ExpectedSlot(name="number", type="case_number", value="00001093")
ADDRESS = EMAIL.model_copy(update={"value": "[EMAIL_1]"})
HOW_URGENT = PRIORITY.model_copy(update={"value": "High"})


@pytest.mark.parametrize(
    "text",
    [
        "no, I meant the sandbox",
        "sorry, the sandbox",
        "not production, the sandbox",
        "the sandbox, not production",
        "actually it's the sandbox",
        "the other one",
        "nein, ich meinte die Sandbox",
        "Entschuldigung, die Sandbox",
        "nicht Production, sondern die Sandbox",
    ],
)
def test_another_option_corrects_the_one_that_was_read_back(text: str) -> None:
    assert set_slots(text, DialogueContext(confirmation="c1", fillable=(PLACE,))) == [("environment", "sandbox")]


@pytest.mark.parametrize(
    "text",
    [
        "sorry, 25 not 20",
        "25, not 20",
        "not 20 but 25",
        "25 rather than 20",
        "my mistake, it's 25 users",
        "wrong number, 25",
        "25 statt 20",
        "nicht 20 sondern 25",
        "Ich habe mich vertippt, 25",
        "falsche Zahl, 25",
    ],
)
def test_of_two_numbers_the_one_that_is_denied_is_not_meant(text: str) -> None:
    twenty = QUANTITY.model_copy(update={"value": "20"})
    assert set_slots(text, DialogueContext(confirmation="c1", fillable=(twenty, NAMES))) == [("quantity", "25")]


@pytest.mark.parametrize(
    "text",
    [
        "not that case, 00001234",
        "no, case 00001234 not 00001093",
        "00001234 instead of 00001093",
        "that's the wrong case number: 00001234",
        "nicht der Fall, 00001234",
        "nein, Fall 00001234",
    ],
)
def test_another_case_corrects_the_one_that_was_read_back(text: str) -> None:
    assert set_slots(text, DialogueContext(confirmation="c1", fillable=(CASE, HOW_URGENT))) == [("number", "00001234")]


@pytest.mark.parametrize("text", ["critical, not high", "no, critical", "kritisch, nicht hoch", "ach nein, kritisch"])
def test_another_priority_corrects_the_one_that_was_read_back(text: str) -> None:
    assert set_slots(text, DialogueContext(confirmation="c1", fillable=(CASE, HOW_URGENT))) == [
        ("priority", "Critical")
    ]


@pytest.mark.parametrize("text", ["actually, critical", "no, critical", "ach nein, kritisch"])
def test_a_priority_is_corrected_while_something_else_is_asked(text: str) -> None:
    assert set_slots(text, DialogueContext(awaiting=EMAIL, fillable=(CASE, HOW_URGENT))) == [("priority", "Critical")]


def test_an_answer_may_correct_another_value_beside_it() -> None:
    twenty = QUANTITY.model_copy(update={"value": "20"})
    context = DialogueContext(awaiting=EMAIL, fillable=(twenty,))
    tokens = {"[EMAIL_1]": "email"}
    text = "[EMAIL_1], and 25 not 20"
    moves = read_answer(text, context, find_entities(text, tokens, NOW), TODAY).moves
    commands = [one.command for one in moves if isinstance(one.command, SetSlot)]
    assert [(one.slot, one.value) for one in commands] == [("email", "[EMAIL_1]"), ("quantity", "25")]


@pytest.mark.parametrize("text", ["yes, 20", "ja, 20 stimmt", "no", "no, leave it", "nein danke, nicht nötig"])
def test_what_names_no_other_value_corrects_nothing(text: str) -> None:
    twenty = QUANTITY.model_copy(update={"value": "20"})
    assert set_slots(text, DialogueContext(confirmation="c1", fillable=(twenty, NAMES))) == []


def test_what_several_requests_are_about_is_told_with_one_of_them() -> None:
    text = "reset MFA and unlock the user for [EMAIL_1], case 00001234"
    message = find_entities(text, {"[EMAIL_1]": "email"}, NOW)
    assert prefill((EMAIL, CASE), "reset MFA", (), TODAY, message) == (("email", "[EMAIL_1]"), ("number", "00001234"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("status of case 00001234 and raise the priority of my other case", "raise the priority of my other case"),
        ("compare case 00001234 with 00001235 and close it", "close it"),
    ],
)
def test_another_case_and_one_of_two_are_not_taken_from_the_other_request(text: str, words: str) -> None:
    assert prefill((CASE,), words, (), TODAY, find_entities(text, {}, NOW)) == ()


@pytest.mark.parametrize("text", ["no", "no, in 3 days", "nein, seit 10:30 nicht mehr"])
def test_a_no_with_a_time_in_it_corrects_no_number(text: str) -> None:
    assert set_slots(text, ADDING) == []


def test_a_bare_amount_corrects_an_amount() -> None:
    assert set_slots("no, 300", DialogueContext(confirmation="c1", fillable=(AMOUNT, NAMES))) == [("amount", "300")]


def test_a_number_that_may_be_either_of_two_slots_corrects_neither() -> None:
    assert set_slots("no, 300", DialogueContext(confirmation="c1", fillable=(AMOUNT, QUANTITY))) == []


@pytest.mark.parametrize("text", ["no, 3", "I meant 3", "drei"])
def test_the_number_that_is_asked_for_is_taken_however_it_is_said(text: str) -> None:
    asked = QUANTITY.model_copy(update={"value": None})
    assert set_slots(text, DialogueContext(awaiting=asked, fillable=(NAMES,))) == [("quantity", "3")]


def test_a_number_is_corrected_while_something_else_is_asked() -> None:
    assert set_slots("no, 3", DialogueContext(awaiting=EMAIL, fillable=(QUANTITY,))) == [("quantity", "3")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("we need 5 more users", "5"),
        ("add two users please", "2"),
        ("Wir brauchen fünf neue Benutzer", "5"),
        ("please add a dozen seats, case 00001093 has the names", "12"),
    ],
)
def test_a_number_in_the_request_fills_the_only_slot_for_one(text: str, number: str) -> None:
    assert prefilled(text, QUANTITY, NAMES) == {"quantity": number}


@pytest.mark.parametrize("text", ["we need more users in 3 days", "5 users, or 6", "add users to case 00001093"])
def test_no_number_is_guessed_where_none_is_plain(text: str) -> None:
    assert prefilled(text, QUANTITY, NAMES) == {}


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [
        ("I meant the export is empty", "subject", "the export is empty"),
        ("no, I meant the nightly job is slow", "details", "the nightly job is slow"),
        ("ich meinte seit Dienstag", "details", "seit Dienstag"),
    ],
)
def test_of_two_texts_the_one_most_like_it_is_corrected_else_the_last(text: str, slot: str, value: str) -> None:
    assert set_slots(text, OPENING) == [(slot, value)]


def test_a_text_that_is_not_filled_yet_is_not_the_one_that_was_meant() -> None:
    empty = DETAILS.model_copy(update={"value": None})
    context = DialogueContext(confirmation="c1", fillable=(SUBJECT, empty))
    assert set_slots("I meant four hours", context) == [("subject", "four hours")]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("Wait, how do I export data?", "AnswerFromKnowledge export_data"),
        ("wait, how do I export 3 objects", "AnswerFromKnowledge export_data"),
        ("Moment, wie exportiere ich Daten?", "AnswerFromKnowledge export_data"),
        ("hold on, I want to reset my password first", "StartProcedure password_reset"),
        ("Warte, ich habe mein Passwort vergessen", "StartProcedure password_reset"),
        ("wait", "CannotHandle no_yes_or_no"),
    ],
)
def test_what_follows_a_moment_is_heard_and_declines_nothing(aurora: Company, text: str, command: str) -> None:
    assert aurora.proposes(text, ADDING) == [command]
