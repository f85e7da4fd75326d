from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from localorg.formulas.evaluation import FormulaError, Record, Value, holds, parse

VALUES: dict[tuple[str, ...], Value] = {
    ("Amount",): Decimal("12.5"),
    ("Empty",): None,
    ("Status",): "Closed",
    ("Choices",): "A;B",
    ("Day",): date(2026, 11, 17),
    ("Moment",): datetime(2026, 11, 18, 11, tzinfo=UTC),
    ("Done",): True,
    ("Account", "Name"): "Acme",
}
RECORD = Record(VALUES.__getitem__, lambda path: None, is_new=False, now=datetime(2026, 11, 18, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    "formula",
    [
        "Amount > 12 && Amount < 13",
        "AND(Done, NOT(ISNEW()))",
        "OR(FALSE, Status = 'Closed')",
        'ISPICKVAL(Status, "closed")',
        "ISBLANK(Empty)",
        "NOT(Empty < 1)",
        "NOT(Empty > 1)",
        "BLANKVALUE(Empty, 3) = 3",
        "IF(Amount > 10, 'big', 'small') = 'big'",
        "CASE(Status, 'New', 1, 'Closed', 2, 3) = 2",
        "1 + 2 * 3 = 7",
        "(1 + 2) * 3 - -1 = 10",
        "2 ^ 3 / 4 = 2",
        "TODAY() - Day = 1",
        "Day + 1 = TODAY()",
        "NOW() > Moment",
        "YEAR(Day) = 2026 && MONTH(Day) = 11",
        "CONTAINS(Account.Name, 'cm') && BEGINS(Account.Name, 'Ac')",
        "INCLUDES(Choices, 'B') && !INCLUDES(Choices, 'C')",
        "REGEX('AB-12', '[A-Z]{2}-\\\\d+')",
        "LEN(Status & '!') = 7",
        "ISCHANGED(Status)",
        "ABS(-2) = 2 && ROUND(2.6, 0) = 3 && MAX(1, 4, 2) = 4",
        "Status <> 'New' /* a comment */ && Status != 'Old'",
    ],
)
def test_a_formula_holds(formula: str) -> None:
    assert holds(formula, RECORD) is True


@pytest.mark.parametrize("formula", ["AND(", "1 +", "Status = 'open", "", "A B"])
def test_a_formula_that_cannot_be_read_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError, match="cannot be read"):
        parse(formula)


@pytest.mark.parametrize(
    "formula",
    [
        "BLINK(1)",
        "ISCHANGED(1)",
        "1 / 0 = 1",
        "LEFT(Status) = 'C'",
        "Amount + Done > 1",
        "IF(Done)",
        "CASE(Status, 'New', 1) = 1",
        "DATE(2026, 13, 1) > Day",
        "REGEX(Status, '[')",
    ],
)
def test_a_formula_that_cannot_be_computed_is_refused(formula: str) -> None:
    with pytest.raises(FormulaError):
        holds(formula, RECORD)


def test_a_function_that_is_not_known_matters_only_where_it_is_asked_for() -> None:
    assert holds("OR(Done, BLINK(1))", RECORD)
    assert holds("IF(Done, TRUE, BLINK(1))", RECORD)
