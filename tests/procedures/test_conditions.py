import pytest
from pydantic import TypeAdapter

from casewright.procedures.conditions import comparisons, holds
from casewright.procedures.models import Condition, Scalar

VALUES: dict[str, Scalar] = {
    "slots.priority": "High",
    "slots.amount": "50.00 EUR",
    "slots.status": "401",
    "slots.empty": "",
    "results.case.count": 3,
    "results.case.closed": True,
    "results.case.priority": "high",
}


def check(condition: object) -> bool:
    return holds(TypeAdapter(Condition).validate_python(condition), VALUES.get)


@pytest.mark.parametrize(
    ("slot", "operator", "value", "expected"),
    [
        ("slots.priority", "equals", "high", True),
        ("slots.priority", "not_equals", "High", False),
        ("slots.priority", "equals", "{results.case.priority}", True),
        ("slots.priority", "in", ["Low", "High"], True),
        ("slots.priority", "not_in", ["Low", "Medium"], True),
        ("slots.status", "equals", 401, True),
        ("slots.priority", "contains", "IG", True),
        ("slots.nothing", "contains", "None", False),
        ("slots.nothing", "missing", None, True),
        ("slots.empty", "exists", None, False),
        ("slots.nothing", "equals", "None", False),
        ("results.case.count", "greater_than", 2, True),
        ("results.case.count", "less_than", 3, False),
        ("slots.amount", "greater_than", 49.5, True),
        ("slots.priority", "greater_than", 1, False),
        ("slots.priority", "less_than", 1, False),
        ("results.case.closed", "equals", True, True),
    ],
)
def test_each_comparison_means_what_it_says(slot: str, operator: str, value: object, expected: bool) -> None:
    assert check({"slot": slot, "operator": operator, "value": value}) is expected


def test_conditions_nest() -> None:
    high = {"slot": "slots.priority", "operator": "equals", "value": "High"}
    low = {"slot": "slots.priority", "operator": "equals", "value": "Low"}
    assert check({"all": [high, {"not": low}]})
    assert check({"any": [low, high]})
    assert not check({"all": [high, low]})
    nested = TypeAdapter(Condition).validate_python({"all": [high, {"not": {"any": [low]}}]})
    assert [comparison.value for comparison in comparisons(nested)] == ["High", "Low"]
