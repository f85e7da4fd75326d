"""What a call to an org can end with, by what can be done about it. The rest (`NotSent`, `Uncertain`, `Failing`) is kit's.

    RequestRefused           the org said no; nothing happened. `code` is Salesforce's `errorCode`
    ├── RecordLocked         someone else is writing the record: again in a moment
    ├── RecordNotFound       there is no such record, or it is deleted
    ├── SeveralRecords       more than one record carries the external id
    ├── AccessRefused        the integration user may not do this
    └── ReferenceRefused     a field or object is not there, or not as we expect: the package is not deployed
    DailyLimitReached        nothing was sent, or the org refused it: the API calls of the day are (almost) used up
    SignInRefused            the org does not accept the credentials
    OrgNotConnected          the tenant has no org

No message holds the org's words: they may repeat a customer's data.
"""

from http import HTTPStatus
from typing import Any

from casewright.kit.errors import CasewrightError, NotFound, SetupError, TryLater
from casewright.kit.http import Refused


class RequestRefused(CasewrightError):
    status = HTTPStatus.BAD_GATEWAY
    title = "Salesforce refused the request"

    def __init__(self, code: str, fields: tuple[str, ...] = ()) -> None:
        named = f" Fields: {', '.join(fields)}." if fields else ""
        super().__init__(f"Salesforce refused the request ({code}).{named}")
        self.code = code
        self.fields = fields


class RecordLocked(RequestRefused):
    pass


class RecordNotFound(RequestRefused):
    pass


class SeveralRecords(RequestRefused):
    pass


class AccessRefused(RequestRefused):
    pass


class ReferenceRefused(RequestRefused):
    pass


class DailyLimitReached(TryLater):
    title = "Salesforce's daily limit of API calls is reached"


class SignInRefused(SetupError):
    title = "The org does not accept the credentials"


class OrgNotConnected(NotFound):
    title = "No org is connected"


SESSION_EXPIRED = "INVALID_SESSION_ID"
LIMIT_EXCEEDED = "REQUEST_LIMIT_EXCEEDED"

_KINDS: dict[str, type[RequestRefused]] = {
    "UNABLE_TO_LOCK_ROW": RecordLocked,
    "NOT_FOUND": RecordNotFound,
    "ENTITY_IS_DELETED": RecordNotFound,
    "INSUFFICIENT_ACCESS": AccessRefused,
    "INSUFFICIENT_ACCESS_OR_READONLY": AccessRefused,
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": AccessRefused,
    "API_DISABLED_FOR_ORG": AccessRefused,
    "API_CURRENTLY_DISABLED": AccessRefused,
    "FORBIDDEN": AccessRefused,
    "INVALID_FIELD": ReferenceRefused,
    "INVALID_FIELD_FOR_INSERT_UPDATE": ReferenceRefused,
    "INVALID_TYPE": ReferenceRefused,
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST": ReferenceRefused,
    "MALFORMED_QUERY": ReferenceRefused,
    "UNSUPPORTED_API_VERSION": ReferenceRefused,
}


def code_of(error: Refused) -> str:
    """Salesforce's `errorCode`, else `HTTP_<status>`."""
    return str(_first(error.body).get("errorCode") or f"HTTP_{error.status_code}")


def typed(error: Refused) -> CasewrightError:
    """The refusal as one of this module's errors."""
    code = code_of(error)
    if code == LIMIT_EXCEEDED:
        return DailyLimitReached("Salesforce's daily limit of API calls is reached.", retry_after=900.0)
    if error.status_code == HTTPStatus.MULTIPLE_CHOICES:
        return SeveralRecords("DUPLICATE_EXTERNAL_ID")
    fields = _first(error.body).get("fields") or []
    named = tuple(str(field) for field in fields) if isinstance(fields, list) else ()
    return _KINDS.get(code, RequestRefused)(code, named)


def _first(body: Any) -> dict[str, Any]:
    """Salesforce answers with a list of errors; an action's answer holds them one level deeper."""
    first = body[0] if isinstance(body, list) and body else body
    if not isinstance(first, dict):
        return {}
    inner = first.get("errors")
    if isinstance(inner, list) and inner and isinstance(inner[0], dict):
        return {"errorCode": inner[0].get("statusCode"), "fields": inner[0].get("fields")}
    return first
