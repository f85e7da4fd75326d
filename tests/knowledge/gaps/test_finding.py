"""Which questions are taken up as gaps, and what becomes of them."""

from datetime import timedelta

import pytest

from casewright.conversations.models import Part
from casewright.integrations.webhooks.models import EventKind
from casewright.kit.principal import Principal
from casewright.knowledge.gaps import repository
from casewright.knowledge.gaps.errors import GapNotFound, GapSettled
from casewright.knowledge.gaps.models import GapReason, GapState
from casewright.people.service import PeopleService
from casewright.understanding.models import CannotHandle, HumanHandoff
from tests.clusters import Cluster
from tests.knowledge.gaps.conftest import VOLUME, Helpdesk
from tests.people.searching import found_in

EXPORT = "Can I export my dashboards to a spreadsheet?"
EXPORT_AGAIN = "How do I export dashboards into a spreadsheet?"
EXPORT_THIRD = "Is it possible to export a dashboard as a spreadsheet file?"
PARKING = "Where may visitors park at your office?"
PRICE = "What is the price of a seat?"
PRICE_AGAIN = "So what is the price of one seat?"
ARTICLE = "---\ntitle: Export dashboards to a spreadsheet\n---\nTo export a dashboard to a spreadsheet, open it and choose Export, then Spreadsheet.\n"


# --- which ---


