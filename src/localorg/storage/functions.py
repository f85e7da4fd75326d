"""What the org's SQL needs beyond SQLite: SOQL's comparisons, and values shown as a user's locale has them."""

import sqlite3
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from localorg.clock import from_wire

_HIGHEST: Final = "\U0010ffff"


def register(connection: sqlite3.Connection) -> None:
    connection.create_collation("salesforce", _compare_without_case)
    connection.create_function("matches_like", 2, matches_like, deterministic=True)
    connection.create_function("includes_all", 2, _includes_all, deterministic=True)
    connection.create_function("in_zone", 2, _in_zone, deterministic=True)
    connection.create_function("formatted", 4, _formatted, deterministic=True)


def _compare_without_case(left: str, right: str) -> int:
    folded_left, folded_right = left.casefold(), right.casefold()
    return (folded_left > folded_right) - (folded_left < folded_right)


def matches_like(pattern: str, text: str | None) -> bool:
    """SOQL's LIKE: `%` any run, `_` any one character, after a backslash either is itself; case is ignored."""
    return text is not None and _matcher(pattern)(text.casefold())


def like_range(pattern: str) -> tuple[str, str] | None:
    """What matching texts lie between, from the first up to the second, so that an index finds them; None if anywhere."""
    prefix = ""
    for token in _like_tokens(pattern):
        if not isinstance(token, str):
            break
        prefix += token
    return (prefix, prefix + _HIGHEST) if prefix else None


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Callable[[str], bool]:
    """Most patterns have runs at their ends only; those need no matching character by character."""
    tokens = _like_tokens(pattern.casefold())
    begins, ends = bool(tokens) and tokens[0] is _ANY_RUN, bool(tokens) and tokens[-1] is _ANY_RUN
    inside = tokens[begins : len(tokens) - ends] if len(tokens) > 1 else []
    literal = "".join(token for token in inside if isinstance(token, str))
    if not inside or len(literal) != len(inside):
        return lambda text: _matches(tokens, text)
    match begins, ends:
        case True, True:
            return lambda text: literal in text
        case True, False:
            return lambda text: text.endswith(literal)
        case False, True:
            return lambda text: text.startswith(literal)
        case _:
            return lambda text: text == literal


_ANY_RUN, _ANY_ONE = object(), object()


def _like_tokens(pattern: str) -> list[object]:
    tokens: list[object] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            tokens.append(next(characters, "\\"))
        else:
            tokens.append({"%": _ANY_RUN, "_": _ANY_ONE}.get(character, character))
    return tokens


def _matches(tokens: list[object], text: str) -> bool:
    """Greedy with one point to return to: linear in practice, never exponential."""
    token = position = 0
    run_at, resume_at = -1, 0
    while position < len(text):
        if token < len(tokens) and tokens[token] is _ANY_RUN:
            run_at, resume_at = token, position
            token += 1
        elif token < len(tokens) and (tokens[token] is _ANY_ONE or tokens[token] == text[position]):
            token, position = token + 1, position + 1
        elif run_at >= 0:
            resume_at += 1
            token, position = run_at + 1, resume_at
        else:
            return False
    return all(rest is _ANY_RUN for rest in tokens[token:])


def _includes_all(wanted: str, chosen: str | None) -> bool:
    """True if each of `wanted` (separated by semicolons) is among the chosen values of a multi-select picklist."""
    return chosen is not None and set(wanted.casefold().split(";")) <= set(chosen.casefold().split(";"))


def _in_zone(moment: str | None, zone: str) -> str | None:
    """A moment of the wire as its clock shows it in the zone."""
    if moment is None:
        return None
    return from_wire(moment).astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")


class _Locale(NamedTuple):
    """`date` and `time` as strftime has them, without leading zeros where `-` says so."""

    date: str
    time: str
    thousands: str
    decimal: str


_LOCALES: Final = {
    "en_US": _Locale("{month}/{day}/{year}", "{hour12}:{minute:02} {half}", ",", "."),
    "en_GB": _Locale("{day:02}/{month:02}/{year}", "{hour:02}:{minute:02}", ",", "."),
    "de": _Locale("{day:02}.{month:02}.{year}", "{hour:02}:{minute:02}", ".", ","),
    "fr": _Locale("{day:02}/{month:02}/{year}", "{hour:02}:{minute:02}", "\u202f", ","),
    "es": _Locale("{day}/{month}/{year}", "{hour}:{minute:02}", ".", ","),
    "pt": _Locale("{day:02}/{month:02}/{year}", "{hour:02}:{minute:02}", ".", ","),
}


def _formatted(value: str | float | None, kind: str, locale: str, detail: str) -> str | float | None:
    """`detail` is the time zone of a datetime, else how many decimals a number has."""
    shown = _LOCALES.get(locale) or _LOCALES.get(locale.split("_", maxsplit=1)[0]) or _LOCALES["en_US"]
    match kind:
        case "number" if isinstance(value, (int, float)):
            text = f"{value:,.{int(detail)}f}"
            return text.translate(str.maketrans(",.", shown.thousands + shown.decimal))
        case "date" if isinstance(value, str):
            return _date(date.fromisoformat(value), shown)
        case "datetime" if isinstance(value, str):
            moment = from_wire(value).astimezone(ZoneInfo(detail))
            return f"{_date(moment, shown)} {_time(moment, shown)}"
        case _:
            return value


def _date(day: date, locale: _Locale) -> str:
    return locale.date.format(day=day.day, month=day.month, year=day.year)


def _time(moment: datetime, locale: _Locale) -> str:
    hour12, half = moment.hour % 12 or 12, "AM" if moment.hour < 12 else "PM"
    return locale.time.format(hour=moment.hour, hour12=hour12, minute=moment.minute, half=half)
