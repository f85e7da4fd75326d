"""Articles over HTTP, on the whole application."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from casewright.app import create_app
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.schemas import ArticleContent
from casewright.settings import Settings
from casewright.tenants.models import ApiKeyKind, KnowledgeProfile, Tenant, TenantProfile
from casewright.tenants.service import TenantService
from tests.conftest import Cluster

ARTICLES = "/v1/knowledge/articles"
HOW_TO_DESCALE = {"text": "How do I remove limescale from the kettle?"}
VINEGAR, CITRIC_ACID = (f"{what} removes limescale from the kettle." for what in ("Vinegar", "Citric acid"))


@pytest.fixture(scope="module")
async def client(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("knowledge"), **cluster.settings()))
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://casewright", timeout=60) as client:
            yield client


@dataclass(frozen=True)
class Operator:
    client: httpx2.AsyncClient
    headers: Mapping[str, str]

    async def call(self, method: str, path: str, status: int = 200, **options: Any) -> Any:
        headers = {**self.headers, **options.pop("headers", {})}
        answer = await self.client.request(method, path, headers=headers, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    async def get(self, path: str, status: int = 200, **options: Any) -> Any:
        return await self.call("GET", path, status, **options)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, status: int = 200, **options: Any) -> Any:
        return await self.call("POST", path, status, json=body or {}, **options)

    async def drafted(self, key: str = "kettle", body: str = VINEGAR, **fields: Any) -> str:
        article = await self.post(ARTICLES, {**content(key, body), **fields}, 201)
        return f"{ARTICLES}/{article['id']}"

    async def published(self, key: str = "kettle", body: str = VINEGAR, **fields: Any) -> str:
        path = await self.drafted(key, body, **fields)
        await self.post(f"{path}/publish")
        return path


def content(key: str = "kettle", body: str = VINEGAR) -> dict[str, str]:
    return {"key": key, "title": "Descale the kettle", "body": body}


async def operator_of(client: httpx2.AsyncClient, tenants: TenantService, tenant: Tenant) -> Operator:
    return Operator(client, {"Authorization": f"Bearer {await tenants.add_key(tenant.id, ApiKeyKind.OPERATOR)}"})


@pytest.fixture
async def shop(tenants: TenantService) -> Tenant:
    return await tenants.save(f"shop-{uuid4()}", "Shop", TenantProfile())


@pytest.fixture
async def operator(client: httpx2.AsyncClient, tenants: TenantService, shop: Tenant) -> Operator:
    return await operator_of(client, tenants, shop)


async def test_an_article_goes_from_its_draft_to_what_is_found_and_out_of_it(operator: Operator) -> None:
    path = await operator.drafted()
    states = [(await operator.post(f"{path}/{step}"))["status"] for step in ("submit", "publish", "archive")]
    assert states == ["review", "published", "archived"]
    restored = await operator.post(f"{path}/restore", {"version": 1, "reason": "It was right."})
    assert (restored["status"], restored["version"]) == ("published", 2)


def test_whatever_an_article_says_of_itself_can_be_written() -> None:
    assert ArticleContent.model_fields.keys() == ArticleDraft.model_fields.keys() - {"status"}


async def test_a_newer_draft_stands_beside_what_is_published(operator: Operator) -> None:
    path = await operator.published()
    await operator.call("PUT", f"{path}/draft", json=content(body=CITRIC_ACID))
    article = await operator.get(path)
    assert (article["current"]["body"], article["open_draft"]["content"]["body"]) == (VINEGAR, CITRIC_ACID)
    assert (await operator.post("/v1/knowledge/ask", HOW_TO_DESCALE))["sentences"][0]["text"] == VINEGAR
    await operator.call("DELETE", f"{path}/draft", 204)
    assert (await operator.get(path))["open_draft"] is None


async def test_a_lost_update_is_refused(operator: Operator) -> None:
    path = await operator.drafted()
    seen = await operator.client.get(path, headers=operator.headers)
    await operator.call("PUT", f"{path}/draft", json=content(body="Somebody else's text."))
    refused = await operator.call(
        "PUT", f"{path}/draft", 409, json=content(body="My text."), headers={"If-Match": seen.headers["ETag"]}
    )
    assert refused["type"] == "/problems/article-changed"
    assert (await operator.get(path))["open_draft"]["content"]["body"] == "Somebody else's text."


async def test_versions_steps_and_differences_tell_who_did_what_and_why(operator: Operator) -> None:
    path = await operator.published(reason="Customers ask for it.")
    await operator.call("PUT", f"{path}/draft", json={**content(body=CITRIC_ACID), "reason": "Vinegar smells."})
    drafted = await operator.get(f"{path}/diff", params={"before": 1, "after": "draft"})
    assert [(line["state"], line["text"]) for line in drafted["lines"]] == [
        ("removed", VINEGAR),
        ("added", CITRIC_ACID),
    ]
    await operator.post(f"{path}/publish")
    versions = (await operator.get(f"{path}/versions"))["items"]
    assert [(one["version"], one["reason"]) for one in versions] == [
        (2, "Vinegar smells."),
        (1, "Customers ask for it."),
    ]
    steps = (await operator.get(f"{path}/steps"))["items"]
    assert [one["step"] for one in steps] == ["published", "drafted", "published", "drafted"]
    assert len({one["actor"] for one in steps}) == 1


async def test_where_the_company_wants_it_another_key_has_to_publish(
    client: httpx2.AsyncClient, tenants: TenantService
) -> None:
    profile = TenantProfile(knowledge=KnowledgeProfile(review_by_another=True))
    tenant = await tenants.save(f"strict-{uuid4()}", "Strict", profile)
    author, reviewer = [await operator_of(client, tenants, tenant) for _ in range(2)]
    path = await author.drafted()
    await author.post(f"{path}/submit")
    refused = await author.post(f"{path}/publish", status=403)
    assert refused["type"] == "/problems/another-must-review"
    await reviewer.post(f"{path}/reject", {"reason": "Say how much."})
    await author.post(f"{path}/submit")
    assert (await reviewer.post(f"{path}/publish"))["status"] == "published"


async def test_the_list_is_filtered_and_comes_in_pages(operator: Operator) -> None:
    for number in range(51):
        await operator.drafted(f"article-{number:02}", language="de" if number else "en")
    first = await operator.get(ARTICLES)
    rest = await operator.get(ARTICLES, params={"cursor": first["next_cursor"]})
    assert (len(first["items"]), [one["key"] for one in rest["items"]]) == (50, ["article-50"])
    assert rest["next_cursor"] is None
    english = await operator.get(ARTICLES, params={"language": "en"})
    assert [one["key"] for one in english["items"]] == ["article-00"]
    assert (await operator.get(ARTICLES, params={"status": "published"}))["items"] == []
    assert (await operator.get(ARTICLES, 422, params={"cursor": "%%"}))["type"] == "/problems/invalid-input"


async def test_a_review_that_is_due_is_listed_until_somebody_validates(operator: Operator) -> None:
    path = await operator.published(review_due="2026-01-01")
    due = {"due_by": "2030-01-01"}
    assert [one["key"] for one in (await operator.get(ARTICLES, params=due))["items"]] == ["kettle"]
    assert (await operator.get("/v1/knowledge/stats"))["due"] == 1
    validated = await operator.post(f"{path}/validate")
    assert validated["validated_on"] is not None
    assert (await operator.get(ARTICLES, params=due))["items"] == []


@pytest.mark.parametrize(
    ("audience", "readers"),
    [
        ("public", {"anonymous", "claimed", "verified", "signed", "operator"}),
        ("customer", {"verified", "signed", "operator"}),
        ("internal", {"operator"}),
    ],
)
async def test_who_asks_as_somebody_is_told_what_they_may_read(
    operator: Operator, audience: str, readers: set[str]
) -> None:
    await operator.published(audience=audience)
    askers = ("anonymous", "claimed", "verified", "signed", "operator")
    asked = {one: await operator.post("/v1/knowledge/ask", {**HOW_TO_DESCALE, "asker": one}) for one in askers}
    found = {one: await operator.post("/v1/knowledge/search", {**HOW_TO_DESCALE, "asker": one}) for one in askers}
    assert {one for one, answer in asked.items() if answer["sentences"]} == readers
    assert {one for one, answer in asked.items() if answer["confidence"]} == readers
    assert {one for one, result in found.items() if result["items"]} == readers


async def test_personal_data_in_a_question_does_not_reach_the_models(
    operator: Operator, client: httpx2.AsyncClient
) -> None:
    await operator.published()
    alone = await operator.post("/v1/knowledge/search", HOW_TO_DESCALE)
    text = f"{HOW_TO_DESCALE['text']} anna@kettle.example"
    signed = await operator.post("/v1/knowledge/search", {"text": text})
    other = await operator.post("/v1/knowledge/search", {"text": text.replace("anna", "berta")})
    assert signed == other
    assert alone["items"]


async def test_an_article_cannot_end_before_it_begins(operator: Operator) -> None:
    dates = {"valid_from": "2026-11-02", "valid_until": "2026-11-01"}
    refused = await operator.post(ARTICLES, {**content(), **dates}, 422)
    assert refused["detail"] == "valid_until: it must not be before valid_from, 2026-11-02."


@pytest.mark.parametrize("day", ["0.0", "0", "2026-11-31", "today"])
async def test_what_is_no_day_is_refused(operator: Operator, day: str) -> None:
    await operator.get(f"{ARTICLES}?due_by={day}", 422)
    await operator.post(ARTICLES, {**content(), "review_due": day}, 422)
    await operator.post(ARTICLES, {**content(), "review_due": 0}, 422)


async def test_statistics_count_what_there_is(operator: Operator) -> None:
    await operator.published("kettle")
    await operator.published("kessel", language="de", valid_until="2020-01-01")
    await operator.drafted("lamp")
    found = await operator.get("/v1/knowledge/stats")
    assert found["articles"] == {"published": 2}
    assert found["languages"] == {"de": 1, "en": 1}
    assert (found["drafts"], found["in_review"], found["not_valid"], found["never_used"]) == (1, 0, 1, 2)
    assert found["passages"] == 2


async def test_another_company_sees_none_of_it(
    operator: Operator, client: httpx2.AsyncClient, tenants: TenantService, other_tenant: Tenant
) -> None:
    path = await operator.published()
    stranger = await operator_of(client, tenants, other_tenant)
    before = await stranger.get("/v1/knowledge/stats")
    assert path.rpartition("/")[2] not in str(await stranger.get(ARTICLES))
    for look in ("", "/versions", "/steps", "/diff?before=1&after=1"):
        await stranger.get(f"{path}{look}", 404)
    for step in ("submit", "publish", "archive", "validate"):
        await stranger.post(f"{path}/{step}", status=404)
    await stranger.call("PUT", f"{path}/draft", 404, json=content())
    await stranger.call("DELETE", f"{path}/draft", 404)
    asked = await stranger.post("/v1/knowledge/ask", {**HOW_TO_DESCALE, "asker": "operator"})
    assert path.rpartition("/")[2] not in str(asked)
    assert await stranger.get("/v1/knowledge/stats") == before


async def test_customers_have_no_way_to_the_articles(
    client: httpx2.AsyncClient, tenants: TenantService, shop: Tenant
) -> None:
    publishable = {"Authorization": f"Bearer {await tenants.add_key(shop.id, ApiKeyKind.PUBLISHABLE)}"}
    for path in (ARTICLES, "/v1/knowledge/stats"):
        assert (await client.get(path, headers=publishable)).status_code == 401
