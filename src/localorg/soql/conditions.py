"""Conditions to SQL. SOQL knows two truth values only: a comparison with null is false, and its negation true."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal

from localorg.clock import to_wire
from localorg.ids import InvalidIdError, parse_record_id
from localorg.schema.models import Field, FieldType
from localorg.soql.ast import (
    AllOf,
    AnyOf,
    Comparison,
    Condition,
    Currency,
    DateLiteral,
    FieldPath,
    Includes,
    InQuery,
    InValues,
    Negation,
    Operand,
    Operator,
    Query,
    Value,
)
from localorg.soql.date_literals import Calendar
from localorg.soql.errors import invalid_field, invalid_operator, malformed_query
from localorg.soql.resolver import Column
from localorg.storage.functions import like_range

SqlValue = str | int | float | None
_ORDERED = frozenset({Operator.LESS, Operator.LESS_OR_EQUAL, Operator.GREATER, Operator.GREATER_OR_EQUAL})


class ConditionCompiler:
    """Compiles the WHERE or HAVING of one query; values go to `parameters` in the order of their marks."""

    def __init__(
        self,
        text: str,
        calendar: Calendar,
        column: Callable[[Operand], Column],
        subquery: Callable[[Query], str],
        parameters: list[SqlValue],
    ) -> None:
        self._text = text
        self._calendar = calendar
        self._column = column
        self._subquery = subquery
        self._parameters = parameters

    def compile(self, condition: Condition) -> str:
        match condition:
            case AllOf(conditions):
                return "(" + " AND ".join(self.compile(part) for part in conditions) + ")"
            case AnyOf(conditions):
                return "(" + " OR ".join(self.compile(part) for part in conditions) + ")"
            case Negation(negated):
                return f"(NOT coalesce({self.compile(negated)}, 0))"
            case Comparison(operand, operator, value):
                return self._comparison(self._filterable(operand), operand, operator, value)
            case InValues(operand, values, negated):
                return self._in_values(self._filterable(operand), operand, values, negated)
            case InQuery(operand, query, negated):
                column = self._filterable(operand)
                if not column.field.is_id:
                    sentence = f"The left operand field in the where expression for outer query should be an id field, cannot use: '{operand}'"
                    raise malformed_query(sentence, self._text, operand.position)
                inside = self._subquery(query)
                return f"({column.sql} {'NOT IN' if negated else 'IN'} ({inside}))"
            case Includes(operand, choices, negated):
                return self._includes(self._filterable(operand), operand, choices, negated)

    def _filterable(self, operand: Operand) -> Column:
        column = self._column(operand)
        if not column.field.filterable:
            sentence = f"field '{column.field.name}' can not be filtered in a query call"
            raise invalid_field(self._text, operand.position, sentence)
        return column

    def _comparison(self, column: Column, operand: Operand, operator: Operator, value: Value) -> str:
        if operator is Operator.LIKE:
            return self._like(column, operand, value)
        if value is None or value == "":
            if operator in _ORDERED:
                return "(0)"
            return f"({column.sql} IS {'NOT ' if operator is Operator.NOT_EQUAL else ''}NULL)"
        if isinstance(value, DateLiteral):
            return self._date_literal(column, operand, operator, value)
        self._refuse_order_of_booleans(column, operand, operator)
        self._parameters.append(self._value(column.field, operand, value))
        # `IS NOT` is true for null, as != is in SOQL.
        return f"({column.sql} {'IS NOT' if operator is Operator.NOT_EQUAL else operator.value} ?)"

    def _like(self, column: Column, operand: Operand, value: Value) -> str:
        if not column.field.is_text:
            sentence = f"invalid operator on {column.field.type.value} field"
            raise invalid_operator(self._text, operand.position, sentence)
        if not isinstance(value, str):
            raise self._wrong_type(column.field, operand)
        between = like_range(str(value)) if column.field.indexes and not column.field.case_sensitive else None
        if between is None:
            self._parameters.append(str(value))
            return f"matches_like(?, {column.sql})"
        self._parameters.extend((*between, str(value)))
        return f"({column.sql} >= ? AND {column.sql} < ? AND matches_like(?, {column.sql}))"

    def _refuse_order_of_booleans(self, column: Column, operand: Operand, operator: Operator) -> None:
        if operator in _ORDERED and column.field.type is FieldType.BOOLEAN:
            raise invalid_operator(self._text, operand.position, "invalid operator on boolean field")

    def _date_literal(self, column: Column, operand: Operand, operator: Operator, literal: DateLiteral) -> str:
        try:
            days = self._calendar.days(literal)
            first, until = self._day_start(column, operand, days.first), self._day_start(column, operand, days.until)
        except (OverflowError, ValueError):
            sentence = f"date literal out of range: {literal.name}:{literal.count}"
            raise malformed_query(sentence, self._text, operand.position) from None
        marks: dict[Operator, tuple[str, tuple[SqlValue, ...]]] = {
            Operator.EQUAL: (f"({column.sql} >= ? AND {column.sql} < ?)", (first, until)),
            Operator.NOT_EQUAL: (f"(NOT coalesce({column.sql} >= ? AND {column.sql} < ?, 0))", (first, until)),
            Operator.LESS: (f"({column.sql} < ?)", (first,)),
            Operator.LESS_OR_EQUAL: (f"({column.sql} < ?)", (until,)),
            Operator.GREATER: (f"({column.sql} >= ?)", (until,)),
            Operator.GREATER_OR_EQUAL: (f"({column.sql} >= ?)", (first,)),
        }
        sql, parameters = marks[operator]
        self._parameters.extend(parameters)
        return sql

    def _day_start(self, column: Column, operand: Operand, day: date) -> str:
        match column.field.type:
            case FieldType.DATE:
                return day.isoformat()
            case FieldType.DATETIME:
                return to_wire(self._calendar.midnight(day))
            case _:
                raise self._wrong_type(column.field, operand)

    def _in_values(self, column: Column, operand: Operand, values: tuple[Value, ...], negated: bool) -> str:
        with_null = any(value is None or value == "" for value in values)
        given = [self._value(column.field, operand, value) for value in values if value is not None and value != ""]
        marks = ", ".join("?" for _ in given)
        self._parameters.extend(given)
        inside = f"coalesce({column.sql} IN ({marks}), 0)" if negated else f"{column.sql} IN ({marks})"
        either = f"({inside} OR {column.sql} IS NULL)" if with_null else f"({inside})"
        return f"(NOT {either})" if negated else either

    def _includes(self, column: Column, operand: Operand, choices: tuple[str, ...], negated: bool) -> str:
        if column.field.type is not FieldType.MULTIPICKLIST:
            sentence = "includes or excludes operator only valid on multipicklist field"
            raise invalid_operator(self._text, operand.position, sentence)
        self._parameters.extend(choices)
        any_choice = " OR ".join(f"includes_all(?, {column.sql})" for _ in choices)
        return f"(NOT ({any_choice}))" if negated else f"({any_choice})"

    def _value(self, field: Field, operand: Operand, value: Value) -> SqlValue:
        match value:
            case str() if field.is_id:
                return self._record_id(field, operand, value)
            case str() if field.is_text:
                return value
            case bool() if field.type is FieldType.BOOLEAN:
                return int(value)
            case Decimal() if field.is_number:
                return float(value)
            case Currency() if field.type is FieldType.CURRENCY:
                return float(value.amount)
            case datetime() if field.type is FieldType.DATETIME:
                return to_wire(value)
            case date() if field.type is FieldType.DATE and not isinstance(value, datetime):
                return value.isoformat()
            case _:
                raise self._wrong_type(field, operand)

    def _record_id(self, field: Field, operand: Operand, value: str) -> str:
        try:
            return parse_record_id(value)
        except InvalidIdError:
            raise invalid_operator(self._text, operand.position, f"invalid ID field: {value}") from None

    def _wrong_type(self, field: Field, operand: Operand) -> Exception:
        named = field.name if isinstance(operand, FieldPath) else operand.name
        if field.is_text or field.is_id:
            expected = f"{'ID' if field.is_id else 'string'} and should be enclosed in quotes"
        else:
            kind = "dateTime" if field.type is FieldType.DATETIME else field.type.value
            expected = f"{kind} and should not be enclosed in quotes"
        sentence = f"value of filter criterion for field '{named}' must be of type {expected}"
        return invalid_field(self._text, operand.position, sentence)
