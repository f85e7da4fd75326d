"""Articles that disagree, over HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from casewright.kit.web import DescribedApi, add_problem_handlers
from casewright.knowledge.conflicts.endpoints import router
from casewright.tenants.models import ApiKeyKind, Tenant
from casewright.tenants.service import TenantService
from tests.knowledge.conflicts.conftest import OURS, THEIRS, Desk, two_disagreeing

CONFLICTS = "/v1/knowledge/conflicts"


@pytest.fixture
async def client(desk: Desk, tenants: TenantService) -> AsyncIterator[httpx2.AsyncClient]:
    app = DescribedApi()
    add_problem_handlers(app)
    app.include_router(router(desk.company.database, desk.conflicts, tenants))
    key = await tenants.add_key(desk.company.tenant_id, ApiKeyKind.OPERATOR)
    transport, headers = httpx2.ASGITransport(app=app), {"Authorization": f"Bearer {key}"}
    async with httpx2.AsyncClient(transport=transport, base_url="http://casewright", headers=headers) as client:
        yield client


async def test_operators_read_both_sentences_side_by_side(desk: Desk, client: httpx2.AsyncClient) -> None:
    found = await two_disagreeing(desk)
    page = (await client.get(CONFLICTS)).json()
    assert [(one["one"]["text"], one["other"]["text"]) for one in page["items"]] == [(THEIRS, OURS)]
    assert page["next_cursor"] is None
    assert (await client.get(f"{CONFLICTS}/{found.id}")).json() == page["items"][0]


async def test_a_long_list_comes_in_pages(desk: Desk, client: httpx2.AsyncClient) -> None:
    for number in range(11):
        await desk.publish(f"refunds-{number}", f"A refund is paid within {number + 3} days.")
    await desk.check()
    first = (await client.get(CONFLICTS)).json()
    second = (await client.get(CONFLICTS, params={"cursor": first["next_cursor"]})).json()
    assert (len(first["items"]), len(second["items"]), second["next_cursor"]) == (50, 5, None)
    assert len({one["id"] for one in first["items"] + second["items"]}) == 55


@pytest.mark.parametrize("cursor", ["x", "eA==", "MjAyNi0wMS0wMSB4"])
async def test_a_cursor_of_another_making_is_refused(client: httpx2.AsyncClient, cursor: str) -> None:
    assert (await client.get(CONFLICTS, params={"cursor": cursor})).status_code == 422


async def test_operators_resolve_and_dismiss_with_a_reason(desk: Desk, client: httpx2.AsyncClient) -> None:
    found = await two_disagreeing(desk)
    no_reason = await client.post(f"{CONFLICTS}/{found.id}/resolve", json={"resolution": "version", "reason": " "})
    assert no_reason.status_code == 422
    body = {"resolution": "version", "reason": "asked billing", "kept": str(found.other.article_id)}
    resolved = (await client.post(f"{CONFLICTS}/{found.id}/resolve", json=body)).json()
    assert (resolved["state"], resolved["kept"]) == ("resolved", body["kept"])
    assert [one["version_before"] for one in resolved["done"]] == [1]
    again = await client.post(f"{CONFLICTS}/{found.id}/dismiss", json={"reason": "none"})
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (409, "conflict-settled")


async def test_only_one_of_both_articles_can_be_kept(desk: Desk, client: httpx2.AsyncClient) -> None:
    found = await two_disagreeing(desk)
    body = {"resolution": "version", "reason": "asked", "kept": str(found.id)}
    assert (await client.post(f"{CONFLICTS}/{found.id}/resolve", json=body)).status_code == 422


async def test_another_company_sees_and_settles_nothing(
    desk: Desk, client: httpx2.AsyncClient, tenants: TenantService, other_tenant: Tenant
) -> None:
    found = await two_disagreeing(desk)
    client.headers["Authorization"] = f"Bearer {await tenants.add_key(other_tenant.id, ApiKeyKind.OPERATOR)}"
    assert (await client.get(CONFLICTS, params={"state": "all"})).json()["items"] == []
    assert (await client.get(f"{CONFLICTS}/{found.id}")).status_code == 404
    for step, body in (("resolve", {"resolution": "merge", "reason": "mine"}), ("dismiss", {"reason": "mine"})):
        assert (await client.post(f"{CONFLICTS}/{found.id}/{step}", json=body)).status_code == 404
    assert len(await desk.found()) == 1


async def test_customers_have_no_way_to_it(desk: Desk, client: httpx2.AsyncClient, tenants: TenantService) -> None:
    key = await tenants.add_key(desk.company.tenant_id, ApiKeyKind.PUBLISHABLE)
    client.headers["Authorization"] = f"Bearer {key}"
    assert (await client.get(CONFLICTS)).status_code == 401
