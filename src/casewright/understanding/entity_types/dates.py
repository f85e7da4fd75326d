"""Dates and stretches of time in words: "since yesterday morning", "zwischen Montag und Mittwoch", 昨日から."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from casewright.understanding.entity_types.day_forms import AFTER, BEFORE, DAY, WEEK
from casewright.understanding.entity_types.days import Named, find_named
from casewright.understanding.models import Entity, Period

TYPES: Final = frozenset({"date", "date_time", "date_range"})
DAY_FIRST: Final = frozenset({"de", "es", "fr", "pt", "it", "nl"})
"""Languages in which 3/4 is the third of April."""
MOST_CHARACTERS: Final = 4000

_ARTICLE = r"(?: (?:the|dem|den|der|el|la|las|le|les|o|a|os|as|au|du))?"
SINCE: Final = re.compile(
    rf"{BEFORE}(?:(?:ever )?since|seit(?:dem)?|ab|desde|depuis|à partir d[eu']|a partir d[eo]|starting|beginning){_ARTICLE} ?$",
    re.IGNORECASE,
)
AFTERWARDS: Final = re.compile(rf"{BEFORE}(?:after|nach|después de|après|depois de){_ARTICLE} ?$", re.IGNORECASE)
UNTIL: Final = re.compile(
    rf"{BEFORE}(?:until|till?|up to|by|through|bis(?: zum)?|hasta|jusqu['’](?:à|au|en)|jusqu['’]|até){_ARTICLE} ?$",
    re.IGNORECASE,
)
BEFOREHAND: Final = re.compile(rf"{BEFORE}(?:before|vor|antes de|avant){_ARTICLE} ?$", re.IGNORECASE)
BETWEEN: Final = re.compile(rf"{BEFORE}(?:between|zwischen|entre){_ARTICLE} ?$", re.IGNORECASE)
FROM: Final = re.compile(rf"{BEFORE}(?:from|vo[nm]|desde|del?|du|d[ao]){_ARTICLE} ?$", re.IGNORECASE)
AND: Final = re.compile(rf",? ?(?:and|und|y|et|e|と){_ARTICLE} ?", re.IGNORECASE)
TO: Final = re.compile(
    rf" ?(?:to|until|till|through|bis(?: zum)?|hasta|al?|au|à|até|-|–|—|~|〜|から){_ARTICLE} ?", re.IGNORECASE
)
SINCE_AFTER: Final = re.compile(rf"(?:以来|以降|から)|,? (?:on|onwards?|an){AFTER}")
UNTIL_AFTER: Final = re.compile("まで")
MOST_BEFORE: Final = 24
"""Characters before a day in which a word may say that something began or ended with it."""
CALENDAR_WORD: Final = re.compile(r"\d|[^\W\d_]{3}|[\u3040-\u30ff\u3400-\u9fff]")


def find_dates(text: str, now: datetime, language: str = "en") -> Iterator[Entity]:
    """`now`: in the customer's time zone. Types `date` (a day), `date_time` (a moment) and `date_range`."""
    if not CALENDAR_WORD.search(text):
        return
    text = text[:MOST_CHARACTERS]
    named = find_named(text, now, day_first=language in DAY_FIRST)
    joined: set[int] = set()
    for index, (one, other) in enumerate(pairwise(named)):
        if index not in joined and (between := _between(text, one, other, now)):
            joined |= {index, index + 1}
            yield between
    for index, one in enumerate(named):
        if index not in joined and (entity := _alone(text, one, now)):
            yield entity


def day_of(entity: Entity) -> str:
    """The day that a date, a moment or a range begins with, or, where it has no beginning, ends with: YYYY-MM-DD."""
    period = entity.details
    if not isinstance(period, Period):
        return entity.value
    if period.since is None and period.until is not None:
        return (period.until - timedelta(microseconds=1)).date().isoformat()
    return period.since.date().isoformat() if period.since else entity.value


def _between(text: str, one: Named, other: Named, now: datetime) -> Entity | None:
    """Of two days with the right words around them, all from the one to the other."""
    middle = text[one.span[1] : other.span[0]]
    before = (text, max(0, one.span[0] - MOST_BEFORE), one.span[0])
    opening = BETWEEN.search(*before) if AND.fullmatch(middle) else None
    if TO.fullmatch(middle):
        opening = BETWEEN.search(*before) or FROM.search(*before)
    elif opening is None:
        return None
    if not (one.day_known or other.day_known) and opening is None:
        return None
    one, other = _in_order(one, other)
    if one.since >= other.until and one.since != other.since:
        return None
    start = opening.start() if opening else one.span[0]
    end = other.span[1]
    if middle.strip() == "から" and (closing := UNTIL_AFTER.match(text, end)):
        end = closing.end()
    return _range((start, end), one.since, other.until)


def _in_order(one: Named, other: Named) -> tuple[Named, Named]:
    """A weekday and a time alone lie where the other end puts them."""
    if not one.day_known and other.day_known:
        one = _on_the_day_of(one, other)
    elif one.day_known and not other.day_known:
        other = _on_the_day_of(other, one)
    if one.since > other.since and one.weekday:
        return replace(one, since=one.since - WEEK, until=one.until - WEEK), other
    if one.since > other.since and other.weekday:
        return one, replace(other, since=other.since + WEEK, until=other.until + WEEK)
    return one, other


def _on_the_day_of(moment: Named, day: Named) -> Named:
    at = datetime.combine(day.since.date(), moment.since.timetz())
    return replace(moment, since=at, until=at)


def _alone(text: str, named: Named, now: datetime) -> Entity | None:
    start, end = named.span
    before = (text, max(0, start - MOST_BEFORE), start)
    if opening := SINCE.search(*before):
        return _range((opening.start(), end), named.since, None)
    if named.day_known and (closing := SINCE_AFTER.match(text, end)):
        opening = FROM.search(*before)
        return _range((opening.start() if opening else start, closing.end()), named.since, None)
    if opening := AFTERWARDS.search(*before):
        return _range((opening.start(), end), named.until, None)
    if opening := UNTIL.search(*before):
        ahead = replace(named, until=named.until + WEEK) if named.weekday and named.until <= now else named
        return _range((opening.start(), end), None, ahead.until)
    if closing := UNTIL_AFTER.match(text, end):
        return _range((start, closing.end()), None, named.until)
    if opening := BEFOREHAND.search(*before):
        return _range((opening.start(), end), None, named.since)
    if not named.day_known:
        return None
    if named.kind == "moment" or named.since == named.until:
        period = Period(since=named.since, until=named.since)
        return _entity("date_time", _moment(named.since), named.span, period)
    if named.kind == "day" and named.until - named.since == DAY:
        period = Period(since=named.since, until=named.until)
        return _entity("date", named.since.date().isoformat(), named.span, period)
    return _range(named.span, named.since, named.until)


def _range(span: tuple[int, int], since: datetime | None, until: datetime | None) -> Entity:
    """Whole days are written as the first and the last of them, anything else as moments; an open end as `..`
    (ISO 8601-2)."""
    whole = all(one is None or one.time() == datetime.min.time() for one in (since, until))
    first = ".." if since is None else since.date().isoformat() if whole else _moment(since)
    last = ".." if until is None else (until - DAY).date().isoformat() if whole else _moment(until)
    return _entity("date_range", f"{first}/{last}", span, Period(since=since, until=until))


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _entity(type_: str, value: str, span: tuple[int, int], period: Period) -> Entity:
    return Entity(type=type_, value=value, start=span[0], end=span[1], details=period)
