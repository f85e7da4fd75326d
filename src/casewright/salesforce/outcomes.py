"""From what a call to the org ended with to an action's outcome: did it happen, did it not, or is that not known?"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final

from casewright.kit.errors import CasewrightError
from casewright.kit.http import Failing, NotSent, Uncertain
from casewright.procedures.models import ActionOutcome, ActionStatus, Effect, RecordReference, Scalar
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.errors import (
    AccessRefused,
    DailyLimitReached,
    OrgNotConnected,
    RecordLocked,
    RecordNotFound,
    ReferenceRefused,
    RequestRefused,
    SeveralRecords,
    SignInRefused,
)

NOT_DONE: Final = ActionOutcome(status=ActionStatus.FAILED, code="not_done")
UNKNOWN: Final = ActionOutcome(status=ActionStatus.UNCERTAIN, code="uncertain")

_REFUSALS: Final[tuple[tuple[type[CasewrightError], str], ...]] = (
    (RecordLocked, "locked"),
    (RecordNotFound, "not_found"),
    (AccessRefused, "not_allowed"),
    (ReferenceRefused, "misconfigured"),
    (SeveralRecords, "misconfigured"),
    (SignInRefused, "misconfigured"),
    (OrgNotConnected, "misconfigured"),
    (RequestRefused, "refused"),
)
_NEVER_EXECUTED: Final = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)


def done(code: str = "done", records: tuple[RecordReference, ...] = (), **values: Scalar) -> ActionOutcome:
    return ActionOutcome(status=ActionStatus.SUCCEEDED, code=code, values=values, records=records)


def failed(code: str, records: tuple[RecordReference, ...] = (), **values: Scalar) -> ActionOutcome:
    return ActionOutcome(status=ActionStatus.FAILED, code=code, values=values, records=records)


def reference(client: SalesforceClient, sobject: str, record_id: str, label: str = "") -> RecordReference:
    return RecordReference(type=sobject, id=record_id, label=label, url=client.record_url(sobject, record_id))


def outcome_of(error: CasewrightError, effect: Effect) -> ActionOutcome:
    """Of a READ nothing is ever uncertain: it can simply be asked again. Raises what is not about the org."""
    match error:
        case DailyLimitReached(retry_after=seconds):
            return _not_sent("limit_reached", seconds)
        case NotSent(retry_after=seconds):
            return _not_sent("org_unavailable", seconds)
        case Failing(status_code=status, retry_after=wait) if effect is Effect.READ or status in _NEVER_EXECUTED:
            return _not_sent("org_unavailable", wait)
        case Uncertain() if effect is Effect.READ:
            return _not_sent("org_unavailable", None)
        case Uncertain() | Failing():
            return UNKNOWN
    code = next((code for kind, code in _REFUSALS if isinstance(error, kind)), None)
    if code is None:
        raise error
    return failed(code)


@contextmanager
def begun() -> Iterator[None]:
    """Around the later steps of a WRITE whose first one has happened: if they fail, nobody may say that nothing did."""
    try:
        yield
    except CasewrightError as error:
        raise Uncertain("salesforce", "A change was made in part.") from error


def _not_sent(code: str, retry_after: float | None) -> ActionOutcome:
    return ActionOutcome(status=ActionStatus.NOT_SENT, code=code, retry_after=retry_after)


def marker(key: str) -> str:
    """A call's key as it fits into an external id field of 64 characters: SHA-256 in hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()
