"""The customer's own user: unlocking, and resetting multi-factor authentication."""

from typing import Any

import pytest

from casewright.procedures.models import ActionStatus, CallerIdentity
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.outcomes import NOT_DONE, marker
from localorg.testing import RunningOrg
from tests.salesforce.conftest import Act

KEY = "conversation:t1:step:0"


async def login_of(org: RunningOrg, identity: CallerIdentity) -> dict[str, Any]:
    (user,) = await org.query(f"SELECT Id FROM User WHERE ContactId = '{identity.contact_id}'")
    (login,) = await org.query(f"SELECT Id, IsFrozen, IsPasswordLocked FROM UserLogin WHERE UserId = '{user['Id']}'")
    return dict(login)


async def apps_of(org: RunningOrg, identity: CallerIdentity) -> int:
    (user,) = await org.query(f"SELECT Id FROM User WHERE ContactId = '{identity.contact_id}'")
    return len(await org.query(f"SELECT Id FROM TwoFactorInfo WHERE UserId = '{user['Id']}'"))


# --- unlocking --------------------------------------------------------------------------------------------------------------


async def test_a_locked_user_is_unlocked(org: RunningOrg, act: Act, look: Act, noor: CallerIdentity) -> None:
    assert await look("unlock_user", noor) == NOT_DONE
    outcome = await act("unlock_user", noor)
    assert (outcome.status, outcome.code) == (ActionStatus.SUCCEEDED, "done")
    assert (await login_of(org, noor))["IsPasswordLocked"] is False
    assert await look("unlock_user", noor) == outcome
    assert (await act("unlock_user", noor)).code == "not_locked"


async def test_a_frozen_user_stays_frozen(org: RunningOrg, act: Act, isla: CallerIdentity) -> None:
    outcome = await act("unlock_user", isla)
    assert (outcome.status, outcome.code) == (ActionStatus.FAILED, "frozen")
    assert (await login_of(org, isla))["IsFrozen"] is True


@pytest.mark.parametrize("action", ["unlock_user", "reset_mfa"])
async def test_a_contact_without_an_active_user_has_nothing_to_unlock_or_reset(
    action: str, org: RunningOrg, client: SalesforceClient, act: Act, ines: CallerIdentity, noor: CallerIdentity
) -> None:
    (user,) = await org.query(f"SELECT Id FROM User WHERE ContactId = '{noor.contact_id}'")
    await client.update("User", user["Id"], {"IsActive": False})
    assert [(await act(action, one)).code for one in (ines, noor)] == ["no_user", "no_user"]


async def test_only_the_customers_own_user_is_unlocked(
    org: RunningOrg, act: Act, dana: CallerIdentity, noor: CallerIdentity
) -> None:
    assert (await act("unlock_user", dana)).code == "not_locked"
    assert (await login_of(org, noor))["IsPasswordLocked"] is True


async def test_an_unlocking_whose_answer_was_lost_is_found_done(
    org: RunningOrg, act: Act, look: Act, noor: CallerIdentity
) -> None:
    await org.fault("lost_answer", method="PATCH", path_contains="UserLogin", times=2)
    assert (await act("unlock_user", noor)).status is ActionStatus.UNCERTAIN
    assert (await look("unlock_user", noor)).code == "done"


# --- multi-factor authentication --------------------------------------------------------------------------------------------


async def test_an_authenticator_app_is_disconnected(
    org: RunningOrg, act: Act, look: Act, marcus: CallerIdentity
) -> None:
    assert await look("reset_mfa", marcus) == NOT_DONE
    outcome = await act("reset_mfa", marcus)
    assert (outcome.status, outcome.code, outcome.values) == (ActionStatus.SUCCEEDED, "done", {})
    assert await apps_of(org, marcus) == 0
    assert await look("reset_mfa", marcus) == outcome
    assert (await act("reset_mfa", marcus)).code == "none_registered"


async def test_what_only_setup_can_disconnect_is_asked_of_a_person_once(
    org: RunningOrg, act: Act, look: Act, greta: CallerIdentity
) -> None:
    assert await look("reset_mfa", greta) == NOT_DONE
    outcome = await act("reset_mfa", greta)
    (request,) = await org.query(
        f"SELECT Name, Type__c, Status__c, Contact__c, Account__c FROM Service_Request__c "
        f"WHERE Casewright_Key__c = '{marker(KEY)}'"
    )
    assert (outcome.code, outcome.values) == ("requested", {"number": request["Name"]})
    assert (request["Type__c"], request["Status__c"]) == ("MFA Reset", "Requested")
    assert (request["Contact__c"], request["Account__c"]) == (greta.contact_id, greta.account_id)
    assert await act("reset_mfa", greta) == outcome == await look("reset_mfa", greta)


async def test_an_app_beside_a_security_key_is_disconnected_and_the_key_asked_of_a_person(
    org: RunningOrg, client: SalesforceClient, act: Act, greta: CallerIdentity
) -> None:
    (user,) = await org.query(f"SELECT Id FROM User WHERE ContactId = '{greta.contact_id}'")
    await client.create("TwoFactorInfo", {"UserId": user["Id"], "Type": "TOTP"})
    assert (await act("reset_mfa", greta)).code == "requested"
    assert await apps_of(org, greta) == 0


async def test_a_reset_that_broke_off_after_the_request_is_finished(
    org: RunningOrg, client: SalesforceClient, act: Act, look: Act, greta: CallerIdentity
) -> None:
    (user,) = await org.query(f"SELECT Id FROM User WHERE ContactId = '{greta.contact_id}'")
    await client.create("TwoFactorInfo", {"UserId": user["Id"], "Type": "TOTP"})
    await org.fault("status", method="DELETE", status=503)
    assert (await act("reset_mfa", greta)).status is ActionStatus.UNCERTAIN
    assert await look("reset_mfa", greta) == NOT_DONE
    await org.clear_faults()
    assert (await act("reset_mfa", greta)).code == "requested"
    assert len(await org.query("SELECT Id FROM Service_Request__c WHERE Type__c = 'MFA Reset'")) == 1


async def test_a_user_with_nothing_registered_is_told_so(act: Act, dana: CallerIdentity) -> None:
    assert (await act("reset_mfa", dana)).code == "none_registered"


async def test_nobody_elses_app_is_disconnected(
    org: RunningOrg, act: Act, dana: CallerIdentity, marcus: CallerIdentity
) -> None:
    await act("reset_mfa", dana)
    assert await apps_of(org, marcus) == 1
