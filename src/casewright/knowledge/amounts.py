"""Numbers, dates and times in a sentence, with what they count, in units that can be compared. English and German."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from casewright.knowledge.conflicts.opposites import stem

Limit = Literal["", "least", "most"]

LONGEST_BOUND: Final = 16
"""Characters before a number."""


@dataclass(frozen=True, slots=True)
class Amount:
    """`unit`: what is counted ("minute", "month", "byte", "date", or a stem such as "charact"). `start`, `end`: where it stands. `bound`: how
    it limits what is said, more finely than `limit`: "within", "after", "more than" …; "" if it does not."""

    value: float
    unit: str
    limit: Limit
    start: int
    end: int
    bound: str = ""

    @property
    def measure(self) -> str:
        """`unit` if it is one that everybody counts in, else ""."""
        return self.unit if self.unit in _MEASURES else ""


def _words(text: str) -> dict[str, float]:
    return {word: float(value) for value, some in enumerate(text.split(), 1) for word in some.split("|") if word != "-"}


_NUMBERS: Final = _words(
    "one|once|einmal two|twice|zwei|zweimal|both three|thrice|drei|dreimal four|vier five|fünf six|sechs seven|sieben "
    "eight|acht nine|neun ten|zehn eleven|elf twelve|zwölf thirteen|dreizehn fourteen|vierzehn fifteen|fünfzehn "
    "sixteen|sechzehn seventeen|siebzehn eighteen|achtzehn nineteen|neunzehn twenty|zwanzig"
) | {"thirty": 30.0, "dreißig": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "ninety": 90.0, "hundred": 100.0}
_UNITS: Final[Mapping[str, tuple[str, float]]] = {
    word: (unit, factor)
    for unit, factor, some in (
        ("minute", 1 / 60, "second seconds sekunde sekunden"),
        ("minute", 1, "minute minutes min minuten"),
        ("minute", 60, "hour hours h stunde stunden"),
        ("minute", 1440, "day days tag tage tagen"),
        ("minute", 10080, "week weeks woche wochen fortnight"),
        ("month", 1, "month months monat monate monaten"),
        ("month", 3, "quarter quarters quartal quartale"),
        ("month", 12, "year years jahr jahre jahren"),
        ("working day", 1, "workday workdays werktag werktage werktagen arbeitstag arbeitstage arbeitstagen"),
        ("percent", 1, "% percent prozent"),
        ("euro", 1, "€ eur euro euros"),
        ("dollar", 1, "$ usd dollar dollars"),
        ("byte", 1e3, "kb kilobyte kilobytes"),
        ("byte", 1e6, "mb megabyte megabytes"),
        ("byte", 1e9, "gb gigabyte gigabytes"),
        ("byte", 1e12, "tb terabyte terabytes"),
    )
    for word in some.split()
}
_MULTIPLES: Final = {
    "thousand": 1e3,
    "tausend": 1e3,
    "million": 1e6,
    "millionen": 1e6,
    "billion": 1e9,
    "milliarden": 1e9,
}
_MONTHS: Final = {
    word: number
    for number, some in enumerate(
        [
            "january|januar",
            "february|februar",
            "march|märz",
            "april",
            "may|mai",
            "june|juni",
            "july|juli",
            "august",
            "september",
            "october|oktober",
            "november",
            "december|dezember",
        ],
        1,
    )
    for word in some.split("|")
}
_WEEKDAYS: Final = {
    word: number
    for number, some in enumerate(
        [
            "monday|montag",
            "tuesday|dienstag",
            "wednesday|mittwoch",
            "thursday|donnerstag",
            "friday|freitag",
            "saturday|samstag",
            "sunday|sonntag",
        ],
        1,
    )
    for word in some.split("|")
}
_LIMITS: Final[Mapping[str, Limit]] = {
    "at least": "least",
    "minimum of": "least",
    "no less than": "least",
    "not less than": "least",
    "more than": "least",
    "mindestens": "least",
    "at most": "most",
    "up to": "most",
    "maximum of": "most",
    "no more than": "most",
    "not more than": "most",
    "within": "most",
    "less than": "most",
    "fewer than": "most",
    "höchstens": "most",
    "bis zu": "most",
    "maximal": "most",
    "innerhalb von": "most",
}
_BOUNDS: Final[Mapping[str, str]] = {
    word: bound
    for bound, some in (
        ("least", "at least|minimum of|no less than|not less than|mindestens|wenigstens"),
        ("most", "at most|up to|maximum of|no more than|not more than|höchstens|bis zu|maximal"),
        ("above", "more than|above|over|mehr als|über"),
        ("below", "less than|fewer than|below|under|weniger als|unter"),
        ("within", "within|in less than|innerhalb von|binnen"),
        ("after", "after|nach"),
        ("before", "before|vor"),
        ("every", "every|alle"),
    )
    for word in some.split("|")
}
_BOUND: Final = re.compile(rf"\b({'|'.join(sorted(_BOUNDS, key=len, reverse=True))})\s*$")
_MEASURES: Final = frozenset({unit for unit, _ in _UNITS.values()} | {"date", "time of day", "weekday"})
_LABELS: Final = frozenset(
    [
        "priority",
        "error",
        "version",
        "level",
        "step",
        "code",
        "status",
        "api",
        "http",
        "tier",
        "phase",
        "section",
        "stage",
        "grade",
        "p",
        "priorität",
        "fehler",
        "stufe",
        "schritt",
        "fehlercode",
        "v",
        "type",
        "typ",
    ]
)
"""A number after one of these is a name: priority 1 and priority 2 are two things, not a disagreement."""
CALENDAR: Final = frozenset({*_MONTHS, *_WEEKDAYS}) - {"may", "mai"}
"""Words that date something."""
_MONTH: Final = "|".join(
    rf"{month}(?! (?:be|not|have|only|also)\b)" for month in sorted(_MONTHS, key=len, reverse=True)
)
_DAY: Final = r"0?[1-9]|[12]\d|3[01]"
_DATE: Final = re.compile(
    rf"\b(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)\b|\b(?P<day2>{_DAY})(?:st|nd|rd|th|\.)?\s(?P<month2>{_MONTH})\b"
    rf"|\b(?P<month3>{_MONTH})\s(?P<day3>{_DAY})(?:st|nd|rd|th)?\b"
)
_CLOCK: Final = re.compile(
    r"\b(?P<hour>\d{1,2}):(?P<minute>\d\d)\b|\b(?P<hour2>\d{1,2})\s?(?P<half>am|pm|a\.m\.|p\.m\.|uhr)"
)
_NUMBER: Final = re.compile(
    rf"(?:\b(?P<limit>{'|'.join(sorted(_LIMITS, key=len, reverse=True))})\s+)?(?P<money>[$€])?"
    rf"(?<![\w.])(?P<number>\d{{1,3}}(?:[.,\u202f ]\d{{3}})+(?!\d)|\d+(?:[.,]\d+)?|\b(?:{'|'.join(_NUMBERS)})\b)"
    rf"(?:\s(?P<multiple>{'|'.join(_MULTIPLES)})\b)?(?:[\s\u00a0-]*(?P<unit>%|€|\$|[^\W\d_]+)(?:\s(?P<second>[^\W\d_]+))?)?"
)
_NAMED_DAY: Final = re.compile(rf"\b(?P<day>{'|'.join(_WEEKDAYS)})(?:s|en)?\b")
_WEAK: Final = frozenset(["one", "einmal", "both"])
"""Rarely said to count."""


def find_amounts(text: str, *, also_once: bool = False) -> tuple[Amount, ...]:
    """All of them, in order. Numbers that name something ("priority 1") are not among them: see `find_labels`. `also_once`: "einmal"
    and "one week" count too."""
    lower = text.casefold()
    taken = [False] * len(lower)
    found: list[Amount] = []
    for amount in (*_dates(lower), *_clock_times(lower), *_weekdays(lower), *_counts(lower, also_once)):
        if not any(taken[amount.start : amount.end]):
            taken[amount.start : amount.end] = [True] * (amount.end - amount.start)
            found.append(amount)
    return tuple(sorted(found, key=lambda amount: amount.start))


def find_labels(text: str) -> frozenset[str]:
    """Numbers that are part of a name, such as "priority 1", and codes such as "E203"."""
    lower = text.casefold()
    named = (f"{word} {number}" for word, number in re.findall(r"\b([^\W\d_]+) (\d+)\b", lower) if word in _LABELS)
    return frozenset(named) | frozenset(re.findall(r"\b[^\W\d_]+-?\d+\w*\b", lower))


def _dates(lower: str) -> Iterator[Amount]:
    for match in _DATE.finditer(lower):
        month = int(match["month"]) if match["month"] else _MONTHS[match["month2"] or match["month3"]]
        day = int(match["day"] or match["day2"] or match["day3"])
        # The year of 2026-11-22 counts by itself, as that of 22 November 2026 does.
        start = match.start("month") if match["month"] else match.start()
        yield Amount(100.0 * month + day, "date", "", start, match.end())


def _clock_times(lower: str) -> Iterator[Amount]:
    for match in _CLOCK.finditer(lower):
        hour = int(match["hour"] or match["hour2"])
        if (match["half"] or "").startswith("p") and hour < 12:
            hour += 12
        yield Amount(60.0 * hour + int(match["minute"] or 0), "time of day", "", *match.span())


def _weekdays(lower: str) -> Iterator[Amount]:
    for match in _NAMED_DAY.finditer(lower):
        yield Amount(float(_WEEKDAYS[match["day"]]), "weekday", "", *match.span())


def _counts(lower: str, also_once: bool) -> Iterator[Amount]:
    for match in _NUMBER.finditer(lower):
        before = re.search(r"([^\W\d_]+)\s$", lower[: match.start("number")])
        unit, factor = _unit(match)
        counts = match["number"] not in _WEAK or (also_once and (match["number"] == "einmal" or unit in _MEASURES))
        if not counts or (before and before[1] in _LABELS):
            continue
        value = _value(match["number"]) * _MULTIPLES.get(match["multiple"] or "", 1.0) * factor
        limit = _LIMITS.get(match["limit"] or "", "")
        bound = _BOUND.search(lower[max(0, match.start("number") - LONGEST_BOUND) : match.start("number")].rstrip("$€"))
        said = _BOUNDS[bound[1]] if bound else ""
        yield Amount(round(value, 6), unit, limit, match.start(), match.end("number"), said)


def _unit(match: re.Match[str]) -> tuple[str, float]:
    words = [word for word in (match["money"], match["unit"], match["second"]) if word]
    if len(words) > 1 and words[0] in ("business", "working") and words[1].startswith("day"):
        return "working day", 1.0
    for word in words:
        if word in _UNITS:
            return _UNITS[word]
    return (stem(words[0]) if words else ""), 1.0


def _value(number: str) -> float:
    if number in _NUMBERS:
        return _NUMBERS[number]
    if re.fullmatch(r"\d{1,3}(?:[.,\u202f ]\d{3})+", number):
        return float(re.sub(r"\D", "", number))
    return float(number.replace(",", "."))
