"""Syntax tree to SOQL text: what `parse` reads back as the same tree."""

from datetime import UTC, date, datetime
from decimal import Decimal

from localorg.soql.ast import (
    AllOf,
    AnyOf,
    ChildQuery,
    Comparison,
    Condition,
    DateLiteral,
    FieldPath,
    Includes,
    InQuery,
    InValues,
    Negation,
    Operand,
    Operator,
    Ordering,
    Query,
    Selected,
    Value,
)

_ESCAPED = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})
_ESCAPED_PATTERN = str.maketrans({"'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def query_text(query: Query) -> str:
    source = f"{query.source.name} {query.source.alias}" if query.source.alias else query.source.name
    clauses = [f"SELECT {', '.join(_select_item(item) for item in query.select)} FROM {source}"]
    if query.where:
        clauses.append(f"WHERE {condition_text(query.where)}")
    if query.group_by:
        clauses.append(f"GROUP BY {', '.join(operand_text(operand) for operand in query.group_by)}")
    if query.having:
        clauses.append(f"HAVING {condition_text(query.having)}")
    if query.order_by:
        clauses.append(f"ORDER BY {', '.join(_ordering(ordering) for ordering in query.order_by)}")
    if query.limit is not None:
        clauses.append(f"LIMIT {query.limit}")
    if query.offset is not None:
        clauses.append(f"OFFSET {query.offset}")
    if query.for_clause:
        clauses.append(f"FOR {query.for_clause.value}")
    return " ".join(clauses)


def operand_text(operand: Operand) -> str:
    if isinstance(operand, FieldPath):
        return str(operand)
    return f"{operand.name}({', '.join(operand_text(argument) for argument in operand.arguments)})"


def condition_text(condition: Condition) -> str:
    match condition:
        case Comparison(operand, Operator.LIKE, value):
            return f"{operand_text(operand)} LIKE '{str(value).translate(_ESCAPED_PATTERN)}'"
        case Comparison(operand, operator, value):
            return f"{operand_text(operand)} {operator.value} {value_text(value)}"
        case InValues(operand, values, negated):
            return f"{operand_text(operand)} {_in(negated)} ({', '.join(value_text(value) for value in values)})"
        case InQuery(operand, query, negated):
            return f"{operand_text(operand)} {_in(negated)} ({query_text(query)})"
        case Includes(operand, choices, negated):
            word = "EXCLUDES" if negated else "INCLUDES"
            return f"{operand_text(operand)} {word} ({', '.join(value_text(choice) for choice in choices)})"
        case AllOf(conditions):
            return " AND ".join(_simple(part) for part in conditions)
        case AnyOf(conditions):
            return " OR ".join(_simple(part) for part in conditions)
        case Negation(negated_condition):
            return f"NOT {_simple(negated_condition)}"


def value_text(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return f"'{value.translate(_ESCAPED)}'"
        case Decimal():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case DateLiteral(name, count):
            return name if count is None else f"{name}:{count}"


def _select_item(item: Selected | ChildQuery) -> str:
    if isinstance(item, ChildQuery):
        return f"({query_text(item.query)})"
    return f"{operand_text(item.operand)} {item.alias}" if item.alias else operand_text(item.operand)


def _ordering(ordering: Ordering) -> str:
    direction = "DESC" if ordering.descending else "ASC"
    return f"{operand_text(ordering.operand)} {direction} NULLS {ordering.nulls.value}"


def _simple(condition: Condition) -> str:
    text = condition_text(condition)
    return f"({text})" if isinstance(condition, (AllOf, AnyOf, Negation)) else text


def _in(negated: bool) -> str:
    return "NOT IN" if negated else "IN"