async def test_a_question_that_no_article_answers_is_a_gap(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    found = await helpdesk.only_topic()
    assert [(one.text, one.reason) for one in found.examples] == [(EXPORT, GapReason.UNANSWERED)]
    assert (found.gap.state, found.gap.figures.volume, found.gap.figures.unanswered) == ("open", 1, 1)


async def test_a_question_that_was_answered_is_none(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(PRICE)
    assert await helpdesk.topics() == ()


async def test_an_answer_that_did_not_help_leaves_a_gap(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(PRICE)
    await helpdesk.did_not_help()
    assert [one.reason for one in (await helpdesk.only_topic()).examples] == [GapReason.UNHELPFUL]


async def test_a_person_brought_in_after_an_answer_leaves_a_gap(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(PRICE)
    await helpdesk.world.say("get me a human", HumanHandoff(reason="requested"))
    assert [one.reason for one in (await helpdesk.only_topic()).examples] == [GapReason.HANDED_OVER]


async def test_the_same_question_again_leaves_a_gap_and_another_one_does_not(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(PRICE)
    await helpdesk.ask("Is there a student price for schools in Norway?", again=True)
    assert await helpdesk.topics() == ()
    await helpdesk.ask(PRICE)
    await helpdesk.ask(PRICE_AGAIN, again=True)
    assert [(one.text, one.reason) for one in (await helpdesk.only_topic()).examples] == [(PRICE, GapReason.REPEATED)]


async def test_what_the_agent_had_nothing_for_is_a_gap(helpdesk: Helpdesk) -> None:
    await helpdesk.world.say(PARKING, CannotHandle(reason="out_of_scope"))
    assert [one.text for one in (await helpdesk.only_topic()).examples] == [PARKING]


async def test_personal_data_in_a_question_is_masked(helpdesk: Helpdesk) -> None:
    helpdesk.world.key = await helpdesk.world.open()
    await helpdesk.world.say("Can ann@quince.example export her dashboards?", CannotHandle(reason="out_of_scope"))
    assert [one.text for one in (await helpdesk.only_topic()).examples] == ["Can [EMAIL_1] export her dashboards?"]


async def test_nothing_is_taken_up_twice(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    assert [await helpdesk.look(), await helpdesk.look()] == [1, 0]


async def test_who_does_not_want_that_anything_is_learned_leaves_nothing(helpdesk: Helpdesk) -> None:
    world = helpdesk.world
    world.key, _ = await world.service.open(
        helpdesk.operator, world.tenant, language="en", time_zone="UTC", page="", consents={"improvement": False},
        most_active=10_000, greeting=Part(text="Hello", kind="notice"), active_for=timedelta(minutes=1),
    )  # fmt: skip
    await helpdesk.ask(EXPORT, again=True)
    assert await helpdesk.topics() == ()


# --- topics ---


async def test_questions_about_the_same_are_one_topic_named_by_its_words(helpdesk: Helpdesk) -> None:
    for text in (EXPORT, PARKING, EXPORT_AGAIN):
        await helpdesk.ask(text)
    large, small = await helpdesk.topics()
    assert ([large.figures.volume, small.figures.volume], large.name) == ([2, 1], "export dashboards spreadsheet")


async def test_a_topic_keeps_its_id_while_more_is_asked(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    first = (await helpdesk.only_topic()).gap.id
    for text in (PARKING, EXPORT_AGAIN, EXPORT_THIRD):
        await helpdesk.ask(text)
    topics = await helpdesk.topics()
    assert (topics[0].id, topics[0].figures.volume) == (first, 3)


async def test_it_goes_on_where_a_process_died_in_the_middle(
    helpdesk: Helpdesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await helpdesk.ask(EXPORT)

    async def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(repository, "merge_gaps", dies)
        with pytest.raises(KeyboardInterrupt):
            await helpdesk.look()
    assert await helpdesk.gaps.all(helpdesk.operator, None) == (), "half of a sorting is none"
    assert [one.figures.volume for one in await helpdesk.topics()] == [1]


async def test_figures_tell_how_it_goes_on_and_what_it_costs(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(EXPORT)
    await helpdesk.colleague("You export it from the menu of the dashboard.")
    helpdesk.world.clock.move(timedelta(minutes=30))
    await helpdesk.colleague("Choose Spreadsheet there.")
    await helpdesk.look()
    helpdesk.world.clock.move(timedelta(days=8))
    for text in (EXPORT_AGAIN, EXPORT_THIRD):
        await helpdesk.ask(text)
    await helpdesk.colleague()
    (topic,) = await helpdesk.topics()
    figures = topic.figures
    assert (figures.this_week, figures.week_before, figures.hand_overs) == (2, 1, 2)
    assert figures.handling_hours == pytest.approx(0.5 + 10 / 60, abs=0.02)
    assert figures.cost == pytest.approx(60 * figures.handling_hours, abs=1)


async def test_others_are_told_once_of_a_topic_that_many_ask_about(helpdesk: Helpdesk) -> None:
    await helpdesk.webhooks.add(helpdesk.operator, "http://127.0.0.1:9/hooks", [EventKind.KNOWLEDGE_GAP])
    for number, text in enumerate((EXPORT, EXPORT_AGAIN, EXPORT_THIRD, EXPORT), 1):
        await helpdesk.ask(text)
        await helpdesk.look()
        told = await helpdesk.webhooks.deliveries(helpdesk.operator, None, None)
        assert len(told) == (number >= VOLUME)
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        body = await tx.fetchval("select body from webhook_delivery where tenant_id = $1", helpdesk.operator.tenant_id)
    (topic,) = await helpdesk.gaps.all(helpdesk.operator, None)
    assert f"/v1/knowledge/gaps/{topic.id}" in body
    assert "export" not in body


# --- what becomes of a topic ---


async def test_a_topic_is_covered_by_itself_once_an_article_answers_and_open_again_without_it(
    helpdesk: Helpdesk,
) -> None:
    await helpdesk.ask(EXPORT)
    topic = (await helpdesk.only_topic()).gap.id
    await helpdesk.publish("export-dashboards", ARTICLE)
    assert [(one.id, one.state) for one in await helpdesk.topics()] == [(topic, GapState.COVERED)]
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        await helpdesk.publishing.archive(tx, helpdesk.operator.tenant_id, "export-dashboards")
    assert [(one.id, one.state) for one in await helpdesk.topics()] == [(topic, GapState.OPEN)]


async def test_an_article_that_did_not_help_before_covers_nothing(helpdesk: Helpdesk) -> None:
    await helpdesk.publish("export-dashboards", ARTICLE)
    await helpdesk.ask(EXPORT)
    await helpdesk.look()
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        article = await tx.fetchval("select id from article where tenant_id = $1", helpdesk.operator.tenant_id)
        await tx.execute(
            "update knowledge_gap_example set answered_by = array[$2] where tenant_id = $1",
            helpdesk.operator.tenant_id,
            f"{article}:1",
        )
        await tx.execute("update knowledge_gap set checked_revision = null, state = 'open'")
    assert [one.state for one in await helpdesk.topics()] == [GapState.OPEN]
    await helpdesk.publish("export-dashboards", ARTICLE.replace("choose Export", "click Export"))
    assert [one.state for one in await helpdesk.topics()] == [GapState.COVERED], "its next version does"


async def test_a_dismissed_topic_takes_in_what_is_asked_about_it_and_stays_dismissed(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(PARKING)
    topic = (await helpdesk.only_topic()).gap.id
    done = await helpdesk.gaps.dismiss(helpdesk.operator, topic, "the office is closed")
    assert (done.gap.state, done.gap.reason, done.gap.settled_by) == (
        "dismissed",
        "the office is closed",
        "an operator's key",
    )
    await helpdesk.ask("Where can visitors park at the office?")
    (found,) = await helpdesk.topics()
    assert (found.id, found.state, found.figures.volume) == (topic, GapState.DISMISSED, 2)
    with pytest.raises(GapSettled, match="is dismissed"):
        await helpdesk.gaps.dismiss(helpdesk.operator, topic, "again")


async def test_a_restored_topic_keeps_its_id(helpdesk: Helpdesk) -> None:
    await helpdesk.ask(PARKING)
    topic = (await helpdesk.only_topic()).gap.id
    await helpdesk.gaps.dismiss(helpdesk.operator, topic, "the office is closed")
    restored = await helpdesk.gaps.reopen(helpdesk.operator, topic)
    assert (restored.gap.id, restored.gap.state, restored.gap.reason) == (topic, GapState.OPEN, "")


# --- who sees it, and for how long ---


async def test_another_company_sees_nothing_and_settles_nothing(helpdesk: Helpdesk, stranger: Principal) -> None:
    await helpdesk.ask(EXPORT)
    topic = (await helpdesk.only_topic()).gap.id
    assert await helpdesk.gaps.all(stranger, None) == ()
    for asked in (
        helpdesk.gaps.get(stranger, topic),
        helpdesk.gaps.draft(stranger, topic),
        helpdesk.gaps.dismiss(stranger, topic, "mine"),
        helpdesk.gaps.reopen(stranger, topic),
    ):
        with pytest.raises(GapNotFound):
            await asked


async def test_nothing_of_an_erased_person_is_left_but_that_somebody_asked(
    helpdesk: Helpdesk, people: PeopleService, cluster: Cluster
) -> None:
    key = await helpdesk.ask("Can I export marzipan dashboards to a spreadsheet?")
    topic = await helpdesk.only_topic()
    assert "marzipan" in topic.gap.name
    assert await found_in(cluster.owner, b"marzipan") == [], "it is sealed"
    await people.erase(helpdesk.operator, conversation_id=key.conversation_id)
    left = await helpdesk.gaps.get(helpdesk.operator, topic.gap.id)
    assert ([one.text for one in left.examples], left.gap.name, left.gap.figures.volume) == ([""], "", 1)
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        kept = await tx.fetchrow(
            "select sealed, sealed_meaning from knowledge_gap_example where tenant_id = $1", key.tenant_id
        )
    assert (kept["sealed"], kept["sealed_meaning"]) == (b"", b"")
    await helpdesk.ask(EXPORT)
    assert sorted(one.figures.volume for one in await helpdesk.topics()) == [1, 1]


async def test_a_topic_goes_with_the_last_conversation_about_it(helpdesk: Helpdesk, people: PeopleService) -> None:
    await helpdesk.ask(EXPORT)
    await helpdesk.look()
    helpdesk.world.clock.move(timedelta(days=100))
    async with helpdesk.world.database.begin(helpdesk.operator) as tx:
        await tx.execute("update conversation set status = 'closed' where tenant_id = $1", helpdesk.operator.tenant_id)
    await people.delete_expired()
    assert await helpdesk.topics() == ()
