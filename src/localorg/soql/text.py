"""Syntax tree to SOQL text: what `parse` reads back as the same tree."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal

from localorg.soql.ast import (
    AllOf,
    AnyOf,
    CategoryFilter,
    ChildQuery,
    Comparison,
    Condition,
    Currency,
    DateLiteral,
    FieldPath,
    FunctionCall,
    Includes,
    InQuery,
    InValues,
    Negation,
    Operand,
    Operator,
    Ordering,
    Query,
    Selected,
    SelectItem,
    Source,
    TypeOf,
    Value,
)

_ESCAPED = str.maketrans({"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})
_ESCAPED_PATTERN = str.maketrans({"'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})


def query_text(query: Query) -> str:
    clauses = [f"SELECT {', '.join(_select_item(item) for item in query.select)} FROM {_source(query.source)}"]
    if query.scope:
        clauses.append(f"USING SCOPE {query.scope}")
    if query.where:
        clauses.append(f"WHERE {condition_text(query.where)}")
    if query.mode:
        clauses.append(f"WITH {query.mode.value}")
    if query.categories:
        clauses.append(f"WITH DATA CATEGORY {' AND '.join(_category(filtered) for filtered in query.categories)}")
    if query.group_by:
        operands = ", ".join(operand_text(operand) for operand in query.group_by)
        clauses.append(f"GROUP BY {query.grouping.value}({operands})" if query.grouping else f"GROUP BY {operands}")
    if query.having:
        clauses.append(f"HAVING {condition_text(query.having)}")
    if query.order_by:
        clauses.append(f"ORDER BY {', '.join(_ordering(ordering) for ordering in query.order_by)}")
    return " ".join((*clauses, *_ending(query)))


def _ending(query: Query) -> Iterator[str]:
    if query.limit is not None:
        yield f"LIMIT {query.limit}"
    if query.offset is not None:
        yield f"OFFSET {query.offset}"
    if query.for_clauses:
        yield f"FOR {', '.join(query.for_clauses)}"
    if query.update_clauses:
        yield f"UPDATE {', '.join(query.update_clauses)}"
    if query.all_rows:
        yield "ALL ROWS"


def _source(source: Source) -> str:
    names = [f"{source.name} {source.alias}" if source.alias else source.name]
    return ", ".join((*names, *(f"{joined.path} {joined.alias}" for joined in source.joined)))


def _category(filtered: CategoryFilter) -> str:
    names = ", ".join(filtered.categories)
    return f"{filtered.group} {filtered.selector.value} {f'({names})' if len(filtered.categories) > 1 else names}"


def operand_text(operand: Operand | str | Decimal) -> str:
    match operand:
        case FieldPath():
            return str(operand)
        case FunctionCall(name, arguments):
            return f"{name}({', '.join(operand_text(argument) for argument in arguments)})"
        case _:
            return value_text(operand)


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
        case Currency(code, amount):
            return f"{code}{amount}"
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case DateLiteral(name, count):
            return name if count is None else f"{name}:{count}"


def _select_item(item: SelectItem) -> str:
    match item:
        case ChildQuery(query):
            return f"({query_text(query)})"
        case TypeOf(relationship, whens, otherwise):
            branches = [f"WHEN {name} THEN {', '.join(map(str, fields))}" for name, fields in whens]
            branches += [f"ELSE {', '.join(map(str, otherwise))}"] if otherwise else []
            return f"TYPEOF {relationship} {' '.join(branches)} END"
        case Selected(operand, alias):
            return f"{operand_text(operand)} {alias}" if alias else operand_text(operand)


def _ordering(ordering: Ordering) -> str:
    direction = "DESC" if ordering.descending else "ASC"
    return f"{operand_text(ordering.operand)} {direction} NULLS {ordering.nulls.value}"


def _simple(condition: Condition) -> str:
    text = condition_text(condition)
    return f"({text})" if isinstance(condition, (AllOf, AnyOf, Negation)) else text


def _in(negated: bool) -> str:
    return "NOT IN" if negated else "IN"
