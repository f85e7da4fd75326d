"""Changing the address a customer is reached at: the new one is proved by a code first, and the old one is told.

The Contact and the customer's own user get the address; the user name to sign in with stays, since other systems know
it. For users of an Experience Cloud site such a change by the API takes effect at once, without a mail by Salesforce.
"""

import logging
from dataclasses import dataclass

from casewright.kit.errors import CasewrightError
from casewright.kit.ids import TenantId
from casewright.procedures.models import ActionCall, ActionOutcome
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import ContactRow, UserRow
from casewright.salesforce.outcomes import NOT_DONE, UNKNOWN, begun, done, failed, reference
from casewright.salesforce.ports import AddressCodes
from casewright.salesforce.users import own_user
from casewright.salesforce.wording import ADDRESS_CHANGED, in_language

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AddressChange:
    """The three actions, for one tenant."""

    tenant_id: TenantId
    codes: AddressCodes

    async def send_code(self, client: SalesforceClient, call: ActionCall) -> ActionOutcome:
        """The mail tells nothing of the customer: whoever reads it may be a stranger."""
        email = _new_email(call)
        mail = await self.codes.issue(self.tenant_id, call.conversation_id, _contact_id(call), email, call.locale)
        if mail is None:
            return failed("too_many")
        await client.send_email(email, *mail)
        return done("sent")

    async def check_code(self, client: SalesforceClient, call: ActionCall) -> ActionOutcome:
        result = await self.codes.check(
            self.tenant_id, call.conversation_id, _contact_id(call), _new_email(call), str(call.arguments["code"])
        )
        return done() if result == "done" else failed(result)

    async def change(self, client: SalesforceClient, call: ActionCall) -> ActionOutcome:
        email = _new_email(call)
        if not await self.codes.is_proved(self.tenant_id, call.conversation_id, _contact_id(call), email):
            return failed("not_proved")
        contact, user = await _own_contact(client, call), await own_user(client, call.identity)
        if contact is None:
            return failed("not_allowed")
        if _has(contact, email) and (user is None or _has(user, email)):
            return failed("same")
        if await _is_taken(client, contact, email):
            return failed("taken")
        if not _has(contact, email):
            await client.update("Contact", contact.id, {"Email": email})
        if user is not None and not _has(user, email):
            with begun():
                await client.update("User", user.id, {"Email": email})
        return await _changed(client, call, contact, user)

    async def was_changed(self, client: SalesforceClient, call: ActionCall) -> ActionOutcome:
        """The notice may not have gone out either; two are better than none."""
        email = _new_email(call)
        contact, user = await _own_contact(client, call), await own_user(client, call.identity)
        if contact is None:
            return UNKNOWN
        if not _has(contact, email) or not (user is None or _has(user, email)):
            return NOT_DONE
        return await _changed(client, call, contact, user)


def _new_email(call: ActionCall) -> str:
    return str(call.arguments["new_email"]).strip()


def _contact_id(call: ActionCall) -> str:
    return call.identity.contact_id or ""


def _has(row: ContactRow | UserRow, email: str) -> bool:
    return (row.email or "").casefold() == email.casefold()


async def _own_contact(client: SalesforceClient, call: ActionCall) -> ContactRow | None:
    found = await client.query(
        ContactRow, "SELECT Id, Email, AccountId FROM Contact WHERE Id = :contact", contact=call.identity.contact_id
    )
    return found[0] if found else None


async def _is_taken(client: SalesforceClient, contact: ContactRow, email: str) -> bool:
    """By another Contact: who writes from there would then be both."""
    others = "SELECT COUNT() FROM Contact WHERE Email = :email AND Id != :own"
    return await client.count(others, email=email, own=contact.id) > 0


async def _changed(
    client: SalesforceClient, call: ActionCall, contact: ContactRow, user: UserRow | None
) -> ActionOutcome:
    """`contact` and `user` as they were read. Had both changed already, the old address is the one verified here."""
    email = _new_email(call)
    known = {row.email.casefold() for row in (contact, user) if row and row.email and not _has(row, email)}
    for old in sorted(known or {(call.identity.email or email).casefold()} - {email.casefold()}):
        await _tell(client, old, call.locale)
    return done(records=(reference(client, "Contact", contact.id),), username=user.username if user else "")


async def _tell(client: SalesforceClient, old: str, locale: str) -> None:
    try:
        await client.send_email(old, *in_language(ADDRESS_CHANGED, locale))
    except CasewrightError as error:
        logger.error("the old address could not be told that it was changed: %s", error.message)
