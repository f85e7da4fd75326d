"""Gaps over HTTP, as an operator's key opens them."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx2
import pytest
from fastapi import FastAPI

from casewright.kit.web import add_problem_handlers
from casewright.knowledge.gaps.endpoints import router
from casewright.tenants.models import ApiKeyKind, TenantProfile
from casewright.tenants.service import TenantService
from tests.knowledge.gaps.conftest import Helpdesk

EXPORT = "Can I export my dashboards to a spreadsheet?"
HOW = "Open the dashboard and choose Export, then Spreadsheet."


@pytest.fixture
async def client(helpdesk: Helpdesk, tenants: TenantService) -> AsyncIterator[httpx2.AsyncClient]:
    app = FastAPI()
    add_problem_handlers(app)
    app.include_router(router(helpdesk.gaps, tenants))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://casewright") as opened:
        yield opened


@pytest.fixture
async def operator(helpdesk: Helpdesk, tenants: TenantService) -> dict[str, str]:
    return {"Authorization": f"Bearer {await tenants.add_key(helpdesk.operator.tenant_id, ApiKeyKind.OPERATOR)}"}


async def test_an_operator_sees_a_topic_and_has_a_draft_made(
    client: httpx2.AsyncClient, operator: dict[str, str], helpdesk: Helpdesk
) -> None:
    key = await helpdesk.ask(EXPORT)
    await helpdesk.colleague(HOW)
    await helpdesk.look()
    (topic,) = (await client.get("/v1/knowledge/gaps", headers=operator)).json()["items"]
    assert (topic["name"], topic["figures"]["volume"]) == ("export dashboards spreadsheet", 1)
    path = f"/v1/knowledge/gaps/{topic['id']}"
    shown = (await client.get(path, headers=operator)).json()
    assert [(one["text"], one["reason"]) for one in shown["examples"]] == [(EXPORT, "unanswered")]
    drafted = await client.post(f"{path}/draft", headers=operator)
    assert (drafted.status_code, drafted.json()["state"]) == (201, "drafted")
    assert [one["conversation_id"] for one in drafted.json()["sources"]] == [str(key.conversation_id)]
    again = await client.post(f"{path}/draft", headers=operator)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/gap-settled")
    assert (await client.get("/v1/knowledge/gaps?state=dismissed", headers=operator)).json()["items"] == []


async def test_a_topic_is_dismissed_with_a_reason_and_reopened(
    client: httpx2.AsyncClient, operator: dict[str, str], helpdesk: Helpdesk
) -> None:
    await helpdesk.ask(EXPORT)
    path = f"/v1/knowledge/gaps/{(await helpdesk.only_topic()).gap.id}"
    assert (await client.post(f"{path}/dismiss", json={"reason": " "}, headers=operator)).status_code == 422
    dismissed = (await client.post(f"{path}/dismiss", json={"reason": "not ours"}, headers=operator)).json()
    assert (dismissed["state"], dismissed["reason"]) == ("dismissed", "not ours")
    assert (await client.post(f"{path}/reopen", headers=operator)).json()["state"] == "open"
    nothing = await client.post(f"{path}/draft", headers=operator)
    assert (nothing.status_code, nothing.json()["type"]) == (409, "/problems/nothing-to-draft-from")


async def test_another_companys_key_and_a_customers_open_nothing(
    client: httpx2.AsyncClient, helpdesk: Helpdesk, tenants: TenantService
) -> None:
    await helpdesk.ask(EXPORT)
    path = f"/v1/knowledge/gaps/{(await helpdesk.only_topic()).gap.id}"
    other = await tenants.save(f"other-{uuid4()}", "Another Company", TenantProfile())
    stranger = {"Authorization": f"Bearer {await tenants.add_key(other.id, ApiKeyKind.OPERATOR)}"}
    key = await tenants.add_key(helpdesk.operator.tenant_id, ApiKeyKind.PUBLISHABLE)
    assert (await client.get(path, headers=stranger)).status_code == 404
    assert (await client.post(f"{path}/draft", headers=stranger)).status_code == 404
    assert (await client.get("/v1/knowledge/gaps?state=all", headers=stranger)).json()["items"] == []
    assert (await client.get(path, headers={"Authorization": f"Bearer {key}"})).status_code == 401
