"""Whether a condition holds. A comparison that makes no sense (a word greater than a number) does not hold."""

import re
from collections.abc import Callable, Iterator
from itertools import chain

from casewright.procedures.models import All, AnyOf, Comparison, Condition, Not, Scalar
from casewright.procedures.texts import Lookup, evaluate

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def holds(condition: Condition, lookup: Lookup) -> bool:
    match condition:
        case All():
            return all(holds(part, lookup) for part in condition.all)
        case AnyOf():
            return any(holds(part, lookup) for part in condition.any)
        case Not():
            return not holds(condition.not_, lookup)
        case Comparison():
            return _compare(lookup(condition.slot), condition, lookup)


def comparisons(condition: Condition) -> Iterator[Comparison]:
    """Every comparison within a condition."""
    match condition:
        case Comparison():
            yield condition
        case All():
            yield from chain.from_iterable(map(comparisons, condition.all))
        case AnyOf():
            yield from chain.from_iterable(map(comparisons, condition.any))
        case Not():
            yield from comparisons(condition.not_)


def _compare(found: Scalar, comparison: Comparison, lookup: Lookup) -> bool:
    expected = [
        evaluate(value, lookup) if isinstance(value, str) else value
        for value in (comparison.value if isinstance(comparison.value, list) else [comparison.value])
    ]
    return _OPERATORS[comparison.operator](found, expected)


def _exists(found: Scalar, _: list[Scalar]) -> bool:
    return found is not None and found != ""


def _is_one_of(found: Scalar, expected: list[Scalar]) -> bool:
    return any(_same(found, value) for value in expected)


def _contains(found: Scalar, expected: list[Scalar]) -> bool:
    return found is not None and any(str(value).casefold() in str(found).casefold() for value in expected)


_OPERATORS: dict[str, Callable[[Scalar, list[Scalar]], bool]] = {
    "exists": _exists,
    "missing": lambda found, expected: not _exists(found, expected),
    "equals": _is_one_of,
    "in": _is_one_of,
    "not_equals": lambda found, expected: not _is_one_of(found, expected),
    "not_in": lambda found, expected: not _is_one_of(found, expected),
    "contains": _contains,
    "greater_than": lambda found, expected: _is_less(expected[0], found),
    "less_than": lambda found, expected: _is_less(found, expected[0]),
}


def _same(left: Scalar, right: Scalar) -> bool:
    """Slots are text, so `"401"` is the same as 401; letters count without their case."""
    if left is None or right is None:
        return left is right
    return _as_text(left) == _as_text(right)


def _as_text(value: Scalar) -> str:
    return str(value).casefold()


def _is_less(left: Scalar, right: Scalar) -> bool:
    numbers = (_number(left), _number(right))
    return numbers[0] is not None and numbers[1] is not None and numbers[0] < numbers[1]


def _number(value: Scalar) -> float | None:
    """An amount may carry its currency behind it: `50.00 EUR`."""
    found = _NUMBER.match(str(value))
    return float(found[0]) if found else None
