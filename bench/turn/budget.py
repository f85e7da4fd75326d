"""What an answer may cost, and what it does."""

from dataclasses import dataclass

from bench.turn.measuring import Measurement
from bench.turn.processes import ROLES
from bench.turn.stages import StageTotals


@dataclass(frozen=True, slots=True)
class Line:
    """CPU milliseconds an answer."""

    name: str
    most: float
    measured: float


def budget(run: Measurement) -> list[Line]:
    """Of a run with one client, since a stage's CPU is that of its whole thread. All that PostgreSQL does counts as writes: what
    it is asked for while an answer is looked up is a tenth of a millisecond of it."""

    def stage(name: str) -> float:
        return run.stages.get(name, StageTotals()).cpu_seconds * 1000 / run.turns

    process = {role: run.cpu_seconds.get(role, 0.0) * 1000 / run.turns for role in ROLES}
    total, writes = sum(process.values()), process["postgres"]
    lines = (
        ("encoder", 5.0, stage("encode")),
        ("rest of understanding", 3.0, stage("analyse") - stage("encode")),
        ("retrieval", 3.5, stage("retrieve")),
        ("engine and HTTP", 3.0, total - stage("analyse") - stage("retrieve") - writes),
        ("writes", 1.5, writes),
        ("all processes", 16.0, total),
    )
    return [Line(name, most, round(measured, 2)) for name, most, measured in lines]
