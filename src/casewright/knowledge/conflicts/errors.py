"""What can be in the way of settling a conflict."""

from casewright.kit.errors import Conflict, NotFound
from casewright.knowledge.conflicts.models import ConflictState


class ConflictNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such conflict.")


class ConflictSettled(Conflict):
    def __init__(self, state: ConflictState) -> None:
        super().__init__(f"The conflict is {state} already.")


class NotResolvable(Conflict):
    """It cannot be done this way; the message says why, and what can be done instead."""
