"""Statements that exclude each other, with the real encoder."""

import pytest

from casewright.knowledge.amounts import find_amounts, find_labels
from casewright.knowledge.conflicts.comparison import compare
from casewright.knowledge.conflicts.detection import (
    find_conflicts,
    find_near_duplicates,
    read_articles,
    shingle_similarity,
)
from casewright.knowledge.conflicts.model import conflict_model
from casewright.knowledge.conflicts.models import Conflict, ConflictKind, Severity
from casewright.knowledge.conflicts.opposites import are_opposites, stem
from casewright.knowledge.conflicts.statements import StatementReader, without_negation
from casewright.knowledge.models import ArticleDraft
from casewright.understanding.encoder import Encoder


@pytest.fixture(scope="module")
def reader(request: pytest.FixtureRequest) -> StatementReader:
    return StatementReader(Encoder.load(request.config.cache.mkdir("sentence-model")).encode_batch)


def article(key: str, body: str) -> ArticleDraft:
    return ArticleDraft(key=key, title="Refunds", body=body)


def conflicts(reader: StatementReader, one: str, other: str) -> list[Conflict]:
    return find_conflicts(read_articles([article("new", one)], reader), read_articles([article("old", other)], reader))


def test_the_same_time_in_another_unit_is_the_same_amount() -> None:
    (hours,), (days,) = find_amounts("valid for 48 hours"), find_amounts("valid for two days")
    assert (hours.value, hours.unit) == (days.value, days.unit)


def test_a_number_that_names_something_is_no_amount() -> None:
    assert find_amounts("It has priority 1.") == ()
    assert find_labels("It has priority 1.") == {"priority 1"}


@pytest.mark.parametrize(
    ("text", "positive"),
    [
        ("It can't be restored.", "It can be restored."),
        ("There is no boy outside.", "boy outside."),
        ("Das ist keine Pflicht.", "Das ist eine Pflicht."),
    ],
)
def test_a_sentence_is_read_without_its_negation(text: str, positive: str) -> None:
    assert without_negation(text) == positive


def test_words_exclude_each_other_in_any_form() -> None:
    assert are_opposites(stem("enabled"), stem("disables"))
    assert not are_opposites(stem("enabled"), stem("opens"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A refund is paid within 14 days.", "A refund is paid within 30 days."),
        ("Deleted records can be restored.", "Deleted records cannot be restored."),
        ("The report is sent on Monday.", "The report is sent on Friday."),
        ("Eine Erstattung dauert höchstens 5 Tage.", "Eine Erstattung dauert höchstens 9 Tage."),
    ],
)
def test_another_number_day_or_answer_is_a_factual_conflict(reader: StatementReader, one: str, other: str) -> None:
    (found,) = conflicts(reader, one, other)
    assert found.kind is ConflictKind.FACTUAL
    assert (found.one.text, found.other.text) == (one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The link is valid for 24 hours.", "The link is valid for one day."),
        ("A refund is paid within 14 days.", "Within two weeks, a refund is paid."),
        ("Deleted records cannot be restored.", "Deleted records can't be restored."),
        ("Guests do not see the minutes.", "A refund is paid within 14 days."),
    ],
)
def test_the_same_in_other_words_or_another_subject_is_none(reader: StatementReader, one: str, other: str) -> None:
    assert conflicts(reader, one, other) == []


def test_what_differs_is_told_and_how_grave_it_is(reader: StatementReader) -> None:
    (found,) = conflicts(reader, "A refund is paid within 14 days.", "A refund is paid within 30 days.")
    assert [tuple(part[-2:] for part in pair) for pair in found.differing] == [("14", "30")]
    assert found.severity is Severity.HIGH


def test_a_statement_that_says_it_is_newer_is_another_version(reader: StatementReader) -> None:
    (found,) = conflicts(reader, "Prices are no longer shown with VAT.", "Prices are shown with VAT.")
    assert found.kind is ConflictKind.VERSION


def test_opposite_words_are_a_semantic_conflict(reader: StatementReader) -> None:
    (found,) = conflicts(reader, "Invoices are sent automatically.", "Invoices are sent manually.")
    assert found.kind is ConflictKind.SEMANTIC
    assert len(found.differing) == 1


def test_an_article_is_not_compared_with_itself(reader: StatementReader) -> None:
    read = read_articles([article("one", "It is open.\n\nA refund takes 3 days.\n\nA refund takes 9 days.")], reader)
    assert find_conflicts(read, read) == []


def test_nothing_conflicts_with_no_articles(reader: StatementReader) -> None:
    read = read_articles([article("one", "A refund takes 3 days.")], reader)
    assert find_conflicts(read, read_articles([], reader)) == []


def test_what_is_said_twice_is_a_near_duplicate_and_what_contradicts_is_not(reader: StatementReader) -> None:
    old = read_articles([article("old", "A refund is paid within 14 days.\n\nRecords can be restored.")], reader)
    new = read_articles([article("new", "A refund is paid within 30 days.\n\nRecords can be restored.")], reader)
    assert [found.one.text for found in find_near_duplicates(new, old)] == ["Records can be restored."]


def test_shingles_compare_runs_of_words() -> None:
    assert shingle_similarity("one two three four", "One two three four.") == 1
    assert shingle_similarity("one two three four", "four three two one") == 0


def test_the_order_of_two_statements_changes_nothing(reader: StatementReader) -> None:
    one, other = reader.read(["No refund is paid in May.", "A refund is paid in May, with 3 percent more."])
    model = conflict_model()
    assert model.probability(compare(one, other)) == pytest.approx(model.probability(compare(other, one)), abs=1e-6)
