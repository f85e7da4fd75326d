"""What stops scenarios from being played.

InvalidScenario   a file is wrong: change it
CannotRun         nothing can be played at all: start or name what is missing
StepBroken        this scenario cannot go on; the others can
"""

from dataclasses import dataclass
from pathlib import Path

from casewright.kit.errors import InvalidInput, SetupError, TryLater


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong on a line of a scenario file, and what would be right."""

    line: int
    text: str


class InvalidScenario(InvalidInput):
    """Names the file and, line by line, everything that is wrong in it."""

    def __init__(self, file: Path, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{file}:{problem.line}: {problem.text}" for problem in problems))
        self.file = file
        self.problems = problems


class CannotRun(SetupError):
    """One sentence that says what is missing and what to do."""


class StepBroken(TryLater):
    """A request was refused or not answered where the scenario needs it."""
