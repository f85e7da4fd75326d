from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from localorg.soql.ast import DateLiteral
from localorg.soql.date_literals import MONDAY, Calendar, Days

WEDNESDAY = Calendar(datetime(2026, 11, 18, 15, 30, tzinfo=UTC), ZoneInfo("UTC"))


@pytest.mark.parametrize(
    ("literal", "first", "until"),
    [
        (DateLiteral("YESTERDAY"), (2026, 11, 17), (2026, 11, 18)),
        (DateLiteral("TODAY"), (2026, 11, 18), (2026, 11, 19)),
        (DateLiteral("TOMORROW"), (2026, 11, 19), (2026, 11, 20)),
        (DateLiteral("LAST_WEEK"), (2026, 11, 8), (2026, 11, 15)),
        (DateLiteral("THIS_WEEK"), (2026, 11, 15), (2026, 11, 22)),
        (DateLiteral("LAST_MONTH"), (2026, 10, 1), (2026, 11, 1)),
        (DateLiteral("NEXT_MONTH"), (2026, 12, 1), (2027, 1, 1)),
        (DateLiteral("THIS_QUARTER"), (2026, 10, 1), (2027, 1, 1)),
        (DateLiteral("LAST_FISCAL_QUARTER"), (2026, 7, 1), (2026, 10, 1)),
        (DateLiteral("NEXT_YEAR"), (2027, 1, 1), (2028, 1, 1)),
        (DateLiteral("LAST_90_DAYS"), (2026, 8, 20), (2026, 11, 19)),
        (DateLiteral("LAST_N_DAYS", 1), (2026, 11, 17), (2026, 11, 19)),
        (DateLiteral("NEXT_N_DAYS", 2), (2026, 11, 19), (2026, 11, 21)),
        (DateLiteral("N_DAYS_AGO", 3), (2026, 11, 15), (2026, 11, 16)),
        (DateLiteral("LAST_N_WEEKS", 2), (2026, 11, 1), (2026, 11, 15)),
        (DateLiteral("LAST_N_MONTHS", 11), (2025, 12, 1), (2026, 11, 1)),
        (DateLiteral("N_QUARTERS_AGO", 4), (2025, 10, 1), (2026, 1, 1)),
        (DateLiteral("NEXT_N_FISCAL_YEARS", 1), (2027, 1, 1), (2028, 1, 1)),
    ],
)
def test_a_literal_stands_for_its_days(
    literal: DateLiteral, first: tuple[int, int, int], until: tuple[int, int, int]
) -> None:
    assert WEDNESDAY.days(literal) == Days(date(*first), date(*until))


def test_weeks_begin_where_the_locale_says() -> None:
    german = Calendar(WEDNESDAY.now, WEDNESDAY.zone, MONDAY)
    assert german.days(DateLiteral("THIS_WEEK")).first == date(2026, 11, 16)


def test_today_is_the_users_day() -> None:
    auckland = Calendar(WEDNESDAY.now, ZoneInfo("Pacific/Auckland"))
    assert auckland.days(DateLiteral("TODAY")).first == date(2026, 11, 19)
