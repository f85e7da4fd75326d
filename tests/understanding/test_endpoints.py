"""Labelling and explaining over HTTP, and a model that is swapped while customers are answered: on the whole application."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest

from casewright.app import create_app
from casewright.assembly import Parts, assembled
from casewright.background import background_jobs
from casewright.content import install_folder
from casewright.kit.principal import system
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind, Tenant
from casewright.tenants.service import TenantService
from casewright.understanding.trainings import QUEUE
from tests.cli.test_company import skeleton
from tests.conftest import Cluster

Headers = dict[str, str]

CUSTOMERS, MESSAGES = 12, 3


@pytest.fixture(scope="module")
def settings(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(data_dir=tmp_path_factory.mktemp("understanding"), **cluster.settings())


@pytest.fixture(scope="module")
async def shop(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Tenant:
    async with assembled(settings) as parts:
        return await install_folder(parts, skeleton(tmp_path_factory.mktemp("shop") / "bell-shop", "bell-shop"))


@pytest.fixture(scope="module")
async def served(settings: Settings, shop: Tenant) -> AsyncIterator[tuple[httpx2.AsyncClient, Parts]]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://casewright", timeout=60) as client:
            yield client, app.state.parts


@pytest.fixture
def client(served: tuple[httpx2.AsyncClient, Parts]) -> httpx2.AsyncClient:
    return served[0]


@pytest.fixture
def parts(served: tuple[httpx2.AsyncClient, Parts]) -> Parts:
    return served[1]


async def key(tenants: TenantService, tenant: Tenant, kind: ApiKeyKind = ApiKeyKind.OPERATOR) -> Headers:
    return {"Authorization": f"Bearer {await tenants.add_key(tenant.id, kind)}"}


async def opened(client: httpx2.AsyncClient, publishable: Headers) -> tuple[str, Headers]:
    conversation = (await client.post("/v1/conversations", json={}, headers=publishable)).json()
    return conversation["id"], {"Authorization": f"Bearer {conversation['token']}"}


async def say(client: httpx2.AsyncClient, conversation: str, customer: Headers, text: str) -> httpx2.Response:
    return await client.post(
        f"/v1/conversations/{conversation}/messages?wait=30",
        json={"text": text},
        headers={**customer, "Idempotency-Key": str(uuid4())},
    )


async def last_turn(client: httpx2.AsyncClient, conversation: str, operator: Headers) -> str:
    turns = await client.get(f"/v1/conversations/{conversation}/turns", headers=operator)
    return turns.json()["items"][-1]["id"]


async def work_off(parts: Parts) -> None:
    """All trainings that wait, as a worker does."""
    jobs = background_jobs(parts)
    async with jobs.open_async():
        await jobs.run_worker_async(queues=[QUEUE], wait=False, install_signal_handlers=False)


async def test_what_customers_wrote_is_labelled_by_an_operator_and_learned(
    client: httpx2.AsyncClient, parts: Parts, shop: Tenant, tenants: TenantService, other_tenant: Tenant
) -> None:
    operator, stranger = await key(tenants, shop), await key(tenants, other_tenant)
    conversation, customer = await opened(client, await key(tenants, shop, ApiKeyKind.PUBLISHABLE))
    assert (await say(client, conversation, customer, "recite a poem about the sea")).status_code == 200
    await parts.labelling.look_through(shop.id)
    (waiting,) = (await client.get("/v1/labelling", headers=operator)).json()["items"]
    assert (waiting["text"], waiting["reason"]) == ("recite a poem about the sea", "out_of_scope")
    assert (await client.get("/v1/labelling?reason=corrected", headers=operator)).json()["items"] == []
    assert (await client.get("/v1/labelling?state=all", headers=stranger)).json()["items"] == []
    path = f"/v1/labelling/{waiting['id']}"
    assert (await client.post(f"{path}/label", json={"intent": None}, headers=stranger)).status_code == 404
    wrong = await client.post(f"{path}/label", json={"intent": "open_cases"}, headers=operator)
    assert (wrong.status_code, "open_case" in wrong.json()["detail"]) == (422, True)
    done = await client.post(f"{path}/label", json={"intent": "open_case"}, headers=operator)
    assert (done.status_code, done.json()["state"], done.json()["intent"]) == (200, "labelled", "open_case")
    again = await client.post(f"{path}/dismiss", headers=operator)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/candidate-settled")
    await parts.understanding.retrain(shop.id)
    assert "recite a poem about the sea" in (await parts.understanding.intents(shop.id))["open_case"].examples


async def test_a_turn_is_explained_by_its_nearest_examples_and_corrected(
    client: httpx2.AsyncClient, shop: Tenant, tenants: TenantService, other_tenant: Tenant
) -> None:
    operator, stranger = await key(tenants, shop), await key(tenants, other_tenant)
    conversation, customer = await opened(client, await key(tenants, shop, ApiKeyKind.PUBLISHABLE))
    await say(client, conversation, customer, "I would like to complain about something")
    turn = await last_turn(client, conversation, operator)
    (explained,) = (await client.get(f"/v1/turns/{turn}/examples", headers=operator)).json()["items"]
    nearest = explained["examples"][0]
    assert (nearest["intent"], nearest["text"]) == ("open_case", "I would like to complain about something")
    assert nearest["similarity"] > 0.9
    assert (await client.get(f"/v1/turns/{turn}/examples", headers=stranger)).status_code == 404
    names = [one["name"] for one in (await client.get("/v1/intents", headers=operator)).json()["items"]]
    assert "case_status" in names
    correction = {"turn_id": turn, "intent": "case_status"}
    foreign = await client.post("/v1/labelling", json={"turn_id": turn, "intent": None}, headers=stranger)
    assert foreign.status_code == 404
    corrected = await client.post("/v1/labelling", json=correction, headers=operator)
    assert (corrected.status_code, corrected.json()["reason"], corrected.json()["state"]) == (
        201,
        "corrected",
        "labelled",
    )


async def test_a_training_is_asked_for_worked_off_judged_and_taken_back(
    client: httpx2.AsyncClient, parts: Parts, shop: Tenant, tenants: TenantService, other_tenant: Tenant
) -> None:
    operator, stranger = await key(tenants, shop), await key(tenants, other_tenant)
    before = (await parts.understanding.versions(shop.id))[0].version
    examples = [{"text": "my bell is cracked", "intent": "open_case"}, {"text": "hum a tune", "intent": "oos"}]
    asked = await client.post("/v1/intents/trainings", json={"examples": examples}, headers=operator)
    assert (asked.status_code, asked.json()["state"], asked.json()["added"]) == (202, "waiting", 2)
    path = f"/v1/intents/trainings/{asked.json()['id']}"
    assert (await client.get(path, headers=stranger)).json()["type"] == "/problems/training-not-found"
    await work_off(parts)
    done = (await client.get(path, headers=operator)).json()
    assert (done["state"], done["version"]) == ("succeeded", before + 1)
    report = (await client.get(f"/v1/intents/versions/{done['version']}/report", headers=operator)).json()
    assert (report["version"]["active"], report["version"]["trained_by"]) == (True, f"training {done['id']}")
    assert "open_case" in [one["name"] for one in report["report"]["quality"]["intents"]]
    assert (await client.get("/v1/intents/versions", headers=stranger)).json()["items"] == []
    foreign = await client.post(f"/v1/intents/versions/{before}/activate", headers=stranger)
    assert foreign.json()["type"] == "/problems/intent-model-missing"
    back = (await client.post("/v1/intents/rollback", headers=operator)).json()
    assert (back["version"], back["active"]) == (before, True)
    again = (await client.post(f"/v1/intents/versions/{done['version']}/activate", headers=operator)).json()
    assert (again["version"], again["active"]) == (done["version"], True)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"examples": [{"text": "x", "intent": "open_cases"}]}, 'did you mean "open_case"'),
        ({"examples": [{"text": "x" * 2001, "intent": None}]}, "examples.0.text"),
        ({"examples": [{"text": " ", "intent": None}]}, "examples.0.text"),
        ({"examples": [{"text": "x"}]}, "examples.0.intent"),
    ],
)
async def test_an_example_that_cannot_be_learned_is_refused(
    client: httpx2.AsyncClient, shop: Tenant, tenants: TenantService, body: dict[str, Any], told: str
) -> None:
    refused = await client.post("/v1/intents/trainings", json=body, headers=await key(tenants, shop))
    assert (refused.status_code, told in refused.json()["detail"]) == (422, True), refused.text


@pytest.mark.parametrize(
    "path", ["/v1/labelling", "/v1/intents", "/v1/intents/versions", f"/v1/turns/{UUID(int=1)}/examples"]
)
async def test_a_customer_sees_nothing_of_it(
    client: httpx2.AsyncClient, shop: Tenant, tenants: TenantService, path: str
) -> None:
    _, customer = await opened(client, await key(tenants, shop, ApiKeyKind.PUBLISHABLE))
    assert (await client.get(path, headers=customer)).status_code == 401


async def test_swapping_the_model_while_customers_write_drops_no_turn(
    client: httpx2.AsyncClient, parts: Parts, shop: Tenant, tenants: TenantService
) -> None:
    """Each message is answered once, by one version or the other, and both have answered."""
    await parts.understanding.retrain(shop.id)
    # Until the newest is loaded, the one in memory answers.
    await parts.understanding.intents(shop.id)
    newest, older = [one.version for one in await parts.understanding.versions(shop.id)][:2]
    publishable, operator = await key(tenants, shop, ApiKeyKind.PUBLISHABLE), await key(tenants, shop)
    conversations = [await opened(client, publishable) for _ in range(CUSTOMERS)]
    is_over = asyncio.Event()

    async def swap() -> None:
        while not is_over.is_set():
            for version in (older, newest):
                await parts.understanding.activate(shop.id, version)
                await asyncio.sleep(0.05)

    async def customer(conversation: str, headers: Headers) -> list[int]:
        return [
            (await say(client, conversation, headers, f"When are you open on day {number}?")).status_code
            for number in range(MESSAGES)
        ]

    swapping = asyncio.create_task(swap())
    statuses = await asyncio.gather(*(customer(*one) for one in conversations))
    is_over.set()
    await swapping
    assert statuses == [[200] * MESSAGES] * CUSTOMERS
    ran_on = set()
    for conversation, _ in conversations:
        turns = (await client.get(f"/v1/conversations/{conversation}/turns", headers=operator)).json()["items"]
        assert (len(turns), all(one["reply_id"] for one in turns)) == (MESSAGES, True)
        for one in turns:
            ran_on.add((await client.get(f"/v1/turns/{one['id']}", headers=operator)).json()["model_version"])
    assert ran_on == {f"intents {older}", f"intents {newest}"}
    async with parts.database.begin(system(shop.id)) as tx:
        assert await tx.fetchval("select count(*) from conversation_trigger where tenant_id = $1", shop.id) == 0
