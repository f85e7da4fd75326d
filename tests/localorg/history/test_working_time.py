from datetime import UTC, date, datetime
from random import Random

from localorg.history.countries import load_country
from localorg.history.working_time import Shift, when_awake, zone

SHIFT = Shift(8, 16, load_country("DE"), [(date(2026, 11, 19), date(2026, 11, 19))])


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """In November 2026; the 18th is a Wednesday."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_inside_the_shift_work_begins_at_once() -> None:
    assert SHIFT.next_open(at(18, 9, 5)) == at(18, 9, 5)


def test_after_hours_it_waits_for_the_next_day_on_which_the_person_is_there() -> None:
    assert SHIFT.next_open(at(18, 16)) == at(20, 8)


def test_on_friday_evening_it_waits_for_monday() -> None:
    assert SHIFT.next_open(at(20, 17)) == at(23, 8)


def test_on_a_public_holiday_nobody_is_there() -> None:
    assert SHIFT.next_open(datetime(2026, 12, 25, 9, tzinfo=UTC)) == datetime(2026, 12, 28, 8, tzinfo=UTC)


def test_work_goes_on_where_the_shift_ended() -> None:
    assert SHIFT.after(at(18, 15), 90) == at(20, 8, 30)


def test_customers_write_when_they_are_awake() -> None:
    where = zone("America/Los_Angeles")
    for number in range(50):
        moment = when_awake(at(18, 9), where, Random(number))
        assert 7 <= moment.astimezone(where).hour < 21
