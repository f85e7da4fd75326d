"""Steering words in their situation: what a piece of a message does to the conversation besides asking for more."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from casewright.understanding import phrases
from casewright.understanding.models import (
    CancelTopic,
    CannotHandle,
    Command,
    DialogueContext,
    HumanHandoff,
    ResumeTopic,
    SmallTalk,
    SmallTalkKind,
    TopicReference,
)
from casewright.understanding.words import stems

SMALL_TALK: tuple[tuple[SmallTalkKind, re.Pattern[str]], ...] = (
    ("thanks", phrases.THANKS),
    ("goodbye", phrases.GOODBYE),
    ("positive", phrases.IT_WORKS),
    ("greeting", phrases.GREETING),
)
MOST_CHARACTERS = 600
MOST_LEANING_STEMS = 3
WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Move:
    """A command read from steering words. `reason` as in `Proposal`."""

    command: Command
    confidence: float
    reason: str


def steer(piece: str, context: DialogueContext) -> Move | None:
    """The move that a piece of a message makes; None if it has to be understood by what it is about."""
    piece = _plain(piece)
    return (
        _ask_for_person(piece)
        or _resume(piece, context)
        or _cancel(piece, context)
        or _small_talk(piece)
        or _refer_to_nothing(piece, context)
    )


def _plain(piece: str) -> str:
    """On one line, with single spaces. Steering words are few, so the start is enough."""
    return " ".join(piece[:MOST_CHARACTERS].split())


def _ask_for_person(piece: str) -> Move | None:
    wanted = phrases.PERSON_WANTED.search(piece)
    meant = wanted is not None and not any(
        before.search(piece, 0, wanted.start()) for before in (phrases.DENIED_BEFORE, phrases.OTHERS_BEFORE)
    )
    if meant or phrases.PERSON_ALONE.fullmatch(piece) or phrases.NO_MACHINE.search(piece):
        return Move(HumanHandoff(reason="requested"), 0.97, "asks for a person")
    return None


# --- topics -----------------------------------------------------------------------------------------------------------


def _resume(piece: str, context: DialogueContext) -> Move | None:
    if not context.paused:
        return None
    explicit = phrases.RESUME.search(piece)
    match = explicit or phrases.NOW_THE.search(piece)
    if match is None:
        return _most_recent(context) if phrases.WHERE_WERE_WE.search(piece) else None
    what = match["what"].strip(" ,")
    topic = named_topic(what, context.paused)
    if topic is not None:
        return Move(ResumeTopic(topic=topic.id), 0.95, "goes back to a topic by name")
    if explicit is None or (context.active and named_topic(what, (context.active,))):
        return None
    if phrases.FIRST.search(what) and phrases.SOMETHING_EARLIER.match(what):
        return Move(ResumeTopic(topic=context.paused[-1].id), 0.8, "goes back to the first topic")
    if not stems(what) or phrases.SOMETHING_EARLIER.match(what):
        return _most_recent(context)
    return None


def _most_recent(context: DialogueContext) -> Move:
    return Move(ResumeTopic(topic=context.paused[0].id), 0.85, "goes back to the last topic")


def named_topic(words: str, topics: Sequence[TopicReference]) -> TopicReference | None:
    """The topic that shares the most content words with `words`, the first of several; None if none shares any."""
    wanted = stems(words)
    scored = [
        (2 * len(wanted & stems(f"{topic.name} {topic.title}")) + len(wanted & stems(topic.words)), -place, topic)
        for place, topic in enumerate(topics)
    ]
    best = max(scored, default=None, key=lambda scored_topic: scored_topic[:2])
    return best[2] if best and best[0] > 0 else None


def _cancel(piece: str, context: DialogueContext) -> Move | None:
    core = _without_manners(piece)
    has_topic = context.active is not None or bool(context.paused)
    if phrases.CANCEL.fullmatch(core) and (has_topic or not phrases.REQUEST.search(core)):
        return Move(CancelTopic(), 0.93, "takes the request back")
    named = phrases.CANCEL_NAMED.match(core)
    if named:
        topics = (*((context.active,) if context.active else ()), *context.paused)
        topic = named_topic(named["what"], topics)
        if topic is not None:
            is_active = context.active is not None and topic.id == context.active.id
            return Move(CancelTopic(topic=None if is_active else topic.id), 0.85, "takes a named request back")
    return None


def reports_done(piece: str, context: DialogueContext) -> bool:
    """Whether a piece tells that something we talked about is done: a report, not the request it sounds like."""
    piece = _plain(piece)
    if phrases.QUESTION_OPENER.match(piece) or "?" in piece or not phrases.DONE.search(piece):
        return False
    if phrases.STILL_BROKEN.search(piece) or phrases.HEDGES.search(piece):
        return False
    topics = (*((context.active,) if context.active else ()), *context.paused, *context.completed)
    return named_topic(piece, topics) is not None


def gives_details(piece: str) -> bool:
    """Whether a piece says nothing but a value, such as "my address is [EMAIL_1]"."""
    piece = _plain(piece)
    return phrases.DETAILS.fullmatch(piece) is not None and phrases.VALUE.search(piece) is not None


def leans_on_before(piece: str) -> bool:
    """Whether a piece makes sense only with what was said before it, such as "how do I get it back?"."""
    piece = _plain(piece)
    return phrases.SAID_BEFORE.search(piece) is not None and len(stems(piece)) <= MOST_LEANING_STEMS


# --- talk -------------------------------------------------------------------------------------------------------------


def _small_talk(piece: str) -> Move | None:
    if "?" in piece and phrases.QUESTION_OPENER.match(piece):
        return None
    kinds: list[SmallTalkKind] = []
    rest = piece
    for kind, phrase in SMALL_TALK:
        shorter = phrase.sub(" ", rest)
        if shorter != rest:
            kinds.append(kind)
        rest = shorter
    if not kinds:
        return None
    if "greeting" in kinds:
        rest = phrases.INTRODUCTION.sub(" ", rest)
    others = [word for word in WORD.findall(phrases.COMPANY.sub(" ", phrases.FILLERS.sub(" ", rest))) if len(word) > 1]
    is_addressed = len(others) == 1 and others[0][0].isupper() and phrases.COMPANY.search(rest) is not None
    if (others and not is_addressed) or re.search(r"\d|\[", rest):
        return None
    return None if phrases.STILL_BROKEN.search(piece) else Move(SmallTalk(kind=kinds[0]), 0.93, "small talk")


def _refer_to_nothing(piece: str, context: DialogueContext) -> Move | None:
    """A reference is resolved to what was talked about, if anything was; else there is nothing to go on."""
    if phrases.VAGUE.search(piece) and _says_little_else(piece):
        if context.paused:
            return Move(ResumeTopic(topic=context.paused[0].id), 0.6, "refers to an earlier topic")
        return None if context.active else Move(CannotHandle(reason="vague"), 0.9, "refers to something never said")
    if phrases.NOTHING_SAID.fullmatch(piece):
        return Move(CannotHandle(reason="vague"), 0.85, "does not say what it is about")
    return None


def _says_little_else(piece: str) -> bool:
    return (
        len(stems(phrases.VAGUE.sub(" ", piece)) - {"help", "hilfe", "issue", "probl", "quest", "frage", "again"}) <= 1
    )


def _without_manners(piece: str) -> str:
    """Without "ok", "please", "thanks" and the like around it, so that the core can be compared as a whole."""
    core = re.sub(
        r"^\W*(?:(?:ok(?:ay)?|no|well|oh|actually|please|sorry|then|ach|na|nein|bitte|dann|eigentlich|just|can you"
        r"|could you)\b\W*)+",
        "",
        piece,
        flags=re.IGNORECASE,
    )
    core = re.sub(
        r"(?:\W+(?:please|thanks|thank you|then|now|bitte|danke|dann|jetzt))*\W*$", "", core, flags=re.IGNORECASE
    )
    return core or piece
