"""The graph, drawn from articles, procedures, conflicts and solved cases in the real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import httpx2
import pytest

from casewright.kit.clock import SystemClock
from casewright.kit.errors import NotFound
from casewright.kit.ids import new_id
from casewright.kit.principal import Assurance, system
from casewright.kit.web import DescribedApi, add_problem_handlers
from casewright.knowledge.graph.endpoints import router
from casewright.knowledge.graph.models import Neighbourhood, Node, NodeKind
from casewright.knowledge.graph.service import KnowledgeGraph
from casewright.procedures.loading import load_text
from casewright.procedures.service import ProcedureService
from casewright.tenants.models import ApiKeyKind, Tenant
from casewright.tenants.service import TenantService
from tests.knowledge.conftest import Company

EXPIRED = """---
title: The session has expired
product: API
error_codes: [INVALID_SESSION_ID]
related: [sign-in]
---
INVALID_SESSION_ID means that the session has expired. Sign in again.
"""
SIGN_IN = """---
title: Sign in
---
Enter your name and the password.
"""
INTERNAL = """---
title: Sessions, for colleagues
audience: internal
error_codes: [INVALID_SESSION_ID]
---
Colleagues end sessions in the console.
"""
PROCEDURE = """
name: new_session
title: {en: Get a new session}
description: {en: Helps with INVALID_SESSION_ID.}
steps:
  - {id: done, say: {en: Sign in again.}}
  - {id: end, end: resolved}
