"""Changing the address a customer is reached at, with the codes that prove the new one on the real database."""

import re

import pytest

from casewright.kit.ids import new_id
from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionStatus, CallerIdentity
from casewright.salesforce.actions import SalesforceActions
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.customers import find_contact
from casewright.salesforce.outcomes import NOT_DONE
from casewright.security.new_address import NewAddressCodes
from casewright.tenants.models import Tenant, TenantProfile
from casewright.tenants.service import TenantService
from localorg.testing import RunningOrg
from tests.salesforce.conftest import DANA, MARCUS, Act, MakeCall, OneOrg

NEW = "dana.new@harborlight.example"


@pytest.fixture
async def tenant(tenants: TenantService) -> Tenant:
    """One for each test: how many codes a customer may ask for is counted across conversations."""
    return await tenants.save(f"t{new_id()}", "Test", TenantProfile())


async def code_in_mail(org: RunningOrg, to: str) -> str:
    newest = (await org.mailbox(to=to))[0]
    return str(re.findall(r"\b\d{6}\b", newest.body)[0])


async def prove(org: RunningOrg, act: Act, identity: CallerIdentity, email: str = NEW, **more: str) -> None:
    assert (await act("send_code_to_new_address", identity, new_email=email, **more)).code == "sent"
    code = await code_in_mail(org, email)
    assert (await act("check_new_address", identity, new_email=email, code=code, **more)).code == "done"


async def address_of(org: RunningOrg, identity: CallerIdentity) -> tuple[str, str, str]:
    """Of the contact and of the user, and the name the user signs in with."""
    (contact,) = await org.query(f"SELECT Email FROM Contact WHERE Id = '{identity.contact_id}'")
    (user,) = await org.query(f"SELECT Email, Username FROM User WHERE ContactId = '{identity.contact_id}'")
    return contact["Email"], user["Email"], user["Username"]


# --- changing it ------------------------------------------------------------------------------------------------------------


async def test_a_proved_address_is_changed_and_the_old_one_is_told(
    org: RunningOrg, client: SalesforceClient, act: Act, look: Act, dana: CallerIdentity
) -> None:
    await prove(org, act, dana)
    assert await look("change_contact_email", dana, new_email=NEW) == NOT_DONE
    outcome = await act("change_contact_email", dana, new_email=NEW)
    assert (outcome.status, outcome.code, outcome.values) == (ActionStatus.SUCCEEDED, "done", {"username": DANA})
    assert await address_of(org, dana) == (NEW, NEW, DANA)
    (notice,) = await org.mailbox(to=DANA)
    assert notice.subject == "Your e-mail address was changed"
    assert NEW not in notice.body
    found = await find_contact(client, NEW)
    assert found is not None
    assert found.id == dana.contact_id
    assert await find_contact(client, DANA) is None
    assert (await act("change_contact_email", dana, new_email=NEW)).code == "same"


