"""How long the program takes until it answers, and how long it takes to fill an org."""

import tempfile
from pathlib import Path
from time import perf_counter

from bench.figures import Figure
from localorg.testing import start_org

START_SECONDS = 3.0
_FILL_SECONDS = 900
DEMO_SEED = Path(__file__).resolve().parents[2] / "examples" / "aurora" / "org.yaml"


async def measure_start(data: Path, *, options: tuple[str, ...] = (), name: str, target: float | None) -> Figure:
    started = perf_counter()
    async with start_org("bench", DEMO_SEED, data, options=options, ready_seconds=_FILL_SECONDS):
        seconds = perf_counter() - started
    return Figure(name, seconds, "s", target, better="lower")


async def measure_demo_start() -> list[Figure]:
    """A new org with the demo's seed, then the same org again: warm."""
    with tempfile.TemporaryDirectory(prefix="localorg-bench-") as directory:
        new = await measure_start(Path(directory), name="start, new org with the demo's seed", target=START_SECONDS)
        again = await measure_start(Path(directory), name="start, the same org again", target=START_SECONDS)
    return [new, again]
