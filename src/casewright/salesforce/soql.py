"""SOQL with bound values: a value can never become part of the query's grammar.

Literals and escapes after Salesforce's "SOQL and SOSL Reference", chapters "Quoted String Escape Sequences" and
"Date Formats and Date Literals in WHERE".
"""

import math
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from casewright.kit.errors import InvalidInput

Bindable = str | int | float | Decimal | bool | date | datetime | None | Sequence["Bindable"]

_STRING_OR_NAME = re.compile(r"'(?:[^'\\]|\\.)*'|(?<![\w:]):([A-Za-z_]\w*)")
_ESCAPES = {
    "\\": "\\\\",
    "'": "\\'",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\b": "\\b",
    "\f": "\\f",
}


class CannotBind(InvalidInput):
    """A name without a value, a value without a name, or a value that SOQL has no literal for."""

    title = "A query's values do not fit"


def bind(template: str, **values: Bindable) -> str:
    """The query with each `:name` replaced by its value as a literal: `bind("… WHERE Id = :id", id="500…")`.

    A sequence becomes a list for IN. A `:name` within quotes stays as it is. Raises `CannotBind`."""
    used: set[str] = set()

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name is None:
            return match[0]
        if name not in values:
            raise CannotBind(f"The query names :{name}, but no such value is given.")
        used.add(name)
        return literal(values[name])

    query = _STRING_OR_NAME.sub(replace, template)
    if unused := values.keys() - used:
        raise CannotBind(f"The value {min(unused)} is given, but the query does not name it.")
    return query


def literal(value: Bindable) -> str:
    """A value as SOQL writes it. Raises `CannotBind`."""
    match value:
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case str():
            text = "'" + "".join(_ESCAPES.get(character, character) for character in value) + "'"
        case int() | Decimal():
            text = str(value)
        case float():
            text = _finite(value)
        case datetime():
            text = _moment(value)
        case date():
            text = value.isoformat()
        case _:
            text = _list(value)
    return text


def _finite(value: float) -> str:
    if not math.isfinite(value):
        raise CannotBind("SOQL has no literal for a number that is not finite.")
    return format(Decimal(repr(value)), "f")


def _moment(value: datetime) -> str:
    if value.tzinfo is None:
        raise CannotBind("A date and time needs a time zone.")
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _list(values: Sequence[Bindable]) -> str:
    if not values:
        raise CannotBind("IN needs at least one value.")
    return "(" + ", ".join(literal(value) for value in values) + ")"
