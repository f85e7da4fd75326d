"""A replay as one HTML page."""

from collections.abc import Iterator
from html import escape
from importlib.resources import files

from casewright.kit.page import document
from casewright.replaying.models import Difference, Replay, ReplayedTurn, Result
from casewright.replaying.reporting import aligned, summary

CHANGES = {"-": "del", "+": "ins", " ": "span"}


def page(replay: Replay) -> str:
    style = files("casewright.replaying").joinpath("page.css").read_text(encoding="utf8")
    unequal = [turn for turn in replay.turns if turn.result is not Result.SAME]
    body = "\n".join(
        (
            f"<h1>Replay of {escape(replay.company)}</h1>",
            f"<p>{escape(summary(replay))}</p>",
            f'<ul class="counts">{"".join(_counts(replay))}</ul>',
            *map(_turn, unequal),
            *_same([turn for turn in replay.turns if turn.result is Result.SAME]),
        )
    )
    return document(f"Replay of {replay.company}", body, style)


def _counts(replay: Replay) -> Iterator[str]:
    for result, count in replay.counts.items():
        if count:
            yield f'<li class="{result}"><b>{count}</b> {result}</li>'


def _turn(turn: ReplayedTurn) -> str:
    said = turn.customer or f"({turn.trigger.replace('_', ' ')})"
    return "\n".join(
        (
            f'<article id="turn-{turn.turn_id}">',
            f'<header><b class="{turn.result}">{turn.result}</b> <time>{turn.at:%Y-%m-%d %H:%M}</time>',
            f"<small>turn {turn.turn_id}, conversation {turn.conversation_id}</small></header>",
            f"<blockquote>{escape(said)}</blockquote>",
            *([f"<p>{escape(turn.reason)}</p>"] if turn.reason else []),
            *map(_difference, turn.differences),
            "</article>",
        )
    )


def _difference(difference: Difference) -> str:
    lines = "".join(
        f"<{CHANGES[mark]}>{escape(line)}</{CHANGES[mark]}>"
        for mark, line in aligned(difference.recorded, difference.replayed)
    )
    return f'<section><h2>{difference.aspect}</h2><div class="lines">{lines}</div></section>'


def _same(turns: list[ReplayedTurn]) -> Iterator[str]:
    if turns:
        lines = "".join(
            f"<li><time>{turn.at:%Y-%m-%d %H:%M}</time> {escape((turn.customer or turn.trigger)[:120])}</li>"
            for turn in turns
        )
        yield f"<details><summary>{len(turns)} the same</summary><ul>{lines}</ul></details>"
