"""A replay as text for a terminal, and as a summary in one sentence."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from casewright.replaying.models import Difference, Replay, ReplayedTurn, Result

COLOURS = {
    Result.SAME: "green",
    Result.DIFFERENT: "yellow",
    Result.DIVERGED: "magenta",
    Result.FAILED: "red",
    Result.SKIPPED: "dim",
}
MARKS = {"-": "red", "+": "green"}


def summary(replay: Replay) -> str:
    """How many turns there were, and what became of them."""
    counts = ", ".join(f"{count} {result}" for result, count in replay.counts.items() if count)
    conversations = len({turn.conversation_id for turn in replay.turns})
    return (
        f"{len(replay.turns)} {_plural('turn', len(replay.turns))} of {conversations} "
        f"{_plural('conversation', conversations)} of {replay.company} on {replay.configuration}: {counts or 'none'}."
    )


def print_replay(replay: Replay, console: Console) -> None:
    """Every turn that is not the same, and the summary."""
    for turn in replay.turns:
        if turn.result is not Result.SAME:
            console.print(_turn(turn), soft_wrap=False)
    console.print(Text(summary(replay), style="bold"), soft_wrap=True)


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"


def _turn(turn: ReplayedTurn) -> RenderableType:
    heading = Text.assemble(
        (f"{turn.result}", COLOURS[turn.result]), f"  {turn.at:%Y-%m-%d %H:%M}  turn {turn.turn_id}", style="bold"
    )
    said = turn.customer or f"({turn.trigger.replace('_', ' ')})"
    lines: list[RenderableType] = [heading, Text(f"  {said[:200]}", style="italic")]
    if turn.reason:
        lines.append(Text(f"  {turn.reason}", style=COLOURS[turn.result]))
    lines += [line for one in turn.differences for line in _difference(one)]
    return Group(*lines, Text(""))


def _difference(difference: Difference) -> Iterator[RenderableType]:
    yield Text(f"  {difference.aspect}", style="bold")
    for mark, line in aligned(difference.recorded, difference.replayed):
        if mark != " ":
            yield Padding(Text(f"{mark} {line}", style=MARKS[mark]), (0, 0, 0, 4))


def aligned(recorded: tuple[str, ...], replayed: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Lines that only one side has, marked `-` and `+`, and those that both have, marked with a space; in order."""
    for kind, start, end, other, until in SequenceMatcher(None, recorded, replayed, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from ((" ", line) for line in recorded[start:end])
        else:
            yield from (("-", line) for line in recorded[start:end])
            yield from (("+", line) for line in replayed[other:until])
