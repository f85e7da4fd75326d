"""The functions of SOQL as SQL: aggregates, parts of a date, and those that only change how a value is shown."""

from dataclasses import replace
from typing import Final

from localorg.schema.models import Field, FieldType
from localorg.soql.ast import FieldPath, FunctionCall, Operand
from localorg.soql.date_literals import Calendar
from localorg.soql.errors import invalid_field, malformed_query
from localorg.soql.resolver import Column, Resolver
from localorg.storage.quoting import sql_text

AGGREGATES: Final = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "AVG", "MIN", "MAX"})
_NUMBER = Field(name="expr", label="Number", type=FieldType.DOUBLE, precision=18, scale=6)
_WHOLE = Field(name="expr", label="Whole Number", type=FieldType.INT, precision=18)
_DAY = Field(name="expr", label="Day", type=FieldType.DATE)
_DATE_PARTS: Final = {
    "CALENDAR_YEAR": "CAST(substr({0}, 1, 4) AS INTEGER)",
    "CALENDAR_QUARTER": "((CAST(substr({0}, 6, 2) AS INTEGER) + 2) / 3)",
    "CALENDAR_MONTH": "CAST(substr({0}, 6, 2) AS INTEGER)",
    "DAY_IN_MONTH": "CAST(substr({0}, 9, 2) AS INTEGER)",
    "DAY_IN_WEEK": "(CAST(strftime('%w', substr({0}, 1, 10)) AS INTEGER) + 1)",
    "DAY_IN_YEAR": "CAST(strftime('%j', substr({0}, 1, 10)) AS INTEGER)",
    "DAY_ONLY": "substr({0}, 1, 10)",
    "FISCAL_MONTH": "CAST(substr({0}, 6, 2) AS INTEGER)",
    "FISCAL_QUARTER": "((CAST(substr({0}, 6, 2) AS INTEGER) + 2) / 3)",
    "FISCAL_YEAR": "CAST(substr({0}, 1, 4) AS INTEGER)",
    "HOUR_IN_DAY": "CAST(substr({0}, 12, 2) AS INTEGER)",
    "WEEK_IN_MONTH": "((CAST(substr({0}, 9, 2) AS INTEGER) + 6) / 7)",
    "WEEK_IN_YEAR": "((CAST(strftime('%j', substr({0}, 1, 10)) AS INTEGER) + 6) / 7)",
}
_ONLY_OF_DATETIMES: Final = frozenset({"HOUR_IN_DAY", "DAY_ONLY"})
_DATES: Final = (FieldType.DATE, FieldType.DATETIME)


def is_aggregate(operand: Operand | object) -> bool:
    return isinstance(operand, FunctionCall) and operand.name.upper() in AGGREGATES


def holds_aggregate(operand: Operand | object) -> bool:
    """Also one inside another function: FORMAT(MAX(CreatedDate))."""
    if not isinstance(operand, FunctionCall):
        return False
    return is_aggregate(operand) or any(holds_aggregate(argument) for argument in operand.arguments)


def is_part_of_date(operand: Operand) -> bool:
    return isinstance(operand, FunctionCall) and operand.name.upper() in _DATE_PARTS


