"""What can be wrong with a procedure, or with what is asked of one.

ProcedureInvalid    its file breaks a rule: `problems` says where and what would be right
ProcedureNotFound   no procedure, or no version, of that name
NotAtStep           the procedure has moved on; look at its progress again
UnknownSlot         the procedure has no such slot
EndlessProcedure    its steps go round without ever waiting for anyone; a loaded procedure cannot
"""

from casewright.kit.errors import CasewrightError, Conflict, InvalidInput, NotFound
from casewright.kit.model import Model


class Problem(Model):
    """`step` is "" when it concerns the whole file."""

    step: str
    message: str

    def __str__(self) -> str:
        return f'step "{self.step}": {self.message}' if self.step else self.message


class ProcedureInvalid(InvalidInput):
    title = "A procedure is not valid"

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(f"{source}: {problem}" for problem in problems))
        self.source = source
        self.problems = problems


class ProcedureNotFound(NotFound):
    title = "No such procedure"


class NotAtStep(Conflict):
    title = "The procedure has moved on"


class UnknownSlot(InvalidInput):
    title = "No such slot"


class EndlessProcedure(CasewrightError):
    title = "A procedure does not come to an end"
