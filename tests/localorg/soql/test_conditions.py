"""Conditions run on SQLite give the rows that the same conditions, evaluated in Python, give."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.ids import RecordId
from localorg.records.service import Caller, Records
from localorg.schema.loader import standard_schema
from localorg.soql.ast import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    FieldPath,
    InValues,
    Negation,
    Operator,
    Query,
    Selected,
    Source,
    Value,
)
from localorg.soql.date_literals import Calendar
from localorg.soql.service import run_tree
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

NOW = datetime(2026, 11, 18, tzinfo=UTC)
ROWS: tuple[dict[str, str | int | float | None], ...] = (
    {"Name": "Alpha", "Industry": "Energy", "NumberOfEmployees": 5, "BillingCity": None},
    {"Name": "beta", "Industry": None, "NumberOfEmployees": None, "BillingCity": "Ärhus"},
    {"Name": "ÄRGER", "Industry": "energy", "NumberOfEmployees": 0, "BillingCity": "A_b"},
    {"Name": "100%", "Industry": "Media", "NumberOfEmployees": 7, "BillingCity": "a\\b"},
    {"Name": "it's", "Industry": "Media", "NumberOfEmployees": -3, "BillingCity": "aXb"},
)
TEXT_FIELDS = st.sampled_from(["Name", "Industry", "BillingCity"]).map(lambda name: FieldPath((name,)))
NUMBER_FIELDS = st.just(FieldPath(("NumberOfEmployees",)))
TEXTS = st.sampled_from(["alpha", "Beta", "ärger", "100%", "it's", "ENERGY", "media", "ÄRHUS", "a_b", "a\\b", ""])
NUMBERS = st.integers(-4, 8).map(Decimal)
PATTERNS = st.sampled_from(["%", "a%", "%A", "_eta", "ä%", r"100\%", r"a\_b", "a_b", r"a\\b", "%'%", "%%e%", ""])
ANY_OPERATOR = st.sampled_from([operator for operator in Operator if operator is not Operator.LIKE])
SIMPLE = st.one_of(
    st.builds(Comparison, TEXT_FIELDS, ANY_OPERATOR, TEXTS | st.none()),
    st.builds(Comparison, NUMBER_FIELDS, ANY_OPERATOR, NUMBERS | st.none()),
    st.builds(Comparison, TEXT_FIELDS, st.just(Operator.LIKE), PATTERNS),
    st.builds(InValues, TEXT_FIELDS, st.lists(TEXTS | st.none(), min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(InValues, NUMBER_FIELDS, st.lists(NUMBERS | st.none(), min_size=1, max_size=3).map(tuple), st.booleans()),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Negation, inner),
    ),
    max_leaves=6,
)
Find = Callable[[Condition], list[str]]


@pytest.fixture(scope="module")
def find(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Find]:
    connection = connect(tmp_path_factory.mktemp("conditions") / "org.sqlite3")
    schema = standard_schema()
    create_tables(connection, schema)
    records = Records(connection, schema, "AA0", Caller(RecordId("005AA0000000001"), NOW, seeding=True))
    for row in ROWS:
        records.create(schema.get("Account"), {**row, "OwnerId": None})
    calendar = Calendar(NOW, ZoneInfo("UTC"))

    def run(condition: Condition) -> list[str]:
        query = Query((Selected(FieldPath(("Name",))),), Source("Account"), where=condition)
        found = run_tree(connection, schema, calendar, query, data_path="")
        return [record["Name"] for record in found.records]

    yield run
    connection.close()


def holds(condition: Condition, row: dict[str, str | int | float | None]) -> bool:
    match condition:
        case AllOf(parts):
            return all(holds(part, row) for part in parts)
        case AnyOf(parts):
            return any(holds(part, row) for part in parts)
        case Negation(part):
            return not holds(part, row)
        case InValues(operand, values, negated):
            return any(compare(row[str(operand)], Operator.EQUAL, value) for value in values) is not negated
        case Comparison(operand, operator, value):
            return compare(row[str(operand)], operator, value)
        case _:
            raise AssertionError(condition)


def compare(left: str | int | float | None, operator: Operator, right: Value) -> bool:
    if operator is Operator.LIKE:
        return left is not None and bool(re.fullmatch(like(str(right)), str(left).casefold(), re.DOTALL))
    mine = folded(left)
    theirs = folded(right if isinstance(right, str) else None if right is None else int(str(right)))
    if operator is Operator.EQUAL:
        return mine == theirs
    if operator is Operator.NOT_EQUAL:
        return mine != theirs
    if mine is None or theirs is None:
        return False
    signs = {
        Operator.LESS: (-1,),
        Operator.LESS_OR_EQUAL: (-1, 0),
        Operator.GREATER: (1,),
        Operator.GREATER_OR_EQUAL: (0, 1),
    }
    return (mine > theirs) - (mine < theirs) in signs[operator]  # type: ignore[operator]


def folded(value: str | int | float | None) -> str | float | None:
    if isinstance(value, str):
        return value.casefold() or None
    return value


def like(pattern: str) -> str:
    pieces = re.findall(r"\\.|.", pattern.casefold(), re.DOTALL)
    return "".join({"%": ".*", "_": "."}.get(piece) or re.escape(piece[-1]) for piece in pieces)


@given(condition=CONDITIONS)
def test_sqlite_and_python_agree_on_every_condition(find: Find, condition: Condition) -> None:
    assert find(condition) == [row["Name"] for row in ROWS if holds(condition, row)]


def test_a_pattern_full_of_wildcards_is_decided_at_once(find: Find) -> None:
    assert find(Comparison(FieldPath(("Name",)), Operator.LIKE, "%a" * 60)) == []
