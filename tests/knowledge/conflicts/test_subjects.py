"""What two sentences speak of: only where it is the same, they can contradict each other. With the real encoder."""

from typing import Any

import pytest

from casewright.knowledge.conflicts.detection import find_conflicts, read_articles
from casewright.knowledge.conflicts.models import Conflict
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.models import ArticleDraft
from casewright.understanding.encoder import Encoder


@pytest.fixture(scope="module")
def reader(encoder: Encoder) -> StatementReader:
    return StatementReader(encoder.encode_batch)


def article(key: str, title: str, body: str, **particulars: Any) -> ArticleDraft:
    return ArticleDraft(key=key, title=title, body=body, **particulars)


def between(reader: StatementReader, one: ArticleDraft, other: ArticleDraft) -> list[Conflict]:
    return find_conflicts(read_articles([one], reader), read_articles([other], reader))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("In Enterprise, a flow can have 50 versions.", "In Starter, a flow can have 20 versions."),
        ("The finance director approves 5,000 USD.", "Files with priority 1 are read after 9,000 USD."),
        ("Balances above the limit earn 4 percent.", "Balances below the limit earn 3 percent."),
        ("There is no fee for a withdrawal.", "The fee for a withdrawal is 0 euros."),
        ("Check that the user is not frozen.", "The user is frozen."),
        ("The key has neither 15 nor 18 characters.", "The key does not have 15 or 18 characters."),
    ],
)
def test_other_conditions_other_things_and_the_same_in_other_words_are_no_conflict(
    reader: StatementReader, one: str, other: str
) -> None:
    assert between(reader, article("new", "Flows", one), article("old", "Flows", other)) == []


def test_the_same_said_of_two_products_is_no_conflict(reader: StatementReader) -> None:
    fee = "The monthly fee of the account is {} dollars."
    gold = article("gold", "Gold Plus Account: fees", fee.format(5))
    silver = article("silver", "Silver Account: fees", fee.format(9))
    assert between(reader, gold, silver) == []
    assert between(reader, gold, article("faq", "Gold Plus Account: FAQ", fee.format(9))) != []


def test_articles_for_different_editions_are_no_conflict(reader: StatementReader) -> None:
    one = article("one", "Flows", "A flow can have 50 versions.", editions=("Enterprise",))
    assert between(reader, one, article("two", "Flows", "A flow can have 20 versions.", editions=("Starter",))) == []
    assert between(reader, one, article("two", "Flows", "A flow can have 20 versions.")) != []


def test_a_short_line_speaks_of_what_its_heading_says(reader: StatementReader) -> None:
    reports = article("reports", "Reports", "## How many report types can there be?\n\nEnterprise: 300.")
    dashboards = article("dashboards", "Dashboards", "## How many dashboards can there be?\n\nEnterprise: 5.")
    again = article("limits", "Reports", "## How many report types can there be?\n\nEnterprise: 200.")
    assert between(reader, reports, dashboards) == []
    assert between(reader, reports, again) != []


def test_a_clause_that_denies_something_else_is_no_conflict(reader: StatementReader) -> None:
    one = article("one", "Exports", "Schedule a weekly or monthly export.")
    other = article("two", "Jobs", "Exports at set times need no flow: use an export weekly or monthly.")
    assert between(reader, one, other) == []
