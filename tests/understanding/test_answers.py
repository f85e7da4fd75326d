import pytest

from casewright.understanding.answers import choose, exact_value, values_for, yes_or_no
from casewright.understanding.entities import find_entities
from casewright.understanding.models import ExpectedSlot, Option
from tests.understanding.conftest import NOW, PRIORITY, TODAY


def chosen(text: str, *labels: str) -> list[str]:
    options = [Option(value=label.lower().replace(" ", "_"), label=label) for label in labels]
    return [option.label for option in choose(text, options, find_entities(text, {}, NOW))]


def priority(text: str) -> tuple[str, ...]:
    return values_for(PRIORITY, text, find_entities(text, {}, NOW), TODAY)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes please",
        "ok",
        "ok thanks",
        "sure, go ahead",
        "yes, that is correct",
        "reset it",
        "no problem, go ahead",
        "ja",
        "Ja, gerne",
        "mach das",
        "stimmt",
        "sí",
        "oui",
        "👍",
        "yes, send the reset link",
        "I confirm",
        "k",
    ],
)
def test_a_clear_yes_is_a_yes(text: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert said.answer == "yes"


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No, thanks",
        "not now",
        "of course not",
        "don't do it",
        "absolutely not",
        "I don't think so",
        "👎",
        "nein",
        "nein danke",
        "lieber nicht",
        "auf keinen Fall",
        "nein, natürlich nicht",
        "non merci",
    ],
)
def test_a_clear_no_is_a_no(text: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert said.answer == "no"


@pytest.mark.parametrize(
    "text",
    [
        "yes but use the other address",
        "yes?",
        "yes, is that safe?",
        "yes that's the wrong one",
        "ok, how much is it?",
        "yes no",
        "no wait, yes",
        "maybe",
        "yesterday",
        "nothing",
        "no problem",
        "ja, aber erst morgen",
        "👍👎",
        "",
    ],
)
def test_what_is_hedged_questioned_or_contradicts_itself_is_neither(text: str) -> None:
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("yes, and how do I export data?", "and how do I export data?"),
        ("Yes please. How do I export data?", "How do I export data?"),
        ("no, talk to a person", "talk to a person"),
    ],
)
def test_what_is_said_besides_the_answer_is_kept_apart(text: str, rest: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert said.apart
    assert text[said.rest :] == rest


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("oauth 2.0", "OAuth 2.0"),
        ("I'm using OAuth 2.0", "OAuth 2.0"),
        ("the session", "Session ID"),
        ("the second one", "Session ID"),
        ("2", "Session ID"),
        ("the last", "Named credential"),
        ("die erste", "OAuth 2.0"),
    ],
)
def test_an_option_is_chosen_by_name_by_a_word_of_it_or_by_its_place(text: str, label: str) -> None:
    assert chosen(text, "OAuth 2.0", "Session ID", "Named credential") == [label]


@pytest.mark.parametrize("text", ["something else", "none of these", "OAuth 2.0 or session id", "4", "what?", ""])
def test_an_unclear_choice_chooses_nothing(text: str) -> None:
    assert chosen(text, "OAuth 2.0", "Session ID", "Named credential") == []


def test_both_chooses_both() -> None:
    assert chosen("both", "Export", "Import") == ["Export", "Import"]


def test_not_knowing_chooses_the_option_for_that() -> None:
    assert chosen("no idea", "Always", "Sometimes", "Unknown") == ["Unknown"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("High", "High"),
        ("not high but critical", "Critical"),
        ("urgent", "High"),
        ("kritisch", "Critical"),
        ("2", "High"),
    ],
)
def test_a_priority_is_chosen_in_other_words_too(text: str, value: str) -> None:
    assert priority(text) == (value,)


