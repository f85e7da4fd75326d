from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import ContactRow
from casewright.salesforce.soql import Bindable, CannotBind, bind, literal
from localorg.soql.ast import Comparison
from localorg.soql.parser import parse


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (7, "7"),
        (-1.5, "-1.5"),
        (1e-7, "0.0000001"),
        (Decimal("50.00"), "50.00"),
        (date(2026, 11, 4), "2026-11-04"),
        (datetime(2026, 11, 4, 10, 30, tzinfo=UTC), "2026-11-04T10:30:00Z"),
        (datetime(2026, 11, 4, 10, 30, tzinfo=timezone(timedelta(hours=2))), "2026-11-04T08:30:00Z"),
        ("O'Neil", r"'O\'Neil'"),
        ("a\\b\nc", r"'a\\b\nc'"),
        (["a", "b"], "('a', 'b')"),
    ],
)
def test_each_kind_of_value_becomes_its_literal(value: Bindable, expected: str) -> None:
    assert literal(value) == expected


def test_a_name_is_replaced_wherever_it_stands_and_only_outside_quotes() -> None:
    query = bind(
        "SELECT Id FROM Case WHERE A = :a AND B IN :b AND C = ':a' AND D > 2026-01-01T00:00:00Z OR E = :a", a=1, b=["x"]
    )
    assert query == "SELECT Id FROM Case WHERE A = 1 AND B IN ('x') AND C = ':a' AND D > 2026-01-01T00:00:00Z OR E = 1"


def test_a_value_that_looks_like_a_name_is_not_bound_again() -> None:
    assert bind("A = :a AND B = :b", a=":b", b="x") == "A = ':b' AND B = 'x'"


@pytest.mark.parametrize(
    ("template", "values", "message"),
    [
        ("A = :a", {}, "names :a"),
        ("A = :a", {"a": 1, "b": 2}, "value b is given"),
        ("A IN :a", {"a": []}, "at least one value"),
        ("A = :a", {"a": float("nan")}, "not finite"),
        ("A = :a", {"a": datetime(2026, 1, 1)}, "time zone"),
    ],
)
def test_what_does_not_fit_is_refused(template: str, values: dict[str, Bindable], message: str) -> None:
    with pytest.raises(CannotBind, match=message):
        bind(template, **values)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")))
def test_any_text_stays_one_value(text: str) -> None:
    where = parse(bind("SELECT Id FROM Contact WHERE LastName = :name", name=text)).where
    assert isinstance(where, Comparison)
    assert where.value == text


@pytest.mark.parametrize(
    "text", ["' OR Name != '", "\\' OR Id != null OR Name = \\'", "x') FROM Account --", "\\", "'"]
)
async def test_a_hostile_value_finds_nothing(client: SalesforceClient, text: str) -> None:
    assert await client.query(ContactRow, "SELECT Id FROM Contact WHERE LastName = :name", name=text) == ()
