from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.salesforce.wording import cut, cut_start, in_language, label, spoken_date, spoken_moment, spoken_number


@pytest.mark.parametrize(
    ("value", "locale", "expected"),
    [
        ("Working", "en", "Working"),
        ("Working", "de-AT", "In Bearbeitung"),
        ("Data Export", "de", "Datenexport"),
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


def test_a_moment_is_written_with_its_time_zone() -> None:
    moment = datetime(2026, 3, 4, 3, 5, tzinfo=timezone(timedelta(hours=1)))
    assert spoken_moment(moment, "en") == "4 March 2026, 02:05 UTC"
    assert spoken_moment(moment, "de-CH") == "04.03.2026, 02:05 UTC"
    assert spoken_moment(None, "de") == ""


@pytest.mark.parametrize(("number", "english", "german"), [(7, "7", "7"), (1_300_000, "1,300,000", "1.300.000")])
def test_a_large_number_is_written_in_groups(number: int, english: str, german: str) -> None:
    assert (spoken_number(number, "en"), spoken_number(number, "de")) == (english, german)


def test_a_text_is_chosen_by_language() -> None:
    texts = {"en": "Hello", "de": "Hallo"}
    assert [in_language(texts, locale) for locale in ("de-AT", "en", "fr")] == ["Hallo", "Hello", "Hello"]


@given(st.text(max_size=2500), st.integers(1000, 2000))
def test_a_cut_text_always_fits_and_a_short_one_stays(text: str, length: int) -> None:
    for short in (cut(text, length), cut_start(text, length)):
        assert len(short) <= length
        assert (short == text) == (len(text) <= length)


def test_which_end_is_kept() -> None:
    text = "first" + "." * 2000 + "last"
    assert cut(text, 1000).startswith("first")
    assert cut_start(text, 1000).endswith("last")
