"""Moments as Salesforce writes them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Answers the present moment, with a time zone."""


def system_clock() -> datetime:
    return datetime.now(UTC)


class MovableClock:
    """Another clock, ahead of it or behind."""

    def __init__(self, clock: Clock, offset: timedelta = timedelta()) -> None:
        self._clock = clock
        self.offset = offset

    def __call__(self) -> datetime:
        return self._clock() + self.offset

    def offset_to(self, moment: datetime) -> timedelta:
        return moment - self._clock()


def to_wire(moment: datetime) -> str:
    """`2026-01-02T03:04:05.000+0000`: always UTC and of one width, so that text order is time order."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}+0000"


def from_wire(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
