"""Errors, grouped by what the caller can do about them.

CasewrightError
├── CallerError            the request is wrong: change it
│   ├── InvalidInput       422  a value is wrong; the message says what would be right
│   ├── NotFound           404  no such thing, or not yours
│   ├── NotAllowed         403  who you are may not do this
│   ├── NotAuthenticated   401  say who you are
│   └── Conflict           409  the thing has moved on; look again
├── TryLater               503  nothing was done; the same request may work later (`retry_after` seconds)
│   └── ResourceLimitExceeded  429
└── SetupError             the installation needs a person; the message says what to do
"""

from http import HTTPStatus


class CasewrightError(Exception):
    """Its message is a sentence a client may read: never customer text, a secret or another error's words."""

    status: HTTPStatus = HTTPStatus.INTERNAL_SERVER_ERROR
    title: str = "Something went wrong on our side"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    @property
    def kind(self) -> str:
        """Stable name for the `type` of a problem document: `ResourceLimitExceeded` → `resource-limit-exceeded`."""
        name = type(self).__name__
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


class CallerError(CasewrightError):
    status = HTTPStatus.BAD_REQUEST
    title = "The request cannot be carried out"


class InvalidInput(CallerError):
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    title = "A value is not valid"


class NotFound(CallerError):
    status = HTTPStatus.NOT_FOUND
    title = "Not found"


class NotAllowed(CallerError):
    status = HTTPStatus.FORBIDDEN
    title = "Not allowed"


class NotAuthenticated(CallerError):
    status = HTTPStatus.UNAUTHORIZED
    title = "Authentication needed"


class Conflict(CallerError):
    status = HTTPStatus.CONFLICT
    title = "The thing has changed meanwhile"


class TryLater(CasewrightError):
    status = HTTPStatus.SERVICE_UNAVAILABLE
    title = "Not available right now"

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ResourceLimitExceeded(TryLater):
    status = HTTPStatus.TOO_MANY_REQUESTS
    title = "A limit of the tenant is reached"


class SetupError(CasewrightError):
    title = "The installation needs attention"
