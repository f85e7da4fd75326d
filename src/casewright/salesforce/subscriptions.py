"""What a customer's account has bought and used, which is its Asset with a plan; and more users within it."""

from typing import Final

from casewright.procedures.models import ActionCall, ActionOutcome, CallerIdentity, Scalar
from casewright.salesforce import service_requests
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import AssetRow, ServiceRequestRow
from casewright.salesforce.outcomes import NOT_DONE, done, failed, marker, reference
from casewright.salesforce.service_requests import ENDED, FIELDS, KEY, OBJECT
from casewright.salesforce.wording import cut, label, spoken_date, spoken_number

ADD_USERS: Final = "Add Users"
MOST_USERS: Final = 10_000
DETAILS_LENGTH: Final = 32_000


async def subscription_of(client: SalesforceClient, identity: CallerIdentity) -> AssetRow | None:
    """The newest subscription of the customer's account."""
    if not identity.account_id:
        return None
    found = await client.query(
        AssetRow,
        "SELECT Id, Name, Status, Quantity, UsageEndDate, Plan__c, Edition__c, Instance__c, Licences_Used__c, "
        "Api_Daily_Limit__c, Api_Used_Today__c, Storage_Used_Percent__c FROM Asset "
        "WHERE AccountId = :account AND Plan__c != null ORDER BY InstallDate DESC NULLS LAST, Id LIMIT 1",
        account=identity.account_id,
    )
    return found[0] if found else None


async def read(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    asset = await subscription_of(client, call.identity)
    if asset is None:
        return done("none")
    limit, used = int(asset.api_daily_limit or 0), int(asset.api_used_today or 0)
    left, locale = max(0, limit - used), call.locale
    return done(
        records=(reference(client, "Asset", asset.id, asset.name),),
        plan=asset.plan,
        edition=asset.edition or "",
        instance=asset.instance or "",
        status=asset.status or "",
        status_label=label(asset.status, locale),
        licences=int(asset.quantity or 0),
        licences_used=int(asset.licences_used or 0),
        licences_free=await _licences_free(client, call, asset),
        api_limit=limit,
        api_used=used,
        api_left=left,
        api_used_percent=percent(used, limit),
        api_limit_label=spoken_number(limit, locale),
        api_used_label=spoken_number(used, locale),
        api_left_label=spoken_number(left, locale),
        storage_used_percent=round(asset.storage_used_percent or 0),
        ends_on=spoken_date(asset.usage_end_date, locale),
    )


def percent(part: float, whole: float) -> int:
    """Rounded down, so that 100 means all of it."""
    return int(100 * part // whole) if whole else 0


# --- adding users -----------------------------------------------------------------------------------------------------------


async def request_users(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    quantity = parse_quantity(call.arguments.get("quantity"))
    if quantity is None:
        return failed("invalid_quantity")
    asset = await subscription_of(client, call.identity)
    if asset is None:
        return failed("no_subscription")
    free = await _licences_free(client, call, asset)
    if quantity > free:
        return failed("not_enough_licences", licences_free=free, licences_missing=quantity - free)
    details = cut(str(call.arguments.get("names") or ""), DETAILS_LENGTH)
    request = await service_requests.create(
        client, call, ADD_USERS, "Requested", {"Quantity__c": quantity, "Details__c": details}
    )
    return _requested(client, request, quantity, free)


async def were_users_requested(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    quantity, request = parse_quantity(call.arguments.get("quantity")), await service_requests.of_call(client, call)
    asset = await subscription_of(client, call.identity)
    if quantity is None or request is None or asset is None:
        return NOT_DONE
    return _requested(client, request, quantity, await _licences_free(client, call, asset))


def parse_quantity(given: Scalar) -> int | None:
    """A whole number of users, 1 to `MOST_USERS`."""
    text = str(given).strip().removesuffix(".0")
    quantity = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    return quantity if 0 < quantity <= MOST_USERS else None


async def _licences_free(client: SalesforceClient, call: ActionCall, asset: AssetRow) -> int:
    """Licences not used, but for those that other open requests of the account will take."""
    others = await client.query(
        ServiceRequestRow,
        f"SELECT {FIELDS} FROM {OBJECT} WHERE Account__c = :account AND Type__c = :type AND Status__c NOT IN :ended "
        f"AND {client.connection.field(KEY)} != :own",
        account=call.identity.account_id,
        type=ADD_USERS,
        ended=ENDED,
        own=marker(call.key),
    )
    taken = int(asset.licences_used or 0) + sum(int(request.quantity or 0) for request in others)
    return max(0, int(asset.quantity or 0) - taken)


def _requested(client: SalesforceClient, request: ServiceRequestRow, quantity: int, free: int) -> ActionOutcome:
    left = max(0, free - quantity)
    return done(
        records=(service_requests.record(client, request),), number=request.name, quantity=quantity, licences_free=left
    )
