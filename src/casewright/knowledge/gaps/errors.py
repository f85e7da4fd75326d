"""What can be in the way with gaps in knowledge."""

from casewright.kit.errors import Conflict, NotFound


class GapNotFound(NotFound):
    """There is no such topic in the tenant."""

    def __init__(self) -> None:
        super().__init__("There is no such topic.")


class GapSettled(Conflict):
    """The topic does not stand where the step begins."""


class NothingToDraftFrom(Conflict):
    """No person of the company has written anything about the topic that could become an article."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody has answered these questions yet: no colleague in the conversations, and no closed case like them."
        )
