"""What colleagues wrote in closed cases of the demo's org."""

from casewright.salesforce.case_replies import ClosedCaseReplies
from casewright.salesforce.client import SalesforceClient
from casewright.tenants.models import Tenant
from localorg.testing import RunningOrg
from tests.salesforce.conftest import OneOrg

WRITTEN = "The browser blocked our cookie because of a policy extension. With the site allowed, the login works."


async def test_what_the_owner_of_a_closed_case_wrote_is_told_with_the_cases_number(
    client: SalesforceClient, tenant: Tenant
) -> None:
    found = await ClosedCaseReplies(OneOrg(client, tenant.id)).replies(tenant.id)
    (reply,) = (one for one in found if one.text == WRITTEN)
    assert (reply.case_number, reply.about) == ("00001010", "Login page reloads without an error")


async def test_nothing_of_open_cases_and_nothing_that_came_in_through_casewright_is_told(
    org: RunningOrg, client: SalesforceClient, tenant: Tenant
) -> None:
    case_id = await client.create("Case", {"Subject": "Export dashboards", "Origin": "Web"})
    await client.create("CaseComment", {"ParentId": case_id, "CommentBody": "I asked twice.", "IsPublished": True})
    await client.update("Case", case_id, {"Status": "Closed"})
    told = {one.text for one in await ClosedCaseReplies(OneOrg(client, tenant.id)).replies(tenant.id)}
    rows = await org.query("SELECT CommentBody FROM CaseComment WHERE IsPublished = true AND Parent.IsClosed = false")
    assert rows
    assert told.isdisjoint({"I asked twice.", *(row["CommentBody"] for row in rows)})
