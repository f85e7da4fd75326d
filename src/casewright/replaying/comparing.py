"""Two runs of a turn, side by side."""

from collections.abc import Collection, Iterator, Sequence

from casewright.conversations.models import (
    ActionFinished,
    ActionRequested,
    Event,
    Part,
    PartSent,
    ReplySent,
    Source,
)
from casewright.explaining import command_in_words
from casewright.procedures.models import Scalar
from casewright.replaying.models import Aspect, Difference, Observed
from casewright.replaying.recordings import TELL_THE_STORY
from casewright.understanding.models import Clarify, Command


def observed(events: Sequence[Event], commands: Sequence[Command | Clarify], untold: Collection[str] = ()) -> Observed:
    """What a turn's events show of it, personal data restored. `untold`: actions of which the arguments are left out."""
    reply = next((one for one in events if isinstance(one, ReplySent)), None)
    parts = reply.parts if reply else tuple(one.part for one in events if isinstance(one, PartSent))
    buttons = [f"[{one.label}]" for one in reply.quick_replies] if reply else []
    return Observed(
        commands=tuple(map(command_in_words, commands)),
        sources=tuple(_sources(parts)),
        words=(*(part.text for part in parts), *buttons),
        actions=tuple(_actions(events, untold)),
    )


def untold(recorded: Sequence[Event]) -> frozenset[str]:
    """Actions whose arguments were not recorded, or tell all that was said, so that they cannot be compared."""
    asked = _arguments(recorded)
    finished = (one for one in recorded if isinstance(one, ActionFinished))
    return frozenset(one.action for one in finished if asked[one.action_id] is None) | {*TELL_THE_STORY}


def differences(recorded: Observed, replayed: Observed) -> tuple[Difference, ...]:
    pairs = ((aspect, getattr(recorded, aspect), getattr(replayed, aspect)) for aspect in Aspect)
    return tuple(
        Difference(aspect=aspect, recorded=before, replayed=after) for aspect, before, after in pairs if before != after
    )


def _sources(parts: Sequence[Part]) -> Iterator[str]:
    return iter(dict.fromkeys(_source(source) for part in parts for source in part.sources))


def _source(source: Source) -> str:
    version = f", version {source.version}" if source.version else ""
    section = f" › {source.section}" if source.section else ""
    return f"{source.type} {source.title or source.id}{section}{version}"


def _actions(events: Sequence[Event], untold: Collection[str]) -> Iterator[str]:
    asked = _arguments(events)
    for event in events:
        if isinstance(event, ActionFinished):
            arguments = None if event.action in untold else asked[event.action_id]
            yield f"{event.action}{_in_words(arguments)}: {event.status}, {event.code}"


def _arguments(events: Sequence[Event]) -> dict[str, dict[str, Scalar] | None]:
    """By the action's id: of a WRITE from its request, of a READ from its end."""
    told = {one.action_id: one.arguments for one in events if isinstance(one, ActionFinished)}
    return told | {one.action_id: one.arguments for one in events if isinstance(one, ActionRequested)}


def _in_words(arguments: dict[str, Scalar] | None) -> str:
    return f" ({', '.join(f'{name} {value}' for name, value in sorted(arguments.items()))})" if arguments else ""
