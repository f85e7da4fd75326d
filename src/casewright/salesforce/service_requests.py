"""What customers ask to be done in their own org, as records of `Service_Request__c`: made, seen, cancelled."""

import re
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from casewright.kit.errors import CasewrightError
from casewright.procedures.models import ActionCall, ActionOutcome, RecordReference
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import ServiceRequestRow
from casewright.salesforce.outcomes import NOT_DONE, done, failed, marker, reference
from casewright.salesforce.wording import label

OBJECT: Final = "Service_Request__c"
KEY: Final = "Casewright_Key__c"
ENDED: Final = ("Completed", "Cancelled")
LISTED: Final = 10
MOST_REQUESTS: Final = 200
FIELDS: Final = (
    "Id, Name, Type__c, Status__c, Quantity__c, Objects__c, Frequency__c, Next_Run__c, Rows_Done__c, Rows_Total__c"
)


# --- seeing and cancelling --------------------------------------------------------------------------------------------------


async def list_open(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    requests = await client.query(
        ServiceRequestRow,
        f"SELECT {FIELDS} FROM {OBJECT} WHERE Contact__c = :contact AND Status__c NOT IN :ended "
        "ORDER BY CreatedDate DESC, Name DESC LIMIT :most",
        contact=call.identity.contact_id,
        ended=ENDED,
        most=MOST_REQUESTS,
    )
    if not requests:
        return done("none", count=0)
    shown = requests[:LISTED]
    lines = [_line(request, call.locale) for request in shown] + (["…"] if len(requests) > LISTED else [])
    records = tuple(record(client, request) for request in shown)
    return done(records=records, count=len(requests), lines="\n".join(lines), first_number=requests[0].name)


async def cancel(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    request = await own(client, call)
    if request is None:
        return failed("not_found")
    if request.status in ENDED:
        return failed("already_done", number=request.name, status_label=label(request.status, call.locale))
    await client.update(OBJECT, request.id, {"Status__c": "Cancelled"})
    return _done(client, request)


async def was_cancelled(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    request = await own(client, call)
    return _done(client, request) if request is not None and request.status == "Cancelled" else NOT_DONE


# --- parts ------------------------------------------------------------------------------------------------------------------


async def create(
    client: SalesforceClient, call: ActionCall, kind: str, status: str, fields: Mapping[str, JsonValue]
) -> ServiceRequestRow:
    """The call's own request, with its marker: made once, however often it is asked for."""
    made = await client.upsert(
        OBJECT,
        client.connection.field(KEY),
        marker(call.key),
        {
            "Account__c": call.identity.account_id,
            "Contact__c": call.identity.contact_id,
            "Type__c": kind,
            "Status__c": status,
            **fields,
        },
    )
    try:
        saved = await _where(client, "Id", made.id)
    except CasewrightError:
        saved = None  # It is saved; that its number cannot be read any more must not make it look unsaved.
    return saved or ServiceRequestRow(id=made.id, name="", type=kind, status=status)


async def of_call(client: SalesforceClient, call: ActionCall) -> ServiceRequestRow | None:
    """The request that carries the call's marker."""
    return await _where(client, client.connection.field(KEY), marker(call.key))


async def own(client: SalesforceClient, call: ActionCall) -> ServiceRequestRow | None:
    """The request of that number if it is the customer's. `sr 12` and `12` mean SR-00012."""
    digits = re.sub(r"\D", "", str(call.arguments.get("number", "")))
    found = await client.query(
        ServiceRequestRow,
        f"SELECT {FIELDS} FROM {OBJECT} WHERE Name = :name AND Contact__c = :contact LIMIT 1",
        name=f"SR-{digits.zfill(5)}",
        contact=call.identity.contact_id,
    )
    return found[0] if found else None


def record(client: SalesforceClient, request: ServiceRequestRow) -> RecordReference:
    return reference(client, OBJECT, request.id, request.name)


async def _where(client: SalesforceClient, field: str, value: str) -> ServiceRequestRow | None:
    query = f"SELECT {FIELDS} FROM {OBJECT} WHERE {field} = :value LIMIT 1"
    found = await client.query(ServiceRequestRow, query, value=value)
    return found[0] if found else None


def _done(client: SalesforceClient, request: ServiceRequestRow) -> ActionOutcome:
    return done(records=(record(client, request),), number=request.name)


def _line(request: ServiceRequestRow, locale: str) -> str:
    """`SR-00012: Data Export: Account, Contact (Scheduled)`, `SR-00013: Add Users: 3 (Requested)`."""
    what = label(request.type, locale)
    if request.objects:
        what += f": {request.objects}"
    elif request.quantity:
        what += f": {request.quantity:.0f}"
    return f"{request.name}: {what} ({label(request.status, locale)})"
