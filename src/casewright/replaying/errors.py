"""Why a replay cannot go on."""

from casewright.kit.errors import InvalidInput


class NothingToReplay(InvalidInput):
    """There is no finished turn where one was looked for."""


class NeverRecorded(BaseException):
    """A replayed turn asked the org for what was never recorded. No `Exception`: of those the engine makes an outcome, and
    nobody knows this one."""

    def __init__(self, action: str) -> None:
        super().__init__(f"it calls {action}, which was never recorded like this")
