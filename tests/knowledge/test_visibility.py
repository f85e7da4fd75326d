"""Whoever asks receives no word, title or count of an article that is not for them, and cannot tell by anything that it is there."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.principal import Assurance, system
from casewright.knowledge.models import KnowledgeAnswer
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.tenants.models import Tenant
from casewright.understanding.encoder import Encoder

from .conftest import Company

TODAY: Final = datetime(2026, 11, 23, tzinfo=UTC)
ROUNDING: Final = 1e-6
"""A product of more rows is summed up in another order."""

VISIBLE: Final = {
    "kettle": "---\ntitle: Descale the kettle\nerror_codes: [KET_7]\n---\nVinegar removes limescale from the kettle.\n",
    "lamp": "---\ntitle: Change the bulb\n---\nUnscrew the bulb of the lamp.\n\n## Colours\n\nThe lamp shines red and blue.\n",
    "lampe": "---\ntitle: Die Birne wechseln\nlanguage: de\ntranslation_of: lamp\n---\nDrehen Sie die Birne heraus.\n",
}
SECRET: Final = """---
title: Descale the zeppelin kettle
error_codes: [KET_7, ZEP_1]
asked_as: {"": [how do I remove limescale from the kettle, zeppelin kettle]}
%s
---
Zeppelin vinegar removes limescale from the kettle and the lamp. ZEP_1 means that the zeppelin kettle is empty.
"""
QUESTIONS: Final = (
    ("How do I remove limescale from the kettle?", "en"),
    ("KET_7", "en"),
    ("What does ZEP_1 mean for the zeppelin kettle?", "en"),
    ("Which colours does the lamp have?", "en"),
    ("Wie wechsle ich die Birne?", "de"),
)
HIDDEN_FROM_ALL: Final = {
    "a draft": "status: draft",
    "in review": "status: review",
    "archived": "status: archived",
    "not valid yet": "valid_from: 2026-11-24",
    "valid no more": "valid_until: 2026-11-22",
}
HIDDEN: Final = [
    pytest.param("audience: customer", Assurance.ANONYMOUS, id="for customers, from anybody"),
    pytest.param("audience: customer", Assurance.CLAIMED, id="for customers, from who claims to be one"),
    pytest.param("audience: internal", Assurance.SIGNED, id="for the company's people, from a customer"),
    *(pytest.param(field, Assurance.SIGNED, id=name) for name, field in HIDDEN_FROM_ALL.items()),
]


@pytest.fixture
async def company(empty_company: Company, encoder: Encoder) -> Company:
    clock = ManualClock(TODAY)
    company = replace(empty_company, service=KnowledgeService(encoder, clock), publishing=Publishing(encoder, clock))
    await company.install(**VISIBLE)
    return company


async def answers(company: Company, assurance: Assurance) -> list[KnowledgeAnswer]:
    """Also where nothing is certain, and what is near then."""
    return [
        await company.ask(text, language=language, assurance=assurance, min_confidence=least)
        for text, language in QUESTIONS
        for least in (0.0, 1.01)
    ]


def told(answer: KnowledgeAnswer) -> tuple[object, ...]:
    """Everything but numbers."""
    hits = [(hit.article_id, hit.version, hit.title, hit.section) for hit in answer.hits]
    return hits, answer.sentences, answer.near, answer.choices


def numbers(answer: KnowledgeAnswer) -> list[float]:
    scores = [score for hit in answer.hits for score in (hit.text_score, hit.vector_score, hit.confidence)]
    return [answer.confidence, *scores]


@pytest.mark.parametrize(("field", "assurance"), HIDDEN)
async def test_an_article_that_is_not_for_the_asker_changes_nothing_that_they_are_told(
    company: Company, field: str, assurance: Assurance
) -> None:
    before = await answers(company, assurance)
    await company.install(secret=SECRET % field)
    after = await answers(company, assurance)
    assert "eppelin" not in str(after)
    assert list(map(told, after)) == list(map(told, before))
    assert list(map(numbers, after)) == [pytest.approx(numbers(answer), abs=ROUNDING) for answer in before]


@pytest.mark.parametrize(
    ("field", "assurance"), [("audience: customer", Assurance.VERIFIED), ("", Assurance.ANONYMOUS)]
)
async def test_whom_it_is_for_is_told_of_it(company: Company, field: str, assurance: Assurance) -> None:
    await company.install(secret=SECRET % field)
    assert "eppelin" in str(await answers(company, assurance))


async def test_a_newer_draft_of_a_published_article_changes_nothing_that_anybody_is_told(company: Company) -> None:
    before = await answers(company, Assurance.SIGNED)
    await company.install(kettle=SECRET % "status: draft")
    after = await answers(company, Assurance.SIGNED)
    assert "eppelin" not in str(after)
    assert list(map(told, after)) == list(map(told, before))


async def test_a_translation_that_is_not_for_the_asker_does_not_hide_the_original(company: Company) -> None:
    before = await answers(company, Assurance.SIGNED)
    kessel = "---\ntitle: Kessel entkalken\nlanguage: de\ntranslation_of: kettle\naudience: internal\n---\nEssig.\n"
    await company.install(kessel=kessel)
    question = "Wie entferne ich Kalk aus dem Kessel?"
    told_of = {hit.title for hit in (await company.ask(question, language="de", min_confidence=0.0)).hits}
    assert "Descale the kettle" in told_of
    assert "Kessel entkalken" not in told_of
    assert list(map(told, await answers(company, Assurance.SIGNED))) == list(map(told, before))


async def test_an_article_becomes_hidden_with_the_next_question(company: Company) -> None:
    await company.install(secret=SECRET % "")
    assert "eppelin" in str(await answers(company, Assurance.ANONYMOUS))
    await company.install(secret=SECRET % "audience: internal")
    assert "eppelin" not in str(await answers(company, Assurance.ANONYMOUS))


async def test_another_company_is_told_nothing_of_it_and_nothing_changes_for_them(
    company: Company, other_tenant: Tenant
) -> None:
    outsider = replace(company, tenant_id=other_tenant.id)
    before = await answers(outsider, Assurance.SIGNED)
    await company.install(secret=SECRET % "")
    after = await answers(outsider, Assurance.SIGNED)
    assert list(map(told, after)) == list(map(told, before))
    async with company.database.begin(system(other_tenant.id)) as tx:
        for table in ("article", "article_version", "article_draft", "article_step", "passage", "article_model"):
            seen = await tx.fetchval(f"select count(*) from {table} where tenant_id = $1", company.tenant_id)
            assert seen == 0, table


async def test_how_a_hidden_article_spells_a_word_changes_nothing(empty_company: Company) -> None:
    await empty_company.install(parking="---\ntitle: Parking\n---\nThe password of the gate is on the badge.\n")
    before = await empty_company.ask("what is the pasword")
    await empty_company.install(
        secret="---\ntitle: Audit\naudience: internal\n---\nThe pasword of the audit is a pasword of its own.\n"
    )

    after = await empty_company.ask("what is the pasword")

    assert before.hits[0].text_score > 0
    assert told(after) == told(before)
    assert numbers(after) == pytest.approx(numbers(before), abs=1e-6)
