import asyncio

import pytest

from casewright.procedures.models import ActionStatus, CallerIdentity
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.outcomes import NOT_DONE
from localorg.testing import RunningOrg
from tests.salesforce.conftest import Act


async def status_of(org: RunningOrg, number: object) -> str:
    (request,) = await org.query(f"SELECT Status__c FROM Service_Request__c WHERE Name = '{number}'")
    return str(request["Status__c"])


async def open_request_of(org: RunningOrg, identity: CallerIdentity) -> str:
    (request,) = await org.query(
        f"SELECT Name FROM Service_Request__c WHERE Contact__c = '{identity.contact_id}' "
        "AND Status__c NOT IN ('Completed', 'Cancelled')"
    )
    return str(request["Name"])


# --- seeing -----------------------------------------------------------------------------------------------------------------


async def test_a_customer_sees_their_own_open_requests(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    number = await open_request_of(org, dana)
    outcome = await act("list_requests", dana, locale="de")
    assert outcome.values == {
        "count": 1,
        "lines": f"{number}: Datenexport: Account, Contact, Order, Shipment__c (Unterbrochen)",
        "first_number": number,
    }
    assert [record.label for record in outcome.records] == [number]


async def test_a_customer_without_requests_is_told_so(act: Act, marcus: CallerIdentity) -> None:
    outcome = await act("list_requests", marcus)
    assert (outcome.status, outcome.code, outcome.values) == (ActionStatus.SUCCEEDED, "none", {"count": 0})


async def test_of_many_requests_the_newest_are_listed_and_all_are_counted(
    client: SalesforceClient, org: RunningOrg, act: Act, marcus: CallerIdentity
) -> None:
    new = {"Contact__c": marcus.contact_id, "Type__c": "Add Users", "Quantity__c": 2}
    await asyncio.gather(*(client.create("Service_Request__c", new) for _ in range(11)))
    outcome = await act("list_requests", marcus)
    lines = str(outcome.values["lines"]).splitlines()
    assert (outcome.values["count"], len(lines), lines[-1]) == (11, 11, "…")
    assert lines[0] == f"{outcome.values['first_number']}: Add Users: 2 (Requested)"


# --- cancelling -------------------------------------------------------------------------------------------------------------


async def test_a_request_is_cancelled_by_any_spelling_of_its_number(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    number = await open_request_of(org, dana)
    spoken = f"sr {int(number.removeprefix('SR-'))}"
    assert await look("cancel_request", dana, number=spoken) == NOT_DONE
    outcome = await act("cancel_request", dana, number=spoken)
    assert (outcome.code, outcome.values) == ("done", {"number": number})
    assert await status_of(org, number) == "Cancelled"
    assert await look("cancel_request", dana, number=number) == outcome


async def test_what_is_over_cannot_be_cancelled(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    (completed,) = await org.query("SELECT Name FROM Service_Request__c WHERE Status__c = 'Completed'")
    outcome = await act("cancel_request", dana, number=completed["Name"], locale="de")
    assert outcome.code == "already_done"
    assert outcome.values == {"number": completed["Name"], "status_label": "Abgeschlossen"}


@pytest.mark.parametrize("number", ["SR-99999", "none", "", "' OR Name != '"])
async def test_a_number_that_is_none_is_not_found(number: str, act: Act, dana: CallerIdentity) -> None:
    assert (await act("cancel_request", dana, number=number)).code == "not_found"


@pytest.mark.parametrize("action", ["cancel_request", "resume_export"])
async def test_another_customers_request_does_not_exist(
    action: str, org: RunningOrg, act: Act, look: Act, dana: CallerIdentity, marcus: CallerIdentity
) -> None:
    number = await open_request_of(org, dana)
    outcome = await act(action, marcus, number=number)
    assert (outcome.status, outcome.code, outcome.values) == (ActionStatus.FAILED, "not_found", {})
    assert await look(action, marcus, number=number) == NOT_DONE
    assert await status_of(org, number) == "Interrupted"
