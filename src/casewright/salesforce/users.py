"""The customer's own user: unlocking it, and disconnecting what it confirms its sign-ins with.

Needs the permissions Manage Users (UserLogin) and Manage Multi-Factor Authentication in API (TwoFactorInfo and
TwoFactorMethodsInfo) for the integration user.
"""

from contextlib import nullcontext

from casewright.procedures.models import ActionCall, ActionOutcome, CallerIdentity
from casewright.salesforce import service_requests
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import Row, ServiceRequestRow, UserLoginRow, UserRow, VerificationMethodsRow
from casewright.salesforce.outcomes import NOT_DONE, begun, done, failed, reference

MFA_RESET = "MFA Reset"


async def own_user(client: SalesforceClient, identity: CallerIdentity) -> UserRow | None:
    """The active user of the customer's Contact; the oldest, should there be several."""
    found = await client.query(
        UserRow,
        "SELECT Id, Username, Email FROM User WHERE ContactId = :contact AND IsActive = true ORDER BY CreatedDate, Id LIMIT 1",
        contact=identity.contact_id,
    )
    return found[0] if found else None


# --- unlocking --------------------------------------------------------------------------------------------------------------


async def unlock(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    user = await own_user(client, call.identity)
    login = await _login_of(client, user) if user else None
    if user is None or login is None:
        return failed("no_user")
    if login.is_frozen:
        return failed("frozen")
    if not login.is_password_locked:
        return failed("not_locked")
    await client.update("UserLogin", login.id, {"IsPasswordLocked": False})
    return _done(client, user)


async def was_unlocked(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    user = await own_user(client, call.identity)
    login = await _login_of(client, user) if user else None
    return NOT_DONE if user is None or login is None or login.is_password_locked else _done(client, user)


async def _login_of(client: SalesforceClient, user: UserRow) -> UserLoginRow | None:
    found = await client.query(
        UserLoginRow, "SELECT Id, IsFrozen, IsPasswordLocked FROM UserLogin WHERE UserId = :user LIMIT 1", user=user.id
    )
    return found[0] if found else None


# --- multi-factor authentication --------------------------------------------------------------------------------------------


async def reset_mfa(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    """A person is asked first, so that whatever happens then, someone knows of it."""
    user = await own_user(client, call.identity)
    if user is None:
        return failed("no_user")
    apps, needs_a_person = await _authenticator_apps(client, user), await _needs_a_person(client, user)
    if not apps and not needs_a_person:
        return failed("none_registered")
    request = await _ask_a_person(client, call, user) if needs_a_person else None
    with begun() if request else nullcontext():
        for app in apps:
            await client.delete("TwoFactorInfo", app.id)
    return _reset(client, user, request)


async def was_mfa_reset(client: SalesforceClient, call: ActionCall) -> ActionOutcome:
    user = await own_user(client, call.identity)
    if user is None or await _authenticator_apps(client, user):
        return NOT_DONE
    request = await service_requests.of_call(client, call)
    if request is None and await _needs_a_person(client, user):
        return NOT_DONE
    return _reset(client, user, request)


async def _authenticator_apps(client: SalesforceClient, user: UserRow) -> tuple[Row, ...]:
    return await client.query(Row, "SELECT Id FROM TwoFactorInfo WHERE UserId = :user ORDER BY Id", user=user.id)


async def _needs_a_person(client: SalesforceClient, user: UserRow) -> bool:
    """Whether a method is registered that only an administrator can disconnect, in Setup."""
    found = await client.query(
        VerificationMethodsRow,
        "SELECT Id, HasTotp, HasSalesforceAuthenticator, HasSecurityKey, HasBuiltInAuthenticator, HasU2F "
        "FROM TwoFactorMethodsInfo WHERE UserId = :user LIMIT 1",
        user=user.id,
    )
    return bool(found) and found[0].needs_a_person


async def _ask_a_person(client: SalesforceClient, call: ActionCall, user: UserRow) -> ServiceRequestRow:
    details = f"Disconnect the verification methods of the user {user.username} in Setup."
    return await service_requests.create(client, call, MFA_RESET, "Requested", {"Details__c": details})


def _reset(client: SalesforceClient, user: UserRow, request: ServiceRequestRow | None) -> ActionOutcome:
    if request is None:
        return _done(client, user)
    return done("requested", records=(service_requests.record(client, request),), number=request.name)


def _done(client: SalesforceClient, user: UserRow) -> ActionOutcome:
    """Without the user's name: records stand unsealed in the log."""
    return done(records=(reference(client, "User", user.id),))
