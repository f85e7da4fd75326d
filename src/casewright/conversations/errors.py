"""What can go wrong with a conversation."""

from casewright.conversations.models import LoggedEvent
from casewright.kit.errors import Conflict, NotFound, TryLater


class ConversationNotFound(NotFound):
    """No such conversation for this principal; it may exist for another."""

    def __init__(self) -> None:
        super().__init__("There is no such conversation, or it is not yours.")


class TurnNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such turn, or it is not yours.")


class ApprovalNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such approval, or it is not yours.")


class IdempotencyConflict(Conflict):
    def __init__(self) -> None:
        super().__init__("This Idempotency-Key was used with another body. Use a new key for a new message.")


class ApprovalDecided(Conflict):
    def __init__(self) -> None:
        super().__init__("This approval was already decided otherwise.")


class DeadLetterNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__("There is no such dead letter, or it is not yours.")


class DeadLetterClosed(Conflict):
    def __init__(self) -> None:
        super().__init__("This dead letter is settled already.")


class NotRetryable(Conflict):
    def __init__(self, action: str) -> None:
        super().__init__(
            f'"{action}" is never done a second time, since nobody can tell whether it was. Look in the org what became of '
            "it, see to it there, then discard this dead letter."
        )


class EventUnreadable(TryLater):
    """The log holds what this version of the program cannot read; a process of a newer one can."""


class LeaseLost(Exception):
    """Another process has the conversation: whatever this one wanted to write is void."""


class LogMoved(Exception):
    """Others wrote to the log since the turn read it: `entries`, oldest first. Decide, then commit again."""

    def __init__(self, entries: tuple[LoggedEvent, ...]) -> None:
        super().__init__(f"{len(entries)} newer events")
        self.entries = entries


class DecidedMeanwhile(Exception):
    """A person decided about an approval that the turn was about to end: their word comes first."""
