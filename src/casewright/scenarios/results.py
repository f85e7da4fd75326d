"""What happened when a scenario was played."""

from enum import StrEnum

from casewright.kit.model import Model


class Result(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    """An expectation did not hold."""
    BROKEN = "broken"
    """It could not be played to its end: a request was refused, the server or the org did not answer."""


class Mismatch(Model):
    """One expectation that did not hold: what was expected, and what was there instead."""

    expectation: str
    found: str


class ScenarioReport(Model):
    """`step` and `line`: what it stopped at. `left_behind`: records made for the run
    that the org did not delete."""

    name: str
    title: str
    file: str
    tenant: str
    result: Result
    steps: int
    steps_passed: int
    milliseconds: float
    conversation_id: str | None = None
    line: int | None = None
    step: str | None = None
    mismatches: tuple[Mismatch, ...] = ()
    left_behind: tuple[str, ...] = ()
