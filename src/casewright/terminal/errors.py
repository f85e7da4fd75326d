"""What stands between the terminal and the server.

Unreachable   nothing came back: the same may work later
└── Busy      the server has a limit; `retry_after` says when
Denied        the server said no, in a sentence of its own: the same will not do better
GaveUp        it was away for longer than anyone waits
"""

from http import HTTPStatus

from casewright.kit.errors import CallerError, SetupError, TryLater


class Unreachable(TryLater):
    pass


class Busy(Unreachable):
    pass


class Denied(CallerError):
    """`is_gone`: what was asked for is not there, or not for this key."""

    def __init__(self, message: str, status: int = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(message)
        self.is_gone = status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)


class GaveUp(SetupError):
    pass
