from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from localorg.errors import ApiError

VOCABULARY = """
SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET FOR UPDATE AND OR NOT IN LIKE NULL NULLS FIRST LAST ASC DESC
INCLUDES ( ) , . = != <= > Id Case Account Contact Owner Status CreatedDate IsClosed Amount__c Credit__c COUNT MAX
FIELDS ALL FORMAT DAY_ONLY CaseComments 'New' 'a%' '\\ud800' '\\u00e4' 5 -1.5e9 99999999999999999999 true TODAY
LAST_N_DAYS:30 LAST_N_YEARS:999999 2026-01-01 0001-01-01T00:00:00+14:00 9999-12-31T23:59:59-14:00 ; -- " ` :x
"""
WORDS = st.sampled_from(VOCABULARY.split())
CONDITIONS = st.lists(WORDS, max_size=12).map(" ".join)
SELECTS = st.lists(WORDS, min_size=1, max_size=4).map(" ".join)


def answered_or_refused(query: Any, text: str) -> None:
    try:
        query(text)
    except ApiError as error:
        assert error.status == 400


@given(select=SELECTS, rest=CONDITIONS)
def test_any_words_are_answered_or_refused(query: Any, select: str, rest: str) -> None:
    answered_or_refused(query, f"SELECT {select} FROM Case {rest}")


@given(text=st.text(max_size=40))
def test_any_text_is_answered_or_refused(query: Any, text: str) -> None:
    answered_or_refused(query, text)
    answered_or_refused(query, f"SELECT Id FROM Case WHERE Subject = '{text}'")


@pytest.mark.parametrize("field", ["CreatedDate", "Status", "IsClosed", "OwnerId", "Owner.Name", "Sentiment_Score__c"])
@pytest.mark.parametrize(
    "value",
    ["'x'", "1e999", "true", "null", "TODAY", "N_YEARS_AGO:9999", "2026-01-01", "0001-01-01T00:00:00Z", "'\\u0000'"],
)
@pytest.mark.parametrize("operator", ["=", "!=", "<", ">="])
def test_any_value_meets_any_field(query: Any, field: str, operator: str, value: str) -> None:
    answered_or_refused(query, f"SELECT Id FROM Case WHERE {field} {operator} {value}")


def test_a_query_too_deep_or_too_wide_is_too_complicated(query: Any) -> None:
    deep = "(NOT " * 3000 + "IsClosed = true" + ")" * 3000
    wide = " OR ".join(f"Subject = '{number}'" for number in range(2500))
    for condition in (deep, wide):
        with pytest.raises(ApiError, match="QUERY_TOO_COMPLICATED"):
            query(f"SELECT Id FROM Case WHERE {condition}")


def test_a_long_list_of_ids_is_answered(query: Any) -> None:
    ids = ", ".join(f"'500{number:012d}'" for number in range(2000))
    assert query(f"SELECT Id FROM Case WHERE Id IN ({ids})").total_size == 0
