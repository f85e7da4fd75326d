"""What is wanted instead of an answer: a new code, another address."""

import pytest

from casewright.understanding.entities import find_entities
from casewright.understanding.models import DialogueContext, ExpectedSlot, Option, SetSlot
from casewright.understanding.open_questions import read_answer
from tests.understanding.conftest import EMAIL, NOW, TODAY

INSTEAD = (
    Option(value="new_code", label="Send a new code"),
    Option(value="other_address", label="Another address"),
    Option(value="own_wish", label="Something of my own"),
)
CODE = ExpectedSlot(name="code", type="code", instead=INSTEAD)


def wanted(text: str, awaiting: ExpectedSlot = CODE) -> list[tuple[str, str]]:
    context = DialogueContext(awaiting=awaiting, fillable=(EMAIL.model_copy(update={"value": "[EMAIL_1]"}),))
    entities = find_entities(text, {"[EMAIL_1]": "email", "[EMAIL_2]": "email"}, NOW)
    moves = read_answer(text, context, entities, TODAY).moves
    return [(one.command.slot, one.command.value) for one in moves if isinstance(one.command, SetSlot)]


@pytest.mark.parametrize(
    "text",
    [
        "Send a new code",
        "I did not get the code",
        "I didn't get the code",
        "I haven't received any code yet",
        "I never got the e-mail, can you please send it again?",
        "no code yet",
        "The code did not arrive",
        "nothing arrived",
        "please resend the code",
        "where is my code?",
        "Could you send me the code again please",
        "Ich habe keinen Code bekommen",
        "Es ist nichts angekommen",
        "Können Sie den Code nochmal senden?",
        "Neuen Code bitte",
    ],
)
def test_who_did_not_get_the_code_wants_a_new_one(text: str) -> None:
    assert wanted(text) == [("code", "new_code")]


@pytest.mark.parametrize(
    "text",
    [
        "Another address",
        "I used the wrong email",
        "I no longer have access to that mailbox",
        "I mistyped my address",
        "Ich habe mich vertippt",
        "Ich habe keinen Zugriff mehr auf dieses Postfach",
    ],
)
def test_who_cannot_read_that_mail_wants_another_address(text: str) -> None:
    assert wanted(text) == [("code", "other_address")]


def test_the_code_itself_counts_more_than_a_complaint() -> None:
    assert wanted("I did not get the first code, but now it is 123456") == [("code", "123456")]


def test_whoever_says_the_right_address_with_it_is_not_asked_for_it() -> None:
    assert wanted("I mistyped my address. It is [EMAIL_2]") == [("email", "[EMAIL_2]")]


@pytest.mark.parametrize(
    "text",
    [
        "What is this code for?",
        "I do not have time for this",
        "never mind",
        "Ich habe keine Zeit",
        "how long is it good?",
    ],
)
def test_other_words_want_nothing_of_the_kind(text: str) -> None:
    assert wanted(text) == []


def test_an_alternative_of_a_procedures_own_is_known_by_its_label() -> None:
    assert wanted("something of my own.") == [("code", "own_wish")]


def test_under_a_question_for_text_only_the_label_counts() -> None:
    details = CODE.model_copy(update={"type": "text"})
    assert wanted("I did not get the code", details) == [("code", "I did not get the code")]
    assert wanted("Send a new code", details) == [("code", "new_code")]


def test_without_alternatives_a_complaint_is_no_answer() -> None:
    assert wanted("I did not get the code", CODE.model_copy(update={"instead": ()})) == []
