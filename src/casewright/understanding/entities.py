"""Typed values in a message, with their places and in one form: ids, codes, dates, amounts, names. The types are in
`entity_types`, one module a family."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from casewright.understanding import counts
from casewright.understanding.entity_types import dates
from casewright.understanding.entity_types.api_names import find_api_names
from casewright.understanding.entity_types.error_codes import find_error_codes, find_http_statuses, http_status
from casewright.understanding.entity_types.money import find_bare_amounts, find_money
from casewright.understanding.entity_types.names import find_names, find_priorities
from casewright.understanding.entity_types.records import DEFAULT_CASE_NUMBER, find_case_numbers, find_record_ids
from casewright.understanding.entity_types.versions import find_versions
from casewright.understanding.entity_types.web_addresses import find_web_addresses
from casewright.understanding.models import Entity, OwnNames

MOST_ENTITIES: Final = 100

TOKEN: Final = re.compile(r"\[[A-Z]+(?:_[A-Z]+)*_[0-9]+\]")
# Kinds of masked tokens that are values of a type that a slot may ask for.
TYPES_OF_TOKENS: Final = {"email": "email", "phone": "phone", "record_id": "record_id", "case_number": "case_number"}
WITHIN_ADDRESSES: Final = frozenset({"record_id", "org_id", "case_number"})
"""Types that count also inside a web address, as that of a record's page."""

NUMBER: Final = re.compile(r"(?<![\w.,-])-?\d+(?:[.,]\d+)?(?![\w]|[.,]\d)")
CODE: Final = re.compile(r"(?<![\w.,#-])(?P<first>\d{3})[ -]?(?P<second>\d{3})(?![\w]|[.,-]\d)")


def find_entities(
    text: str,
    tokens: Mapping[str, str],
    now: datetime,
    *,
    language: str = "en",
    names: OwnNames | None = None,
    known: Sequence[Entity] = (),
    case_number: re.Pattern[str] = DEFAULT_CASE_NUMBER,
) -> tuple[Entity, ...]:
    """Everything in `text` that is plainly a value, in order of place. Where two overlap, the longer stands, and of two of
    the same length the more specific. `tokens` as in `UnderstandingRequest`; `now` in the customer's time zone; `names`: of the
    tenant's products and editions; `known`: found already, these stand in any case; `case_number`: what the tenant's case
    numbers look like when nothing announces them."""
    own = names or OwnNames()
    finders: tuple[Callable[[], Iterator[Entity]], ...] = (
        lambda: find_record_ids(text),
        lambda: find_case_numbers(text, case_number),
        lambda: find_error_codes(text),
        lambda: find_api_names(text),
        lambda: find_web_addresses(text),
        lambda: find_http_statuses(text),
        lambda: find_money(text),
        lambda: find_versions(text),
        lambda: dates.find_dates(text, now, language),
        lambda: find_names(text, "product", own.products),
        lambda: find_names(text, "edition", own.editions),
        lambda: find_priorities(text),
    )
    candidates = [entity for find in finders for entity in find()]
    # Sorting keeps the order of what is equally long: the more specific first.
    candidates.sort(key=lambda entity: entity.start - entity.end)
    return _without_overlaps(text, [*known, *_tokens(text, tokens), *candidates])


def local_time(now: datetime, time_zone: str) -> datetime:
    """`now` in the time zone of this IANA name; in UTC where there is none of the name."""
    try:
        return now.astimezone(ZoneInfo(time_zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return now.astimezone(UTC)


def with_counts(text: str, entities: Sequence[Entity]) -> tuple[Entity, ...]:
    """The entities, and as `number` how many of something `text` says beside them. Apart, because in a conversation a number
    only counts where one is asked for."""
    return _without_overlaps(text, [*entities, *counts.find_counts(text)])


def find_awaited(text: str, type_: str) -> Iterator[Entity]:
    """Values that are only recognised because one of this type was asked for: a bare number, a code, an amount."""
    match type_:
        case "code":
            for found in CODE.finditer(text):
                yield _entity(type_, found["first"] + found["second"], found.span())
        case "money":
            yield from find_bare_amounts(text)
        case "number":
            said = list(counts.find_counts(text))
            yield from said
            # "3 days" is no count of things, but it is a number, and one was asked for.
            for found in () if said else NUMBER.finditer(text):
                yield _entity(type_, found[0].replace(",", "."), found.span())
        case "case_number":
            for found in re.finditer(r"(?<![\w.,-])[0-9]{3,10}(?![\w]|[.,]\d)", text):
                yield _entity(type_, found[0], found.span())
        case "http_status":
            for found in re.finditer(r"(?<![\w.,-])[1-5][0-9]{2}(?![\w]|[.,]\d)", text):
                yield http_status(found[0], found.span())


def values_of(entities: Sequence[Entity], type_: str) -> list[str]:
    """What a slot of this type takes of them, in order. A slot for a date takes the day that any time begins with."""
    if type_ == "date":
        return [dates.day_of(entity) for entity in entities if entity.type in dates.TYPES]
    return [entity.value for entity in entities if entity.type == type_]


def _tokens(text: str, tokens: Mapping[str, str]) -> Iterator[Entity]:
    for match in TOKEN.finditer(text):
        kind = tokens.get(match[0])
        if kind is not None and kind != "literal":
            yield _entity(TYPES_OF_TOKENS.get(kind, kind), match[0], match.span())


def _without_overlaps(text: str, candidates: Sequence[Entity]) -> tuple[Entity, ...]:
    """The earlier ones stand, in order of place, at most a hundred."""
    taken, addresses = bytearray(len(text)), bytearray(len(text))
    kept: list[Entity] = []
    for entity in candidates:
        place = slice(entity.start, entity.end)
        is_free = not any(taken[place]) and (entity.type in WITHIN_ADDRESSES or not any(addresses[place]))
        if is_free and len(kept) < MOST_ENTITIES:
            marked = addresses if entity.type == "url" else taken
            marked[place] = b"\x01" * (entity.end - entity.start)
            kept.append(entity)
    return tuple(sorted(kept, key=lambda entity: (entity.start, -entity.end)))


def _entity(type_: str, value: str, span: tuple[int, int]) -> Entity:
    return Entity(type=type_, value=value, start=span[0], end=span[1])
