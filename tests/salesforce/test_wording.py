from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.salesforce.wording import cut, cut_start, label, spoken_date


@pytest.mark.parametrize(
    ("value", "locale", "expected"),
    [
        ("Working", "en", "Working"),
        ("Working", "de-AT", "In Bearbeitung"),
        ("Own Status", "de", "Own Status"),
        (None, "de", ""),
    ],
)
def test_a_value_is_named_in_the_customers_language(value: str | None, locale: str, expected: str) -> None:
    assert label(value, locale) == expected


def test_a_date_is_written_as_people_write_it() -> None:
    assert spoken_date(date(2026, 3, 4), "en-GB") == "4 March 2026"
    assert spoken_date(date(2026, 3, 4), "de") == "04.03.2026"
    assert spoken_date(None, "de") == ""


@given(st.text(max_size=2500), st.integers(1000, 2000))
def test_a_cut_text_always_fits_and_a_short_one_stays(text: str, length: int) -> None:
    for short in (cut(text, length), cut_start(text, length)):
        assert len(short) <= length
        assert (short == text) == (len(text) <= length)


def test_which_end_is_kept() -> None:
    text = "first" + "." * 2000 + "last"
    assert cut(text, 1000).startswith("first")
    assert cut_start(text, 1000).endswith("last")
