"""Credits for a customer's account, as records of `Credit__c`."""

import re
from decimal import Decimal
from typing import Final

from casewright.kit.errors import CasewrightError
from casewright.procedures.models import ActionCall, ActionOutcome, Scalar
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import NamedRow
from casewright.salesforce.outcomes import NOT_DONE, done, failed, marker, reference
from casewright.salesforce.wording import cut, label

OBJECT: Final = "Credit__c"
KEY: Final = "Casewright_Key__c"
TYPES: Final = ("Credit", "Refund")
REASON_LENGTH: Final = 255
LARGEST: Final = Decimal(10) ** 16
"""The field has 18 digits, two of them behind the point."""

_CURRENCY: Final = r"(?:[A-Za-z]{3}|[€$£])?"
_AMOUNT: Final = re.compile(rf"\s*{_CURRENCY}\s*(\d+(?:\.\d{{1,2}})?)\s*{_CURRENCY}\s*", re.ASCII)


async def create(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """Records an approved credit; the operator's yes comes before the call."""
    amount = parse_amount(call.arguments.get("amount"))
    if amount is None:
        return failed("invalid_amount")
    kind = _type(call)
    if kind is None:
        return failed("unknown_type")
    if not call.identity.account_id:
        return failed("no_account")
    made = await client.upsert(
        OBJECT,
        client.connection.field(KEY),
        marker(call.key),
        {
            "Account__c": call.identity.account_id,
            "Contact__c": call.identity.contact_id,
            "Type__c": kind,
            "Amount__c": float(amount),
            "Reason__c": cut(_reason(call), REASON_LENGTH),
            "Status__c": "Approved",
        },
    )
    try:
        credit = await _credit_where(client, "Id", made.id)
    except CasewrightError:
        credit = None  # It is saved; that its number cannot be read any more must not make it look unsaved.
    return _outcome(client, credit or NamedRow(id=made.id, name=""), amount, kind, call.locale)


async def was_created(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    amount, kind = parse_amount(call.arguments.get("amount")), _type(call)
    credit = await _credit_where(client, client.connection.field(KEY), marker(call.key))
    if credit is None or amount is None or kind is None:
        return NOT_DONE
    return _outcome(client, credit, amount, kind, call.locale)


def _reason(call: ActionCall) -> str:
    """With the amount as it was approved where it names a currency, since the field holds a number only."""
    reason, amount = str(call.arguments.get("reason", "")), str(call.arguments.get("amount", ""))
    return reason if amount.replace(".", "").strip().isdigit() else f"{amount}: {reason}"


def parse_amount(given: Scalar) -> Decimal | None:
    """A positive amount of at most two decimals, such as `50`, `50.00` or `50.00 EUR`; None if it is not one."""
    found = _AMOUNT.fullmatch(str(given))
    amount = Decimal(found[1]) if found else Decimal(0)
    return amount if 0 < amount < LARGEST else None


async def _credit_where(client: SalesforceClient, field: str, value: str) -> NamedRow | None:
    found = await client.query(NamedRow, f"SELECT Id, Name FROM {OBJECT} WHERE {field} = :value LIMIT 1", value=value)
    return found[0] if found else None


def _type(call: ActionCall) -> str | None:
    given = str(call.arguments.get("type") or TYPES[0]).strip().casefold()
    return next((kind for kind in TYPES if kind.casefold() == given), None)


def _outcome(client: SalesforceClient, credit: NamedRow, amount: Decimal, kind: str, locale: str) -> ActionOutcome:
    return done(
        records=(reference(client, OBJECT, credit.id, credit.name),),
        number=credit.name,
        amount=f"{amount:.2f}",
        type=kind.lower(),
        type_label=label(kind, locale),
    )
