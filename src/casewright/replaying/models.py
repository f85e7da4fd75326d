"""What a replay finds out. Customers' personal data stands in it as tokens."""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from casewright.kit.model import Model


class Aspect(StrEnum):
    COMMANDS = "commands"
    SOURCES = "sources"
    WORDS = "words"
    ACTIONS = "actions"


class Result(StrEnum):
    SAME = "same"
    DIFFERENT = "different"
    DIVERGED = "diverged"
    """It asked the org for something that was never recorded: how it would have gone on is not known."""
    FAILED = "failed"
    """The configuration cannot run it."""
    SKIPPED = "skipped"
    """The customer was erased, so there is nothing left to run."""


class Observed(Model):
    """What there is to compare of a turn, a line for each. Of an action also what it was called with and how it ended."""

    commands: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


class Difference(Model):
    aspect: Aspect
    recorded: tuple[str, ...]
    replayed: tuple[str, ...]


class ReplayedTurn(Model):
    """`customer`: what was said, masked. `reason`: why it diverged, failed or was skipped. `recorded_on`, `replayed_on`:
    digests of the configurations."""

    turn_id: UUID
    conversation_id: UUID
    at: datetime
    trigger: str
    customer: str
    result: Result
    reason: str = ""
    recorded_on: str
    replayed_on: str = ""
    differences: tuple[Difference, ...] = ()
    recorded: Observed
    replayed: Observed = Observed()


class Replay(Model):
    """`configuration`: what the turns were replayed on, in words."""

    company: str
    configuration: str
    turns: tuple[ReplayedTurn, ...]

    @property
    def counts(self) -> dict[Result, int]:
        found = Counter(turn.result for turn in self.turns)
        return {result: found[result] for result in Result}

    @property
    def is_same(self) -> bool:
        return all(turn.result in (Result.SAME, Result.SKIPPED) for turn in self.turns)
