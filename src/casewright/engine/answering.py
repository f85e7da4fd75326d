"""Answering from knowledge: the articles' own sentences, each with its source, or an honest "I don't know"."""

from casewright.conversations.models import QuickReply, SolutionTried, Source, TopicMoved
from casewright.engine.models import Topic, TopicStatus
from casewright.engine.which_article import ask_which
from casewright.engine.working import Turn
from casewright.knowledge.models import Choice, CitedSentence, KnowledgeAnswer, Question

ASKED_BY_A_PROCEDURE = 0.3
"""Least confidence where a procedure asks: its author knows that the articles answer, and uses their words."""
CHOSEN = 0.3
"""The same where the customer has said which article it is about."""


async def look_up(
    turn: Turn, text: str, about: str, min_confidence: float | None = None, chosen: Choice | None = None
) -> KnowledgeAnswer:
    """What the articles say to `text`. `about`: words of the topic, for context. `min_confidence` None: the company's. `chosen`: what
    the customer says that it is about."""
    found = await turn.ports.knowledge.answer(
        turn.claim.key.tenant_id,
        Question(
            text=text,
            language=turn.state.language,
            assurance=turn.state.identity.assurance,
            vectors=turn.understanding.vectors.get(text) if turn.understanding else None,
            topic=about,
            chosen=chosen,
        ),
        min_confidence or turn.thresholds.min_confidence,
    )
    turn.note(hits=(*turn.report.hits, *found.hits), knowledge_revision=found.revision)
    return found


async def answer(turn: Turn, topic: Topic, question: str | None = None, found: KnowledgeAnswer | None = None) -> bool:
    """Answers a topic's question (or another one, asked for it by a procedure), from what was `found` already, if it was.
    False when nothing certain is known, or the customer is asked which article it is about."""
    if found is None:
        found = (
            await look_up(turn, topic.query, topic.title)
            if question is None
            else await look_up(turn, question, question, ASKED_BY_A_PROCEDURE)
        )
    if question is None and _asks_which(turn, topic, found):
        return False
    if not found.sentences:
        _say_so(turn, topic, found)
        return False
    _say_sentences(turn, found.sentences)
    if found.disagreeing:
        turn.phrase("articles_disagree")
        for sentence in found.disagreeing:
            _say_run(turn, [sentence])
    for title, article_id in dict.fromkeys((sentence.title, str(sentence.article_id)) for sentence in found.sentences):
        turn.emit(SolutionTried(what=title, article_id=article_id))
    if question is None:
        turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.ANSWERED, reason="answered"))
        turn.asks_if_solved = True
    return True


def _say_sentences(turn: Turn, sentences: tuple[CitedSentence, ...]) -> None:
    """Sentences of one section that follow each other become one part; each step and each piece of code is its own."""
    run: list[CitedSentence] = []
    for sentence in sentences:
        if run and (sentence.kind != "text" or not _belong_together(run[-1], sentence)):
            _say_run(turn, run)
            run = []
        if sentence.kind == "text":
            run.append(sentence)
        else:
            turn.say(sentence.text, "step" if sentence.kind == "step" else "code", (_source(sentence),))
    if run:
        _say_run(turn, run)


def _say_run(turn: Turn, run: list[CitedSentence]) -> None:
    quote = " ".join(sentence.text for sentence in run)
    turn.say(quote, "answer", (_source(run[0], quote),))


def _belong_together(first: CitedSentence, second: CitedSentence) -> bool:
    return first.article_id == second.article_id and first.section == second.section


def _source(sentence: CitedSentence, quote: str | None = None) -> Source:
    return Source(
        type="article",
        id=str(sentence.article_id),
        version=sentence.version,
        title=sentence.title,
        quote=quote or sentence.text,
        section=sentence.section,
        url=sentence.source if sentence.source.startswith("https://") else "",
        checked_on=sentence.checked_on,
    )


def _asks_which(turn: Turn, topic: Topic, found: KnowledgeAnswer) -> bool:
    if not ask_which(turn, topic, found):
        return False
    if not found.sentences:
        _name_near(turn, found)
    turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.UNRESOLVED, reason="asked which article"))
    return True


def _say_so(turn: Turn, topic: Topic, found: KnowledgeAnswer) -> None:
    """That nothing certain is known, where it may stand, and the best next step."""
    _name_near(turn, found)
    turn.phrase("or_person")
    turn.helped = False
    label = turn.label("person_label")
    turn.quick_replies.append(QuickReply(label=label, text=label))
    if topic.kind == "question":
        turn.emit(TopicMoved(topic_id=topic.id, status=TopicStatus.UNRESOLVED, reason="no certain answer"))


def _name_near(turn: Turn, found: KnowledgeAnswer) -> None:
    turn.phrase("not_certain" if found.near else "do_not_know")
    for passage in found.near:
        turn.say(passage.title, "suggestion", (_source(passage),))
