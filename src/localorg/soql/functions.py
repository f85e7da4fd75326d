"""The functions of SOQL as SQL: aggregates, parts of a date, and the two that only change how a value is shown."""

from localorg.schema.models import Field, FieldType
from localorg.soql.ast import FieldPath, FunctionCall
from localorg.soql.errors import malformed_query
from localorg.soql.resolver import Column, Resolver

AGGREGATES = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})
_SHOWN_ONLY = frozenset({"TOLABEL", "FORMAT"})
_NUMBER = Field(name="expr", label="Number", type=FieldType.DOUBLE, precision=18, scale=6)
_WHOLE = Field(name="expr", label="Whole Number", type=FieldType.INT, precision=18)
_DAY = Field(name="expr", label="Day", type=FieldType.DATE)
_DATE_PARTS = {
    "CALENDAR_YEAR": "CAST(substr({0}, 1, 4) AS INTEGER)",
    "CALENDAR_QUARTER": "((CAST(substr({0}, 6, 2) AS INTEGER) + 2) / 3)",
    "CALENDAR_MONTH": "CAST(substr({0}, 6, 2) AS INTEGER)",
    "DAY_IN_MONTH": "CAST(substr({0}, 9, 2) AS INTEGER)",
    "DAY_IN_WEEK": "(CAST(strftime('%w', substr({0}, 1, 10)) AS INTEGER) + 1)",
    "DAY_IN_YEAR": "CAST(strftime('%j', substr({0}, 1, 10)) AS INTEGER)",
    "HOUR_IN_DAY": "CAST(substr({0}, 12, 2) AS INTEGER)",
    "DAY_ONLY": "substr({0}, 1, 10)",
}


def is_aggregate(call: FunctionCall) -> bool:
    return call.name.upper() in AGGREGATES


def function_column(call: FunctionCall, resolver: Resolver, text: str) -> Column:
    """Raises ApiError MALFORMED_QUERY for functions and arguments SOQL does not have."""
    name = call.name.upper()
    if name == "COUNT" and not call.arguments:
        return Column("count(*)", _WHOLE, ())
    argument = call.arguments[0] if len(call.arguments) == 1 else None
    if argument is None:
        raise malformed_query(f"unexpected token: '{call.name}'", text, call.position)
    inner = resolver.column(argument) if isinstance(argument, FieldPath) else function_column(argument, resolver, text)
    if name in _SHOWN_ONLY:
        return inner
    if name in _DATE_PARTS and inner.field.type in (FieldType.DATE, FieldType.DATETIME):
        sql = _DATE_PARTS[name].format(inner.sql)
        return Column(sql, _DAY if name == "DAY_ONLY" else _WHOLE, inner.names)
    if name in AGGREGATES:
        return _aggregate(name, inner, call, text)
    raise malformed_query(f"Invalid function: {call.name}", text, call.position)


def _aggregate(name: str, inner: Column, call: FunctionCall, text: str) -> Column:
    if inner.field.is_long_text:
        sentence = f"field {inner.field.name} does not support aggregate operator {name}"
        raise malformed_query(sentence, text, call.position)
    if name == "COUNT":
        return Column(f"count({inner.sql})", _WHOLE, ())
    if name == "COUNT_DISTINCT":
        return Column(f"count(DISTINCT {inner.sql})", _WHOLE, ())
    if name in ("SUM", "AVG") and not inner.field.is_number:
        sentence = f"field {inner.field.name} does not support aggregate operator {name}"
        raise malformed_query(sentence, text, call.position)
    return Column(f"{name.lower()}({inner.sql})", _NUMBER if name == "AVG" else inner.field, ())
