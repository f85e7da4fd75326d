"""Asking which of several articles a question is about, and hearing which."""

from uuid import uuid4

import pytest

from casewright.engine.models import TopicStatus
from casewright.knowledge.models import ArticleId, Choice
from casewright.understanding.models import AnswerFromKnowledge, StartProcedure
from tests.engine.conftest import World

REPORTS = AnswerFromKnowledge(query="how do I share a report", intent="price")
CLASSIC, NEW = (Choice(label=label, article_id=ArticleId(uuid4())) for label in ("Classic reports", "New reports"))


@pytest.fixture
def world_of_two(world: World) -> World:
    world.knowledge.choices = (CLASSIC, NEW)
    return world


async def _replies(world: World) -> list[str]:
    return [one.label for one in (await world.last_reply()).quick_replies]


async def test_where_two_articles_are_equally_close_the_customer_is_asked_which(world_of_two: World) -> None:
    reply = await world_of_two.say("how do I share a report", REPORTS)

    assert "Which of these is it about?" in reply
    parts = (await world_of_two.last_reply()).parts
    assert [part.text for part in parts if part.kind == "suggestion"] == ["Classic reports", "New reports"]
    assert parts[-1].kind == "question"
    assert (await _replies(world_of_two))[:3] == ["Classic reports", "New reports", "Something else"]


async def test_what_is_chosen_answers_the_question_that_was_asked(world_of_two: World) -> None:
    await world_of_two.say("how do I share a report", REPORTS)
    reply = await world_of_two.say("New reports", AnswerFromKnowledge(query="New reports"))

    assert "About New reports." in reply
    assert "About Classic reports." not in reply
    asked = world_of_two.knowledge.asked[-1]
    assert (asked.text, asked.chosen) == ("how do I share a report", NEW)
    topics = (await world_of_two.state()).topics
    assert [(one.query, one.status) for one in topics][-1] == ("how do I share a report", TopicStatus.ANSWERED)


async def test_the_same_is_not_asked_back_twice(world_of_two: World) -> None:
    await world_of_two.say("how do I share a report", REPORTS)
    reply = await world_of_two.say("how do I share a report", REPORTS)

    assert "Which" not in reply
    assert "Talk to a person" in await _replies(world_of_two)


async def test_asking_back_is_no_failure_of_the_agent(world_of_two: World) -> None:
    await world_of_two.say("how do I share a report", REPORTS)

    assert (await world_of_two.state()).unhelpful_turns == 0


async def test_in_the_middle_of_a_procedure_nothing_else_is_asked(world_of_two: World) -> None:
    await world_of_two.say("send me a link", StartProcedure(procedure="send_link"))
    reply = await world_of_two.say("how do I share a report", REPORTS)

    assert "Which of these" not in reply
    assert "Which address?" in reply


async def test_a_question_of_which_nothing_was_chosen_is_unresolved(world_of_two: World) -> None:
    await world_of_two.say("how do I share a report", REPORTS)

    assert (await world_of_two.state()).topics[-1].status is TopicStatus.UNRESOLVED
