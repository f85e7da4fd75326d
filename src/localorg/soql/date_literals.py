"""What TODAY, LAST_N_DAYS:30 and their kin mean: days from the first up to, not including, the last.

Source: SOQL and SOSL Reference, "Date Formats and Date Literals". Fiscal periods are taken as calendar periods, which
is what an org has until its fiscal year is changed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from localorg.soql.ast import DateLiteral

SUNDAY = 6
MONDAY = 0


class Days(NamedTuple):
    """From midnight of `first` up to midnight of `until`."""

    first: date
    until: date


@dataclass(frozen=True, slots=True)
class Calendar:
    """Now, where the user is; `week_starts_on` counts from Monday = 0."""

    now: datetime
    zone: ZoneInfo
    week_starts_on: int = SUNDAY
    locale: str = "en_US"
    """As which FORMAT() shows values."""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, self.zone)

    def days(self, literal: DateLiteral) -> Days:
        name = literal.name.replace("FISCAL_", "")
        if literal.count is not None:
            return _counted(name, literal.count, self)
        if name in _FIXED:
            return _FIXED[name](self.today)
        which, unit = name.split("_", 1)
        start = _unit_start(unit, self)
        shift = {"LAST": -1, "THIS": 0, "NEXT": 1}[which]
        return Days(_shifted(unit, start, shift), _shifted(unit, start, shift + 1))


_DAY = timedelta(days=1)
_FIXED: dict[str, Callable[[date], Days]] = {
    "YESTERDAY": lambda today: Days(today - _DAY, today),
    "TODAY": lambda today: Days(today, today + _DAY),
    "TOMORROW": lambda today: Days(today + _DAY, today + 2 * _DAY),
    "LAST_90_DAYS": lambda today: Days(today - 90 * _DAY, today + _DAY),
    "NEXT_90_DAYS": lambda today: Days(today + _DAY, today + 91 * _DAY),
}
_PERIODS = ("WEEK", "MONTH", "QUARTER", "YEAR")
_FISCAL_PERIODS = ("FISCAL_QUARTER", "FISCAL_YEAR")
_PLAIN_NAMES = frozenset(_FIXED) | {
    f"{which}_{unit}" for which in ("LAST", "THIS", "NEXT") for unit in (*_PERIODS, *_FISCAL_PERIODS)
}
_COUNTED_UNITS = ("DAY", *_PERIODS, *_FISCAL_PERIODS)
_COUNTED_NAMES = frozenset(
    name for unit in _COUNTED_UNITS for name in (f"LAST_N_{unit}S", f"NEXT_N_{unit}S", f"N_{unit}S_AGO")
)


def is_date_literal(name: str, *, counted: bool) -> bool:
    return name in (_COUNTED_NAMES if counted else _PLAIN_NAMES)


def _counted(name: str, count: int, calendar: Calendar) -> Days:
    unit = name.removeprefix("LAST_").removeprefix("NEXT_").removeprefix("N_").removesuffix("_AGO").removesuffix("S")
    start = _unit_start(unit, calendar)
    if name.endswith("_AGO"):
        return Days(_shifted(unit, start, -count), _shifted(unit, start, 1 - count))
    if name.startswith("NEXT"):
        return Days(_shifted(unit, start, 1), _shifted(unit, start, 1 + count))
    until = start + _DAY if unit == "DAY" else start
    return Days(_shifted(unit, start, -count), until)


def _unit_start(unit: str, calendar: Calendar) -> date:
    today = calendar.today
    match unit:
        case "DAY":
            return today
        case "WEEK":
            return today - timedelta(days=(today.weekday() - calendar.week_starts_on) % 7)
        case "MONTH":
            return today.replace(day=1)
        case "QUARTER":
            return date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
        case _:
            return date(today.year, 1, 1)


def _shifted(unit: str, start: date, by: int) -> date:
    match unit:
        case "DAY":
            return start + timedelta(days=by)
        case "WEEK":
            return start + timedelta(weeks=by)
        case "MONTH" | "QUARTER":
            months = start.year * 12 + start.month - 1 + by * (3 if unit == "QUARTER" else 1)
            return date(months // 12, months % 12 + 1, 1)
        case _:
            return date(start.year + by, 1, 1)
