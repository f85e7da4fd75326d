"""If-Modified-Since and If-Unmodified-Since, which count whole seconds."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request

from localorg.errors import ApiError


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def not_modified_since(request: Request, changed_at: datetime | None) -> bool:
    given = _moment(request, "If-Modified-Since")
    return given is not None and changed_at is not None and changed_at.replace(microsecond=0) <= given


def refuse_if_modified(request: Request, changed_at: datetime | None) -> None:
    """Raises ApiError 412."""
    given = _moment(request, "If-Unmodified-Since")
    if given is not None and changed_at is not None and changed_at.replace(microsecond=0) > given:
        raise ApiError("PRECONDITION_FAILED", "The resource has been modified since the given date", status=412)


def _moment(request: Request, name: str) -> datetime | None:
    """None for what is no date: HTTP has such a header ignored."""
    try:
        moment = parsedate_to_datetime(request.headers.get(name, ""))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