"""
CODE = Node(kind=NodeKind.ERROR_CODE, name="INVALID_SESSION_ID")


@pytest.fixture
def graph(empty_company: Company) -> KnowledgeGraph:
    return KnowledgeGraph(empty_company.database, SystemClock())


@pytest.fixture
async def company(empty_company: Company, graph: KnowledgeGraph) -> Company:
    await empty_company.install(expired=EXPIRED, sign_in=SIGN_IN, sessions=INTERNAL)
    async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
        await ProcedureService().install(
            tx, empty_company.tenant_id, [load_text(PROCEDURE, source="new_session.yaml", actions={})]
        )
    await graph.catch_up(empty_company.tenant_id)
    return empty_company


async def around(graph: KnowledgeGraph, company: Company, node: Node, depth: int = 1) -> Neighbourhood:
    async with company.database.begin(system(company.tenant_id)) as tx:
        return await graph.neighbourhood(tx, company.tenant_id, node, depth=depth)


def told(found: Neighbourhood) -> set[tuple[str, str, str]]:
    return {(one.source.name, str(one.kind), one.target.name) for one in found.relations}


async def test_an_error_code_brings_its_articles_and_its_procedure(graph: KnowledgeGraph, company: Company) -> None:
    found = await around(graph, company, CODE)
    assert told(found) == {
        ("expired", "about", CODE.name),
        ("sessions", "about", CODE.name),
        ("new_session", "about", CODE.name),
    }
    assert found.nodes[0].name == CODE.name


async def test_who_asks_about_a_code_is_brought_what_they_may_read(graph: KnowledgeGraph, company: Company) -> None:
    keys = await company.keys()
    async with company.database.begin(system(company.tenant_id)) as tx:
        codes = ["invalid_session_id"]
        asked = await graph.neighbours(tx, company.tenant_id, codes, Assurance.ANONYMOUS)
        colleague = await graph.neighbours(tx, company.tenant_id, codes, Assurance.ANONYMOUS, internal=True)
    assert [keys[one] for one in asked.articles] == ["expired"]
    assert asked.procedures == ("new_session",)
    assert {keys[one] for one in colleague.articles} == {"expired", "sessions"}


async def test_an_article_has_its_product_and_what_it_goes_on_from(graph: KnowledgeGraph, company: Company) -> None:
    article = Node(kind=NodeKind.ARTICLE, name="expired")
    assert {("expired", "about", "API"), ("sign-in", "requires", "expired")} < told(
        await around(graph, company, article)
    )


async def test_two_relations_away_are_the_neighbours_of_neighbours(graph: KnowledgeGraph, company: Company) -> None:
    product = Node(kind=NodeKind.PRODUCT, name="API")
    assert {one.name for one in (await around(graph, company, product)).nodes} == {"API", "expired"}
    assert {one.name for one in (await around(graph, company, product, 2)).nodes} > {"sign-in", CODE.name}


async def test_an_archived_article_leaves_the_graph(graph: KnowledgeGraph, company: Company) -> None:
    async with company.database.begin(system(company.tenant_id)) as tx:
        await company.publishing.archive(tx, company.tenant_id, "expired")
    assert await graph.catch_up(company.tenant_id)
    with pytest.raises(NotFound):
        await around(graph, company, Node(kind=NodeKind.ARTICLE, name="expired"))


async def test_where_nothing_has_changed_it_is_not_drawn_again(graph: KnowledgeGraph, company: Company) -> None:
    assert not await graph.catch_up(company.tenant_id)


async def test_an_answer_that_solved_a_case_resolves_it(graph: KnowledgeGraph, company: Company) -> None:
    conversation, now = uuid4(), datetime.now(UTC)
    (article_id,) = (one for one, key in (await company.keys()).items() if key == "expired")
    async with company.database.begin(system(company.tenant_id)) as tx:
        person = await tx.fetchval(
            "insert into person (tenant_id, id, wrapped_key) values ($1, $2, $3) returning id",
            company.tenant_id, new_id(), b"key",
        )  # fmt: skip
        await tx.execute(
            """insert into conversation (tenant_id, id, person_id, token_digest, language, status, outcome, case_id, created_at, active_at)
               values ($1, $2, $3, $4, 'en', 'closed', 'resolved', '500000000000001AAA', $5, $5)""",
            company.tenant_id, conversation, person, b"digest", now,
        )  # fmt: skip
        await tx.execute(
            """insert into article_use (tenant_id, turn_id, article_id, version, conversation_id, outcome, at)
               values ($1, $2, $3, 1, $4, 'confirmed', $5)""",
            company.tenant_id, new_id(), article_id, conversation, now,
        )  # fmt: skip
    await graph.catch_up(company.tenant_id)
    case = Node(kind=NodeKind.CASE, name="500000000000001AAA")
    assert told(await around(graph, company, case)) == {("expired", "resolves", case.name)}


async def test_another_company_sees_nothing(graph: KnowledgeGraph, company: Company, brueckner: Company) -> None:
    with pytest.raises(NotFound):
        await around(graph, brueckner, CODE)
    async with brueckner.database.begin(system(brueckner.tenant_id)) as tx:
        found = await graph.neighbours(tx, brueckner.tenant_id, [CODE.name], Assurance.SIGNED, internal=True)
        assert await tx.fetchval("select count(*) from knowledge_node where name = $1", CODE.name) == 0
    assert (found.articles, found.procedures) == ((), ())


# --- over HTTP ---


@pytest.fixture
async def client(company: Company, graph: KnowledgeGraph, tenants: TenantService) -> AsyncIterator[httpx2.AsyncClient]:
    app = DescribedApi()
    add_problem_handlers(app)
    app.include_router(router(company.database, graph, tenants))
    headers = {"Authorization": f"Bearer {await tenants.add_key(company.tenant_id, ApiKeyKind.OPERATOR)}"}
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://casewright", headers=headers) as client:
        yield client


async def test_operators_look_around_in_it(
    client: httpx2.AsyncClient, tenants: TenantService, other_tenant: Tenant
) -> None:
    asked = {"kind": "error_code", "name": CODE.name}
    found = (await client.get("/v1/knowledge/graph", params=asked)).json()
    assert {one["source_name"] for one in found["relations"]} == {"expired", "sessions", "new_session"}
    assert found["complete"]
    client.headers["Authorization"] = f"Bearer {await tenants.add_key(other_tenant.id, ApiKeyKind.OPERATOR)}"
    assert (await client.get("/v1/knowledge/graph", params=asked)).status_code == 404
