"""How a form reads in a transcript."""

import pytest

from casewright.conversations.forms import form_in_words
from casewright.conversations.models import FormField, QuickReply

AMOUNT = FormField(slot="amount", type="money", label="How much?", value="50.00 EUR")
FORMAT = FormField(
    slot="format", type="choice", label="Format", options=(QuickReply(label="CSV file", text="csv"),), optional=True
)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"amount": "60", "format": "csv"}, "How much: 60\nFormat: CSV file"),
        ({"amount": "50.00 EUR", "format": "csv"}, "Format: CSV file"),
        ({"amount": "50.00 EUR"}, "How much: 50.00 EUR"),
        ({"amount": "60", "format": ""}, "How much: 60"),
        ({"amount": ""}, "How much: –"),
    ],
)
def test_each_field_that_was_changed_is_a_line(form: dict[str, str], words: str) -> None:
    assert form_in_words(form, (AMOUNT, FORMAT)) == words


def test_of_the_only_field_the_value_says_enough() -> None:
    assert form_in_words({"amount": "60"}, (AMOUNT,)) == "60"