@pytest.mark.parametrize(
    ("text", "value"), [("last Monday", "before"), ("3 days ago", "before"), ("this morning", "today")]
)
def test_a_day_is_matched_to_an_option_that_names_it_otherwise(text: str, value: str) -> None:
    options = (Option(value="today", label="Earlier today"), Option(value="before", label="Yesterday or before"))
    slot = ExpectedSlot(name="issued", type="choice", options=options)
    assert values_for(slot, text, find_entities(text, {}, NOW), TODAY) == (value,)


def test_a_text_slot_takes_the_whole_text() -> None:
    slot = ExpectedSlot(name="reason", type="text")
    assert values_for(slot, " Five hours of downtime ", (), TODAY) == ("Five hours of downtime",)


def test_a_yes_or_no_slot_takes_either() -> None:
    slot = ExpectedSlot(name="again", type="yes_no")
    assert values_for(slot, "nein danke", (), TODAY) == ("no",)


TOKENS = {"[EMAIL_1]": "email", "[EMAIL_2]": "email"}


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("text", "Accounts and yes, contacts", "Accounts and yes, contacts"),
        ("email", "[EMAIL_1]", "[EMAIL_1]"),
        ("email", "ann at example", None),
        ("email", "[EMAIL_1] or [EMAIL_2]", None),
        ("code", "123 456", "123456"),
        ("code", "12345", None),
        ("case_number", "00001001", "00001001"),
        ("error_code", "UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW"),
        ("http_status", "401", "401"),
        ("http_status", "999", None),
        ("money", "1.234,50 €", "1234.50 EUR"),
        ("money", "a lot", None),
        ("number", "12", "12"),
        ("number", "a dozen", "12"),
        ("number", "fünf", "5"),
        ("number", "just one", "1"),
        ("number", "for 3 days", "3"),
        ("number", "twelve or 13 or 14", None),
        ("date", "2026-12-01", "2026-12-01"),
        ("date", "2026-13-45", None),
        ("yes_no", "yes", "yes"),
        ("yes_no", "nein", "no"),
        ("yes_no", "who knows", None),
        ("choice", "High", "High"),
        ("choice", "high", "High"),
        ("choice", "rather high", None),
        ("choice", "urgent", None),
    ],
)
def test_what_stands_in_a_field_is_a_value_of_its_type_or_none(type_: str, text: str, value: str | None) -> None:
    slot = ExpectedSlot(name="slot", type=type_, options=PRIORITY.options if type_ == "choice" else ())
    assert exact_value(slot, text, find_entities(text, TOKENS, NOW), TODAY) == value


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("still the same error", "no"),
        ("geht immer noch nicht", "no"),
        ("the error persists", "no"),
        ("jetzt geht gar nichts mehr", "no"),
        ("yes but the error is still there", "no"),
        ("it works now, thanks", "yes"),
        ("jetzt geht es", "yes"),
        ("Danke, läuft wieder", "yes"),
        ("it doesn't happen any more", "yes"),
        ("kein Fehler mehr", "yes"),
        ("the first one works but the second doesn't run", None),
        ("yes, still broken", None),
        ("no, it works now", None),
        ("it worked yesterday", None),
        ("does it work now?", None),
    ],
)
def test_telling_the_result_answers_whether_what_was_tried_helped(text: str, answer: str | None) -> None:
    assert exact_value(ExpectedSlot(name="solved", type="yes_no"), text, (), TODAY) == answer


def test_telling_a_result_answers_no_other_yes_or_no_question() -> None:
    assert exact_value(ExpectedSlot(name="is_it", type="yes_no"), "it works now", (), TODAY) is None


@pytest.mark.parametrize("text", ["wait", "Hold on!", "one moment please", "Moment mal", "Warten Sie bitte"])
def test_asking_for_a_moment_is_neither_yes_nor_no(text: str) -> None:
    assert yes_or_no(text) is None


@pytest.mark.parametrize(
    ("text", "answer"), [("wait, no", "no"), ("Moment, nein danke", "no"), ("hold on, yes", "yes")]
)
def test_an_answer_after_a_moment_counts(text: str, answer: str) -> None:
    said = yes_or_no(text)
    assert said is not None
    assert said.answer == answer
