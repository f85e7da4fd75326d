"""Days, parts of days, weeks, months and moments that words name, each as a stretch of the customer's time."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from casewright.understanding.entity_types.calendar_words import PARTS
from casewright.understanding.entity_types.day_forms import (
    AFTER,
    ALL_HINTS,
    ANY_DIGIT,
    BEFORE,
    DAY,
    FORMS,
    Form,
    Kind,
    Stretch,
    choice,
    chosen,
    midnight_of,
)

Span = tuple[int, int]
EARLIEST, LATEST = 1900, 2199


@dataclass(frozen=True, slots=True)
class Named:
    """What words name, and where they stand. `weekday`: which week it lies in is only guessed. `day_known`: not a time alone."""

    span: Span
    since: datetime
    until: datetime
    kind: Kind
    weekday: bool = False
    day_known: bool = True


def find_named(text: str, now: datetime, *, day_first: bool) -> list[Named]:
    """Without overlaps, in order. `now`: in the customer's time zone. `day_first`: how 3/4 is read."""
    found: list[Named] = []
    lowered = text.lower()
    possible = {hints for hints in ALL_HINTS if any(hint in lowered for hint in hints)}
    for form in FORMS:
        if form.hints and form.hints not in possible:
            continue
        for match in form.pattern.finditer(text):
            stretch = _safe(form, match, now, day_first)
            if stretch is not None:
                found.append(Named(match.span(), *stretch, kind=form.kind, weekday=form.weekday))
    days = _longest(_with_time(text, one) for one in _longest(found))
    times = _times_alone(text, now, [one.span for one in days]) if ANY_DIGIT in possible else ()
    return sorted([*days, *times], key=lambda one: one.span)


def _longest(found: Iterable[Named]) -> list[Named]:
    kept: list[Named] = []
    for one in sorted(found, key=lambda one: (one.span[0] - one.span[1], one.span[0])):
        if all(one.span[1] <= other.span[0] or one.span[0] >= other.span[1] for other in kept):
            kept.append(one)
    return kept


def _safe(form: Form, match: re.Match[str], now: datetime, day_first: bool) -> Stretch | None:
    try:
        stretch = form.stretch(match, now, day_first)
    except (LookupError, ValueError, OverflowError):
        return None
    if stretch is None or not (stretch[0].year >= EARLIEST and stretch[1].year <= LATEST):
        return None
    return stretch


# --- times of day -----------------------------------------------------------------------------------------------------

_CLOCK = (
    r"(?P<hour>[01]?\d|2[0-4])(?:(?:[:h時]|\.(?=\d\d ?uhr))(?P<minute>[0-5]\d)分?)?"
    r"(?: ?(?P<half>[ap])\.?m\b\.?| ?(?P<sign>uhr|o['’]clock|h(?:eures?)?\b|hs\b|horas?|時))?"
)
_AT = r"at |@ ?|um |gegen |around |about |à |vers |a las? |às |as "
PART_AFTER: Final = re.compile(
    r"(?:,? (?:in the |at |on the |during the |in der |am |a |por la |de la |en la |à la |dans la |le |da |de |à |pela )?|の?)"
    rf"(?:{choice('part', tuple(words for _, _, words in PARTS))}){AFTER}",
    re.IGNORECASE,
)
CLOCK_AFTER: Final = re.compile(rf"(?:,? |の)?(?P<at>{_AT})?{_CLOCK}{AFTER}", re.IGNORECASE)
CLOCK_BEFORE: Final = re.compile(rf"{BEFORE}(?P<at>{_AT})?{_CLOCK}(?:,? (?:on |am |de )?)$", re.IGNORECASE)
CLOCK_ALONE: Final = re.compile(rf"{BEFORE}(?P<at>{_AT})?{_CLOCK}{AFTER}", re.IGNORECASE)
MOST_BEFORE: Final = 24
"""Characters that a time may take before its day."""


def _with_time(text: str, named: Named) -> Named:
    """A day with the part of it or the time that stands beside it."""
    if named.kind not in ("day", "part") or named.until - named.since > DAY:
        return named
    start, end = named.span
    if named.kind == "day" and (part := PART_AFTER.match(text, end)):
        first, last, _ = PARTS[chosen(part, "part", len(PARTS)) or 0]
        since, until = named.since + timedelta(hours=first), named.since + timedelta(hours=last)
        named = replace(named, span=(start, part.end()), since=since, until=until, kind="part")
        start, end = named.span
    midnight = midnight_of(named.since.date(), named.since)
    if (clock := CLOCK_AFTER.match(text, end)) and (at := _time_of(clock)) is not None:
        return replace(named, span=(start, clock.end()), since=midnight + at, until=midnight + at, kind="moment")
    before = CLOCK_BEFORE.search(text, max(0, start - MOST_BEFORE), start)
    if before and (at := _time_of(before)) is not None:
        return replace(named, span=(before.start(), end), since=midnight + at, until=midnight + at, kind="moment")
    return named


def _times_alone(text: str, now: datetime, taken: list[Span]) -> Iterator[Named]:
    """Times of today that name no day."""
    midnight = midnight_of(now.date(), now)
    for clock in CLOCK_ALONE.finditer(text):
        start, end = clock.span()
        is_free = all(end <= first or start >= last for first, last in taken)
        if is_free and (clock["minute"] or clock["half"] or clock["sign"]) and (at := _time_of(clock)) is not None:
            yield Named((start, end), midnight + at, midnight + at, kind="moment", day_known=False)


def _time_of(clock: re.Match[str]) -> timedelta | None:
    """None for a bare number that nothing marks as a time."""
    if not (clock["at"] or clock["minute"] or clock["half"] or clock["sign"]):
        return None
    hour = int(clock["hour"])
    if clock["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if clock["half"].lower() == "p" else 0)
    return timedelta(hours=hour, minutes=int(clock["minute"] or 0)) if hour < 24 else None
