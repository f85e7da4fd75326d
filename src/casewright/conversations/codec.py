"""Events and rows: what is personal is cut out and sealed, the rest is readable."""

from collections.abc import Callable
from typing import Any

import orjson

from casewright.conversations.errors import EventUnreadable
from casewright.conversations.models import EVENT_KINDS, Event
from casewright.kit.model import private_fields

ERASED = "[erased]"

_PRIVATE = {kind: private_fields(event) for kind, event in EVENT_KINDS.items()}

Fields = dict[str, Any]


def _without_arguments(fields: Fields) -> Fields:
    """What a READ was asked was not recorded."""
    return {**fields, "arguments": None}


UPCASTERS: dict[tuple[str, int], Callable[[Fields], Fields]] = {("action_finished", 1): _without_arguments}
"""`(kind, version)` → a function from the old shape's fields to the next version's."""


def split(event: Event) -> tuple[dict[str, Any], bytes | None]:
    """An event's open fields, and the bytes to be sealed (None where it has no private field)."""
    values = event.model_dump(mode="json")
    private = {name: values.pop(name) for name in _PRIVATE[event.kind]}
    return values, orjson.dumps(private) if private else None


def join(kind: str, version: int, data: dict[str, Any], private: bytes | None) -> Event:
    """The event of a row. Where its private part can no longer be opened, empty values stand for it.

    Of a newer version, what this program knows is read. Raises `EventUnreadable` for a kind it does not know."""
    event = EVENT_KINDS.get(kind)
    if event is None:
        raise EventUnreadable(f"The log holds an event of the unknown kind {kind!r}: a newer version wrote it.")
    values = {**data, **(orjson.loads(private) if private else {})}
    while version < event.version:
        values = UPCASTERS[kind, version](values)
        version += 1
    if version > event.version:
        values = {name: value for name, value in values.items() if name in event.model_fields}
    if private is None and _PRIVATE[kind]:
        return event.model_construct(**{**_blank(event), **values})
    return event.model_validate(values)


def _blank(event: type[Event]) -> dict[str, Any]:
    blanks: dict[type, Any] = {str: ERASED, dict: {}, tuple: ()}
    found = {}
    for name in private_fields(event):
        annotation = event.model_fields[name].annotation
        origin = getattr(annotation, "__origin__", annotation)
        if origin in blanks:
            found[name] = blanks[origin]
        elif isinstance(annotation, type):
            found[name] = annotation.model_construct()
    return found
