from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from localorg.soql.ast import (
    AllOf,
    AnyOf,
    ChildQuery,
    Comparison,
    DateLiteral,
    FieldPath,
    ForClause,
    FunctionCall,
    Includes,
    InQuery,
    InValues,
    Negation,
    Nulls,
    Operator,
    Ordering,
    Query,
    Selected,
    Source,
)
from localorg.soql.parser import parse
from localorg.soql.text import query_text

NAMES = st.sampled_from(["Id", "Name", "Status", "Casewright_Key__c", "Selected", "Fromage", "Type", "x1", "Offset"])
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
PATTERNS = st.lists(st.sampled_from(["a", "%", "_", "'", r"\%", r"\_", r"\\", "ß", "\n"])).map("".join)
PATHS = st.builds(FieldPath, st.lists(NAMES, min_size=1, max_size=3).map(tuple))
CALLS = st.builds(FunctionCall, st.sampled_from(["COUNT", "MIN", "DAY_ONLY"]), st.tuples(PATHS))
OPERANDS = PATHS | CALLS
DATE_LITERALS = st.sampled_from([DateLiteral("TODAY"), DateLiteral("LAST_FISCAL_YEAR"), DateLiteral("N_WEEKS_AGO", 4)])
VALUES = st.one_of(
    TEXTS,
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30), timezones=st.just(UTC)),
    st.decimals(allow_nan=False, allow_infinity=False).filter(lambda number: number != 0 or not number.is_signed()),
    DATE_LITERALS,
)
COMPARISONS = st.builds(Comparison, OPERANDS, st.sampled_from([o for o in Operator if o is not Operator.LIKE]), VALUES)
SIMPLE = st.one_of(
    COMPARISONS,
    st.builds(Comparison, OPERANDS, st.just(Operator.LIKE), PATTERNS),
    st.builds(InValues, OPERANDS, st.lists(VALUES, min_size=1, max_size=3).map(tuple), st.booleans()),
    st.builds(Includes, OPERANDS, st.lists(TEXTS, min_size=1, max_size=3).map(tuple), st.booleans()),
)
CONDITIONS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(Negation, inner),
    ),
    max_leaves=8,
)
SELECTED = st.builds(Selected, PATHS, st.none()) | st.builds(Selected, CALLS, st.none() | st.just("total"))
SOURCES = st.builds(Source, st.sampled_from(["Case", "Group", "Order", "Credit__c"]), st.none() | st.just("c"))
ORDERINGS = st.builds(Ordering, OPERANDS, st.booleans(), st.sampled_from(Nulls))
COUNTS = st.none() | st.integers(0, 2000)


def queries(
    select: st.SearchStrategy[Selected | ChildQuery], conditions: st.SearchStrategy[object]
) -> st.SearchStrategy[Query]:
    return st.builds(
        Query,
        select=st.lists(select, min_size=1, max_size=3).map(tuple),
        source=SOURCES,
        where=st.none() | conditions,
        group_by=st.lists(OPERANDS, max_size=2).map(tuple),
        having=st.none() | CONDITIONS,
        order_by=st.lists(ORDERINGS, max_size=2).map(tuple),
        limit=COUNTS,
        offset=COUNTS,
        for_clauses=st.lists(st.sampled_from(ForClause), max_size=2).map(tuple),
    )


INNER = queries(SELECTED, CONDITIONS)
QUERIES = queries(
    SELECTED | st.builds(ChildQuery, INNER), CONDITIONS | st.builds(InQuery, OPERANDS, INNER, st.booleans())
)


@given(QUERIES)
def test_the_text_of_a_tree_is_read_back_as_the_same_tree(query: Query) -> None:
    assert parse(query_text(query)) == query


def test_a_value_keeps_its_kind() -> None:
    query = parse("SELECT Id FROM Case WHERE A = true AND B = 1 AND C = '1'")
    assert isinstance(query.where, AllOf)
    values = [part.value for part in query.where.conditions if isinstance(part, Comparison)]
    assert [type(value) for value in values] == [bool, Decimal, str]
