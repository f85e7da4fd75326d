"""When people are there: agents on their shifts, customers at their own hours."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from random import Random
from zoneinfo import ZoneInfo

from localorg.history.countries import CountryFacts

_SATURDAY = 5
_AWAKE = (7, 21)


_Window = tuple[datetime, datetime]


@cache
def zone(name: str) -> ZoneInfo:
    """Kept, for `ZoneInfo` itself remembers but a few."""
    return ZoneInfo(name)


class Shift:
    """Weekdays from `start` to `end` o'clock UTC, except public holidays and `absences`."""

    def __init__(
        self, start: float, end: float, country: CountryFacts, absences: Iterable[tuple[date, date]] = ()
    ) -> None:
        self._start, self._end = timedelta(hours=start), timedelta(hours=end)
        self._country = country
        self._absences = tuple(absences)
        self._windows: dict[date, _Window | None] = {}

    def next_open(self, moment: datetime) -> datetime:
        """The moment itself, or when the shift begins again."""
        day = moment.date()
        window = self._window(day)
        if window and moment < window[1]:
            return max(moment, window[0])
        while True:
            day += timedelta(days=1)
            window = self._window(day)
            if window:
                return window[0]

    def after(self, moment: datetime, minutes: float) -> datetime:
        """That many minutes of work later."""
        at, left = self.next_open(moment), timedelta(minutes=minutes)
        while True:
            window = self._window(at.date())
            assert window is not None
            closes = window[1]
            if at + left <= closes:
                return at + left
            left -= closes - at
            at = self.next_open(closes)

    def _window(self, day: date) -> _Window | None:
        if day not in self._windows:
            midnight = datetime.combine(day, time(), UTC)
            works = self._works_on(day)
            self._windows[day] = (midnight + self._start, midnight + self._end) if works else None
        return self._windows[day]

    def _works_on(self, day: date) -> bool:
        if day.weekday() >= _SATURDAY or self._country.is_holiday(day):
            return False
        return not any(first <= day <= last for first, last in self._absences)


def when_awake(moment: datetime, where: tzinfo, random: Random) -> datetime:
    """Moved to the next time at which that person writes: mornings rather than nights, rarely on weekends."""
    local = moment.astimezone(where)
    if local.hour >= _AWAKE[1]:
        local = _next_morning(local, random)
    elif local.hour < _AWAKE[0]:
        local = local.replace(hour=7 + random.randrange(3), minute=random.randrange(60))
    if local.weekday() >= _SATURDAY and random.random() < 0.85:
        while local.weekday() >= _SATURDAY:
            local = _next_morning(local, random)
    return local.astimezone(UTC)


def _next_morning(local: datetime, random: Random) -> datetime:
    tomorrow = local.date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(7 + random.randrange(4), random.randrange(60)), local.tzinfo)
