"""Closing a case and opening it again."""

import pytest

from casewright.procedures.models import ActionStatus, CallerIdentity
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.outcomes import NOT_DONE
from localorg.testing import RunningOrg
from tests.salesforce.conftest import Act

OPEN_CASE = "Nightly export stops at 40 percent"
CLOSED_LONG_AGO = "Export file lacks two columns"


async def number_of(org: RunningOrg, subject: str) -> str:
    (case,) = await org.query(f"SELECT CaseNumber FROM Case WHERE Subject = '{subject}'")
    return str(case["CaseNumber"])


async def status_of(org: RunningOrg, number: str) -> str:
    (case,) = await org.query(f"SELECT Status FROM Case WHERE CaseNumber = '{number}'")
    return str(case["Status"])


async def comments_of(org: RunningOrg, number: str) -> list[str]:
    rows = await org.query(f"SELECT CommentBody FROM CaseComment WHERE Parent.CaseNumber = '{number}' ORDER BY Id")
    return [row["CommentBody"] for row in rows]


@pytest.fixture
async def closed(org: RunningOrg, client: SalesforceClient, dana: CallerIdentity) -> str:
    """The number of a case of Dana's that was closed a moment ago."""
    await client.create("Case", {"Subject": "Closed lately", "ContactId": dana.contact_id, "Status": "Closed"})
    return await number_of(org, "Closed lately")


async def test_a_case_is_closed_once(org: RunningOrg, act: Act, look: Act, dana: CallerIdentity) -> None:
    number = await number_of(org, OPEN_CASE)
    assert await look("close_case", dana, number=number) == NOT_DONE
    outcome = await act("close_case", dana, number=number)
    assert (outcome.code, outcome.values) == ("done", {"number": number})
    assert await status_of(org, number) == "Closed"
    assert await look("close_case", dana, number=number) == outcome
    assert (await act("close_case", dana, number=number)).code == "already"


async def test_a_case_is_opened_again_with_the_reason_and_routed(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity, closed: str
) -> None:
    assert await look("reopen_case", dana, number=closed, reason="It is back") == NOT_DONE
    outcome = await act("reopen_case", dana, number=closed, reason="It is back")
    assert (outcome.code, outcome.values) == ("done", {"number": closed})
    (case,) = await org.query(f"SELECT Status, ClosedDate, Owner.Name FROM Case WHERE CaseNumber = '{closed}'")
    assert (case["Status"], case["ClosedDate"], case["Owner"]["Name"]) == ("New", None, "Tier 1 Support")
    assert await comments_of(org, closed) == ["It is back"]
    assert await look("reopen_case", dana, number=closed, reason="It is back") == outcome


async def test_a_reopening_that_broke_off_half_way_is_finished_without_a_second_comment(
    org: RunningOrg, act: Act, look: Act, dana: CallerIdentity, closed: str
) -> None:
    await org.fault("status", method="PATCH", path_contains="/sobjects/Case/", status=503, times=2)
    assert (await act("reopen_case", dana, number=closed, reason="It is back")).status is ActionStatus.UNCERTAIN
    assert await look("reopen_case", dana, number=closed, reason="It is back") == NOT_DONE
    await org.clear_faults()
    assert (await act("reopen_case", dana, number=closed, reason="It is back")).code == "done"
    assert await comments_of(org, closed) == ["It is back"]


async def test_what_cannot_be_opened_again_says_why(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    number, old = await number_of(org, OPEN_CASE), await number_of(org, CLOSED_LONG_AGO)
    still_open = await act("reopen_case", dana, number=number, reason="x")
    too_old = await act("reopen_case", dana, number=old, reason="x")
    assert (still_open.code, too_old.code) == ("already_open", "too_old")
    assert too_old.values["number"] == old
    assert str(too_old.values["closed_on"]).endswith("2026") or too_old.values["closed_on"]
    assert await status_of(org, old) == "Closed"
    assert "x" not in await comments_of(org, old)


async def test_a_case_closed_29_days_ago_may_be_opened_again(org: RunningOrg, act: Act, dana: CallerIdentity) -> None:
    graham = await org.query(
        "SELECT CaseNumber FROM Case WHERE ClosedDate = LAST_N_DAYS:30 AND Contact.LastName = 'Pell'"
    )
    (contact,) = await org.query("SELECT Id, AccountId FROM Contact WHERE LastName = 'Pell'")
    identity = dana.model_copy(update={"contact_id": contact["Id"], "account_id": contact["AccountId"]})
    outcome = await act("reopen_case", identity, number=graham[0]["CaseNumber"], reason="One more question")
    assert outcome.code == "done"


@pytest.mark.parametrize("action", ["close_case", "reopen_case"])
async def test_another_customers_case_is_neither_closed_nor_opened(
    action: str, org: RunningOrg, act: Act, look: Act, marcus: CallerIdentity, closed: str
) -> None:
    for number in (await number_of(org, OPEN_CASE), closed):
        before = await status_of(org, number)
        outcome = await act(action, marcus, number=number, reason="x")
        assert (outcome.code, outcome.values) == ("not_found", {})
        assert await look(action, marcus, number=number, reason="x") == NOT_DONE
        assert await status_of(org, number) == before
