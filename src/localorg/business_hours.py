"""Time as it counts for a service agreement: within business hours, and not on holidays."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from localorg.records.values import Row

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MOST_DAYS = 3_660


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """`hours`: from when until when, by weekday, Monday being 0; a day that is not there is closed."""

    zone: ZoneInfo
    hours: Mapping[int, tuple[time, time]]
    holidays: frozenset[date] = frozenset()

    def after(self, start: datetime, minutes: int) -> datetime:
        """The moment when so many minutes of business have passed; never open means at all times."""
        left = timedelta(minutes=minutes)
        if not self.hours:
            return start + left
        day = start.astimezone(self.zone).date()
        for _ in range(_MOST_DAYS):
            opens, closes = self._of(day)
            begins = max(opens, start.astimezone(UTC))
            if closes > begins:
                if begins + left <= closes:
                    return begins + left
                left -= closes - begins
            day += timedelta(days=1)
        return start + left

    def _of(self, day: date) -> tuple[datetime, datetime]:
        """In UTC; a closed day opens and closes at once. One that ends at midnight has 00:00 as its end."""
        midnight = datetime.combine(day, time(), self.zone).astimezone(UTC)
        if day in self.holidays or day.weekday() not in self.hours:
            return midnight, midnight
        opens, closes = self.hours[day.weekday()]
        last = day + timedelta(days=1) if closes <= opens else day
        return tuple(datetime.combine(on, at, self.zone).astimezone(UTC) for on, at in ((day, opens), (last, closes)))  # type: ignore[return-value]


def business_hours(row: Row, holidays: frozenset[date]) -> BusinessHours:
    """From a record of BusinessHours."""
    hours = {}
    for number, name in enumerate(_DAYS):
        opens, closes = row[f"{name}StartTime"], row[f"{name}EndTime"]
        if opens and closes:
            hours[number] = (_time(str(opens)), _time(str(closes)))
    return BusinessHours(ZoneInfo(str(row["TimeZoneSidKey"])), hours, holidays)


def _time(text: str) -> time:
    return time.fromisoformat(text.removesuffix("Z"))
