"""From an org's Knowledge to answers, and what becomes of them when the org's people change theirs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casewright.kit.http import NotSent
from casewright.kit.principal import system
from casewright.knowledge.models import ArticleDraft, Audience
from casewright.knowledge.sources import repository
from casewright.knowledge.sources.errors import SourceUnusable
from casewright.knowledge.sources.models import Counts, Defaults, Import, ImportRequest, SourceKind
from casewright.knowledge.sources.org import OrgSource
from casewright.knowledge.sources.service import Imports
from casewright.salesforce.knowledge import OrgKnowledge
from tests.knowledge.conftest import Company
from tests.knowledge.sources.test_service import imports
from tests.salesforce.knowledge_org import KnowledgeOrg, OneOrg, knowledge_org

__all__ = ["imports"]

REQUEST = ImportRequest(kind=SourceKind.SALESFORCE, location="")


@pytest.fixture
async def pumps(tmp_path: Path) -> AsyncIterator[KnowledgeOrg]:
    async with knowledge_org(tmp_path) as org:
        yield org


@pytest.fixture
async def source(pumps: KnowledgeOrg, empty_company: Company) -> AsyncIterator[OrgSource]:
    clients = OneOrg(pumps.org, empty_company.tenant_id)
    yield OrgSource(OrgKnowledge(clients), empty_company.tenant_id, (), Defaults())
    await clients.close()


async def synchronised(imports: Imports, company: Company, source: OrgSource) -> Import:
    begun = await imports.begin(company.tenant_id, REQUEST, by="test")
    return await imports.run(company.tenant_id, begun, source)


async def published(company: Company) -> dict[str, ArticleDraft]:
    async with company.database.begin(system(company.tenant_id)) as tx:
        drafts = await repository.articles_after(tx, company.tenant_id, "", 100)
    return {draft.key: draft for draft in drafts}


async def test_first_all_then_what_has_changed_and_what_went_offline_is_archived(
    imports: Imports, empty_company: Company, source: OrgSource, pumps: KnowledgeOrg
) -> None:
    first = await synchronised(imports, empty_company, source)
    assert first.counts == Counts(added=3)
    await pumps.change("warranty", Body__c="<p>Three years.</p>")
    await pumps.translate("descale-a-pump", "de", Title="Pumpe entkalken", Body__c="<p>Mit Zitronensäure.</p>")
    await pumps.archive("margins")
    second = await synchronised(imports, empty_company, source)
    assert (second.counts.added, second.counts.revised, second.counts.archived) == (1, 1, 1)
    found = await published(empty_company)
    assert found.keys() == {"salesforce-descale-a-pump", "salesforce-descale-a-pump-de", "salesforce-warranty"}
    assert found["salesforce-warranty"].body == "Three years."
    german = found["salesforce-descale-a-pump-de"]
    assert (german.language, german.translation_of) == ("de", "salesforce-descale-a-pump")
    assert german.categories == ("Products/Pumps", "Products/Valves")
    third = await synchronised(imports, empty_company, source)
    assert (third.counts.added, third.counts.revised, third.counts.archived) == (0, 0, 0)


async def test_an_org_s_article_keeps_its_structure_and_is_found_by_whom_it_is_for(
    imports: Imports, empty_company: Company, source: OrgSource
) -> None:
    await synchronised(imports, empty_company, source)
    found = await published(empty_company)
    pump = found["salesforce-descale-a-pump"]
    assert pump.body == "Once a year.\n\nUse **citric acid**.\n\n## Steps\n\n1. Open it.\n2. Rinse for 10 minutes."
    assert {key: draft.audience for key, draft in found.items()} == {
        "salesforce-descale-a-pump": Audience.PUBLIC,
        "salesforce-warranty": Audience.CUSTOMER,
        "salesforce-margins": Audience.INTERNAL,
    }
    answer = await empty_company.ask("What are our margins?", min_confidence=0)
    assert "Margins" not in {hit.title for hit in answer.hits}


async def test_an_org_that_shows_nothing_archives_nothing(
    imports: Imports, empty_company: Company, source: OrgSource, pumps: KnowledgeOrg
) -> None:
    await synchronised(imports, empty_company, source)
    for address in ("descale-a-pump", "warranty", "margins"):
        await pumps.archive(address)
    with pytest.raises(SourceUnusable, match="shows no article"):
        await synchronised(imports, empty_company, source)
    assert len(await published(empty_company)) == 3


async def test_an_import_is_done_again_while_the_org_is_away(
    imports: Imports, empty_company: Company, source: OrgSource, pumps: KnowledgeOrg
) -> None:
    await pumps.org.fault("status", path_contains="/query")
    with pytest.raises(NotSent):
        await synchronised(imports, empty_company, source)
    await pumps.org.clear_faults()
    assert (await synchronised(imports, empty_company, source)).counts == Counts(added=3)
