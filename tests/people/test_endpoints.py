"""Erasing over HTTP."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from casewright.app import create_app
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind, Tenant
from casewright.tenants.service import TenantService
from tests.conftest import Cluster

Headers = dict[str, str]


@pytest.fixture(scope="module")
async def client(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("people"), **cluster.settings()))
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://casewright") as client:
            yield client


async def key(tenants: TenantService, tenant: Tenant, kind: ApiKeyKind = ApiKeyKind.OPERATOR) -> Headers:
    return {"Authorization": f"Bearer {await tenants.add_key(tenant.id, kind)}"}


async def talked(client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant) -> tuple[str, Headers]:
    """A conversation's id, and its customer's token."""
    headers = await key(tenants, tenant, ApiKeyKind.PUBLISHABLE)
    opened = (await client.post("/v1/conversations", json={}, headers=headers)).json()
    return opened["id"], {"Authorization": f"Bearer {opened['token']}"}


async def test_an_operator_erases_whoever_talked_in_a_conversation(
    client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant
) -> None:
    conversation, customer = await talked(client, tenants, tenant)
    operator = await key(tenants, tenant)
    before = await client.get(f"/v1/conversations/{conversation}/transcript", headers=operator)
    assert any(part["text"] for message in before.json()["messages"] for part in message.get("parts", []))
    answer = await client.post("/v1/people/erasures", json={"conversation_id": conversation}, headers=operator)
    assert (answer.status_code, answer.json()["conversations"], answer.json()["org_status"]) == (201, 1, "done")
    again = await client.get(f"/v1/people/erasures/{answer.json()['id']}", headers=operator)
    assert again.json() == answer.json()
    read = await client.get(f"/v1/conversations/{conversation}/transcript", headers=customer)
    assert read.status_code == 401
    shown = (await client.get(f"/v1/conversations/{conversation}/transcript", headers=operator)).json()
    assert shown["status"] == "closed"
    assert not any(part["text"] for message in shown["messages"] for part in message.get("parts", []))


async def test_another_companys_operator_finds_nobody(
    client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant, other_tenant: Tenant
) -> None:
    conversation, customer = await talked(client, tenants, tenant)
    stranger = await key(tenants, other_tenant)
    answer = await client.post("/v1/people/erasures", json={"conversation_id": conversation}, headers=stranger)
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/person-not-found")
    read = await client.get(f"/v1/conversations/{conversation}/transcript", headers=customer)
    assert read.status_code == 200


async def test_a_customer_cannot_erase(client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant) -> None:
    conversation, customer = await talked(client, tenants, tenant)
    answer = await client.post("/v1/people/erasures", json={"conversation_id": conversation}, headers=customer)
    assert answer.status_code == 401


@pytest.mark.parametrize("body", [{}, {"email": "a@b.example", "conversation_id": "0" * 32}, {"email": ""}])
async def test_a_request_that_does_not_say_whom_is_refused(
    client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant, body: dict[str, str]
) -> None:
    answer = await client.post("/v1/people/erasures", json=body, headers=await key(tenants, tenant))
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
