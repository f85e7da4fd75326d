"""Where semi-joins and anti-joins may stand, and what they may say."""

from collections.abc import Iterator
from typing import Final

from localorg.errors import ApiError
from localorg.soql.ast import AllOf, AnyOf, Condition, FieldPath, InQuery, Negation, Query
from localorg.soql.errors import malformed_query

MOST_SEMI_JOINS: Final = 2
MOST_CHILD_LEVELS: Final = 5


def refuse_misplaced(condition: Condition, source: str, text: str) -> None:
    """Raises ApiError for a semi-join under OR or NOT, deeper than the top, or one too many."""
    found = list(_semi_joins(condition))
    top = condition.conditions if isinstance(condition, AllOf) else (condition,)
    for semi_join in found:
        if isinstance(condition, AnyOf) and semi_join in condition.conditions:
            raise malformed_query("Semi join sub-selects are not allowed with the 'OR' operator", text)
        if semi_join not in top:
            sentence = (
                "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE "
                "expressions."
            )
            raise malformed_query(sentence, text)
        whole_record = isinstance(semi_join.operand, FieldPath) and semi_join.operand.parts[-1].lower() == "id"
        if whole_record and semi_join.query.source.name.lower() == source.lower() and _selects_id(semi_join.query):
            raise malformed_query("The inner and outer selects should not be on the same object type", text)
    if len(found) > MOST_SEMI_JOINS:
        sentence = f"Maximum {MOST_SEMI_JOINS} semi join sub-selects are allowed."
        raise ApiError("EXCEEDED_MAX_SEMIJOIN_SUBSELECTS", sentence)


def refuse_in_subquery(query: Query, text: str, *, aggregate: bool) -> None:
    if len(query.select) != 1 or aggregate:
        raise malformed_query("Semi join sub-selects must select exactly one field.", text)
    if query.order_by or query.limit is not None or query.offset is not None or query.for_clauses:
        raise malformed_query("Semi join sub-selects cannot have ORDER BY, LIMIT, OFFSET or FOR.", text)
    if query.where is not None and next(_semi_joins(query.where), None) is not None:
        raise malformed_query("Nesting of semi join sub-selects is not supported", text)


def _semi_joins(condition: Condition) -> Iterator[InQuery]:
    match condition:
        case InQuery():
            yield condition
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _semi_joins(part)
        case Negation(part):
            yield from _semi_joins(part)
        case _:
            pass


def _selects_id(query: Query) -> bool:
    operand = getattr(query.select[0], "operand", None)
    return isinstance(operand, FieldPath) and operand.parts[-1].lower() == "id"
