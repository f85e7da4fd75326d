"""Entitlement processes, by the org's own clock."""

from typing import Any

import httpx2
import pytest

from localorg.testing import RunningOrg

MONDAY_AT_NINE = "2026-11-16T14:00:00Z"
"""In New York, where the office is."""


async def clock(org: RunningOrg, **told: Any) -> None:
    async with httpx2.AsyncClient(base_url=org.url, trust_env=False) as client:
        (await client.post("/localorg/clock", json=told)).raise_for_status()


async def entitled_case(org: RunningOrg, rest: httpx2.AsyncClient, at: str = MONDAY_AT_NINE) -> str:
    await clock(org, at=at)
    (entitlement,) = await org.query("SELECT Id FROM Entitlement")
    answer = await rest.post("sobjects/Case", json={"Subject": "Slow", "EntitlementId": entitlement["Id"]})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def milestones(org: RunningOrg, case_id: str) -> dict[str, tuple[str, bool, bool]]:
    soql = (
        f"SELECT MilestoneType.Name, TargetDate, IsCompleted, IsViolated FROM CaseMilestone WHERE CaseId = '{case_id}'"
    )
    found = await org.query(soql)
    return {m["MilestoneType"]["Name"]: (m["TargetDate"][:16], m["IsCompleted"], m["IsViolated"]) for m in found}


async def status(org: RunningOrg, case_id: str) -> str:
    (case,) = await org.query(f"SELECT MilestoneStatus FROM Case WHERE Id = '{case_id}'")
    return str(case["MilestoneStatus"])


async def test_milestones_begin_with_the_case_and_count_business_hours(
    starter: RunningOrg, rest: httpx2.AsyncClient
) -> None:
    case_id = await entitled_case(
        starter, rest, "2026-11-13T21:30:00Z"
    )  # a Friday, half an hour before the office closes
    assert await milestones(starter, case_id) == {
        "First Response": ("2026-11-16T14:30", False, False),
        "Resolution": ("2026-11-16T21:30", False, False),
    }
    assert await status(starter, case_id) == "Compliant"


async def test_a_milestone_is_met_in_time_or_violated(starter: RunningOrg, rest: httpx2.AsyncClient) -> None:
    case_id = await entitled_case(starter, rest)
    await clock(starter, advance=1800)
    await rest.patch(f"sobjects/Case/{case_id}", json={"Status": "Working"})
    assert (await milestones(starter, case_id))["First Response"][1:] == (True, False)
    await clock(starter, advance=86_400)
    assert (await milestones(starter, case_id))["Resolution"][1:] == (False, True)
    assert await status(starter, case_id) == "Open Violation"
    await rest.patch(f"sobjects/Case/{case_id}", json={"Status": "Closed"})
    assert (await milestones(starter, case_id))["Resolution"][1:] == (True, True)
    assert await status(starter, case_id) == "Closed Violation"
    (case,) = await starter.query(f"SELECT ClosedDate, SlaExitDate FROM Case WHERE Id = '{case_id}'")
    assert case["SlaExitDate"] == case["ClosedDate"]


async def test_time_in_which_a_case_is_stopped_does_not_count(starter: RunningOrg, rest: httpx2.AsyncClient) -> None:
    case_id = await entitled_case(starter, rest)
    await rest.patch(f"sobjects/Case/{case_id}", json={"IsStopped": True})
    await clock(starter, advance=7200)
    assert (await milestones(starter, case_id))["First Response"] == ("2026-11-16T15:00", False, False)
    await rest.patch(f"sobjects/Case/{case_id}", json={"IsStopped": False})
    assert (await milestones(starter, case_id))["First Response"] == ("2026-11-16T17:00", False, False)


async def test_a_milestone_is_completed_by_its_date(starter: RunningOrg, rest: httpx2.AsyncClient) -> None:
    case_id = await entitled_case(starter, rest)
    soql = f"SELECT Id FROM CaseMilestone WHERE CaseId = '{case_id}' AND MilestoneType.Name = 'Resolution'"
    (milestone,) = await starter.query(soql)
    path = f"sobjects/CaseMilestone/{milestone['Id']}"
    early = await rest.patch(path, json={"CompletionDate": "2026-11-16T10:00:00Z"})
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "FIELD_INTEGRITY_EXCEPTION")
    assert (await rest.patch(path, json={"CompletionDate": "2026-11-17T14:00:00Z"})).status_code == 204
    assert (await milestones(starter, case_id))["Resolution"][1:] == (True, True)


async def test_a_holiday_is_no_working_day(starter: RunningOrg, rest: httpx2.AsyncClient) -> None:
    await rest.post("sobjects/Holiday", json={"Name": "Closed", "ActivityDate": "2026-11-16"})
    case_id = await entitled_case(starter, rest, "2026-11-13T21:30:00Z")
    assert (await milestones(starter, case_id))["First Response"][0] == "2026-11-17T14:30"


async def test_a_case_without_entitlement_has_no_milestones(starter: RunningOrg, rest: httpx2.AsyncClient) -> None:
    case_id = (await rest.post("sobjects/Case", json={"Subject": "Free"})).json()["id"]
    assert await milestones(starter, case_id) == {}


@pytest.mark.parametrize(
    ("recurrence", "second"),
    [("none", []), ("recursIndependently", ["15:30"]), ("recursChained", ["16:00"])],
)
async def test_a_milestone_that_recurs_begins_again_once_it_was_met(
    starter: RunningOrg, rest: httpx2.AsyncClient, recurrence: str, second: list[str]
) -> None:
    (kind,) = await starter.query("SELECT Id FROM MilestoneType WHERE Name = 'First Response'")
    await rest.patch(f"sobjects/MilestoneType/{kind['Id']}", json={"RecurrenceType": recurrence})
    case_id = await entitled_case(starter, rest)
    await clock(starter, advance=1200)
    await rest.patch(f"sobjects/Case/{case_id}", json={"Status": "Working"})
    await clock(starter, advance=600)
    await rest.patch(f"sobjects/Case/{case_id}", json={"Status": "Waiting on Customer"})
    soql = (
        f"SELECT TargetDate, IsCompleted FROM CaseMilestone WHERE CaseId = '{case_id}' "
        "AND MilestoneType.Name = 'First Response' ORDER BY StartDate"
    )
    first, *rest_of_them = await starter.query(soql)
    assert (first["TargetDate"][11:16], first["IsCompleted"]) == ("15:00", True)
    assert [one["TargetDate"][11:16] for one in rest_of_them] == second
