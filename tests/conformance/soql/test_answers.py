"""Questions made at random have the answers that plain SQL gives over the same rows."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance.soql.people import People
from tests.conformance.soql.questions import Asker, Question

QUESTIONS = 800

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    people = People(tmp_path_factory.mktemp("people"))
    yield people
    people.close()


def answer(people: People, question: Question) -> list[tuple[Any, ...]]:
    result = people.ask(question.soql)
    if not question.columns:
        return [(result.total_size,)]
    return [tuple(_value(record, column) for column in question.columns) for record in result.records]


def _value(record: dict[str, Any] | None, column: str) -> Any:
    """A parent that is not there has no value, children that are not there count none."""
    for name in column.split("."):
        if record is None:
            return 0 if name == "totalSize" else None
        record = record[name]
    return record


def test_every_question_has_the_answer_of_plain_sql(people: People) -> None:
    asker = Asker(seed=23)
    questions = {question.soql: question for question in (asker.question() for _ in range(QUESTIONS + 100))}
    assert len(questions) >= QUESTIONS
    found = 0
    for question in tuple(questions.values())[:QUESTIONS]:
        ours = [tuple(map(_plain, row)) for row in answer(people, question)]
        theirs = [tuple(map(_plain, row)) for row in people.plain.execute(question.sql)]
        if not question.ordered:
            ours, theirs = sorted(ours, key=repr), sorted(theirs, key=repr)
        assert ours == theirs, f"{question.soql}\n{question.sql}"
        found += bool(theirs)
    assert found > QUESTIONS / 2, "most questions should be about something that is there"


def _plain(value: Any) -> Any:
    """Numbers as they compare, sums without the last digits that depend on the order of adding."""
    return round(float(value), 6) if isinstance(value, (int, float)) else value
