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
    """Of a run with one client, since a stage's CPU is that of its whole thread. PostgreSQL does not tell for what it was asked:
    it counts with retrieval (3.5), engine and HTTP (3) and writes (1.5) as one."""

    def stage(name: str) -> float:
        return run.stages.get(name, StageTotals()).cpu_seconds * 1000 / run.turns

    total = sum(run.cpu_seconds.get(role, 0.0) for role in ROLES) * 1000 / run.turns
    return [
        Line("encoder", 5.0, round(stage("encode"), 2)),
        Line("rest of understanding", 3.0, round(stage("analyse") - stage("encode"), 2)),
        Line("retrieval, engine, HTTP and writes", 8.0, round(total - stage("analyse"), 2)),
        Line("all processes", 16.0, round(total, 2)),
    ]
