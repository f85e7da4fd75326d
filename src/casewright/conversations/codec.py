"""Events and rows: what is personal is cut out and sealed, the rest is readable.

Of an event only what differs from the defaults is stored, so that a server of the version before, which knows nothing of a
newer field, reads it too as long as the field says nothing. A default is therefore part of a kind's shape.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import orjson
from pydantic import ValidationError

from casewright.conversations.errors import EventUnreadable
from casewright.conversations.models import EVENT_KINDS, ActionFinished, Event, Trigger
from casewright.kit.model import Model, private_fields

ERASED = "[erased]"

_PRIVATE = {kind: private_fields(event) for kind, event in EVENT_KINDS.items()}

_ARGUMENTS = "$arguments"

Fields = dict[str, Any]
Read = TypeVar("Read", bound=Model)

UPCASTERS: dict[tuple[str, int], Callable[[Fields], Fields]] = {}
"""`(kind, version)` → a function from the old shape's fields to the next version's."""


def split(event: Event) -> tuple[Fields, bytes | None]:
    """An event's open fields, and the bytes to be sealed (None where it has no private field)."""
    values = event.model_dump(mode="json", exclude_defaults=True)
    if isinstance(event, ActionFinished):
        _put_arguments_away(values)
    private = {name: values.pop(name) for name in _PRIVATE[event.kind] if name in values}
    return values, orjson.dumps(private) if _PRIVATE[event.kind] else None


def join(kind: str, version: int, data: Fields, private: bytes | None) -> Event:
    """The event of a row. Where its private part can no longer be opened, empty values stand for it.

    Fields that this program does not know, at any depth, a newer version wrote: they are passed over. Raises `EventUnreadable`
    for a kind it does not know, or a value it cannot pass over."""
    event = EVENT_KINDS.get(kind)
    if event is None:
        raise EventUnreadable(f"The log holds an event of the unknown kind {kind!r}: a newer version wrote it.")
    values = {**data, **(orjson.loads(private) if private else {})}
    while version < event.version:
        values = UPCASTERS[kind, version](values)
        version += 1
    if event is ActionFinished:
        _take_arguments_out(values)
    if private is None and _PRIVATE[kind]:
        return event.model_construct(**{**_blank(event), **values})
    return _read(event, values, kind)


def trigger(values: Fields) -> Trigger:
    """Raises `EventUnreadable` for a kind that this program does not know."""
    return _read(Trigger, values, "trigger")


def _read(model: type[Read], values: Fields, what: str) -> Read:
    try:
        return model.model_validate(values, extra="ignore")
    except ValidationError as error:
        where = ".".join(str(step) for step in error.errors(include_input=False)[0]["loc"])
        problem = f"The log holds a {what!r} whose {where!r} this version cannot read: a newer version wrote it."
        raise EventUnreadable(problem) from None


def _put_arguments_away(values: Fields) -> None:
    """What a READ was asked stands among what it gave: servers of the version before refuse a field of its own."""
    arguments = values.pop("arguments", None)
    if arguments is not None:
        values["values"] = {**values["values"], _ARGUMENTS: orjson.dumps(arguments).decode()}


def _take_arguments_out(values: Fields) -> None:
    given = dict(values.get("values", {}))
    if _ARGUMENTS in given:
        values |= {"arguments": orjson.loads(given.pop(_ARGUMENTS)), "values": given}


def _blank(event: type[Event]) -> Fields:
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
