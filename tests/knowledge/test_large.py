"""A large collection is searched in PostgreSQL, and answers as one does that a process holds."""

from collections.abc import AsyncIterator

import pytest

from casewright.kit.database import Database
from casewright.kit.principal import Assurance, system
from casewright.knowledge.large import repository
from casewright.knowledge.large import service as large
from casewright.knowledge.models import Question
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

from .conftest import Company

FEW = 4
"""Passages from which a collection counts as large here."""
ARTICLES = {
    "kettle": "---\ntitle: Descale the kettle\n---\nVinegar removes limescale from the kettle.\n",
    "toaster": "---\ntitle: Clean the toaster\n---\nTurn the toaster upside down and shake the crumbs out.\n",
    "codes": "---\ntitle: Error codes of the oven\n---\nE4711: the door is open.\n\nE4712: the fan is blocked.\n",
    "warranty": "---\ntitle: How long the warranty runs\n---\nThe warranty runs for two years from the day of purchase.\n",
    "dealers": "---\ntitle: Discounts for dealers\naudience: internal\n---\nDealers get a discount of 30 % on every kettle.\n",
    "garantie": "---\ntitle: Wie lange die Garantie läuft\nlanguage: de\ntranslation_of: warranty\n---\n"
    "Die Garantie läuft zwei Jahre ab dem Kauf.\n",
}
QUESTIONS = (
    "How do I remove limescale from the kettle?",
    "How do I get crumbs out of the toaster?",
    "The oven shows E4712",
    "How long does the warranty run?",
    "Wie lange läuft die Garantie?",
)


@pytest.fixture
async def kitchen(empty_company: Company) -> AsyncIterator[Company]:
    await empty_company.install(**ARTICLES)
    yield empty_company
    async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
        await repository.forget(tx, empty_company.tenant_id)


async def _is_large(company: Company) -> bool:
    """Whether it is searched as one: such a search sets how far it goes for the rest of its transaction."""
    question = Question(text=QUESTIONS[0], language="en", assurance=Assurance.ANONYMOUS)
    async with company.database.begin(system(company.tenant_id)) as tx:
        await company.service.answer(tx, company.tenant_id, question)
        return await tx.fetchval("select current_setting('hnsw.ef_search', true)") == str(repository.EFFORT)


async def _first(company: Company, question: str, *, internal: bool = False) -> tuple[str, float]:
    language = "de" if question.startswith("Wie") else "en"
    answer = await company.ask(question, language=language, internal=internal)
    return answer.hits[0].title, answer.confidence


async def test_it_finds_what_a_process_finds(kitchen: Company) -> None:
    in_a_process = [await _first(kitchen, question) for question in QUESTIONS]

    assert await large.prepare(kitchen.database, kitchen.tenant_id, FEW)

    assert await _is_large(kitchen)
    found = [await _first(kitchen, question) for question in QUESTIONS]
    assert [title for title, _ in found] == [title for title, _ in in_a_process]
    assert [sure for _, sure in found] == pytest.approx([sure for _, sure in in_a_process], abs=0.05)


async def test_preparing_again_does_nothing_until_articles_change(kitchen: Company) -> None:
    assert await large.prepare(kitchen.database, kitchen.tenant_id, FEW)
    assert not await large.prepare(kitchen.database, kitchen.tenant_id, FEW)

    await kitchen.install(mixer="---\ntitle: Oil the mixer\n---\nOil the mixer's axle once a year.\n")

    assert (await _first(kitchen, "How often must I oil the mixer?"))[0] == "Oil the mixer"
    assert await large.prepare(kitchen.database, kitchen.tenant_id, FEW)
    assert (await _first(kitchen, "How often must I oil the mixer?"))[0] == "Oil the mixer"


async def test_an_article_for_others_is_not_found_and_changes_no_confidence(
    kitchen: Company, database: Database, tenants: TenantService, service: KnowledgeService, publishing: Publishing
) -> None:
    tenant = await tenants.save("kitchen-without-dealers", "Kitchen", TenantProfile())
    without = Company(tenant.id, "en", database, service, publishing)
    await without.install(**{key: text for key, text in ARTICLES.items() if key != "dealers"})
    for company in (kitchen, without):
        await large.prepare(database, company.tenant_id, FEW)

    question = "What discount do dealers get on a kettle?"
    asked, asked_without = await kitchen.ask(question), await without.ask(question)

    assert "Discounts for dealers" not in [hit.title for hit in asked.hits]
    assert [(hit.title, hit.confidence) for hit in asked.hits] == [
        (hit.title, hit.confidence) for hit in asked_without.hits
    ]
    assert (await _first(kitchen, question, internal=True))[0] == "Discounts for dealers"
    async with database.begin(system(tenant.id)) as tx:
        await repository.forget(tx, tenant.id)


async def test_what_is_archived_is_found_no_more_at_once(kitchen: Company) -> None:
    await large.prepare(kitchen.database, kitchen.tenant_id, FEW)
    async with kitchen.database.begin(system(kitchen.tenant_id)) as tx:
        await kitchen.publishing.archive(tx, kitchen.tenant_id, "toaster")

    answer = await kitchen.ask("How do I get crumbs out of the toaster?", assurance=Assurance.ANONYMOUS)

    assert "Clean the toaster" not in [hit.title for hit in answer.hits]


async def test_one_that_is_large_no_more_goes_back_into_the_processes(kitchen: Company) -> None:
    await large.prepare(kitchen.database, kitchen.tenant_id, FEW)

    assert await large.prepare(kitchen.database, kitchen.tenant_id, 1000)

    assert not await _is_large(kitchen)
    assert (await _first(kitchen, QUESTIONS[0]))[0] == "Descale the kettle"


async def test_another_company_sees_nothing_of_it(kitchen: Company, database: Database, tenants: TenantService) -> None:
    await large.prepare(kitchen.database, kitchen.tenant_id, FEW)
    other = await tenants.save("kitchen-neighbour", "Neighbour", TenantProfile())

    async with database.begin(system(other.id)) as tx:
        assert await large.read(tx, kitchen.tenant_id) is None
        assert await tx.fetchval("select count(*) from passage_lexeme") == 0
