"""Turns, through every stage, on a real log."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

from casewright.conversations.models import (
    Mode,
    Outcome,
    ReplySent,
    Resolution,
    Status,
    TurnFinished,
)
from casewright.engine.models import TopicStatus
from casewright.kit.principal import Assurance
from casewright.knowledge.models import ArticleId, CitedSentence
from casewright.understanding.models import (
    AnswerFromKnowledge,
    CancelTopic,
    CannotHandle,
    Confirm,
    Decline,
    Emotion,
    HumanHandoff,
    ResumeTopic,
    SetSlot,
    SmallTalk,
    StartProcedure,
)
from tests.engine.conftest import World

YES, NO = Confirm(confirmation="?"), Decline(confirmation="?")
PRICES = AnswerFromKnowledge(query="what is the price", intent="price")


async def test_a_question_is_answered_with_the_articles_own_sentence_and_its_source(world: World) -> None:
    reply = await world.say("what is the price", PRICES)
    assert "The price is 10 euros." in reply
    sent = [one.event for one in await world.entries() if isinstance(one.event, ReplySent)][-1]
    answer = next(part for part in sent.parts if part.kind == "answer")
    assert answer.sources[0].title == "Prices"
    assert answer.sources[0].quote == "The price is 10 euros."


async def test_an_answer_that_another_article_contradicts_says_so_with_both_sources(world: World) -> None:
    other = CitedSentence(
        text="The price is 12 euros.", kind="text", article_id=ArticleId(uuid4()), version=3, title="Prices 2026"
    )
    world.knowledge.disagreeing = (other,)
    reply = await world.say("what is the price", PRICES)
    assert "our articles do not agree on this" in reply
    answers = [part for part in (await world.last_reply()).parts if part.kind == "answer"]
    assert [(part.text, part.sources[0].title) for part in answers] == [
        ("The price is 10 euros.", "Prices"),
        ("The price is 12 euros.", "Prices 2026"),
    ]


async def test_an_answer_about_an_error_code_offers_the_procedure_about_it(world: World) -> None:
    world.knowledge.procedures = ("credit",)
    await world.say("what is the price", PRICES)
    assert "Request a credit" in [one.label for one in (await world.last_reply()).quick_replies]


async def test_a_question_about_what_a_procedure_does_is_answered_and_the_procedure_offered(world: World) -> None:
    asked = AnswerFromKnowledge(query="what is the price", intent="price", otherwise="send_link")
    assert "The price is 10 euros." in await world.say("what is the price", asked)
    sent = [one.event for one in await world.entries() if isinstance(one.event, ReplySent)][-1]
    assert [one.label for one in sent.quick_replies][:1] == ["See prices"]
    assert [topic.kind for topic in (await world.state()).topics] == ["question"]


async def test_a_question_that_no_article_answers_begins_the_procedure_for_it(world: World) -> None:
    asked = AnswerFromKnowledge(query="what is love", intent="price", otherwise="send_link")
    assert "Which address?" in await world.say("what is love", asked)


async def test_a_correction_that_leads_back_to_a_question_takes_the_confirmation_with_it(world: World) -> None:
    await world.say("repair it", StartProcedure(procedure="repair"))
    assert "Mend it: broken?" in await world.say("broken", SetSlot(slot="fault", value="broken"))
    correction = SetSlot(slot="fault", value="lost", corrects=True)
    assert "Where did you lose it?" in await world.say("it is lost", correction)
    assert (await world.state()).confirmation is None
    await world.say("no", NO)
    state = await world.state()
    assert (state.mode, world.org.calls) == (Mode.AGENT, [])


async def test_what_is_not_known_is_said_to_be_not_known(world: World) -> None:
    reply = await world.say("what is love", AnswerFromKnowledge(query="what is love"))
    assert "10 euros" not in reply
    assert "don't know" in reply or "cannot answer" in reply


async def test_a_procedure_asks_for_its_slot_then_for_a_yes_and_then_acts(world: World) -> None:
    assert "Which address?" in await world.say("send me a link", StartProcedure(procedure="send_link"))
    asked = await world.say("ann@example.com", SetSlot(slot="email", value="?"))
    assert "Send a link to ann@example.com?" in asked
    assert world.org.calls == []
    assert "on its way" in await world.say("yes", YES)
    assert world.org.calls[0].arguments == {"email": "ann@example.com"}
    assert (await world.state()).identity.assurance is Assurance.CLAIMED


async def test_models_see_tokens_and_never_the_address_itself(world: World) -> None:
    await world.say("send me a link", StartProcedure(procedure="send_link"))
    await world.say("it is ann@example.com", SetSlot(slot="email", value="?"))
    shown = "".join(request.model_dump_json() for request in world.understanding.seen)
    assert "[EMAIL_1]" in shown
    assert "ann@example.com" not in shown


async def test_a_no_does_nothing_and_says_so(world: World) -> None:
    await world.say("send me a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", SetSlot(slot="email", value="?"))
    assert "not done anything" in await world.say("no", NO)
    assert world.org.calls == []
    assert (await world.state()).topics[0].status is TopicStatus.CANCELLED


async def test_a_yes_counts_only_for_the_arguments_it_was_given_for(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    assert "Give 5?" in await world.say("5", SetSlot(slot="amount", value="5"))
    again = await world.say("yes, but make it 500", YES, SetSlot(slot="amount", value="500", corrects=True))
    assert "Give 500?" in again
    assert world.org.calls == []
    await world.say("yes", YES)
    assert [call.arguments for call in world.org.calls] == [{"amount": "500"}]


async def test_a_yes_without_a_question_is_dropped_with_the_reason(world: World) -> None:
    await world.say("yes", Confirm(confirmation="made-up"))
    finished = [one.event for one in await world.entries() if isinstance(one.event, TurnFinished)][-1]
    assert [one.why for one in finished.report.dropped] == ["no such question is open"]


async def test_a_question_in_the_middle_of_a_procedure_is_answered_and_the_procedure_goes_on(world: World) -> None:
    await world.say("send me a link", StartProcedure(procedure="send_link"))
    reply = await world.say("what is the price", PRICES)
    assert "10 euros" in reply
    assert "Which address?" in reply


async def test_a_second_procedure_pauses_the_first_which_goes_on_after_it(world: World) -> None:
    await world.say("send me a link", StartProcedure(procedure="send_link"))
    assert "How much?" in await world.say("first a gift", StartProcedure(procedure="gift"))
    state = await world.state()
    assert [topic.status for topic in state.topics] == [TopicStatus.PAUSED, TopicStatus.ACTIVE]
    await world.say("7", SetSlot(slot="amount", value="7"))
    reply = await world.say("yes", YES)
    assert "The gift is booked." in reply
    assert "Which address?" in reply


async def test_a_paused_topic_is_resumed_where_it_was_when_the_customer_says_so(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("9", SetSlot(slot="amount", value="9"))
    await world.say("send me a link", StartProcedure(procedure="send_link"))
    assert "Give 9?" in await world.say("back to the gift", ResumeTopic(topic="?"))


async def test_two_requests_in_one_message_are_worked_off_one_after_the_other(world: World) -> None:
    reply = await world.say("both", StartProcedure(procedure="send_link"), StartProcedure(procedure="gift"))
    assert "Which address?" in reply
    await world.say("ann@example.com", SetSlot(slot="email", value="?"))
    reply = await world.say("yes", YES)
    assert "on its way" in reply
    assert "How much?" in reply


async def test_a_cancelled_topic_is_over(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    assert "stopped" in await world.say("never mind", CancelTopic())
    assert (await world.state()).topics[0].status is TopicStatus.CANCELLED


async def test_an_approval_waits_for_an_operator_while_other_things_go_on(world: World) -> None:
    await world.say("a credit", StartProcedure(procedure="credit"))
    await world.say("30", SetSlot(slot="amount", value="30"))
    assert "approve" in await world.say("yes", YES)
    assert world.org.calls == []
    assert "10 euros" in await world.say("what is the price", PRICES)
    waiting = await world.desk.approvals(world.principal, pending_only=True)
    mine = next(one for one in waiting if one.conversation_id == world.key.conversation_id)
    assert mine.arguments == {"amount": "30"}
    await world.desk.decide(world.principal, mine.id, approve=True)
    await world.engine.run(world.key)
    assert "The credit is booked." in (await world.replies())[-1]
    assert len(world.org.calls) == 1


async def test_a_refused_approval_writes_nothing(world: World) -> None:
    await world.say("a credit", StartProcedure(procedure="credit"))
    await world.say("30", SetSlot(slot="amount", value="30"))
    await world.say("yes", YES)
    waiting = await world.desk.approvals(world.principal, pending_only=True)
    mine = next(one for one in waiting if one.conversation_id == world.key.conversation_id)
    await world.desk.decide(world.principal, mine.id, approve=False)
    await world.engine.run(world.key)
    assert "did not approve" in (await world.replies())[-1]
    assert [call.action for call in world.org.calls if call.action == "create_credit"] == []


async def test_asking_for_a_person_hands_over_with_a_case_and_the_agent_falls_silent(world: World) -> None:
    await world.say("what is the price", PRICES)
    reply = await world.say("a person please", HumanHandoff())
    assert "00001001" in reply
    story = world.org.calls[-1].arguments
    assert "Prices" in str(story["summary"])
    assert "what is the price" in str(story["transcript"])
    assert await world.say("hello?", SmallTalk(kind="greeting")) == ""
    assert (await world.state()).mode is Mode.HUMAN


async def test_after_giving_back_the_agent_answers_again(world: World) -> None:
    await world.say("a person please", HumanHandoff())
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    await world.engine.run(world.key)
    assert "10 euros" in await world.say("what is the price", PRICES)


async def test_a_hand_over_stands_even_if_the_org_is_away_and_the_case_follows(world: World) -> None:
    world.org.plan = ["not_sent"]
    reply = await world.say("a person please", HumanHandoff())
    assert "handing you over" in reply
    state = await world.state()
    assert state.mode is Mode.HUMAN
    assert state.case is None
    await world.service.move_clock(world.key, timedelta(minutes=1))
    await world.engine.run(world.key)
    assert (await world.state()).case is not None


async def test_growing_anger_brings_a_person(world: World) -> None:
    furious = Emotion(valence=-0.9, intensity=0.95, label="angry")
    first = await world.say("unacceptable", SmallTalk(kind="venting"), emotion=furious)
    assert "apolog" in first.lower()
    for text in ("I am waiting for hours", "third time", "enough"):
        await world.say(text, SmallTalk(kind="venting"), emotion=furious)
    state = await world.state()
    assert state.mode is Mode.HUMAN
    assert state.hand_over_reason in ("frustration", "low_confidence")


async def test_the_same_opening_phrase_never_comes_twice_in_a_row(world: World) -> None:
    cross = Emotion(valence=-0.5, intensity=0.5, label="frustrated")
    replies = [
        await world.say(f"what is the price {n}", AnswerFromKnowledge(query="price"), emotion=cross) for n in range(3)
    ]
    openings = [reply.split("\n")[0] for reply in replies]
    assert all(first != second for first, second in pairwise(openings))


async def test_what_is_not_understood_again_and_again_ends_with_a_person(world: World) -> None:
    nonsense = CannotHandle(reason="nonsense")
    await world.say("aaaa", nonsense)
    await world.say("bbbb", nonsense)
    assert "handing you over" in await world.say("cccc", nonsense)


async def test_a_vague_reference_is_asked_about_once_and_never_again(world: World) -> None:
    vague = CannotHandle(reason="vague")
    first = await world.say("the thing", vague)
    second = await world.say("you know, the thing", vague)
    assert first != second
    assert "again" in second


async def test_thanks_after_an_answer_close_as_confirmed(world: World) -> None:
    await world.say("what is the price", PRICES)
    await world.say("thanks", SmallTalk(kind="thanks"))
    state = await world.state()
    assert (state.status, state.outcome, state.resolution) == (Status.CLOSED, Outcome.RESOLVED, Resolution.CONFIRMED)


async def test_silence_after_an_answer_closes_as_assumed(world: World) -> None:
    await world.say("what is the price", PRICES)
    await world.service.move_clock(world.key, timedelta(minutes=31))
    await world.engine.run(world.key)
    state = await world.state()
    assert (state.status, state.outcome, state.resolution) == (Status.CLOSED, Outcome.RESOLVED, Resolution.ASSUMED)


async def test_a_closed_conversation_opens_again_without_its_old_topics(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.service.move_clock(world.key, timedelta(minutes=31))
    await world.engine.run(world.key)
    assert (await world.state()).outcome is Outcome.ABANDONED
    reply = await world.say("what is the price", PRICES)
    assert "How much?" not in reply
    assert (await world.state()).status is Status.OPEN


async def test_a_newer_message_replaces_a_turn_that_has_said_nothing_yet(world: World) -> None:
    world.understanding.pause = asyncio.Event()
    first = await world.write("what is the", CannotHandle(reason="nonsense"))
    running = asyncio.create_task(world.engine.run(world.key))
    while not world.understanding.seen:
        await asyncio.sleep(0.01)
    second = await world.write("price")
    world.understanding.script["what is the\nprice"] = (PRICES,)
    world.understanding.pause.set()
    await running
    finished = [one.event for one in await world.entries() if isinstance(one.event, TurnFinished)]
    assert len(finished) == 1
    assert finished[0].message_ids == (first.message_id, second.message_id)
    assert finished[0].replaced == (first.message_id,)
    assert "10 euros" in (await world.replies())[-1]


async def test_a_person_who_takes_over_in_mid_turn_is_not_talked_over(world: World) -> None:
    world.understanding.pause = asyncio.Event()
    await world.write("what is the price", PRICES)
    running = asyncio.create_task(world.engine.run(world.key))
    while not world.understanding.seen:
        await asyncio.sleep(0.01)
    await world.desk.reply(world.principal, world.key, "I am here.")
    before = len(await world.replies())
    world.understanding.pause.set()
    await running
    assert len(await world.replies()) == before


async def test_a_turn_that_fails_once_is_repeated(world: World) -> None:
    world.understanding.fail = 1
    assert "10 euros" in await world.say("what is the price", PRICES)


async def test_a_turn_that_keeps_failing_ends_with_an_apology_and_a_person(world: World) -> None:
    world.understanding.fail = 9
    reply = await world.say("what is the price", PRICES)
    assert "our side" in reply
    assert (await world.state()).mode is Mode.HUMAN


async def test_a_message_accepted_twice_under_one_key_is_one_message(world: World) -> None:
    first = await world.service.accept(world.key, "hello", "same", 8000)
    second = await world.service.accept(world.key, "hello", "same", 8000)
    assert first.message_id == second.message_id
    assert (await world.kinds()).count("message_received") == 1


async def test_a_message_that_is_too_long_is_cut_and_answered_with_a_note(world: World) -> None:
    text = "what is the price" + "A" * 100_000
    world.understanding.script[text[:8000]] = (PRICES,)
    await world.service.accept(world.key, text, "long", 8000)
    await world.engine.run(world.key)
    reply = (await world.replies())[-1]
    assert "8,000" in reply
    assert "100,017" in reply
    assert "10 euros" in reply


async def test_a_person_is_known_again_by_a_digest_and_never_by_a_readable_address(world: World) -> None:
    await world.say("send me a link", StartProcedure(procedure="send_link"))
    await world.say("ann@example.com", SetSlot(slot="email", value="?"))
    async with world.database.begin(world.principal) as tx:
        rows = await tx.fetch(
            """select i.kind, i.assurance, i.digest, i.sealed from person_identity i
               join conversation c on c.person_id = i.person_id where c.id = $1""",
            world.key.conversation_id,
        )
    assert [(row["kind"], row["assurance"]) for row in rows] == [("email", "claimed")]
    assert b"ann@example.com" not in rows[0]["digest"] + rows[0]["sealed"]


async def test_after_giving_back_the_case_holds_what_the_person_wrote(world: World) -> None:
    await world.say("a person please", HumanHandoff())
    await world.desk.reply(world.principal, world.key, "I have fixed it for you.")
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    await world.engine.run(world.key)
    written_back = world.org.calls[-1]
    assert written_back.action == "write_back_case"
    assert "I have fixed it for you." in str(written_back.arguments["transcript"])


async def test_an_approval_expires_when_a_person_takes_the_conversation(world: World) -> None:
    await world.say("a credit", StartProcedure(procedure="credit"))
    await world.say("30", SetSlot(slot="amount", value="30"))
    await world.say("yes", YES)
    await world.say("a person please", HumanHandoff())
    everything = await world.desk.approvals(world.principal, pending_only=False)
    assert [one.status for one in everything if one.conversation_id == world.key.conversation_id] == ["expired"]


async def test_no_title_or_column_outside_the_seal_holds_the_customers_words(world: World) -> None:
    await world.say("what about zebras", AnswerFromKnowledge(query="what about zebras"))
    async with world.database.begin(world.principal) as tx:
        rows = await tx.fetch("select data::text as data from conversation_event")
        topics = await tx.fetch("select topic from conversation where id = $1", world.key.conversation_id)
    assert not any("zebra" in row["data"] for row in rows)
    assert topics[0]["topic"] == "a question"


async def test_asking_again_for_a_paused_procedure_goes_on_with_it_instead_of_a_second_one(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("9", SetSlot(slot="amount", value="9"))
    await world.say("send me a link", StartProcedure(procedure="send_link"))
    assert "Give 9?" in await world.say("the gift please", StartProcedure(procedure="gift"))
    assert [topic.name for topic in (await world.state()).topics] == ["gift", "send_link"]


async def test_of_several_requests_that_wait_the_most_urgent_comes_first(world: World) -> None:
    world.understanding.priorities = [3, 5, 1]
    await world.say(
        "three things",
        StartProcedure(procedure="send_link"),
        StartProcedure(procedure="gift"),
        StartProcedure(procedure="credit"),
    )
    state = await world.state()
    assert {topic.name: topic.priority for topic in state.topics} == {"send_link": 3, "gift": 5, "credit": 1}
    assert state.active is not None
    assert state.active.name == "credit"


async def test_the_note_to_a_decision_is_kept_for_colleagues_and_not_told_to_the_customer(world: World) -> None:
    await world.say("a credit", StartProcedure(procedure="credit"))
    await world.say("30", SetSlot(slot="amount", value="30"))
    await world.say("yes", YES)
    waiting = await world.desk.approvals(world.principal, pending_only=True)
    mine = next(one for one in waiting if one.conversation_id == world.key.conversation_id)
    await world.desk.decide(world.principal, mine.id, approve=False, note="outside the contract")
    await world.engine.run(world.key)
    decided = await world.desk.approvals(world.principal, pending_only=False)
    assert next(one.note for one in decided if one.id == mine.id) == "outside the contract"
    assert "outside the contract" not in "".join(await world.replies())


async def test_silence_after_an_answer_that_is_not_known_closes_as_unresolved(world: World) -> None:
    await world.say("what is love", AnswerFromKnowledge(query="what is love"))
    await world.service.move_clock(world.key, timedelta(minutes=31))
    await world.engine.run(world.key)
    assert (await world.state()).outcome is Outcome.UNRESOLVED


async def test_silence_after_a_person_gave_back_closes_as_handed_over(world: World) -> None:
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("a person please", HumanHandoff())
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    await world.engine.run(world.key)
    await world.service.move_clock(world.key, timedelta(minutes=31))
    await world.engine.run(world.key)
    assert (await world.state()).outcome is Outcome.HANDED_OVER


async def test_an_actions_own_name_is_no_title_a_customer_sees(world: World) -> None:
    world.org.records_of_outcomes = False
    await world.say("a gift", StartProcedure(procedure="gift"))
    await world.say("9", SetSlot(slot="amount", value="9"))
    await world.say("yes", YES)
    sources = [source for part in (await world.last_reply()).parts for source in part.sources]
    assert [(one.type, one.title) for one in sources] == [("action", "A gift")]
