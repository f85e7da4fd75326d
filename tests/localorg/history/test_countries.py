from datetime import date

import pytest

from localorg.history.countries import easter, load_country
from localorg.history.errors import HistoryError


@pytest.mark.parametrize(
    ("year", "sunday"),
    [(2024, date(2024, 3, 31)), (2025, date(2025, 4, 20)), (2026, date(2026, 4, 5)), (2038, date(2038, 4, 25))],
)
def test_easter_is_where_the_calendar_has_it(year: int, sunday: date) -> None:
    assert easter(year) == sunday


@pytest.mark.parametrize(
    ("country", "day"),
    [
        ("US", date(2026, 11, 26)),
        ("US", date(2026, 5, 25)),
        ("GB", date(2026, 8, 31)),
        ("DE", date(2026, 5, 14)),
        ("FR", date(2026, 7, 14)),
        ("BR", date(2026, 2, 17)),
    ],
)
def test_public_holidays_are_known_by_date_by_weekday_and_by_easter(country: str, day: date) -> None:
    assert load_country(country).is_holiday(day)
    assert not load_country(country).is_holiday(date(2026, 9, 23))


def test_a_country_nobody_described_is_refused() -> None:
    with pytest.raises(HistoryError, match="the country 'XX' is not among"):
        load_country("XX")
