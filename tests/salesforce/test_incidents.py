from typing import Any

import pytest

from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionStatus, CallerIdentity
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.outcomes import NOT_DONE, marker
from localorg.testing import RunningOrg
from tests.salesforce.conftest import DANA, Act

CLAIMED = CallerIdentity(assurance=Assurance.CLAIMED, email=DANA)
SUBJECT = "Reports and dashboards on USA512 load slowly or not at all"


async def incident(org: RunningOrg) -> dict[str, Any]:
    (case,) = await org.query(f"SELECT Id, CaseNumber FROM Case WHERE Subject = '{SUBJECT}'")
    return dict(case)


async def reported(org: RunningOrg, key: str = "conversation:t1:step:0") -> dict[str, Any]:
    (case,) = await org.query(
        "SELECT CaseNumber, Subject, Description, Type, Priority, ParentId, ContactId, SuppliedEmail, Product__c, "
        f"Instance__c, Owner.Name FROM Case WHERE Casewright_Key__c = '{marker(key)}'"
    )
    return dict(case)


# --- looking ----------------------------------------------------------------------------------------------------------------


async def test_the_open_incident_is_told_to_whoever_only_claims_an_address(org: RunningOrg, act: Act) -> None:
    outcome = await act("find_open_incident", CLAIMED)
    assert (outcome.status, outcome.code) == (ActionStatus.SUCCEEDED, "done")
    assert (outcome.values["number"], outcome.values["subject"]) == ((await incident(org))["CaseNumber"], SUBJECT)
    assert outcome.values["affected"] == 1
    assert str(outcome.values["since"]).endswith(" UTC")


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"product": "reports"}, "done"),
        ({"product": "Login"}, "none"),
        ({"instance": "usa512"}, "done"),
        ({"instance": "GBR24"}, "none"),
        ({"product": "Reports", "instance": "USA512"}, "done"),
    ],
)
async def test_an_incident_fits_its_own_product_and_instance(given: dict[str, str], code: str, act: Act) -> None:
    assert (await act("find_open_incident", CLAIMED, **given)).code == code


async def test_a_verified_customers_instance_is_known(act: Act, dana: CallerIdentity, noor: CallerIdentity) -> None:
    assert [(await act("find_open_incident", one)).code for one in (dana, noor)] == ["done", "none"]


async def test_what_a_customer_wrote_is_no_incident_for_others(
    org: RunningOrg, client: SalesforceClient, act: Act, marcus: CallerIdentity
) -> None:
    await client.update("Case", (await incident(org))["Id"], {"Status": "Closed"})
    private = {"Subject": "Our secret outage", "Type": "Incident"}
    await client.create("Case", {**private, "ContactId": marcus.contact_id})
    await client.create("Case", {**private, "AccountId": marcus.account_id})
    await client.create("Case", {**private, "SuppliedEmail": "someone@pinecrest.example"})
    assert (await act("find_open_incident", CLAIMED)).code == "none"


# --- reporting --------------------------------------------------------------------------------------------------------------


async def test_a_report_joins_the_open_incident_once(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    asked = {"description": "Reports do not open\nsince nine", "product": "Reports"}
    assert await look("report_outage", dana, **asked) == NOT_DONE
    outcome = await act("report_outage", dana, **asked)
    case, parent = await reported(org), await incident(org)
    assert outcome.values == {
        "number": case["CaseNumber"],
        "joined": True,
        "incident_number": parent["CaseNumber"],
        "incident_subject": SUBJECT,
    }
    assert (case["ParentId"], case["ContactId"], case["Instance__c"]) == (parent["Id"], dana.contact_id, "USA512")
    assert (case["Subject"], case["Type"], case["Priority"]) == ("Reports: Reports do not open", "Problem", "Medium")
    assert await act("report_outage", dana, **asked) == outcome == await look("report_outage", dana, **asked)
    assert (await act("find_open_incident", CLAIMED)).values["affected"] == 2


async def test_a_report_that_fits_no_incident_goes_to_people_at_once(
    org: RunningOrg, act: Act, noor: CallerIdentity
) -> None:
    outcome = await act("report_outage", noor, description="Nobody can log in")
    case = await reported(org)
    assert outcome.values == {
        "number": case["CaseNumber"],
        "joined": False,
        "incident_number": "",
        "incident_subject": "",
    }
    assert (case["ParentId"], case["Priority"], case["Owner"]["Name"]) == (None, "High", "Escalations")
    assert case["Subject"] == "Outage: Nobody can log in"


async def test_a_report_of_someone_who_only_claims_an_address_belongs_to_no_contact(org: RunningOrg, act: Act) -> None:
    assert (await act("report_outage", CLAIMED, description="x" * 40_000)).values["joined"] is True
    case = await reported(org)
    assert (case["ContactId"], case["SuppliedEmail"]) == (None, DANA)
    assert len(case["Description"]) <= 32_000


async def test_a_report_whose_answer_was_lost_is_found_by_its_marker(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    await org.fault("lost_answer", method="PATCH", times=1)
    assert (await act("report_outage", dana, description="Down")).status is ActionStatus.UNCERTAIN
    found = await look("report_outage", dana, description="Down")
    assert (found.values["number"], found.values["joined"]) == ((await reported(org))["CaseNumber"], True)
