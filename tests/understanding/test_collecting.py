"""Examples proposed from closed cases."""

import csv
import io

import pytest

from casewright.salesforce.models import ClosedCase
from casewright.understanding.collecting import ProposedExample, as_csv, meanings, without_names, words_of


def case(description: str, subject: str = "Subject", *names: str) -> ClosedCase:
    return ClosedCase(number="00001001", label="Access", subject=subject, description=description, names=names)


@pytest.mark.parametrize(
    ("description", "words"),
    [
        ("Hello team,\n\nI cannot sign in.\nPlease help.\n\nBest regards\nAnna", "I cannot sign in. Please help."),
        (
            "Sehr geehrte Damen und Herren,\nmein Konto ist gesperrt.\nMit freundlichen Grüßen\nA. Weber",
            "mein Konto ist gesperrt.",
        ),
        ("It is broken.\n\nOn Mon, 3 Nov 2025 at 10:00 Support wrote:\n> older", "It is broken."),
        ("It is broken.\n> quoted", "It is broken."),
        ("", "Subject"),
        ("Thanks for nothing. It still fails.", "Thanks for nothing. It still fails."),
    ],
)
def test_greeting_signature_and_quoted_mail_go(description: str, words: str) -> None:
    assert words_of(case(description)) == words


def test_names_of_who_wrote_are_replaced_and_tokens_stay() -> None:
    masked = "anna weber here, Anna cannot sign in with [EMAIL_1]"
    assert without_names(masked, ("Anna Weber", "Al")) == "[NAME_1] here, [NAME_1] cannot sign in with [EMAIL_1]"


def test_a_long_text_ends_with_a_sentence() -> None:
    words = words_of(case("I cannot sign in. " + "This goes on and on. " * 40))
    assert (len(words) <= 300, words.startswith("I cannot"), words.endswith("on.")) == (True, True, True)


def test_a_label_means_the_intent_of_its_name_or_what_most_of_its_cases_are_taken_for() -> None:
    pairs = (
        [("Reset Password", "other")]
        + [("Access", "sign_in")] * 4
        + [("Access", "")] * 2
        + [("Other", "sign_in"), ("Other", "bill")]
    )
    assert meanings(pairs, ["reset_password", "sign_in", "bill"]) == {
        "Reset Password": "reset_password", "Access": "sign_in", "Other": "",
    }  # fmt: skip


def test_the_file_has_what_needs_a_person_first_and_no_formula() -> None:
    proposed = [
        ProposedExample(text="=1+1", intent="sum", label="A", taken_for="sum", case="1"),
        ProposedExample(text="what, now?", intent="", label="B", taken_for="", case="2"),
    ]
    rows = list(csv.DictReader(io.StringIO(as_csv(proposed))))
    assert [row["text"] for row in rows] == ["what, now?", " =1+1"]
