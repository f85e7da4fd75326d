"""Asking which of several articles, or of one article's sections, a question is about, and hearing which."""

from typing import NamedTuple
from uuid import UUID

from casewright.conversations.models import ClarificationAsked, Expects
from casewright.engine.models import Topic
from casewright.engine.working import Turn
from casewright.knowledge.models import ArticleId, Choice, KnowledgeAnswer
from casewright.understanding.models import ARTICLE_OPTION, Option


class Chosen(NamedTuple):
    """`question`: the one that is answered from what was chosen."""

    question: str
    choice: Choice


def ask_which(turn: Turn, topic: Topic, found: KnowledgeAnswer) -> bool:
    """False where there is nothing to choose, something else is being asked for, or the same was asked before."""
    options = tuple(Option(value=_value(one), label=one.label) for one in found.choices)
    about = "articles:" + ",".join(sorted(option.value for option in options))
    if not options or turn.expects or turn.state.paused or turn.state.was_asked_back(about):
        return False
    turn.helped = None
    turn.emit(ClarificationAsked(offered=options, query=topic.query, about=about))
    turn.expects = Expects(kind="choice")
    turn.phrase("which_article", "question")
    for option in options:
        turn.offer(option.label)
    turn.offer(turn.label("none_of_these"))
    turn.offer(turn.label("person_label"))
    return True


def chosen(turn: Turn, words: str) -> Chosen | None:
    """What `words` choose of what was offered last."""
    offered = turn.state.clarification
    for option in offered.offered if offered else ():
        if offered and option.label == words and (choice := _choice(option)):
            return Chosen(offered.query, choice)
    return None


def _value(choice: Choice) -> str:
    section = "" if choice.section is None else f"#{choice.section}"
    return f"{ARTICLE_OPTION}{choice.article_id}{section}"


def _choice(option: Option) -> Choice | None:
    if not option.value.startswith(ARTICLE_OPTION):
        return None
    article, has_section, section = option.value.removeprefix(ARTICLE_OPTION).partition("#")
    return Choice(label=option.label, article_id=ArticleId(UUID(article)), section=section if has_section else None)
