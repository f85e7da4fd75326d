"""The whole application in this process: limits, problems, health."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest

from casewright.app import create_app, describe_api
from casewright.kit.database import Database
from casewright.kit.principal import system
from casewright.settings import Limits, Settings
from casewright.tenants.models import ApiKeyKind, Tenant, TenantProfile
from casewright.tenants.service import TenantService
from tests.conftest import Cluster


@pytest.fixture(scope="module")
async def client(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    limits = Limits(requests_per_minute=6, concurrent_conversations=3, conversation_active_seconds=60)
    settings = Settings(data_dir=tmp_path_factory.mktemp("application"), **cluster.settings(), limits=limits)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://casewright") as client:
            yield client


@pytest.fixture
async def busy_tenant(tenants: TenantService) -> Tenant:
    return await tenants.save(f"busy-{uuid4()}", "Busy Company", TenantProfile())


async def key(tenants: TenantService, tenant: Tenant, kind: ApiKeyKind = ApiKeyKind.PUBLISHABLE) -> dict[str, str]:
    return {"Authorization": f"Bearer {await tenants.add_key(tenant.id, kind)}"}


async def test_more_conversations_at_once_than_allowed_are_refused_with_a_time_to_come_back(
    client: httpx2.AsyncClient, tenants: TenantService, busy_tenant: Tenant
) -> None:
    headers = await key(tenants, busy_tenant)
    answers = [await client.post("/v1/conversations", json={}, headers=headers) for _ in range(4)]
    assert [one.status_code for one in answers] == [201, 201, 201, 429]
    refused = answers[-1]
    assert refused.json()["code"] == "ResourceLimitExceeded"
    assert refused.json()["type"] == "/problems/resource-limit-exceeded"
    assert int(refused.headers["Retry-After"]) >= 1


async def test_more_requests_a_minute_than_allowed_are_refused_and_other_tenants_are_not(
    client: httpx2.AsyncClient, tenants: TenantService, busy_tenant: Tenant
) -> None:
    headers = await key(tenants, busy_tenant, ApiKeyKind.OPERATOR)
    statuses = [(await client.get("/v1/inbox", headers=headers)).status_code for _ in range(9)]
    assert statuses[:3] == [200, 200, 200]
    assert statuses[-1] == 429
    others = await key(tenants, await tenants.save("calm", "Calm", TenantProfile()), ApiKeyKind.OPERATOR)
    assert (await client.get("/v1/inbox", headers=others)).status_code == 200


async def test_what_only_rehearsals_need_is_not_there_in_production(
    client: httpx2.AsyncClient, tenants: TenantService, busy_tenant: Tenant
) -> None:
    assert (await client.get("/v1/demo")).status_code == 404
    headers = await key(tenants, busy_tenant)
    opened = (await client.post("/v1/conversations", json={}, headers=headers)).json()
    moved = await client.post(
        f"/v1/conversations/{opened['id']}/clock",
        json={"advance_seconds": 60},
        headers={"Authorization": f"Bearer {opened['token']}"},
    )
    assert moved.status_code == 404


async def test_a_tenant_without_content_still_says_honestly_that_it_does_not_know(
    client: httpx2.AsyncClient, tenants: TenantService, busy_tenant: Tenant
) -> None:
    opened = (await client.post("/v1/conversations", json={}, headers=await key(tenants, busy_tenant))).json()
    answer = await client.post(
        f"/v1/conversations/{opened['id']}/messages?wait=20",
        json={"text": "How do I export data?"},
        headers={"Authorization": f"Bearer {opened['token']}", "Idempotency-Key": "1"},
    )
    assert answer.status_code == 200
    assert answer.json()["status"] == "replied"


async def test_the_consent_that_was_given_is_kept(
    client: httpx2.AsyncClient, tenants: TenantService, busy_tenant: Tenant, database: Database
) -> None:
    headers = await key(tenants, busy_tenant)
    assert (
        await client.post("/v1/conversations", json={"consent_to_improvement": True}, headers=headers)
    ).status_code == 201
    async with database.begin(system(busy_tenant.id, "test")) as tx:
        rows = await tx.fetch("select purpose, granted from consent")
    assert [tuple(row) for row in rows] == [("improvement", True)]


async def test_a_site_shows_its_agent_and_greets_by_page_as_its_conversations_do(
    client: httpx2.AsyncClient, tenants: TenantService
) -> None:
    chat = {
        "agent_name": "Aura",
        "colour": "#0b5cab",
        "avatar": "data:image/png;base64,AAAA",
        "greetings": [
            {"page": "/billing*", "text": {"en": "A bill?"}, "suggested_questions": {"en": ["Where is it?"]}}
        ],
    }
    face = await tenants.save(f"face-{uuid4()}", "Face Company", TenantProfile.model_validate({"chat": chat}))
    headers = await key(tenants, face)
    site = (await client.get("/v1/site", params={"page": "/billing", "time_zone": "UTC"}, headers=headers)).json()
    assert (site["agent_name"], site["colour"], site["avatar"]) == ("Aura", "#0b5cab", "data:image/png;base64,AAAA")
    assert site["suggested"] == ["Where is it?"]
    assert site["greeting"].startswith("A bill? I am Aura, ")
    opened = (await client.post("/v1/conversations", json={"page": "/billing"}, headers=headers)).json()
    own = {"Authorization": f"Bearer {opened['token']}"}
    transcript = (await client.get(f"/v1/conversations/{opened['id']}/transcript", headers=own)).json()
    assert transcript["messages"][0]["text"] == site["greeting"]


async def test_a_site_without_a_face_has_empty_values_and_nothing_of_anothers(
    client: httpx2.AsyncClient, tenants: TenantService, other_tenant: Tenant
) -> None:
    site = (await client.get("/v1/site", headers=await key(tenants, other_tenant))).json()
    assert (site["agent_name"], site["colour"], site["avatar"], site["suggested"]) == ("", "", "", [])
    assert "Second Company" in site["greeting"]


def test_the_api_description_in_the_reference_is_up_to_date() -> None:
    written = json.loads((Path(__file__).parents[2] / "docs" / "reference" / "openapi.json").read_text(encoding="utf8"))
    assert json.loads(json.dumps(describe_api())) == written, "run `make openapi`"
