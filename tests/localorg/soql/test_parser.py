from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from localorg.errors import ApiError
from localorg.soql.ast import (
    AllOf,
    AnyOf,
    Comparison,
    DateLiteral,
    FieldPath,
    ForClause,
    InQuery,
    InValues,
    Negation,
    Nulls,
    Operator,
    Query,
    Selected,
    Source,
    Value,
)
from localorg.soql.parser import parse


def where(condition: str) -> object:
    return parse(f"SELECT Id FROM Case WHERE {condition}").where


def test_keywords_are_read_without_regard_to_case_and_line_breaks() -> None:
    expected = Query((Selected(FieldPath(("Id",))),), Source("Case"), limit=5, for_clauses=(ForClause.UPDATE,))
    assert parse("select Id\nfrom Case\tLiMiT 5 for update") == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'it\\'s'", "it's"),
        ("'a\\nb\\\\c\\u00e9'", "a\nb\\cé"),
        ("true", True),
        ("NULL", None),
        ("-1.50", Decimal("-1.50")),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T11:00:00.000+01:00", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("today", DateLiteral("TODAY")),
        ("last_n_days:30", DateLiteral("LAST_N_DAYS", 30)),
    ],
)
def test_each_kind_of_literal_is_read_as_its_value(text: str, value: Value) -> None:
    assert where(f"X = {text}") == Comparison(FieldPath(("X",)), Operator.EQUAL, value)


def test_wildcards_escaped_in_a_like_pattern_stay_escaped() -> None:
    assert where(r"Name LIKE '50\%\_%'") == Comparison(FieldPath(("Name",)), Operator.LIKE, r"50\%\_%")


def test_parentheses_decide_what_belongs_together() -> None:
    a, b, c = (Comparison(FieldPath((name,)), Operator.EQUAL, Decimal(1)) for name in "ABC")
    assert where("A = 1 AND (B = 1 OR C = 1)") == AllOf((a, AnyOf((b, c))))
    assert where("A = 1 AND (NOT B = 1)") == AllOf((a, Negation(b)))


def test_a_semi_join_is_told_from_a_list() -> None:
    inner = Query((Selected(FieldPath(("ParentId",))),), Source("CaseComment"))
    assert where("Id NOT IN (SELECT ParentId FROM CaseComment)") == InQuery(FieldPath(("Id",)), inner, negated=True)
    assert where("Status IN ('New')") == InValues(FieldPath(("Status",)), ("New",))


def test_objects_named_like_keywords_can_be_queried() -> None:
    assert parse("SELECT Id FROM Group").source == Source("Group")
    assert parse("SELECT Id FROM Order o ORDER BY o.Id").source == Source("Order", "o")


def test_nulls_are_sorted_first_unless_said_otherwise() -> None:
    first, last = parse("SELECT Id FROM Case ORDER BY Subject DESC, Status ASC NULLS LAST").order_by
    assert (first.descending, first.nulls) == (True, Nulls.FIRST)
    assert (last.descending, last.nulls) == (False, Nulls.LAST)


@pytest.mark.parametrize(
    ("text", "row", "column", "sentence"),
    [
        ("SELECT Id FRM Case", 1, 15, "unexpected token: 'Case'"),
        ("SELECT Id FROM Case WHERE A = 1 AND B = 2 OR C = 3", 1, 43, "unexpected token: 'OR'"),
        ("SELECT Id FROM Case WHERE A = 1 AND NOT B = 2", 1, 37, "unexpected token: 'NOT'"),
        ("SELECT Id FROM Case\nWHERE Name = 'O'Brien'", 2, 17, "unexpected token: 'Brien'"),
        ("SELECT Id, FROM Case", 1, 12, "unexpected token: 'FROM'"),
        ("SELECT Id FROM Case WHERE A = NEXT_BLUE_MOON", 1, 31, "unexpected token: 'NEXT_BLUE_MOON'"),
        ("SELECT Id FROM Case LIMIT", 1, 26, "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Case LIMIT 1.5", 1, 27, "unexpected token: '1.5'"),
        ("SELECT Id FROM Case WHERE A = 2026-02-30", 1, 31, "invalid date: 2026-02-30"),
    ],
)
def test_a_mistake_is_answered_with_its_place(text: str, row: int, column: int, sentence: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse(text)
    assert caught.value.code == "MALFORMED_QUERY"
    assert caught.value.message.endswith(f"^\nERROR at Row:{row}:Column:{column}\n{sentence}")


@pytest.mark.parametrize("literal", [r"'\q'", "'open", r"'\u12'"])
def test_a_broken_string_literal_is_refused(literal: str) -> None:
    with pytest.raises(ApiError, match="MALFORMED_QUERY"):
        parse(f"SELECT Id FROM Case WHERE Subject = {literal}")
