"""What belongs to a request, and what is only politeness around it."""

import pytest

from casewright.understanding.phrases import asks_for_a_fact, without_pleasantries


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Hello, Carla from the team in Oslo here. How do I export data?", "How do I export data?"),
        ("Where is the invoice for June? Thanks, Bruno from Lille", "Where is the invoice for June?"),
        ("Guten Tag! Meine Anlage liefert keinen Strom. Viele Grüße, Jonas", "Meine Anlage liefert keinen Strom."),
        ("How do I export data?", "How do I export data?"),
        ("Hello there.", "Hello there."),
        ("Hello, how do I export data?", "Hello, how do I export data?"),
    ],
)
def test_greeting_and_signature_are_not_looked_up(text: str, kept: str) -> None:
    assert without_pleasantries(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "What causes UNABLE_TO_LOCK_ROW?",
        "Until when must I ask for a service credit?",
        "and how often does the weekly export run",
        "how long is a reset link valid?",
        "Wie lange dauert eine Sperre?",
        "Bis wann kann ich einen Fall wieder öffnen?",
        "when do you call back?",
    ],
)
def test_a_question_about_how_things_are_asks_for_a_fact(text: str) -> None:
    assert asks_for_a_fact(text)


@pytest.mark.parametrize(
    "text",
    [
        "What is the status of my case?",
        "when will my case be answered?",
        "why is our API limit used up?",
        "I forgot my password",
        "can you unlock the user?",
        "Wie ist der Stand meines Falls?",
        "Warum ist mein Konto gesperrt?",
        "which of my cases are open?",
        "is there any news on case 00001093?",
        "why is the ticket still open?",
        "how many licences are left?",
        "Gibt es etwas Neues zu [CASE_NUMBER_1]?",
        "Welche Fälle sind noch offen?",
    ],
)
def test_a_question_about_what_is_ones_own_or_a_request_does_not(text: str) -> None:
    assert not asks_for_a_fact(text)
