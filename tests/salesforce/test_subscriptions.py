import pytest

from casewright.procedures.models import ActionStatus, CallerIdentity
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.outcomes import NOT_DONE
from casewright.salesforce.subscriptions import parse_quantity, percent
from localorg.testing import RunningOrg
from tests.salesforce.conftest import Act


async def test_a_subscription_is_read_in_numbers_and_in_words(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    outcome = await act("read_subscription", dana, locale="de")
    assert (outcome.status, outcome.code) == (ActionStatus.SUCCEEDED, "done")
    assert outcome.values == {
        "plan": "Business",
        "edition": "Enterprise Edition",
        "instance": "USA512",
        "status": "Installed",
        "status_label": "Installiert",
        "licences": 60,
        "licences_used": 52,
        "licences_free": 8,
        "api_limit": 160_000,
        "api_used": 61_240,
        "api_left": 98_760,
        "api_used_percent": 38,
        "api_limit_label": "160.000",
        "api_used_label": "61.240",
        "api_left_label": "98.760",
        "storage_used_percent": 71,
        "ends_on": "28.02.2027",
    }
    assert [record.type for record in outcome.records] == ["Asset"]


async def test_each_customer_reads_their_own_account(act: Act, dana: CallerIdentity, marcus: CallerIdentity) -> None:
    plans = [(await act("read_subscription", one)).values["plan"] for one in (dana, marcus)]
    assert plans == ["Business", "Enterprise"]


async def test_an_account_without_a_subscription_has_none(
    org: RunningOrg, client: SalesforceClient, act: Act, dana: CallerIdentity
) -> None:
    account = await client.create("Account", {"Name": "New"})
    await client.create("Asset", {"Name": "A cable", "AccountId": account})
    for account_id in (account, None):
        outcome = await act("read_subscription", dana.model_copy(update={"account_id": account_id}))
        assert (outcome.status, outcome.code) == (ActionStatus.SUCCEEDED, "none")


async def test_licences_that_an_open_request_will_take_are_not_free(act: Act, greta: CallerIdentity) -> None:
    values = (await act("read_subscription", greta)).values
    assert (values["licences"], values["licences_used"], values["licences_free"]) == (180, 176, 1)


async def test_of_several_subscriptions_the_newest_counts(
    org: RunningOrg, client: SalesforceClient, act: Act, dana: CallerIdentity
) -> None:
    new = {
        "Name": "Aurora Enterprise",
        "AccountId": dana.account_id,
        "Plan__c": "Enterprise",
        "InstallDate": "2026-11-01",
    }
    await client.create("Asset", new)
    outcome = await act("read_subscription", dana)
    assert (outcome.values["plan"], outcome.values["licences"], outcome.values["api_used_percent"]) == (
        "Enterprise",
        0,
        0,
    )


@pytest.mark.parametrize(("part", "whole", "expected"), [(999, 1000, 99), (1000, 1000, 100), (0, 0, 0), (3, 2, 150)])
def test_a_share_says_100_only_when_all_is_used(part: int, whole: int, expected: int) -> None:
    assert percent(part, whole) == expected


# --- adding users -----------------------------------------------------------------------------------------------------------


async def test_users_are_asked_for_once_and_their_licences_count_as_taken(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    asked = {"quantity": "5", "names": "Ann, Bob, Cleo, Dan, Eve", "key": "five"}
    assert await look("request_users", dana, **asked) == NOT_DONE
    outcome = await act("request_users", dana, **asked)
    number = outcome.values["number"]
    assert (outcome.code, outcome.values) == ("done", {"number": number, "quantity": 5, "licences_free": 3})
    assert await act("request_users", dana, **asked) == outcome == await look("request_users", dana, **asked)
    (request,) = await org.query(
        f"SELECT Type__c, Status__c, Quantity__c, Details__c, Account__c FROM Service_Request__c WHERE Name = '{number}'"
    )
    assert (request["Type__c"], request["Status__c"], request["Quantity__c"]) == ("Add Users", "Requested", 5)
    assert (request["Details__c"], request["Account__c"]) == ("Ann, Bob, Cleo, Dan, Eve", dana.account_id)
    assert (await act("read_subscription", dana)).values["licences_free"] == 3
    more = await act("request_users", dana, quantity="4", key="four")
    assert (more.status, more.code) == (ActionStatus.FAILED, "not_enough_licences")
    assert more.values == {"licences_free": 3, "licences_missing": 1}


async def test_without_free_licences_nothing_is_asked_for(org: RunningOrg, act: Act, marcus: CallerIdentity) -> None:
    outcome = await act("request_users", marcus, quantity=2)
    assert (outcome.code, outcome.values) == ("not_enough_licences", {"licences_free": 0, "licences_missing": 2})
    assert await org.query(f"SELECT Id FROM Service_Request__c WHERE Contact__c = '{marcus.contact_id}'") == []


async def test_an_account_without_a_subscription_cannot_add_users(act: Act, dana: CallerIdentity) -> None:
    private = dana.model_copy(update={"account_id": None})
    assert (await act("request_users", private, quantity="1")).code == "no_subscription"


@pytest.mark.parametrize("quantity", ["0", "-1", "many", "", "1.5", "10001", "9" * 40, "²", None])
async def test_what_is_no_number_of_users_is_refused(quantity: str | None, act: Act, dana: CallerIdentity) -> None:
    assert (await act("request_users", dana, quantity=quantity)).code == "invalid_quantity"


def test_a_number_of_users_may_come_as_a_number() -> None:
    assert [parse_quantity(given) for given in (3, 3.0, " 3 ", "10000")] == [3, 3, 3, 10_000]


async def test_a_request_whose_answer_was_lost_is_found_by_its_marker(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity
) -> None:
    await org.fault("lost_answer", method="PATCH", path_contains="Service_Request__c", times=2)
    assert (await act("request_users", dana, quantity="2")).status is ActionStatus.UNCERTAIN
    await org.clear_faults()
    found = await look("request_users", dana, quantity="2")
    (request,) = await org.query("SELECT Name FROM Service_Request__c WHERE Type__c = 'Add Users' AND Quantity__c = 2")
    assert found.values["number"] == request["Name"]
