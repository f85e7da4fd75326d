"""The mailbox of a demo's org, which a rehearsal server reads for the tour."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from casewright.app import create_app
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind, Tenant
from casewright.tenants.service import TenantService
from localorg.testing import RunningOrg, start_org
from tests.conftest import Cluster

DANA = "dana.whitfield@harborlight.example"
SEED = Path(__file__).parents[2] / "examples" / "aurora" / "org.yaml"


@pytest.fixture
async def org(tmp_path: Path) -> AsyncIterator[RunningOrg]:
    async with start_org("aurora", SEED, tmp_path / "org") as org:
        yield org


@pytest.fixture
async def client(
    cluster: Cluster, tmp_path: Path, tenant: Tenant, other_tenant: Tenant, org: RunningOrg
) -> AsyncIterator[httpx2.AsyncClient]:
    """A rehearsal server beside a demo in which the first company has an org, and the second has none."""
    companies = [
        {"id": str(tenant.id), "publishable_key": "pk_1", "org": {"url": org.url}},
        {"id": str(other_tenant.id), "publishable_key": "pk_2", "org": None},
    ]
    (tmp_path / "demo.json").write_text(json.dumps({"tenants": companies}))
    app = create_app(Settings(data_dir=tmp_path, **cluster.settings(), rehearsal=True))
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://casewright") as client:
            yield client


async def key(tenants: TenantService, tenant: Tenant, kind: ApiKeyKind = ApiKeyKind.OPERATOR) -> dict[str, str]:
    return {"Authorization": f"Bearer {await tenants.add_key(tenant.id, kind)}"}


async def send_mail(org: RunningOrg, to: str, subject: str) -> None:
    mail = {"emailAddresses": to, "emailSubject": subject, "emailBody": "Your code is 123456."}
    async with httpx2.AsyncClient(base_url=org.url) as http:
        answer = await http.post(
            "/services/data/v67.0/actions/standard/emailSimple",
            json={"inputs": [mail]},
            headers={"Authorization": f"Bearer {await org.access_token()}"},
        )
        answer.raise_for_status()


async def test_an_operator_reads_what_was_mailed_to_an_address_the_newest_first(
    client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant, org: RunningOrg
) -> None:
    await send_mail(org, DANA, "First")
    await send_mail(org, "someone@else.example", "Not asked for")
    await send_mail(org, DANA, "Second")

    answer = await client.get("/v1/demo/mailbox", params={"to": DANA}, headers=await key(tenants, tenant))
    assert [mail["subject"] for mail in answer.json()["items"]] == ["Second", "First"]
    assert answer.json()["items"][0]["body"] == "Your code is 123456."


async def test_another_companys_operator_reads_none_of_it(
    client: httpx2.AsyncClient, tenants: TenantService, other_tenant: Tenant, org: RunningOrg
) -> None:
    await send_mail(org, DANA, "First")

    answer = await client.get("/v1/demo/mailbox", params={"to": DANA}, headers=await key(tenants, other_tenant))
    assert answer.status_code == 404
    assert "First" not in answer.text


async def test_a_customers_key_opens_no_mailbox(
    client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant
) -> None:
    publishable = await key(tenants, tenant, ApiKeyKind.PUBLISHABLE)
    for headers in ({}, publishable):
        answer = await client.get("/v1/demo/mailbox", params={"to": DANA}, headers=headers)
        assert answer.status_code in (401, 403)


async def test_an_org_that_is_away_is_a_problem_to_try_again(
    client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant, org: RunningOrg
) -> None:
    org.process.terminate()
    await org.process.wait()

    answer = await client.get("/v1/demo/mailbox", params={"to": DANA}, headers=await key(tenants, tenant))
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_production_server_has_no_such_mailbox(
    cluster: Cluster, tmp_path: Path, tenants: TenantService, tenant: Tenant
) -> None:
    app = create_app(Settings(data_dir=tmp_path, **cluster.settings()))
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://casewright") as client:
            headers = await key(tenants, tenant)
            answer = await client.get("/v1/demo/mailbox", params={"to": DANA}, headers=headers)
    assert answer.status_code == 404
