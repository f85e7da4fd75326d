"""Webhooks over HTTP, as an operator's key opens them."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from casewright.integrations.webhooks.endpoints import router
from casewright.kit.web import add_problem_handlers
from casewright.tenants.models import ApiKeyKind, TenantProfile
from casewright.tenants.service import TenantService
from tests.integrations.webhooks.conftest import Hub, Receiver


@pytest.fixture
async def client(hub: Hub, tenants: TenantService) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    add_problem_handlers(app)
    app.include_router(router(hub.webhooks, hub.deliverer, tenants))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://casewright") as opened:
        yield opened


@pytest.fixture
async def operator(hub: Hub, tenants: TenantService) -> dict[str, str]:
    return {"Authorization": f"Bearer {await tenants.add_key(hub.tenant.id, ApiKeyKind.OPERATOR)}"}


async def test_an_operator_adds_changes_tests_and_removes_a_webhook(
    client: httpx2.AsyncClient, operator: dict[str, str], receiver: Receiver
) -> None:
    wanted = {"url": receiver.url, "kinds": ["knowledge.gap"]}
    added = (await client.post("/v1/webhooks", json=wanted, headers=operator)).json()
    assert added["secret"].startswith("whsec_")
    path = f"/v1/webhooks/{added['id']}"
    shown = (await client.get(path, headers=operator)).json()
    assert (shown["url"], "secret" in shown) == (receiver.url, False)
    both = {**wanted, "kinds": ["knowledge.gap", "knowledge.conflict"]}
    assert (await client.put(path, json=both, headers=operator)).json()["kinds"] == [
        "knowledge.conflict",
        "knowledge.gap",
    ]
    assert (await client.post(f"{path}/test", headers=operator)).json()["ended_with"] == "delivered"
    assert (await client.delete(path, headers=operator)).status_code == 204
    assert (await client.get("/v1/webhooks", headers=operator)).json() == {"items": []}


async def test_dead_deliveries_are_seen_and_tried_again(
    client: httpx2.AsyncClient, operator: dict[str, str], hub: Hub, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    webhook = (await hub.subscribe(receiver.url)).webhook
    await client.post(f"/v1/webhooks/{webhook.id}/test", headers=operator)
    listed = await client.get(f"/v1/webhooks/deliveries?state=dead&webhook_id={webhook.id}", headers=operator)
    (dead,) = listed.json()["items"]
    path = f"/v1/webhooks/deliveries/{dead['id']}/retry"
    assert (await client.post(path, headers=operator)).json()["state"] == "waiting"
    again = await client.post(path, headers=operator)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/delivery-not-dead")


@pytest.mark.parametrize("url", ["https://10.0.0.1/hooks", "ftp://example.com", "http://8.8.8.8/"])
async def test_an_address_where_nothing_may_go_is_refused(
    client: httpx2.AsyncClient, operator: dict[str, str], url: str
) -> None:
    refused = await client.post("/v1/webhooks", json={"url": url, "kinds": ["knowledge.gap"]}, headers=operator)
    assert (refused.status_code, "url" in refused.json()["detail"]) == (422, True)


async def test_another_companys_key_and_a_customers_open_nothing(
    client: httpx2.AsyncClient, hub: Hub, receiver: Receiver, tenants: TenantService
) -> None:
    webhook = (await hub.subscribe(receiver.url)).webhook
    other = await tenants.save(f"other-{uuid4()}", "Another Company", TenantProfile())
    stranger = {"Authorization": f"Bearer {await tenants.add_key(other.id, ApiKeyKind.OPERATOR)}"}
    customer = {"Authorization": f"Bearer {await tenants.add_key(hub.tenant.id, ApiKeyKind.PUBLISHABLE)}"}
    assert (await client.get(f"/v1/webhooks/{webhook.id}", headers=stranger)).status_code == 404
    assert (await client.delete(f"/v1/webhooks/{webhook.id}", headers=stranger)).status_code == 404
    assert (await client.post(f"/v1/webhooks/deliveries/{uuid4()}/retry", headers=stranger)).status_code == 404
    assert (await client.get("/v1/webhooks", headers=stranger)).json()["items"] == []
    assert (await client.get("/v1/webhooks", headers=customer)).status_code == 401
