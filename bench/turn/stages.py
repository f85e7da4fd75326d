"""What the server measured of itself: time by stage, from `/metrics`."""

from dataclasses import dataclass
from typing import Final

from prometheus_client.parser import text_string_to_metric_families

WALL: Final = "casewright_stage_seconds_sum"
COUNT: Final = "casewright_stage_seconds_count"
CPU: Final = "casewright_stage_cpu_seconds_total"


@dataclass(frozen=True, slots=True)
class StageTotals:
    """Since the server began."""

    count: float = 0.0
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0

    def __sub__(self, earlier: "StageTotals") -> "StageTotals":
        return StageTotals(
            self.count - earlier.count,
            self.wall_seconds - earlier.wall_seconds,
            self.cpu_seconds - earlier.cpu_seconds,
        )


def stage_totals(metrics: str) -> dict[str, StageTotals]:
    """By stage, from the text of `/metrics`."""
    values: dict[str, dict[str, float]] = {}
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            if sample.name in (WALL, COUNT, CPU):
                values.setdefault(sample.labels["stage"], {})[sample.name] = sample.value
    return {
        stage: StageTotals(found.get(COUNT, 0.0), found.get(WALL, 0.0), found.get(CPU, 0.0))
        for stage, found in values.items()
    }


def between(before: dict[str, StageTotals], after: dict[str, StageTotals]) -> dict[str, StageTotals]:
    """What each stage took in between; stages that did not run are left out."""
    spent = {stage: total - before.get(stage, StageTotals()) for stage, total in after.items()}
    return {stage: total for stage, total in spent.items() if total.count}
