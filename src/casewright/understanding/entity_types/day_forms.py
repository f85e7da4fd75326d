"""The forms in which days, weeks, months and moments are named, and the stretch of time that each stands for."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Final, Literal

from casewright.understanding.counts import folded
from casewright.understanding.entity_types.calendar_words import (
    AFTER_LAST,
    AFTER_NEXT,
    DAYS_FROM_TODAY,
    LAST,
    MONTHS,
    NEXT,
    NUMBER,
    NUMBERS,
    PARTS_OF_DAYS,
    THIS,
    UNITS,
    UNITS_IN_ONE_WORD,
    WEEKDAYS,
)

Stretch = tuple[datetime, datetime]
"""From the first up to, not including, the second, in the customer's time zone."""
Kind = Literal["moment", "part", "day", "longer"]

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)
SOON: Final = timedelta(days=60)
"""How far ahead a day without a year may lie: most that customers write of has been."""
_JAPANESE = "\u3040-\u30ff\u3400-\u9fff々"
# Japanese has no spaces: its letters end a word of other scripts, and its own words end where they end.
BEFORE: Final = rf"(?<![^\W{_JAPANESE}])(?<![.\-/])"
AFTER: Final = rf"(?![^\W{_JAPANESE}]|[.\-/:]\d)"


@dataclass(frozen=True)
class Form:
    """A way to name a stretch of time. `words`: as a regular expression. `stretch` gives None for what is no time after all, such as
    31 February. `hints`: of these texts in lower case one must occur, or the form, which is slow to look for, cannot."""

    words: str
    stretch: Callable[[re.Match[str], datetime, bool], Stretch | None]
    kind: Kind
    weekday: bool = False
    hints: tuple[str, ...] = ()

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Made when it is first looked for: all of them together take a quarter of a second."""
        return re.compile(self.words, re.IGNORECASE)


# --- building blocks --------------------------------------------------------------------------------------------------


def _alone(words: str) -> str:
    """Where they are not a part of other words or numbers."""
    return rf"{BEFORE}(?:{words}){AFTER}"


def midnight_of(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)


def _whole_day(day: date, now: datetime) -> Stretch:
    return midnight_of(day, now), midnight_of(day + DAY, now)


def choice(group: str, words: tuple[str, ...]) -> str:
    return "|".join(rf"(?P<{group}{index}>{one})" for index, one in enumerate(words))


def chosen(match: re.Match[str], group: str, count: int) -> int | None:
    groups = match.groupdict()
    return next((index for index in range(count) if groups.get(f"{group}{index}")), None)


def _number(word: str) -> int:
    return int(word) if word.isdecimal() else NUMBERS[folded(word)]


def _year(text: str | None, now: datetime, day: int, month: int) -> int:
    """Without one: the day is soon to come, else it was the last such."""
    if text:
        return int(text) + (2000 if len(text) == 2 else 0)
    soon = now.date() + SOON
    return soon.year if (month, day) <= (soon.month, soon.day) else soon.year - 1


def _month(day: date, by: int = 0) -> date:
    """The first of the month that lies `by` months from the day's."""
    months = day.year * 12 + day.month - 1 + by
    return date(months // 12, months % 12 + 1, 1)


def unit_around(unit: str, now: datetime, by: int = 0) -> Stretch:
    """The calendar's unit that lies `by` units from the one around `now`."""
    today = now.date()
    monday = today - timedelta(days=today.weekday())
    match unit:
        case "minute" | "hour":
            start = now.replace(minute=0 if unit == "hour" else now.minute, second=0, microsecond=0)
            size = timedelta(**{f"{unit}s": 1})
            return start + by * size, start + (by + 1) * size
        case "week":
            first, last = monday + by * WEEK, monday + (by + 1) * WEEK
        case "weekend":
            # Until it is over, the last one is the one before, also while it lasts.
            first, last = monday + by * WEEK + 5 * DAY, monday + (by + 1) * WEEK
        case "month":
            first, last = _month(today, by), _month(today, by + 1)
        case "quarter":
            quarter = _month(today, -((today.month - 1) % 3))
            first, last = _month(quarter, 3 * by), _month(quarter, 3 * by + 3)
        case "year":
            first, last = date(today.year + by, 1, 1), date(today.year + by + 1, 1, 1)
        case _:
            first, last = today + by * DAY, today + (by + 1) * DAY
    return midnight_of(first, now), midnight_of(last, now)


def shifted(unit: str, now: datetime, count: int) -> datetime:
    """`now` moved by so many units; by months the day of the month stays, where there is such a day."""
    match unit:
        case "minute":
            return now + timedelta(minutes=count)
        case "hour":
            return now + timedelta(hours=count)
        case "week":
            return now + count * WEEK
        case "month" | "quarter" | "year":
            first = _month(now.date(), count * {"month": 1, "quarter": 3, "year": 12}[unit])
            last = _month(first, 1) - DAY
            return datetime.combine(first.replace(day=min(now.day, last.day)), now.timetz())
        case _:
            return now + count * DAY


UNIT_NAMES: Final = tuple(UNITS)
_UNIT = "|".join(rf"(?P<unit{index}>{words})" for index, words in enumerate(UNITS.values()))


def unit_of(match: re.Match[str]) -> str:
    index = chosen(match, "unit", len(UNIT_NAMES))
    return UNIT_NAMES[index or 0]


# --- dates ------------------------------------------------------------------------------------------------------------


def _iso(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    return _whole_day(date.fromisoformat(match["iso"]), now)


def _timestamp(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    """One that names no zone is in the customer's."""
    moment = datetime.fromisoformat(match[0].replace(" ", "T"))
    moment = moment.replace(tzinfo=now.tzinfo) if moment.tzinfo is None else moment.astimezone(now.tzinfo)
    return moment, moment


def _dotted(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    day, month = int(match["day"]), int(match["month"])
    return _whole_day(date(_year(match["year"], now, day, month), month, day), now)


def _slashed(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    day, month = int(match["one"]), int(match["other"])
    if (not day_first and day <= 12) or month > 12:
        day, month = month, day
    return _whole_day(date(_year(match["year"], now, day, month), month, day), now)


def _of_month(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    month = (chosen(match, "month", 12) or 0) + 1
    day = int(match["day"])
    return _whole_day(date(_year(match["year"], now, day, month), month, day), now)


def _days_of_month(match: re.Match[str], now: datetime, day_first: bool) -> Stretch | None:
    month = (chosen(match, "month", 12) or 0) + 1
    first, last = int(match["first"]), int(match["last"])
    year = _year(match["year"], now, first, month)
    if first >= last:
        return None
    return midnight_of(date(year, month, first), now), midnight_of(date(year, month, last) + DAY, now)


def _japanese(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    day, month = int(match["day"]), int(match["month"])
    return _whole_day(date(_year(match["year"], now, day, month), month, day), now)


def _whole_month(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    month = (chosen(match, "month", 12) or 0) + 1
    first = date(_year(match["year"], now, 1, month), month, 1)
    return midnight_of(first, now), midnight_of(_month(first, 1), now)


# --- from now ---------------------------------------------------------------------------------------------------------

_FROM_TODAY = tuple(DAYS_FROM_TODAY)


def _from_today(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    return _whole_day(now.date() + _FROM_TODAY[chosen(match, "relative", len(_FROM_TODAY)) or 0] * DAY, now)


def _part_of_day(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    days, start, end, _ = PARTS_OF_DAYS[chosen(match, "part", len(PARTS_OF_DAYS)) or 0]
    midnight = midnight_of(now.date() + days * DAY, now)
    return midnight + timedelta(hours=start), midnight + timedelta(hours=end)


def _ago(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    return _moved(match, now, -1)


def _ahead(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    return _moved(match, now, 1)


def _moved(match: re.Match[str], now: datetime, sign: int) -> Stretch:
    unit = unit_of(match)
    moment = shifted(unit, now, sign * _number(match["count"]))
    return (moment, moment) if unit in ("minute", "hour") else _whole_day(moment.date(), now)


def _duration(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    """Up to now; whole days begin at midnight."""
    unit = unit_of(match)
    start = shifted(unit, now, -_number(match["count"]))
    return (start if unit in ("minute", "hour") else midnight_of(start.date(), now)), now


def _calendar_unit(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    groups = match.groupdict()
    by = -1 if groups.get("last") else 1 if groups.get("next") else 0
    unit = unit_of(match)
    is_running = unit == "weekend" and now.weekday() >= 5
    return unit_around(unit, now, by if by or unit != "weekend" or is_running or groups.get("this") else -1)


def _edge_of_unit(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    """The beginning or the end of a week, month or year: its first or last day."""
    since, until = _calendar_unit(match, now, day_first)
    return (since, since + DAY) if match["first"] else (until - DAY, until)


_ONE_WORD = tuple(UNITS_IN_ONE_WORD)


def _unit_in_one_word(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    unit, by = _ONE_WORD[chosen(match, "word", len(_ONE_WORD)) or 0]
    return unit_around(unit, now, by)


def _weekday(match: re.Match[str], now: datetime, day_first: bool) -> Stretch:
    """Without "next" or "this", the last one that was."""
    wanted = chosen(match, "weekday", 7) or 0
    today, groups = now.date(), match.groupdict()
    if groups.get("next"):
        return _whole_day(today + ((wanted - today.weekday() - 1) % 7 + 1) * DAY, now)
    if groups.get("this"):
        return _whole_day(today + (wanted - today.weekday()) * DAY, now)
    return _whole_day(today - ((today.weekday() - wanted - 1) % 7 + 1) * DAY, now)


# --- the forms ---

_MONTH = choice("month", MONTHS)
_YEAR = r"(?P<year>(?:19|20|21)\d\d)"
_OF = r"(?:,? ?(?:de |del |do )?" + _YEAR + ")?"
_NTH = r"(?:st|nd|rd|th|er|º|°|\.)?"
_WEEKDAY = choice("weekday", WEEKDAYS)


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


ANY_DIGIT: Final = tuple("0123456789")
OF_UNITS: Final = _words(
    "minut mins hour hrs stund hora heure day tag día dia jour week woche seman semain month monat mes mês mois quart trimest"
    " year jahr año ano ans année anné fim fin 日 分 時間 週 月 年 四半期"
)
OF_MONTHS: Final = _words(
    "jan jän ene feb fév fev mar mär mae apr abr avr may mai jun jui jul aug ago aoû aou sep set oct okt out nov dec dez dic déc"
)
OF_WEEKDAYS: Final = _words(
    "day tag mittwoch sonnabend lunes martes mi jueves viernes bado domingo undi ardi credi eudi endredi amedi imanche segunda"
    " terça quarta quinta sexta 曜"
)
ALL_HINTS: Final = (ANY_DIGIT, OF_UNITS, OF_MONTHS, OF_WEEKDAYS)
_RECENT = r"last|past|previous|letzten|vergangenen|vorigen|últimos|últimas|ultimos|ultimas|derniers?|dernières"

FORMS: Final = (
    Form(
        _alone(
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"
        ),
        _timestamp,
        "moment",
        hints=ANY_DIGIT,
    ),
    Form(_alone(r"(?P<iso>\d{4}-\d{2}-\d{2})"), _iso, "day", hints=ANY_DIGIT),
    Form(
        _alone(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4}|\d{2}(?!\d))?(?!\d|\.\d)"),
        _dotted,
        "day",
        hints=ANY_DIGIT,
    ),
    Form(_alone(r"(?P<one>\d{1,2})/(?P<other>\d{1,2})/(?P<year>\d{4}|\d{2})"), _slashed, "day", hints=ANY_DIGIT),
    Form(_alone(rf"(?P<day>\d{{1,2}}){_NTH} ?(?:of |de |do )?(?:{_MONTH}){_OF}"), _of_month, "day", hints=OF_MONTHS),
    Form(
        _alone(rf"(?:{_MONTH}) (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? {_YEAR})?"),
        _of_month,
        "day",
        hints=OF_MONTHS,
    ),
    Form(
        _alone(
            r"(?:(?:between|from|zwischen|vom|von|du|del|entre|de)(?: (?:the|dem|el|le|o))? )?"
            rf"(?P<first>\d{{1,2}}){_NTH} ?(?:-|–|to|and|bis(?: zum)?|und|au|al|et|y|a|e|à) ?"
            rf"(?P<last>\d{{1,2}}){_NTH} ?(?:of |de |do )?(?:{_MONTH}){_OF}"
        ),
        _days_of_month,
        "longer",
        hints=OF_MONTHS,
    ),
    Form(
        _alone(
            rf"(?:{_MONTH}) (?P<first>\d{{1,2}})(?:st|nd|rd|th)? ?(?:-|–|to|and|through) ?(?P<last>\d{{1,2}})(?:st|nd|rd|th)?"
            rf"(?:,? {_YEAR})?"
        ),
        _days_of_month,
        "longer",
        hints=OF_MONTHS,
    ),
    Form(_alone(r"(?:(?P<year>\d{4})年)?(?P<month>\d{1,2})月(?P<day>\d{1,2})日"), _japanese, "day", hints=ANY_DIGIT),
    Form(
        _alone(rf"(?:in|im|since|seit|until|bis|during|en|em|desde|depuis) (?P<whole>(?:{_MONTH}){_OF})"),
        _whole_month,
        "longer",
        hints=OF_MONTHS,
    ),
    Form(_alone(rf"(?:{_MONTH}) (?:de )?{_YEAR}"), _whole_month, "longer", hints=OF_MONTHS),
    Form(_alone(choice("relative", tuple(DAYS_FROM_TODAY.values()))), _from_today, "day"),
    Form(_alone(choice("part", tuple(one[3] for one in PARTS_OF_DAYS))), _part_of_day, "part"),
    Form(_alone(rf"(?P<count>{NUMBER}) ?(?:{_UNIT}) (?:ago|atrás)"), _ago, "day", hints=OF_UNITS),
    Form(
        _alone(rf"(?:vor|hace|il y a|há|faz) (?:etwa |about |cerca de )?(?P<count>{NUMBER}) (?:{_UNIT})"),
        _ago,
        "day",
        hints=OF_UNITS,
    ),
    Form(_alone(rf"(?P<count>{NUMBER})(?:{_UNIT})前"), _ago, "day", hints=OF_UNITS),
    Form(_alone(rf"(?:in|dans|en|em|within) (?P<count>{NUMBER}) (?:{_UNIT})"), _ahead, "day", hints=OF_UNITS),
    Form(_alone(rf"(?P<count>{NUMBER})(?:{_UNIT})後"), _ahead, "day", hints=OF_UNITS),
    Form(
        _alone(
            rf"(?:(?:in|for|over|during|within|en|nos|nas|au cours|durante) )?(?:the |den |die |los |las |os |as |des |de )?"
            rf"(?:{_RECENT}) (?P<count>{NUMBER}) (?:{_UNIT})"
        ),
        _duration,
        "longer",
        hints=OF_UNITS,
    ),
    Form(_alone(rf"ces (?P<count>{NUMBER}) (?:derniers|dernières) (?:{_UNIT})"), _duration, "longer", hints=OF_UNITS),
    Form(_alone(rf"過去(?P<count>{NUMBER})(?:{_UNIT})"), _duration, "longer", hints=OF_UNITS),
    Form(
        _alone(rf"(?:seit|desde hace|depuis|desde há) (?P<count>{NUMBER}) (?:{_UNIT})(?! atrás)"),
        _duration,
        "longer",
        hints=OF_UNITS,
    ),
    Form(
        _alone(rf"(?:(?P<last>{LAST})|(?P<this>{THIS})|(?P<next>{NEXT})) (?:{_UNIT})"),
        _calendar_unit,
        "longer",
        hints=OF_UNITS,
    ),
    Form(
        _alone(rf"(?:{_UNIT}) (?:(?P<last>{AFTER_LAST})|(?P<next>{AFTER_NEXT}))"),
        _calendar_unit,
        "longer",
        hints=OF_UNITS,
    ),
    Form(
        _alone(
            rf"(?:(?P<first>beginning|start|anfang|beginn|principios?|début|início)|end|ende|final(?:es)?|fin|fim) "
            rf"(?:(?:of|der|des|de|du|do|da|l[ae]|les|the) )*"
            rf"(?:(?:(?P<last>{LAST})|(?P<this>{THIS})|(?P<next>{NEXT})) )?(?:{_UNIT})"
        ),
        _edge_of_unit,
        "day",
        hints=OF_UNITS,
    ),
    Form(
        _alone(
            r"(?:over |on |at )?the weekend|(?:am |übers )wochenende|el fin de semana|le week-end|no fim de semana|週末"
        ),
        lambda match, now, day_first: unit_around("weekend", now, 0 if now.weekday() >= 5 else -1),
        "longer",
    ),
    Form(_alone(choice("word", tuple(UNITS_IN_ONE_WORD.values()))), _unit_in_one_word, "longer"),
    Form(
        _alone(
            rf"(?:(?:(?P<next>{NEXT})|(?P<this>{THIS})|(?P<last>{LAST})|on|am|el|le|na|no|el pasado|a) )?(?:{_WEEKDAY})"
            rf"(?: (?:{AFTER_LAST}))?"
        ),
        _weekday,
        "day",
        weekday=True,
        hints=OF_WEEKDAYS,
    ),
)
