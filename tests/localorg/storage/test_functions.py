import sqlite3

import pytest

from localorg.storage.functions import like_range, matches_like, register


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("%port%", "Nightly EXPORT", True),
        ("%port", "exports", False),
        ("ex%", "Export", True),
        ("export", "EXPORT", True),
        ("e%t", "export", True),
        ("e_port", "export", True),
        (r"50\%", "50%", True),
        (r"50\%", "500", False),
        ("%%", "", True),
        ("", "x", False),
    ],
)
def test_like_matches_without_regard_to_case(pattern: str, text: str, matches: bool) -> None:
    assert matches_like(pattern, text) is matches


def test_nothing_is_like_null() -> None:
    assert matches_like("%", None) is False


@pytest.mark.parametrize(("pattern", "prefix"), [("Exp%", "Exp"), ("E_p", "E"), ("whole", "whole"), (r"5\%%", "5%")])
def test_a_pattern_with_a_beginning_lies_in_a_range(pattern: str, prefix: str) -> None:
    between = like_range(pattern)
    assert between is not None
    assert between[0] == prefix < prefix + "zzz" < between[1]


@pytest.mark.parametrize("pattern", ["%x", "_x", "%", ""])
def test_a_pattern_without_a_beginning_lies_anywhere(pattern: str) -> None:
    assert like_range(pattern) is None


@pytest.mark.parametrize(
    ("value", "kind", "locale", "detail", "shown"),
    [
        (1234.5, "number", "en_US", "2", "1,234.50"),
        (1234.5, "number", "de_DE", "2", "1.234,50"),
        ("2026-11-03", "date", "en_US", "", "11/3/2026"),
        ("2026-11-03", "date", "de_AT", "", "03.11.2026"),
        ("2026-11-03T17:05:00.000+0000", "datetime", "en_US", "America/New_York", "11/3/2026 12:05 PM"),
        ("2026-11-03T17:05:00.000+0000", "datetime", "en_GB", "UTC", "03/11/2026 17:05"),
        (None, "date", "en_US", "", None),
    ],
)
def test_values_are_shown_as_the_locale_has_them(
    value: object, kind: str, locale: str, detail: str, shown: object
) -> None:
    connection = sqlite3.connect(":memory:")
    register(connection)
    assert connection.execute("SELECT formatted(?, ?, ?, ?)", (value, kind, locale, detail)).fetchone()[0] == shown
    connection.close()
