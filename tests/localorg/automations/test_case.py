from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg


async def create_case(api: httpx2.AsyncClient, auto_assign: str | None = None, **values: Any) -> str:
    headers = {"Sforce-Auto-Assign": auto_assign} if auto_assign else {}
    answer = await api.post("sobjects/Case", json=values, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def owner_of(org: RunningOrg, case_id: str) -> str:
    (case,) = await org.query(f"SELECT Owner.Name FROM Case WHERE Id = '{case_id}'")
    return str(case["Owner"]["Name"])


@pytest.mark.parametrize(
    ("header", "values", "owner"),
    [
        (None, {"Priority": "High"}, "Escalations"),
        ("TRUE", {"Reason": "Billing"}, "Billing"),
        ("true", {}, "Tier 1 Support"),
        (None, {"Status": "Working"}, "Casewright Integration"),
        ("FALSE", {"Priority": "High"}, "Casewright Integration"),
    ],
)
async def test_the_assignment_rule_runs_on_insert_unless_the_header_says_false(
    org: RunningOrg, api: httpx2.AsyncClient, header: str | None, values: dict[str, Any], owner: str
) -> None:
    assert await owner_of(org, await create_case(api, header, **values)) == owner


@pytest.mark.parametrize(("header", "owner"), [({}, "Escalations"), ({"Sforce-Auto-Assign": "FALSE"}, "Tom Albrecht")])
async def test_the_assignment_rule_runs_on_update_unless_the_header_says_false(
    org: RunningOrg, api: httpx2.AsyncClient, header: dict[str, str], owner: str
) -> None:
    (tom,) = await org.query("SELECT Id FROM User WHERE Name = 'Tom Albrecht'")
    case_id = await create_case(api, "FALSE", OwnerId=tom["Id"])
    await api.patch(f"sobjects/Case/{case_id}", json={"Priority": "Critical"}, headers=header)
    assert await owner_of(org, case_id) == owner


async def test_closing_dates_a_case_and_reopening_undates_it(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    case_id = await create_case(api, "FALSE")
    soql = f"SELECT IsClosed, ClosedDate, LastModifiedDate FROM Case WHERE Id = '{case_id}'"
    await api.patch(f"sobjects/Case/{case_id}", json={"Status": "Closed"})
    (closed,) = await org.query(soql)
    assert (closed["IsClosed"], closed["ClosedDate"]) == (True, closed["LastModifiedDate"])
    await api.patch(f"sobjects/Case/{case_id}", json={"Status": "Working"})
    (reopened,) = await org.query(soql)
    assert (reopened["IsClosed"], reopened["ClosedDate"]) == (False, None)


async def test_a_case_takes_the_account_of_its_contact(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    (dana,) = await org.query("SELECT Id, AccountId FROM Contact WHERE LastName = 'Whitfield'")
    case_id = await create_case(api, ContactId=dana["Id"])
    (case,) = await org.query(f"SELECT AccountId FROM Case WHERE Id = '{case_id}'")
    assert case["AccountId"] == dana["AccountId"]


async def test_changes_of_tracked_fields_are_in_the_history(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    (tom,) = await org.query("SELECT Id FROM User WHERE Name = 'Tom Albrecht'")
    case_id = await create_case(api, "FALSE", Subject="Tracked")
    (api_user,) = await org.query(f"SELECT OwnerId FROM Case WHERE Id = '{case_id}'")
    change = {"Status": "Working", "Priority": "High", "Subject": "Not tracked", "OwnerId": tom["Id"]}
    await api.patch(f"sobjects/Case/{case_id}", json=change, headers={"Sforce-Auto-Assign": "FALSE"})
    soql = f"SELECT Field, OldValue, NewValue FROM CaseHistory WHERE CaseId = '{case_id}' ORDER BY Id"
    entries = {(h["Field"], h["OldValue"], h["NewValue"]) for h in await org.query(soql)}
    assert entries == {
        ("created", None, None),
        ("Status", "New", "Working"),
        ("Priority", "Medium", "High"),
        ("Owner", "Casewright Integration", "Tom Albrecht"),
        ("Owner", api_user["OwnerId"], tom["Id"]),
    }


@pytest.mark.parametrize("between", [0, 2], ids=["its own parent", "a loop of four"])
async def test_a_case_can_never_be_its_own_ancestor(between: int, org: RunningOrg, api: httpx2.AsyncClient) -> None:
    first = last = await create_case(api)
    for _ in range(between + 1 if between else 0):
        last = await create_case(api, ParentId=last)
    answer = await api.patch(f"sobjects/Case/{first}", json={"ParentId": last})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "CIRCULAR_DEPENDENCY")
    (case,) = await org.query(f"SELECT ParentId FROM Case WHERE Id = '{first}'")
    assert case["ParentId"] is None


async def test_a_case_may_get_a_parent_and_lose_it(org: RunningOrg, api: httpx2.AsyncClient) -> None:
    incident, report = await create_case(api, Type="Incident"), await create_case(api)
    assert (await api.patch(f"sobjects/Case/{report}", json={"ParentId": incident})).status_code == 204
    (case,) = await org.query(f"SELECT Parent.Type FROM Case WHERE Id = '{report}'")
    assert case["Parent"]["Type"] == "Incident"
    assert (await api.patch(f"sobjects/Case/{report}", json={"ParentId": None})).status_code == 204
