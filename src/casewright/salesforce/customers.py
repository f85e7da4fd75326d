"""The people of an org: who an address belongs to, their passwords, mail to them."""

import logging

from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionCall, ActionOutcome, CallerIdentity
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.errors import RequestRefused
from casewright.salesforce.models import ContactRow, UserRow
from casewright.salesforce.outcomes import done, failed
from casewright.salesforce.ports import Clients
from casewright.salesforce.wording import cut

logger = logging.getLogger(__name__)

MAIL_SUBJECT_LENGTH = 255


async def find_contact(client: SalesforceClient, email: str) -> ContactRow | None:
    """The Contact of an address; of several the one changed last, as one mailbox is one person to us."""
    found = await client.query(
        ContactRow,
        "SELECT Id, Email, AccountId FROM Contact WHERE Email = :email ORDER BY LastModifiedDate DESC, Id LIMIT 1",
        email=email.strip(),
    )
    return found[0] if found else None


async def contact_of(client: SalesforceClient, identity: CallerIdentity) -> str | None:
    """The caller's Contact. An address that is only claimed leads to none: anyone can claim any address."""
    if not identity.assurance.covers(Assurance.VERIFIED):
        return None
    if identity.contact_id or not identity.email:
        return identity.contact_id
    contact = await find_contact(client, identity.email)
    return contact.id if contact else None


async def find_contact_by_email(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    contact = await find_contact(client, str(call.arguments["email"]))
    if contact is None:
        return failed("not_found")
    return done(contact_id=contact.id, account_id=contact.account_id)


async def reset_user_password(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """A link to the address on file of the active customer user with that address. Whether there is one, and whether the
    org would reset it, is not told: the outcome is always the same."""
    email = str(call.arguments["email"]).strip()
    users = await client.query(
        UserRow,
        "SELECT Id, Username FROM User WHERE Email = :email AND IsActive = true AND ContactId != null "
        "ORDER BY CreatedDate, Id LIMIT 20",
        email=email,
    )
    named = [user for user in users if user.username.casefold() == email.casefold()]
    for user in (named or list(users))[:1]:
        try:
            await client.reset_password(user.id)
        except RequestRefused as error:
            logger.error("the org refused to reset a password: %s", error.code)
    return done()


async def send_email(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    given = {name: str(call.arguments[name]) for name in ("to", "subject", "body")}
    await client.send_email(given["to"], cut(given["subject"], MAIL_SUBJECT_LENGTH), given["body"])
    return done()


class OrgCustomers:
    """A tenant's customers as others need them: a directory of contacts, and mail to them.

    Raises the errors of `errors.py`, and `NotSent`, `Uncertain` or `Failing` of `kit.http`."""

    def __init__(self, orgs: Clients) -> None:
        self._orgs = orgs

    async def find_contact_by_email(self, tenant_id: TenantId, email: str) -> ContactRow | None:
        return await find_contact(await self._orgs.client(tenant_id), email)

    async def send_email(self, tenant_id: TenantId, to: str, subject: str, body: str) -> None:
        client = await self._orgs.client(tenant_id)
        await client.send_email(to, cut(subject, MAIL_SUBJECT_LENGTH), body)
