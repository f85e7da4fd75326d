"""Figures of scale as tables."""

import statistics
from collections.abc import Sequence
from typing import Final

from rich.table import Table

from bench.scale.connections import Held
from bench.scale.soak import Sample, Soaked
from bench.scale.stored import Size
from bench.turn.processes import ROLES
from bench.turn.reporting import percentile

MEGABYTE: Final = 1e6
SETTLED_SECONDS: Final = 60.0
"""Of a soak: what is taken up in the first minute is taken up once."""


def of_connections(held: Held) -> Table:
    table = _table(f"{held.streams} open conversations, {held.rate:g} messages a second", "")
    table.add_row("server before, MB", _megabytes(held.server_before))
    table.add_row("server with streams, MB", _megabytes(held.server_with_streams))
    table.add_row("server after the messages, MB", _megabytes(held.server_after))
    table.add_row("KB a stream", f"{(held.server_with_streams - held.server_before) / held.streams / 1000:.1f}")
    for percent in (50, 95, 99):
        table.add_row(f"reply heard, p{percent} ms", f"{percentile(held.seconds, percent) * 1000:.0f}")
    return table


def of_sizes(sizes: Sequence[Size], database_bytes: int) -> Table:
    table = _table("What is stored", "rows", "MB", "indexes MB")
    for size in sizes:
        table.add_row(size.table, f"{size.rows:,}", _megabytes(size.bytes), _megabytes(size.index_bytes))
    table.add_row("the whole database", "", _megabytes(database_bytes), "")
    return table


def of_past(empty: Sequence[dict[str, float]], full: Sequence[dict[str, float]]) -> Table:
    """Medians of all rounds."""
    table = _table("CPU ms a turn", "empty", "with a past", "difference")
    for role in (*ROLES, "all"):
        without, with_past = _median(empty, role), _median(full, role)
        difference = f"{(with_past / without - 1) * 100:+.0f} %" if without else "–"
        table.add_row(role, f"{without * 1000:.1f}", f"{with_past * 1000:.1f}", difference)
    return table


def _median(rounds: Sequence[dict[str, float]], role: str) -> float:
    return statistics.median(sum(one.values()) if role == "all" else one[role] for one in rounds)


def of_soak(soaked: Soaked) -> Table:
    """From after the first minute to the end."""
    begin = next((one for seconds, one in soaked.samples if seconds >= SETTLED_SECONDS), soaked.samples[0][1])
    end = soaked.samples[-1][1]
    title = (
        f"{soaked.seconds / 60:g} minutes, {soaked.turns} turns: {soaked.turns / soaked.seconds:.1f} a second, "
        f"of {soaked.turns_per_second_at_most:.1f} at most"
    )
    table = _table(title, "memory MB", "connections", "file handles", "threads")
    for role in ROLES:
        if role in begin and role in end:
            table.add_row(role, *_from_to(begin[role], end[role]))
    return table


def _from_to(begin: Sample, end: Sample) -> list[str]:
    return [
        f"{_megabytes(begin.memory_bytes)} → {_megabytes(end.memory_bytes)}",
        f"{begin.connections} → {end.connections}",
        f"{begin.files} → {end.files}",
        f"{begin.threads} → {end.threads}",
    ]


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _megabytes(count: int) -> str:
    return f"{count / MEGABYTE:.1f}"
