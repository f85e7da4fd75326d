"""A draft laid over what a company has: seen by the replay, and kept nowhere."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from casewright.content import ContentUnusable, Draft, read_draft
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.principal import Assurance, system
from casewright.knowledge.importing import parse_article
from casewright.knowledge.models import ArticleDraft, KnowledgeAnswer, Question
from casewright.knowledge.publishing import Publishing
from casewright.procedures.loading import load_text
from casewright.replaying.archive import Archive, ReadOnlyDatabase
from casewright.replaying.configurations import Configuration, current, drafted
from casewright.settings import Settings
from casewright.tenants.models import OwnThresholds, Tenant, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder
from tests.clusters import Cluster
from tests.engine.conftest import DEFINITIONS, PROCEDURES, World

QUESTION = "How do I export my data?"
ARTICLE = """---
title: Export data
language: en
audience: public
---
## How to export data

To export your data, open Settings and choose Export.
"""
TENANT = """slug: first-company
name: First Company
default_language: en
thresholds: {min_confidence: 0.9}
"""


def article(text: str) -> ArticleDraft:
    return parse_article("export-data.md", text)


def draft(**parts: object) -> Draft:
    nothing = {"slug": None, "name": None, "profile": None, "intents": None, "procedures": (), "articles": ()}
    return Draft.model_validate({**nothing, **parts})


def no_progress(done: int, of: int) -> None:
    """Nobody watches."""


@pytest.fixture(scope="session")
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return Encoder.load(request.config.cache.mkdir("sentence-model"))


@pytest.fixture
async def company(world: World, encoder: Encoder) -> Tenant:
    async with world.database.begin(system(world.tenant.id)) as tx:
        await Publishing(encoder, world.clock).install(tx, world.tenant.id, [article(ARTICLE)])
    return world.tenant


@pytest.fixture
async def archive(world: World, cluster: Cluster, tenants: TenantService) -> AsyncIterator[Archive]:
    database = ReadOnlyDatabase(cluster.direct, pool_size=4)
    await database.open()
    yield Archive(Settings(), cluster.direct, database, world.service, tenants)
    await database.close()


async def ask(configuration: Configuration) -> KnowledgeAnswer:
    question = Question(text=QUESTION, language="en", assurance=Assurance.ANONYMOUS)
    return await configuration.knowledge.answer(configuration.tenant.id, question, 0.5)


def said(answer: KnowledgeAnswer) -> str:
    return " ".join(sentence.text for sentence in answer.sentences)


async def rows(database: Database, tenant: Tenant) -> list[tuple[object, ...]]:
    """All articles, in all their versions."""
    async with database.begin(system(tenant.id)) as tx:
        found = await tx.fetch("select article_id, version, body from article_version order by article_id, version")
    return [tuple(row) for row in found]


async def test_a_drafts_article_answers_in_place_of_the_one_of_its_name(
    archive: Archive, encoder: Encoder, company: Tenant
) -> None:
    written = draft(articles=(article(ARTICLE.replace("choose Export", "choose Take out")),))
    async with current(archive, encoder, company) as now:
        assert "choose Export" in said(await ask(now))
    async with drafted(archive, encoder, company, Path("draft"), written, no_progress) as then:
        answer = await ask(then)
    assert "choose Take out" in said(answer)
    assert "choose Export" not in said(answer)
    assert {sentence.version for sentence in answer.sentences} == {2}


async def test_nothing_of_a_drafts_articles_is_kept_or_seen_by_others_meanwhile(
    archive: Archive, encoder: Encoder, company: Tenant
) -> None:
    before = await rows(archive.database, company)
    written = draft(articles=(article(ARTICLE.replace("choose Export", "choose Take out")),))
    async with drafted(archive, encoder, company, Path("draft"), written, no_progress):
        async with current(archive, encoder, company) as now:
            assert "choose Export" in said(await ask(now))
        assert await rows(archive.database, company) == before
    assert await rows(archive.database, company) == before


async def test_a_draft_is_read_where_nothing_can_be_written(
    archive: Archive, encoder: Encoder, company: Tenant
) -> None:
    written = draft(articles=(article(ARTICLE),))
    async with drafted(archive, encoder, company, Path("draft"), written, no_progress) as then:
        assert (await ask(then)).sentences
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            async with archive.database.begin(system(company.id)) as tx:
                await tx.execute("delete from conversation")


async def test_another_company_sees_nothing_of_a_draft_nor_it_of_theirs(
    archive: Archive, encoder: Encoder, company: Tenant, tenants: TenantService, database: Database
) -> None:
    other = await tenants.save(f"other-{uuid4()}", "Second Company", TenantProfile())
    async with database.begin(system(other.id)) as tx:
        theirs = article(ARTICLE.replace("choose Export", "ask the second company"))
        await Publishing(encoder, SystemClock()).install(tx, other.id, [theirs])
    written = draft(articles=(article(ARTICLE.replace("choose Export", "choose Take out")),))
    async with drafted(archive, encoder, company, Path("draft"), written, no_progress) as then:
        assert "second company" not in said(await ask(then))
        async with current(archive, encoder, other) as now:
            assert "second company" in said(await ask(now))


async def test_a_drafts_profile_counts_from_its_thresholds_on(
    archive: Archive, encoder: Encoder, company: Tenant
) -> None:
    profile = TenantProfile(thresholds=OwnThresholds(min_confidence=0.9))
    written = draft(profile=profile, name="Renamed")
    async with drafted(archive, encoder, company, Path("draft"), written, no_progress) as then:
        assert (then.tenant.id, then.tenant.name, then.tenant.profile) == (company.id, "Renamed", profile)


async def test_a_drafts_procedures_come_first_and_older_versions_are_still_there(
    archive: Archive, encoder: Encoder, company: Tenant
) -> None:
    text = PROCEDURES["gift"].replace("The gift is booked.", "It is on its way.")
    changed = load_text(text, source="gift.yaml", actions=DEFINITIONS)
    async with drafted(archive, encoder, company, Path("draft"), draft(procedures=(changed,)), no_progress) as then:
        assert (await then.procedures.get(company.id, "gift")).digest == changed.digest
        recorded = load_text(PROCEDURES["gift"], source="gift.yaml", actions=DEFINITIONS)
        assert (await then.procedures.get(company.id, "gift", recorded.digest)).digest == recorded.digest
        assert {"gift", "credit"} <= set(await then.procedures.names(company.id))


# --- out of the folder --------------------------------------------------------------------------------------------------


def test_a_draft_may_hold_any_part_of_a_company(tmp_path: Path) -> None:
    (tmp_path / "tenant.yaml").write_text(TENANT)
    read = read_draft(tmp_path, "de")
    assert (read.slug, read.intents, read.procedures, read.articles) == ("first-company", None, (), ())
    assert read.profile
    assert read.profile.thresholds
    assert read.profile.thresholds.min_confidence == 0.9


def test_a_folder_without_anything_of_a_company_is_no_draft(tmp_path: Path) -> None:
    with pytest.raises(ContentUnusable, match="nothing of a company in it"):
        read_draft(tmp_path, "en")


def test_all_that_is_wrong_in_a_draft_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "tenant.yaml").write_text("slug: [")
    (tmp_path / "procedures").mkdir()
    (tmp_path / "procedures" / "gift.yaml").write_text("name: gift\n")
    with pytest.raises(ContentUnusable) as raised:
        read_draft(tmp_path, "en")
    assert {problem.file.name for problem in raised.value.problems} == {"tenant.yaml", "gift.yaml"}
