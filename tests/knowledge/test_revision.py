import asyncio
from uuid import UUID

import pytest

from casewright.kit.clock import SystemClock
from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance, system
from casewright.knowledge import repository
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.importing import parse_article
from casewright.knowledge.models import Question
from casewright.knowledge.passage_index import PassageIndex, Term
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.repository import read_index
from casewright.knowledge.revision import KnownLexemes, KnownRevisions, Revision

from .conftest import Company

FIRST, SECOND, THIRD = (TenantId(UUID(int=number)) for number in (1, 2, 3))
ARTICLE = "---\ntitle: Harvest the turnips\n---\n\nTurnips are harvested in {month}.\n"


def revision(passages: int) -> Revision:
    rows = tuple((UUID(int=number), UUID(int=number), "en") for number in range(passages))
    return Revision(1, ArticleModels(), PassageIndex(rows=rows))  # type: ignore[arg-type]


def test_the_company_that_was_not_asked_for_longest_makes_room() -> None:
    known = KnownRevisions(most_passages=20)
    known.keep(FIRST, revision(10))
    known.keep(SECOND, revision(10))
    known.find(FIRST)
    known.keep(THIRD, revision(10))

    assert known.find(FIRST) is not None
    assert known.find(SECOND) is None


def test_a_company_with_more_than_there_is_room_for_is_kept_alone() -> None:
    known = KnownRevisions(most_passages=20)
    known.keep(FIRST, revision(10))
    known.keep(SECOND, revision(30))

    assert known.find(FIRST) is None
    assert known.find(SECOND) is not None


def test_the_words_that_were_not_asked_for_longest_make_room() -> None:
    known = KnownLexemes(most=2)
    one, other, third = (Term("english", text) for text in ("exports", "reports", "users"))
    known.keep({one: ("export",), other: ("report",)})
    known.find([one])
    known.keep({third: ("user",)})

    assert known.find([one, other, third]) == {one: ("export",), third: ("user",)}


async def test_what_another_process_installs_answers_the_next_question(empty_company: Company) -> None:
    other = Publishing(empty_company.service._encoder, SystemClock())
    for month in ("June", "October"):
        async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
            drafts = [parse_article("turnips.md", ARTICLE.format(month=month))]
            await other.install(tx, empty_company.tenant_id, drafts)
        answer = await empty_company.ask("When are turnips harvested?", min_confidence=0.0)
        assert [one.text for one in answer.sentences] == [f"Turnips are harvested in {month}."]


async def test_many_who_ask_at_once_have_it_read_once(empty_company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    await empty_company.install(turnips=ARTICLE.format(month="June"))
    read: list[TenantId] = []

    async def reading(tx: Transaction, tenant_id: TenantId) -> PassageIndex:
        read.append(tenant_id)
        return await read_index(tx, tenant_id)

    monkeypatch.setattr(repository, "read_index", reading)
    await asyncio.gather(*(empty_company.ask("When are turnips harvested?") for _ in range(4)))
    assert len(read) == 1


async def test_what_is_archived_elsewhere_is_found_no_more(empty_company: Company) -> None:
    await empty_company.install(turnips=ARTICLE.format(month="June"))
    question = Question(text="When are turnips harvested?", language="en", assurance=Assurance.ANONYMOUS)
    await empty_company.ask(question.text)
    other = Publishing(empty_company.service._encoder, SystemClock())
    async with empty_company.database.begin(system(empty_company.tenant_id)) as tx:
        await other.archive(tx, empty_company.tenant_id, "turnips")
    answer = await empty_company.ask(question.text, min_confidence=0.0)
    assert not answer.sentences
    assert not answer.hits