async def test_without_a_proof_nothing_is_changed(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    assert (await act("change_contact_email", dana, new_email=NEW)).code == "not_proved"
    await act("send_code_to_new_address", dana, new_email=NEW)
    assert (await act("change_contact_email", dana, new_email=NEW)).code == "not_proved"
    await act("check_new_address", dana, new_email=NEW, code="000000")
    assert (await act("change_contact_email", dana, new_email=NEW)).code == "not_proved"
    assert await address_of(org, dana) == (DANA, DANA, DANA)


async def test_a_proof_holds_for_its_address_conversation_and_customer_only(
    org: RunningOrg, act: Act, dana: CallerIdentity, marcus: CallerIdentity
) -> None:
    await prove(org, act, dana)
    other_address = await act("change_contact_email", dana, new_email="someone.else@harborlight.example")
    other_conversation = await act("change_contact_email", dana, new_email=NEW, conversation_id="another")
    other_customer = await act("change_contact_email", marcus, new_email=NEW)
    assert {one.code for one in (other_address, other_conversation, other_customer)} == {"not_proved"}
    assert await address_of(org, marcus) == (MARCUS, MARCUS, MARCUS)


async def test_a_proof_in_one_company_says_nothing_in_another(
    org: RunningOrg,
    client: SalesforceClient,
    codes: NewAddressCodes,
    call: MakeCall,
    act: Act,
    dana: CallerIdentity,
    other_tenant: Tenant,
) -> None:
    await prove(org, act, dana)
    elsewhere = SalesforceActions(OneOrg(client, other_tenant.id), codes)
    outcome = await elsewhere.execute(other_tenant.id, call("change_contact_email", dana, new_email=NEW))
    assert outcome.code == "not_proved"


async def test_the_address_one_has_already_is_the_same_however_it_is_spelt(
    org: RunningOrg, act: Act, dana: CallerIdentity
) -> None:
    await prove(org, act, dana, DANA.upper())
    assert (await act("change_contact_email", dana, new_email=DANA.upper())).code == "same"


async def test_another_contacts_address_is_taken(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    await prove(org, act, dana, MARCUS)
    assert (await act("change_contact_email", dana, new_email=MARCUS)).code == "taken"
    assert await address_of(org, dana) == (DANA, DANA, DANA)


async def test_a_contact_without_a_user_is_changed_alone(org: RunningOrg, act: Act, ines: CallerIdentity) -> None:
    await prove(org, act, ines, "ines@elsewhere.example")
    outcome = await act("change_contact_email", ines, new_email="ines@elsewhere.example")
    assert (outcome.code, outcome.values) == ("done", {"username": ""})
    assert len(await org.mailbox(to="ines.caldeira@vela.example")) == 1


async def test_a_change_that_broke_off_half_way_is_not_called_undone_and_is_finished(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    await prove(org, act, dana)
    await org.fault("status", method="PATCH", path_contains="/sobjects/User/", status=503)
    assert (await act("change_contact_email", dana, new_email=NEW)).status is ActionStatus.UNCERTAIN
    assert await look("change_contact_email", dana, new_email=NEW) == NOT_DONE
    await org.clear_faults()
    assert (await act("change_contact_email", dana, new_email=NEW)).code == "done"
    assert await address_of(org, dana) == (NEW, NEW, DANA)
    assert len(await org.mailbox(to=DANA)) == 1


async def test_a_change_found_done_tells_the_old_address(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    await prove(org, act, dana)
    await org.fault("lost_answer", method="PATCH", path_contains="/sobjects/User/", times=2)
    assert (await act("change_contact_email", dana, new_email=NEW)).status is ActionStatus.UNCERTAIN
    assert await org.mailbox(to=DANA) == []
    assert (await look("change_contact_email", dana, new_email=NEW)).code == "done"
    assert [mail.subject for mail in await org.mailbox(to=DANA)] == ["Your e-mail address was changed"]


async def test_an_old_address_that_cannot_be_told_does_not_undo_the_change(
    org: RunningOrg, act: Act, dana: CallerIdentity
) -> None:
    await prove(org, act, dana)
    await org.fault("status", path_contains="/actions/", status=503)
    assert (await act("change_contact_email", dana, new_email=NEW)).code == "done"


async def test_the_notice_speaks_the_customers_language(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    await prove(org, act, dana)
    await act("change_contact_email", dana, new_email=NEW, locale="de-AT")
    assert (await org.mailbox(to=DANA))[0].subject == "Ihre E-Mail-Adresse wurde geändert"


# --- proving it -------------------------------------------------------------------------------------------------------------


async def test_the_mail_to_the_new_address_tells_nothing_of_the_customer(
    org: RunningOrg, act: Act, dana: CallerIdentity
) -> None:
    await act("send_code_to_new_address", dana, new_email=NEW)
    (mail,) = await org.mailbox(to=NEW)
    for told in ("Dana", "Whitfield", "Harborlight", DANA, "Aurora"):
        assert told not in mail.subject + mail.body


async def test_nobodys_mailbox_is_flooded(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    for n in range(5):
        more = {"new_email": f"stranger{n}@elsewhere.example", "conversation_id": f"c{n}"}
        assert (await act("send_code_to_new_address", dana, **more)).code == "sent"
    outcome = await act("send_code_to_new_address", dana, new_email=NEW, conversation_id="c6")
    assert (outcome.status, outcome.code) == (ActionStatus.FAILED, "too_many")
    assert await org.mailbox(to=NEW) == []


async def test_a_code_whose_mail_got_no_answer_is_uncertain_and_not_sent_again(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    await org.fault("lost_answer", path_contains="emailSimple")
    assert (await act("send_code_to_new_address", dana, new_email=NEW)).status is ActionStatus.UNCERTAIN
    assert (await look("send_code_to_new_address", dana, new_email=NEW)).status is ActionStatus.UNCERTAIN
    assert len(await org.mailbox(to=NEW)) == 1


@pytest.mark.parametrize("action", ["send_code_to_new_address", "check_new_address"])
async def test_an_address_is_proved_by_verified_customers_only(
    action: str, org: RunningOrg, act: Act, dana: CallerIdentity
) -> None:
    claimed = dana.model_copy(update={"assurance": Assurance.CLAIMED})
    assert (await act(action, claimed, new_email=NEW, code="1")).code == "not_allowed"
    assert await org.mailbox() == []
