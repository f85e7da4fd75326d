"""Countries: where their people live, what they are called, and when nobody works."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import Any

from localorg.history.errors import HistoryError
from localorg.history.language import load_yaml

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class City:
    name: str
    state: str
    postal_code: str
    area: str
    zone: str


@dataclass(frozen=True, slots=True)
class NamePool:
    given: tuple[str, ...]
    family: tuple[str, ...]


@dataclass(frozen=True)
class CountryFacts:
    """`learner`: how many of its people find English hard, who write it as a foreign language."""

    code: str
    cities: tuple[City, ...]
    names: Mapping[str, float]
    phone: str
    suffixes: tuple[str, ...]
    holiday_rules: tuple[str, ...]
    clock: int
    british: bool
    learner: float
    formal: bool

    @cache  # noqa: B019 - the few countries live as long as the process
    def holidays(self, year: int) -> frozenset[date]:
        return frozenset(_holiday(rule, year) for rule in self.holiday_rules)

    def is_holiday(self, day: date) -> bool:
        return day in self.holidays(day.year)

    def __hash__(self) -> int:
        return hash(self.code)


def read_cities(lines: str) -> tuple[City, ...]:
    return tuple(City(*(part.strip() for part in line.split("|"))) for line in lines.splitlines() if line.strip())


@cache
def load_country(code: str) -> CountryFacts:
    """Raises HistoryError for one that is not known."""
    facts = _document("countries").get(code)
    if facts is None:
        raise HistoryError(f"the country {code!r} is not among data/countries.yaml")
    return CountryFacts(
        code=code,
        cities=read_cities(facts["cities"]),
        names=facts["names"],
        phone=facts["phone"],
        suffixes=tuple(facts["suffixes"].split("|")),
        holiday_rules=tuple(facts["holidays"].split()),
        clock=facts["clock"],
        british=facts.get("british", False),
        learner=facts.get("learner", 0.0),
        formal=facts.get("formal", False),
    )


@cache
def load_names(pool: str) -> NamePool:
    """Words of the file are names; an underscore in one stands for a space."""
    names = _document("names")[pool]
    given, family = ([name.replace("_", " ") for name in names[part].split()] for part in ("given", "family"))
    return NamePool(tuple(given), tuple(family))


@cache
def _document(name: str) -> dict[str, dict[str, Any]]:
    file = resources.files("localorg.history") / "data" / f"{name}.yaml"
    document: dict[str, dict[str, Any]] = load_yaml(file.read_text(encoding="utf-8"))
    return document


def easter(year: int) -> date:
    """Western Easter Sunday, by the anonymous Gregorian algorithm."""
    golden, century, rest = year % 19, *divmod(year, 100)
    leap, of_leap = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap - correction + 15) % 30
    quarter, remainder = divmod(rest, 4)
    to_sunday = (32 + 2 * of_leap + 2 * quarter - epact - remainder) % 7
    shift = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * shift + 114, 31)
    return date(year, month, day + 1)


def _holiday(rule: str, year: int) -> date:
    if rule.startswith("easter"):
        return easter(year) + timedelta(days=int(rule.removeprefix("easter")))
    if rule[:3] not in _DAYS:
        month, day = rule.split("-")
        return date(year, int(month), int(day))
    month = rule[-2:]
    weekday, which = _DAYS.index(rule[:3]), int(rule[3:-3])
    if which < 0:
        last = date(year, int(month) + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, int(month), 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1))
