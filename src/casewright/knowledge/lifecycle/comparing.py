"""Two texts of an article side by side, line by line."""

from collections.abc import Iterator
from difflib import SequenceMatcher
from enum import StrEnum

from casewright.kit.model import Model


class LineState(StrEnum):
    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Line(Model):
    state: LineState
    text: str


def compare(before: str, after: str) -> tuple[Line, ...]:
    """All lines of both, in order; what was removed before what was added in its place."""
    return tuple(_lines(before.splitlines(), after.splitlines()))


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    for kind, start, end, new_start, new_end in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Line(state=LineState.SAME, text=text) for text in before[start:end])
        else:
            yield from (Line(state=LineState.REMOVED, text=text) for text in before[start:end])
            yield from (Line(state=LineState.ADDED, text=text) for text in after[new_start:new_end])
