"""Figures of a bench as tables and as JSON."""

import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from bench.turn.budget import Line, budget
from bench.turn.measuring import Measurement
from bench.turn.mix import TurnKind
from bench.turn.processes import ROLES

NOTE: Final = (
    "A stage's CPU is that of the server's main thread meanwhile: other turns' too with several clients, "
    "and not that of the encoder's own threads, which only the process `serve` shows."
)


def percentile(values: Sequence[float], percent: int) -> float:
    """By linear interpolation between the closest ranks; one value is every percentile of itself."""
    if len(values) == 1:
        return values[0]
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def as_json(measurements: Sequence[Measurement]) -> dict[str, Any]:
    machine = {"cpus": os.cpu_count(), "system": platform.system(), "python": platform.python_version()}
    return {"machine": machine, "runs": [_run_as_json(one) for one in measurements]}


def _run_as_json(run: Measurement) -> dict[str, Any]:
    everything = [seconds for times in run.seconds_by_kind.values() for seconds in times]
    kinds = {str(kind): _latency(times) for kind, times in run.seconds_by_kind.items() if times}
    return {
        "clients": run.clients,
        "answers_only": run.answers_only,
        "turns": run.turns,
        "seconds": round(run.seconds, 3),
        "turns_per_second": round(run.turns / run.seconds, 2),
        "latency_ms": {"all": _latency(everything), **kinds},
        "cpu_ms_per_turn": {role: round(cpu * 1000 / run.turns, 2) for role, cpu in run.cpu_seconds.items()},
        "memory_mb": {role: round(memory / 1e6, 1) for role, memory in run.memory_bytes.items()},
        "stages": {
            name: {
                "per_turn": round(stage.count / run.turns, 2),
                "wall_ms": round(stage.wall_seconds * 1000 / stage.count, 2),
                "cpu_ms_per_turn": round(stage.cpu_seconds * 1000 / run.turns, 2),
            }
            for name, stage in sorted(run.stages.items())
        },
        "budget": [asdict(line) for line in budget(run)] if run.answers_only else [],
    }


def _latency(seconds: Sequence[float]) -> dict[str, float]:
    return {
        "count": len(seconds),
        "p50": round(percentile(seconds, 50) * 1000, 1),
        "p99": round(percentile(seconds, 99) * 1000, 1),
    }


def print_tables(document: dict[str, Any], console: Console) -> None:
    """The same figures as `as_json` gives, a column a run."""
    runs = document["runs"]
    console.print(_table("Turns", runs, _turn_rows(runs)))
    console.print(_table("CPU ms a turn, by process", runs, _process_rows(runs, "cpu_ms_per_turn")))
    console.print(_table("Memory MB, by process", runs, _process_rows(runs, "memory_mb")))
    console.print(_table("Stages of the server: CPU ms a turn (wall ms each)", runs, _stage_rows(runs)))
    for run in runs:
        if run["budget"]:
            console.print(_budget_table([Line(**line) for line in run["budget"]]))
    console.print(NOTE, style="dim", highlight=False)


def _table(title: str, runs: Sequence[dict[str, Any]], rows: Sequence[tuple[str, list[str]]]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("")
    for run in runs:
        clients = f"{run['clients']} client{'' if run['clients'] == 1 else 's'}"
        table.add_column(f"answers, {clients}" if run["answers_only"] else clients, justify="right")
    for name, cells in rows:
        table.add_row(name, *cells)
    return table


def _budget_table(lines: Sequence[Line]) -> Table:
    table = Table(title="CPU ms of an answer", title_justify="left", title_style="bold", box=None, pad_edge=False)
    for heading in ("", "at most", "measured"):
        table.add_column(heading, justify="right" if heading else "left")
    for line in lines:
        style = "red" if line.measured > line.most else None
        table.add_row(line.name, f"{line.most:.1f}", f"{line.measured:.1f}", style=style)
    return table


def _turn_rows(runs: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    rows = [
        ("turns", [f"{run['turns']}" for run in runs]),
        ("turns a second", [f"{run['turns_per_second']:.1f}" for run in runs]),
    ]
    for kind in ("all", *TurnKind):
        latencies = [run["latency_ms"].get(kind) for run in runs]
        rows.append(
            (f"{kind}: p50 / p99 ms", [f"{one['p50']:.0f} / {one['p99']:.0f}" if one else "–" for one in latencies])
        )
    return rows


def _process_rows(runs: Sequence[dict[str, Any]], figure: str) -> list[tuple[str, list[str]]]:
    rows = [(role, [f"{run[figure].get(role, 0.0):.1f}" for run in runs]) for role in ROLES]
    totals = [sum(value for role, value in run[figure].items() if role in ROLES) for run in runs]
    client = [f"{run[figure].get('client', 0.0):.1f}" for run in runs]
    return [*rows, ("all of the stack", [f"{total:.1f}" for total in totals]), ("(the bench's clients)", client)]


def _stage_rows(runs: Sequence[dict[str, Any]]) -> list[tuple[str, list[str]]]:
    names = sorted({name for run in runs for name in run["stages"]})
    return [(name, [_stage_cell(run["stages"].get(name)) for run in runs]) for name in names]


def _stage_cell(stage: dict[str, float] | None) -> str:
    return f"{stage['cpu_ms_per_turn']:.2f} ({stage['wall_ms']:.1f})" if stage else "–"
