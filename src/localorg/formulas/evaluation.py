"""Whether a formula holds of a record. Blank compares with nothing: `Amount__c < 1` is false while there is no amount."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from importlib import resources
from inspect import signature
from typing import Final

from lark import Lark, Token, Tree
from lark.exceptions import LarkError

Value = str | Decimal | bool | date | datetime | None
Arguments = Sequence[object]
"""Of a function, as they were parsed."""
_CONSTANTS: Final[Mapping[str, Value]] = {"TRUE": True, "FALSE": False, "NULL": None}


class FormulaError(ValueError):
    """The formula cannot be read, or asks for something that is not there; the message says what."""


@dataclass(frozen=True)
class Record:
    """What a formula may ask of the record about to be saved: a field by its path, before the change too."""

    value: Callable[[tuple[str, ...]], Value]
    prior_value: Callable[[tuple[str, ...]], Value]
    is_new: bool
    now: datetime

    @property
    def today(self) -> date:
        return self.now.date()


Compiled = Callable[[Record], Value]


@lru_cache(maxsize=512)
def parse(formula: str) -> Tree[Token]:
    """Raises FormulaError."""
    try:
        return _parser().parse(formula)
    except LarkError as error:
        raise FormulaError(f"the formula {formula!r} cannot be read: {str(error).splitlines()[0]}") from None


def check(formula: str) -> None:
    """Raises FormulaError for what can be told before there is a record."""
    try:
        _compiled(formula)
    except (ValueError, IndexError) as error:
        told = str(error) if isinstance(error, FormulaError) else "Incorrect number of parameters for a function"
        raise FormulaError(told) from None


def unknown_functions(formula: str) -> tuple[str, ...]:
    """Those of Salesforce's that are not computed here, or of nobody's. Raises FormulaError."""
    called = (str(node.children[0]).upper() for node in parse(formula).iter_subtrees() if node.data == "call")
    return tuple(sorted({name for name in called if name not in _FUNCTIONS and name not in _SPECIAL}))


def paths(formula: str) -> tuple[tuple[str, ...], ...]:
    """The fields a formula asks for, its own and those of parents. Raises FormulaError."""
    found = (_path(node) for node in parse(formula).iter_subtrees() if node.data == "path")
    return tuple(path for path in found if not (len(path) == 1 and path[0].upper() in _CONSTANTS))


def holds(formula: str, record: Record) -> bool:
    """Raises FormulaError."""
    try:
        return _compiled(formula)(record) is True
    except FormulaError:
        raise
    except (TypeError, AttributeError, ArithmeticError, LookupError, ValueError, re.error) as error:
        raise FormulaError(f"the formula {formula!r} cannot be computed: {error}") from None


@cache
def _parser() -> Lark:
    grammar = (resources.files("localorg.formulas") / "grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


@lru_cache(maxsize=512)
def _compiled(formula: str) -> Compiled:
    return _compile(parse(formula))


def _compile(node: object) -> Compiled:
    assert isinstance(node, Tree)
    parts = node.children
    match str(node.data):
        case "number":
            return _constant(Decimal(str(parts[0])))
        case "string":
            return _constant(re.sub(r"\\(.)", r"\1", str(parts[0])[1:-1]))
        case "path":
            return _field(_path(node))
        case "call":
            return _call(str(parts[0]).upper(), [part for part in parts[1:] if isinstance(part, Tree)])
        case "both":
            return _all_of(parts)
        case "either":
            return _any_of(parts)
        case "negated":
            negated = _compile(parts[0])
            return lambda record: negated(record) is not True
        case "signed":
            sign = _constant(Decimal(-1 if str(parts[0]) == "-" else 1))
            return _operation("*", sign, _compile(parts[1]))
        case "joined":
            return _operation("&", _compile(parts[0]), _compile(parts[1]))
        case "raised":
            return _operation("^", _compile(parts[0]), _compile(parts[1]))
        case _:
            return _operation(str(parts[1]), _compile(parts[0]), _compile(parts[2]))


def _constant(value: Value) -> Compiled:
    return lambda record: value


def _field(path: tuple[str, ...]) -> Compiled:
    name = path[0].upper()
    if len(path) == 1 and name in _CONSTANTS:
        return _constant(_CONSTANTS[name])
    return lambda record: record.value(path)


def _operation(operator: str, left: Compiled, right: Compiled) -> Compiled:
    if operator == "&":
        return lambda record: _text(left(record)) + _text(right(record))
    if operator in _ORDERS:
        return _ordering(operator, left, right)
    apply = _compare if operator in _COMPARISONS else _calculate
    return lambda record: apply(left(record), operator, right(record))


def _ordering(operator: str, left: Compiled, right: Compiled) -> Compiled:
    """Most fields of most records are blank, and then the other side need not be asked."""

    def compare(record: Record) -> Value:
        first = left(record)
        return first is not None and _compare(first, operator, right(record))

    return compare


def _call(name: str, arguments: Sequence[Tree[Token]]) -> Compiled:
    """A function that is not known is told when it is asked for: the rest of a formula may never need it."""
    if name in _SPECIAL:
        return _SPECIAL[name](arguments)
    function = _FUNCTIONS.get(name)
    if function is None:
        return _refusal(f"the function {name} is not known")
    try:
        signature(function).bind(*arguments)
    except TypeError:
        raise FormulaError(f"Incorrect number of parameters for function '{name}()'") from None
    values = [_compile(argument) for argument in arguments]
    return lambda record: function(*[value(record) for value in values])


def _refusal(sentence: str) -> Compiled:
    def refuse(record: Record) -> Value:
        raise FormulaError(sentence)

    return refuse


def _all_of(arguments: Arguments) -> Compiled:
    conditions = [_compile(argument) for argument in arguments]
    return lambda record: all(condition(record) is True for condition in conditions)


def _any_of(arguments: Arguments) -> Compiled:
    conditions = [_compile(argument) for argument in arguments]
    return lambda record: any(condition(record) is True for condition in conditions)


def _if(arguments: Arguments) -> Compiled:
    condition, then, otherwise = map(_compile, arguments)
    return lambda record: then(record) if condition(record) is True else otherwise(record)


def _case(arguments: Arguments) -> Compiled:
    """CASE(expression, value, result, …, else)."""
    asked, *pairs, otherwise = map(_compile, arguments)
    choices = list(zip(pairs[::2], pairs[1::2], strict=True))

    def choose(record: Record) -> Value:
        wanted = asked(record)
        found = next((result for value, result in choices if value(record) == wanted), otherwise)
        return found(record)

    return choose


def _is_changed(arguments: Arguments) -> Compiled:
    path = _path(arguments[0])
    return lambda record: not record.is_new and record.value(path) != record.prior_value(path)


def _prior_value(arguments: Arguments) -> Compiled:
    path = _path(arguments[0])
    return lambda record: record.prior_value(path)


def _path(node: object) -> tuple[str, ...]:
    if not (isinstance(node, Tree) and node.data == "path"):
        raise FormulaError("a field is expected")
    return tuple(str(part) for part in node.children)


def _compare(left: Value, operator: str, right: Value) -> bool:
    if operator in ("=", "=="):
        return _blank(left) == _blank(right)
    if operator in ("<>", "!="):
        return _blank(left) != _blank(right)
    if left is None or right is None:
        return False
    if isinstance(left, datetime) is not isinstance(right, datetime) and isinstance(left, date):
        left, right = _day(left), _day(right)
    return _ORDERS[operator](left, right)


_ORDERS: Final[Mapping[str, Callable[[object, object], bool]]] = {
    "<": lambda a, b: a < b,  # type: ignore[operator]
    "<=": lambda a, b: a <= b,  # type: ignore[operator]
    ">": lambda a, b: a > b,  # type: ignore[operator]
    ">=": lambda a, b: a >= b,  # type: ignore[operator]
}


_COMPARISONS: Final = frozenset({"=", "==", "<>", "!=", *_ORDERS})


def _blank(value: Value) -> Value:
    return None if value == "" else value


def _day(value: Value) -> Value:
    return value.date() if isinstance(value, datetime) else value


def _calculate(left: Value, operator: str, right: Value) -> Value:
    if left is None or right is None:
        return None
    if isinstance(left, str) or isinstance(right, str):
        return _text(left) + _text(right)
    if isinstance(left, date) or isinstance(right, date):
        return _moved(left, operator, right)
    if not (isinstance(left, Decimal) and isinstance(right, Decimal)):
        raise FormulaError(f"{left} {operator} {right} is no number")
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
        case "/":
            return left / right
        case _:
            return left**right


def _moved(left: Value, operator: str, right: Value) -> Value:
    """Days are added to dates; the difference of two dates is a number of days."""
    if isinstance(left, date) and isinstance(right, date):
        return Decimal(str((left - right).total_seconds())) / 86400
    if not (isinstance(left, date) and isinstance(right, Decimal)):
        raise FormulaError("only a number of days can be added to a date")
    away = timedelta(days=float(right))
    return left + away if operator == "+" else left - away


def _text(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _is_blank(value: Value) -> bool:
    return value is None or value == ""


def _contains(text: Value, part: Value) -> bool:
    return _text(part).casefold() in _text(text).casefold()


def _includes(chosen: Value, value: Value) -> bool:
    return _text(value).casefold() in {one.casefold() for one in _text(chosen).split(";")}


def _number(value: Value) -> Value:
    try:
        return Decimal(_text(value))
    except InvalidOperation:
        return None


def _day_of(value: Value) -> Value:
    return date.fromisoformat(value[:10]) if isinstance(value, str) else _day(value)


def _rounded(value: Value, digits: Value) -> Value:
    return None if value is None else Decimal(round(float(value), int(digits or 0)))  # type: ignore[arg-type]


def _numeric(function: Callable[..., Value]) -> Callable[..., Value]:
    """Blank in, blank out."""
    return lambda *values: None if any(value is None for value in values) else function(*values)


_FUNCTIONS: Final[Mapping[str, Callable[..., Value]]] = {
    "NOT": lambda value: value is not True,
    "ISBLANK": _is_blank,
    "ISNULL": _is_blank,
    "ISPICKVAL": lambda value, wanted: _text(value).casefold() == _text(wanted).casefold(),
    "ISNUMBER": lambda value: _number(value) is not None,
    "BLANKVALUE": lambda value, other: other if _is_blank(value) else value,
    "NULLVALUE": lambda value, other: other if value is None else value,
    "TEXT": _text,
    "VALUE": _number,
    "LEN": lambda value: Decimal(len(_text(value))),
    "CONTAINS": _contains,
    "BEGINS": lambda text, part: _text(text).casefold().startswith(_text(part).casefold()),
    "INCLUDES": _includes,
    "REGEX": lambda text, pattern: re.fullmatch(_text(pattern), _text(text)) is not None,
    "UPPER": lambda value: _text(value).upper(),
    "LOWER": lambda value: _text(value).lower(),
    "TRIM": lambda value: _text(value).strip(),
    "LEFT": lambda value, count: _text(value)[: int(count)],
    "RIGHT": lambda value, count: _text(value)[-int(count) :] if count else "",
    "MID": lambda value, start, count: _text(value)[int(start) - 1 : int(start) - 1 + int(count)],
    "FIND": lambda part, text: Decimal(_text(text).find(_text(part)) + 1),
    "SUBSTITUTE": lambda text, old, new: _text(text).replace(_text(old), _text(new)),
    "ABS": _numeric(abs),
    "MAX": _numeric(max),
    "MIN": _numeric(min),
    "MOD": _numeric(lambda value, divisor: value % divisor),
    "ROUND": _rounded,
    "FLOOR": _numeric(lambda value: Decimal(int(value // 1))),
    "CEILING": _numeric(lambda value: Decimal(-int(-value // 1))),
    "DATEVALUE": _day_of,
    "DATE": lambda year, month, day: date(int(year), int(month), int(day)),
    "DATETIMEVALUE": lambda value: value if isinstance(value, datetime) else datetime.fromisoformat(_text(value)).replace(tzinfo=UTC),
    "YEAR": _numeric(lambda value: Decimal(value.year)),
    "MONTH": _numeric(lambda value: Decimal(value.month)),
    "DAY": _numeric(lambda value: Decimal(value.day)),
    "WEEKDAY": _numeric(lambda value: Decimal(value.isoweekday() % 7 + 1)),
}  # fmt: skip
_SPECIAL: Final[Mapping[str, Callable[[Arguments], Compiled]]] = {
    "AND": _all_of,
    "OR": _any_of,
    "IF": _if,
    "CASE": _case,
    "ISCHANGED": _is_changed,
    "PRIORVALUE": _prior_value,
    "ISNEW": lambda arguments: lambda record: record.is_new,
    "TODAY": lambda arguments: lambda record: record.today,
    "NOW": lambda arguments: lambda record: record.now,
}