class Functions:
    """The functions of one query, in the time zone and locale of whoever asks."""

    def __init__(self, resolver: Resolver, calendar: Calendar, text: str) -> None:
        self._resolver = resolver
        self._calendar = calendar
        self._text = text

    def column(self, call: FunctionCall) -> Column:
        """Raises ApiError MALFORMED_QUERY or INVALID_FIELD for functions and arguments SOQL does not have."""
        name = call.name.upper()
        if name == "COUNT" and not call.arguments:
            return Column("count(*)", _WHOLE, ())
        if name == "DISTANCE":
            raise self._no_location(call)
        inner = self._argument(call, converted=name in _DATE_PARTS)
        if name in _DATE_PARTS:
            return self._part_of_date(name, inner, call)
        if name in AGGREGATES:
            return self._aggregate(name, inner, call)
        match name:
            case "TOLABEL":
                return self._label(inner)
            case "FORMAT":
                return self._formatted(inner)
            case "CONVERTCURRENCY":
                sentence = "convertCurrency is only supported in an organization with multiple currencies"
                raise malformed_query(sentence, self._text, call.position)
            case _:
                raise malformed_query(f"Invalid function: {call.name}", self._text, call.position)

    def _argument(self, call: FunctionCall, *, converted: bool) -> Column:
        argument = call.arguments[0] if len(call.arguments) == 1 else None
        if isinstance(argument, FieldPath):
            return self._resolver.column(argument)
        if not isinstance(argument, FunctionCall):
            raise malformed_query(f"unexpected token: '{call.name}'", self._text, call.position)
        if argument.name.upper() != "CONVERTTIMEZONE":
            return self.column(argument)
        if not converted:
            sentence = "convertTimezone() can only be used inside a date function"
            raise malformed_query(sentence, self._text, argument.position)
        moment = self._argument(argument, converted=False)
        if moment.field.type is not FieldType.DATETIME:
            raise malformed_query("Invalid field for convertTimezone function", self._text, argument.position)
        return replace(moment, sql=f"in_zone({moment.sql}, {sql_text(self._calendar.zone.key)})")

    def _part_of_date(self, name: str, inner: Column, call: FunctionCall) -> Column:
        allowed = (FieldType.DATETIME,) if name in _ONLY_OF_DATETIMES else _DATES
        if inner.field.type not in allowed:
            sentence = f"field {inner.field.name} does not support date function {name}"
            raise malformed_query(sentence, self._text, call.position)
        return Column(_DATE_PARTS[name].format(inner.sql), _DAY if name == "DAY_ONLY" else _WHOLE, inner.names)

    def _label(self, inner: Column) -> Column:
        if not inner.field.labels:
            return inner
        cases = " ".join(f"WHEN {sql_text(v)} THEN {sql_text(label)}" for v, label in inner.field.labels.items())
        shown = inner.field.model_copy(update={"values": tuple(map(inner.field.label_of, inner.field.values))})
        return Column(f"(CASE {inner.sql} {cases} ELSE {inner.sql} END COLLATE salesforce)", shown, inner.names)

    def _formatted(self, inner: Column) -> Column:
        match inner.field.type:
            case FieldType.DATETIME:
                kind, detail = "datetime", self._calendar.zone.key
            case FieldType.DATE:
                kind, detail = "date", ""
            case _ if inner.field.is_number:
                kind, detail = "number", str(inner.field.scale)
            case _:
                return inner
        sql = f"formatted({inner.sql}, {sql_text(kind)}, {sql_text(self._calendar.locale)}, {sql_text(detail)})"
        return Column(sql, Field(name=inner.field.name, label="", type=FieldType.STRING), inner.names)

    def _aggregate(self, name: str, inner: Column, call: FunctionCall) -> Column:
        numeric = name in ("SUM", "AVG")
        if (not inner.field.aggregatable and name != "COUNT") or (numeric and not inner.field.is_number):
            sentence = f"field {inner.field.name} does not support aggregate operator {name}"
            raise malformed_query(sentence, self._text, call.position)
        if any(holds_aggregate(argument) for argument in call.arguments):
            raise malformed_query(f"Invalid function: {call.name}", self._text, call.position)
        if name == "COUNT":
            return Column(f"count({inner.sql})", _WHOLE, ())
        if name == "COUNT_DISTINCT":
            return Column(f"count(DISTINCT {inner.sql})", _WHOLE, ())
        return Column(f"{name.lower()}({inner.sql})", _NUMBER if name == "AVG" else inner.field, ())

    def _no_location(self, call: FunctionCall) -> Exception:
        argument = call.arguments[0] if call.arguments else None
        if not isinstance(argument, FieldPath):
            return malformed_query(f"unexpected token: '{call.name}'", self._text, call.position)
        self._resolver.column(argument)
        return invalid_field(self._text, argument.position, f"field '{argument}' is not a geolocation field")
