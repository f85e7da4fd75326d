from collections.abc import AsyncIterator

import pytest

from casewright.kit.errors import InvalidInput
from casewright.salesforce import knowledge
from casewright.salesforce.errors import OrgNotConnected
from casewright.salesforce.knowledge import OrgKnowledge
from casewright.tenants.models import Tenant
from tests.salesforce.knowledge_org import KnowledgeOrg, OneOrg, knowledge_org

BODY = {"Body__c": "Body"}


@pytest.fixture(scope="module")
async def pumps(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[KnowledgeOrg]:
    async with knowledge_org(tmp_path_factory.mktemp("pumps")) as org:
        yield org


@pytest.fixture
async def articles(pumps: KnowledgeOrg, tenant: Tenant) -> AsyncIterator[OrgKnowledge]:
    clients = OneOrg(pumps.org, tenant.id)
    yield OrgKnowledge(clients)
    await clients.close()


async def test_only_what_is_online_is_told_however_many_pages_it_has(
    articles: OrgKnowledge, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(knowledge, "MOST_ROWS", 2)
    online = await articles.online(tenant.id)
    assert sorted(one.url_name for one in online) == ["descale-a-pump", "margins", "warranty"]
    assert all(one.is_master and one.changed_at.endswith("+00:00") for one in online)


async def test_an_article_comes_with_its_categories_and_whom_it_is_for(
    articles: OrgKnowledge, tenant: Tenant, pumps: KnowledgeOrg
) -> None:
    ids = [one.id for one in await articles.online(tenant.id)]
    found = {one.url_name: one for one in await articles.articles(tenant.id, ids, BODY)}
    pump = found["descale-a-pump"]
    assert (pump.title, pump.summary, pump.categories) == (
        "Descale a pump",
        "Once a year.",
        ("Products/Pumps", "Products/Valves"),
    )
    assert {name: one.audience for name, one in found.items()} == {
        "descale-a-pump": "public",
        "warranty": "customer",
        "margins": "internal",
    }
    assert found["warranty"].body == "<p>Two years.</p>\n<p>Five &lt; ten.</p>"
    assert pump.url == f"{pumps.org.url}/lightning/r/Knowledge__kav/{pump.id}/view"


async def test_several_fields_become_sections_under_their_labels(articles: OrgKnowledge, tenant: Tenant) -> None:
    ids = [one.id for one in await articles.online(tenant.id) if one.url_name == "margins"]
    fields = await articles.text_fields(tenant.id, ("Title", "Body__c"))
    (margins,) = await articles.articles(tenant.id, ids, fields)
    assert margins.body == "<h2>Title</h2>\n<p>Margins</p>\n<h2>Body</h2>\n<p>Thirty percent.</p>"


async def test_a_field_that_the_org_does_not_have_is_told(articles: OrgKnowledge, tenant: Tenant) -> None:
    with pytest.raises(InvalidInput, match="has no field Answer__c"):
        await articles.text_fields(tenant.id, ("Answer__c",))


async def test_the_only_long_text_is_the_article_s(articles: OrgKnowledge, tenant: Tenant) -> None:
    assert await articles.text_fields(tenant.id, ()) == BODY


async def test_an_article_whose_events_were_lost_is_read_all_the_same(
    articles: OrgKnowledge, tenant: Tenant, pumps: KnowledgeOrg
) -> None:
    before = {one.url_name: one.id for one in await articles.online(tenant.id)}
    await pumps.org.fault("lost_event")
    await pumps.change("warranty", Body__c="Three years.")
    await pumps.archive("margins")
    await pumps.org.clear_faults()
    after = {one.url_name: one.id for one in await articles.online(tenant.id)}
    assert after.keys() == before.keys() - {"margins"}
    (warranty,) = await articles.articles(tenant.id, [after["warranty"]], BODY)
    assert warranty.body == "<p>Three years.</p>"


async def test_another_company_has_no_org(articles: OrgKnowledge, other_tenant: Tenant) -> None:
    with pytest.raises(OrgNotConnected):
        await articles.online(other_tenant.id)
