"""Imports over HTTP, on the whole application, and the worker's job that runs them."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from casewright.app import create_app
from casewright.assembly import Parts
from casewright.background import background_jobs
from casewright.kit.principal import system
from casewright.knowledge.sources import repository
from casewright.knowledge.sources.models import Defaults, ImportRequest, SourceKind
from casewright.knowledge.sources.service import QUEUE
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind, KnowledgeProfile, SalesforceKnowledge, Tenant, TenantProfile
from casewright.tenants.service import TenantService
from tests.conftest import Cluster
from tests.knowledge.sources.test_files import packed

IMPORTS = "/v1/knowledge/imports"
PAGE = b"<title>Descale a kettle</title><p>Vinegar removes limescale from a kettle.</p>"


@pytest.fixture(scope="module")
async def app(
    request: pytest.FixtureRequest, cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[FastAPI]:
    folder = tmp_path_factory.mktemp("imports")
    (folder / "models").symlink_to(request.config.cache.mkdir("sentence-model"))
    made = create_app(Settings(data_dir=folder, **cluster.settings()))
    async with made.router.lifespan_context(made):
        yield made


@pytest.fixture(scope="module")
async def client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://casewright", timeout=60) as opened:
        yield opened


@pytest.fixture(scope="module")
def parts(app: FastAPI) -> Parts:
    opened: Parts = app.state.parts
    return opened


@pytest.fixture(scope="module")
async def company(tenants: TenantService) -> Tenant:
    return await tenants.save("imports-over-http", "Kettles", TenantProfile())


@pytest.fixture(scope="module")
async def key(tenants: TenantService, company: Tenant) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {await tenants.add_key(company.id, ApiKeyKind.OPERATOR)}"}


@pytest.fixture(scope="module")
async def other_key(tenants: TenantService, other_tenant: Tenant) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {await tenants.add_key(other_tenant.id, ApiKeyKind.OPERATOR)}"}


async def work_off(parts: Parts) -> None:
    """All imports that wait, as a worker does."""
    jobs = background_jobs(parts)
    async with jobs.open_async():
        await jobs.run_worker_async(queues=[QUEUE], wait=False, install_signal_handlers=False)


async def sent(client: httpx2.AsyncClient, key: Mapping[str, str], name: str, content: bytes, **fields: str) -> Any:
    answer = await client.post(IMPORTS, headers=key, files={"file": (name, content)}, data=fields)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def test_a_file_is_accepted_at_once_and_read_by_a_worker(
    client: httpx2.AsyncClient, key: Mapping[str, str], parts: Parts, company: Tenant
) -> None:
    content = packed({"kettle.html": PAGE, "broken.pdf": b"nothing"})
    accepted = await sent(client, key, "C:\\docs\\all.zip", content, audience="customer", language="de")
    assert (accepted["state"], accepted["kind"], accepted["location"]) == ("waiting", "upload", "all.zip")
    await work_off(parts)
    done = (await client.get(f"{IMPORTS}/{accepted['id']}", headers=key)).json()
    assert (done["state"], done["total"], done["done"], done["counts"]["added"]) == ("succeeded", 2, 2, 1)
    assert [problem["name"] for problem in done["problems"]] == ["broken.pdf"]
    async with parts.database.begin(system(company.id)) as tx:
        (draft,) = await repository.articles_after(tx, company.id, "", 10)
        assert await repository.read_upload(tx, company.id, done["id"]) is None
    assert (draft.title, draft.audience, draft.language) == ("Descale a kettle", "customer", "de")


async def test_another_company_s_operator_sees_no_import(
    client: httpx2.AsyncClient, key: Mapping[str, str], other_key: Mapping[str, str]
) -> None:
    accepted = await sent(client, key, "kettle.html", PAGE)
    assert (await client.get(f"{IMPORTS}/{accepted['id']}", headers=other_key)).status_code == 404
    assert (await client.get(IMPORTS, headers=other_key)).json() == {"items": []}
    assert accepted["id"] in [one["id"] for one in (await client.get(IMPORTS, headers=key)).json()["items"]]


async def test_who_shows_no_operator_key_may_neither_send_nor_see(
    client: httpx2.AsyncClient, tenants: TenantService, company: Tenant
) -> None:
    publishable = {"Authorization": f"Bearer {await tenants.add_key(company.id, ApiKeyKind.PUBLISHABLE)}"}
    for headers in ({}, publishable):
        answer = await client.post(IMPORTS, headers=headers, files={"file": ("a.md", b"# A\n\nB.")})
        assert answer.status_code == 401
        assert (await client.get(IMPORTS, headers=headers)).status_code == 401


@pytest.mark.parametrize(
    ("name", "fields", "advice"),
    [
        ("a.exe", {}, "it must end in .csv"),
        ("a.md", {"audience": "everybody"}, "audience"),
        ("a.md", {"language": "English"}, "language"),
        ("a.md", {"source": "salesforce"}, 'either a "file" or source=salesforce'),
        (None, {}, 'either a "file" or source=salesforce'),
        (None, {"source": "website"}, 'either a "file" or source=salesforce'),
    ],
)
async def test_what_is_wrong_is_told_before_anything_is_kept(
    client: httpx2.AsyncClient, key: Mapping[str, str], name: str | None, fields: dict[str, str], advice: str
) -> None:
    before = (await client.get(IMPORTS, headers=key)).json()
    files = {"file": (name, b"# A\n\nB.")} if name else None
    answer = await client.post(IMPORTS, headers=key, files=files, data=fields)
    assert (answer.status_code, advice in answer.json()["detail"]) == (422, True)
    assert (await client.get(IMPORTS, headers=key)).json() == before


async def test_an_import_that_cannot_go_on_says_why_and_is_no_failed_job(
    client: httpx2.AsyncClient, key: Mapping[str, str], parts: Parts
) -> None:
    """The company has no org."""
    accepted = (await client.post(IMPORTS, headers=key, data={"source": "salesforce"})).json()
    await work_off(parts)
    done = (await client.get(f"{IMPORTS}/{accepted['id']}", headers=key)).json()
    assert (done["state"], "No Salesforce org is connected" in done["error"]) == ("failed", True)


async def test_a_schedule_begins_an_import_when_the_company_wants_it_and_not_before(
    parts: Parts, tenants: TenantService
) -> None:
    profile = TenantProfile(knowledge=KnowledgeProfile(salesforce=SalesforceKnowledge(every_minutes=30)))
    company = await tenants.save("imports-on-schedule", "Punctual", profile)
    principal, request = system(company.id), ImportRequest(kind=SourceKind.SALESFORCE, location="", defaults=Defaults())
    for _ in range(3):
        await parts.imports.accept_if_due(principal, request, 30)
    assert len(await parts.imports.newest(principal)) == 1
    await work_off(parts)
    await parts.imports.accept_if_due(principal, request, 30)
    assert len(await parts.imports.newest(principal)) == 1
    await parts.imports.accept_if_due(principal, request, 0)
    assert len(await parts.imports.newest(principal)) == 2


async def test_where_another_has_to_review_a_file_publishes_nothing(
    client: httpx2.AsyncClient, tenants: TenantService, parts: Parts
) -> None:
    profile = TenantProfile(knowledge=KnowledgeProfile(review_by_another=True))
    careful = await tenants.save("careful-kettles", "Careful Kettles", profile)
    key = {"Authorization": f"Bearer {await tenants.add_key(careful.id, ApiKeyKind.OPERATOR)}"}

    await sent(client, key, "kettle.html", PAGE)
    await work_off(parts)

    (article,) = (await client.get("/v1/knowledge/articles", headers=key)).json()["items"]
    assert article["status"] == "review"
    async with parts.database.begin(system(careful.id)) as tx:
        assert await tx.fetchval("select count(*) from passage where tenant_id = $1", careful.id) == 0
