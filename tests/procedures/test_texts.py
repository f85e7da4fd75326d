import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.procedures.texts import evaluate, fill_in, in_locale, placeholders

TEXTS = {"en": "Hello", "de": "Hallo", "de-AT": "Servus"}


@pytest.mark.parametrize(
    ("locale", "default_locale", "expected"),
    [
        ("de-AT", "en", "Servus"),
        ("de-CH", "en", "Hallo"),
        ("fr", "de-CH", "Hallo"),
        ("fr", "en", "Hello"),
        ("fr", "es", "Hello"),
    ],
)
def test_a_missing_locale_falls_back_to_language_then_default_then_first(
    locale: str, default_locale: str, expected: str
) -> None:
    assert in_locale(TEXTS, locale, default_locale) == expected


def test_a_missing_value_leaves_nothing_behind() -> None:
    assert fill_in("a{slots.x}b", lambda path: None) == "ab"


def test_one_placeholder_alone_keeps_its_type() -> None:
    assert evaluate("{slots.x}", lambda path: 3) == 3
    assert evaluate("{slots.x}!", lambda path: 3) == "3!"


@given(st.text())
def test_a_value_is_never_taken_for_a_placeholder(value: str) -> None:
    assert fill_in("<{slots.x}>", lambda path: value + "{slots.secret}") == f"<{value}{{slots.secret}}>"


@given(st.text())
def test_text_without_placeholders_stays_as_it_is(text: str) -> None:
    if not list(placeholders(text)):
        assert fill_in(text, lambda path: "!") == text
