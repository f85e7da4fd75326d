"""What belongs to a request, and what is only politeness around it."""

import pytest

from casewright.understanding.phrases import without_pleasantries


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
