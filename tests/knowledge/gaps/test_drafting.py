"""Draft articles made of what colleagues answered."""

import pytest

from casewright.kit.errors import TryLater
from casewright.kit.ids import TenantId
from casewright.knowledge.gaps.errors import GapSettled, NothingToDraftFrom
from casewright.knowledge.gaps.models import GapState
from casewright.knowledge.lifecycle.models import ManagedArticle
from casewright.knowledge.models import ArticleStatus
from tests.knowledge.gaps.conftest import ClosedCase, Helpdesk

EXPORT = "Can I export my dashboards to a spreadsheet?"
EXPORT_AGAIN = "How do I export dashboards into a spreadsheet?"
HOW = "Open the dashboard and choose Export, then Spreadsheet."
LIMIT = "A spreadsheet holds up to 100,000 rows of a dashboard."


async def drafted(helpdesk: Helpdesk) -> ManagedArticle:
    (topic, *_) = await helpdesk.topics()
    done = await helpdesk.gaps.draft(helpdesk.operator, topic.id)
    assert done.gap.article_id is not None
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        return await helpdesk.articles.get(tx, helpdesk.operator.tenant_id, done.gap.article_id)


async def test_a_draft_holds_what_colleagues_wrote_word_for_word_and_says_where_it_is_from(helpdesk: Helpdesk) -> None:
    key = await helpdesk.ask(EXPORT)
    await helpdesk.colleague(f"Hi Anna, thanks for asking. {HOW} {LIMIT}")
    article = await drafted(helpdesk)
    assert (article.status, article.newest.body) == (ArticleStatus.DRAFT, f"{HOW}\n\n{LIMIT}")
    assert article.newest.title == "Export dashboards spreadsheet"
    found = await helpdesk.only_topic()
    assert (found.gap.state, found.gap.article_id) == (GapState.DRAFTED, article.id)
    assert [one.conversation_id for one in found.sources] == [key.conversation_id] * 2


async def test_what_was_true_of_one_customer_only_is_left_out(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    await helpdesk.colleague(
        f"I have exported your dashboards for you today. {HOW} The spreadsheet went to anna@quince.example already. "
        "Does the export of dashboards work for you now?"
    )
    assert (await drafted(helpdesk)).newest.body == HOW


async def test_what_several_colleagues_wrote_comes_once(helpdesk: Helpdesk) -> None:
    for question in (EXPORT, EXPORT_AGAIN):
        await helpdesk.ask(question)
        await helpdesk.colleague(HOW.replace("choose", "click on") if question == EXPORT_AGAIN else HOW)
    assert len((await drafted(helpdesk)).newest.body.split("\n\n")) == 1


async def test_closed_cases_about_the_same_are_a_source_and_others_are_none(helpdesk: Helpdesk) -> None:
    helpdesk.cases.found = [
        ClosedCase("00001042", "Export of dashboards to a spreadsheet", LIMIT),
        ClosedCase("00001043", "Invoice for May", "Invoices go out on the first of each month."),
    ]
    await helpdesk.ask(EXPORT)
    assert (await drafted(helpdesk)).newest.body == LIMIT
    assert [one.case_number for one in (await helpdesk.only_topic()).sources] == ["00001042"]


async def test_without_any_answer_there_is_nothing_to_draft_from(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    topic = (await helpdesk.only_topic()).gap
    with pytest.raises(NothingToDraftFrom):
        await helpdesk.gaps.draft(helpdesk.operator, topic.id)
    assert (await helpdesk.only_topic()).gap.state is GapState.OPEN


async def test_an_org_that_is_away_keeps_nobody_from_drafting(
    helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(tenant_id: TenantId) -> list[ClosedCase]:
        raise TryLater("The org is away.")

    monkeypatch.setattr(helpdesk.cases, "replies", away)
    await helpdesk.ask(EXPORT)
    await helpdesk.colleague(HOW)
    assert (await drafted(helpdesk)).newest.body == HOW


async def test_a_topic_has_one_draft_and_another_once_that_is_discarded(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    await helpdesk.colleague(HOW)
    article = await drafted(helpdesk)
    topic = (await helpdesk.only_topic()).gap.id
    with pytest.raises(GapSettled, match="is drafted"):
        await helpdesk.gaps.draft(helpdesk.operator, topic)
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        await helpdesk.articles.discard(tx, helpdesk.operator, article.id)
    assert (await helpdesk.only_topic()).gap.state is GapState.OPEN
    assert (await drafted(helpdesk)).newest.body == HOW


async def test_a_published_draft_covers_its_topic(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    await helpdesk.colleague(f"{HOW} {LIMIT}")
    article = await drafted(helpdesk)
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        better = article.newest.model_copy(update={"asked_as": {"": (EXPORT_AGAIN,)}})
        await helpdesk.articles.change(tx, helpdesk.operator, article.id, better)
        await helpdesk.articles.publish(tx, helpdesk.operator, article.id)
    assert (await helpdesk.only_topic()).gap.state is GapState.COVERED
