"""Articles' texts changed by rule."""

import pytest

from casewright.knowledge.conflicts.rewriting import merged, replace_sentence

NEW = "A refund is paid within 30 days."


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ("Ask us. A refund is paid within 14 days. Or not.", f"Ask us. {NEW} Or not."),
        ("A **refund** is paid\nwithin [14 days](terms.md).", NEW),
        ("- A refund is paid within 14 days.\n- Ask us.", f"- {NEW}\n- Ask us."),
    ],
)
def test_a_sentence_is_replaced_with_its_marks(body: str, after: str) -> None:
    assert replace_sentence(body, "A refund is paid within 14 days.", NEW) == after


@pytest.mark.parametrize("body", ["Ask us.", "A refund is paid within 14 days. A refund is paid within 14 days."])
def test_a_sentence_that_is_not_there_once_is_not_replaced(body: str) -> None:
    assert replace_sentence(body, "A refund is paid within 14 days.", NEW) is None


def test_blocks_that_say_nothing_more_are_not_taken_over() -> None:
    other = "One is *said*.\n\n## Steps\n\n1. Open it.\n2. Close it.\n\n## Rest\n\nOne is said.\n"
    assert merged("Kept.\n", other, {"One is said."}) == "Kept.\n\n## Steps\n\n1. Open it.\n2. Close it.\n"


def test_code_and_tables_are_taken_over_whole() -> None:
    other = "```\nGET /refunds\n```\n\n| plan | days |\n|---|---|\n| Starter | 14 |\n"
    assert merged("Kept.", other, set()) == f"Kept.\n\n{other}"
