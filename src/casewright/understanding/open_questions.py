"""The answer to the question that is open: a yes or no, a choice, a value, or a correction of what was said before."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from casewright.engine.models import IS_SOLVED
from casewright.understanding import answer_phrases, phrases, segments
from casewright.understanding.answers import choose, is_named, result_of, stated, values_for, yes_or_no
from casewright.understanding.contradictions import find_contradiction
from casewright.understanding.counts import find_counts
from casewright.understanding.dialogue import Move, steer
from casewright.understanding.entities import find_awaited, values_of
from casewright.understanding.models import (
    CancelTopic,
    Confirm,
    Decline,
    DialogueContext,
    Entity,
    ExpectedSlot,
    HumanHandoff,
    Option,
    ResumeTopic,
    SetSlot,
)
from casewright.understanding.segments import Span, Splitter
from casewright.understanding.words import stems

SHORT = 6
"""Words up to which a message can be a bare correction, without "no" or "I meant"."""
LONG = 25
"""Words from which a message with a question mark in it can still be the text that was asked for."""
SHARED = frozenset({"email", "phone", "case_number", "record_id"})
"""Types of slots whose value several requests of one message may be about."""
NUMERIC = frozenset({"number", "money", "case_number", "http_status"})
"""Types of slots whose value may be written as a bare number."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`moves`: what the message says to the open question. `chosen`: what it picks of the intents that were offered.
    `pieces`: places that say something else besides. `missed`: a yes or no was asked for and there is none."""

    moves: tuple[Move, ...] = ()
    chosen: tuple[Option, ...] = ()
    pieces: tuple[Span, ...] = ()
    missed: bool = False


def read_answer(
    text: str, context: DialogueContext, entities: Sequence[Entity], today: date, splitter: Splitter | None = None
) -> Answer:
    """The part of `text` that answers, and the pieces that do not; without an open question all pieces."""
    whole = segments.split(text, splitter)
    if context.confirmation is not None:
        return _confirmation(text, context, context.confirmation, entities, today)
    if context.offered and (chosen := _offered(text, context.offered, entities)):
        return Answer(chosen=chosen)
    if context.awaiting and (moves := _awaited(text, context, context.awaiting, entities, today)):
        spans = [] if context.awaiting.type == "text" else _other_requests(text, whole, moves)
        return Answer(moves=tuple(moves), pieces=tuple(spans))
    if moves := _corrections(text, context, entities, today, expected=False):
        return Answer(moves=tuple(moves))
    return Answer(pieces=whole)


# --- yes or no --------------------------------------------------------------------------------------------------------


def _confirmation(text: str, context: DialogueContext, asked: str, entities: Sequence[Entity], today: date) -> Answer:
    is_solved = asked == IS_SOLVED
    if not is_solved and (moves := _corrections(text, context, entities, today, expected=True)):
        return Answer(moves=tuple(moves))
    said = yes_or_no(text)
    if said is None:
        pause = answer_phrases.PAUSE.match(text)
        whole = (_pieces_from(text, pause.end()) if pause else ()) or segments.split(text)
        return _told_by_result(text, asked, whole, context) if is_solved else Answer(pieces=whole, missed=True)
    rest = _pieces_from(text, said.rest) if said.rest is not None else ()
    steering = [move for piece in rest if (move := steer(text[piece[0] : piece[1]], context))]
    turns_away = any(isinstance(move.command, HumanHandoff | CancelTopic) for move in steering)
    if said.answer == "yes":
        if turns_away:
            return Answer(pieces=rest)
        move = Move(Confirm(confirmation=asked), 0.97, "says yes to the open question")
        return Answer(moves=(move,), pieces=rest if said.apart else ())
    move = Move(Decline(confirmation=asked), 0.97, "says no to the open question")
    return Answer(moves=(move,), pieces=rest if turns_away else tuple(piece for piece in rest if _asks(text, piece)))


def _told_by_result(text: str, asked: str, whole: tuple[Span, ...], context: DialogueContext) -> Answer:
    """ "It works now" and "still the same error" answer whether the problem is solved; "… now back to the export" goes on."""
    result = result_of(text)
    if any(_goes_back(text[start:end], context) for start, end in whole):
        return Answer(pieces=whole)
    if result == "no":
        move = Move(Decline(confirmation=asked), 0.85, "says that it is not solved")
        return Answer(moves=(move,), pieces=tuple(piece for piece in whole if _asks(text, piece)))
    if result == "yes":
        return Answer(moves=(Move(Confirm(confirmation=asked), 0.9, "says that it works"),))
    return Answer(pieces=whole)


def _goes_back(piece: str, context: DialogueContext) -> bool:
    move = steer(piece, context)
    return move is not None and isinstance(move.command, ResumeTopic)


def _pieces_from(text: str, start: int) -> tuple[Span, ...]:
    return tuple((first + start, last + start) for first, last in segments.split(text[start:]))


# --- options and values -----------------------------------------------------------------------------------------------


def _offered(text: str, offered: tuple[Option, ...], entities: Sequence[Entity]) -> tuple[Option, ...]:
    """A long message picks an option only by naming it; sharing a word with one is not enough. Who says both sides of a
    contradiction again has picked neither."""
    if find_contradiction(text) is not None:
        return ()
    if _word_count(text) > SHORT + 2:
        named = [option for option in offered if is_named(option, text)]
        return (named[0],) if len(named) == 1 else ()
    return choose(text, offered, entities)


def _awaited(
    text: str, context: DialogueContext, slot: ExpectedSlot, entities: Sequence[Entity], today: date
) -> list[Move]:
    if slot.type == "text" and (_is_digression(text, context) or not text.strip()):
        return []
    values = values_for(slot, text, entities, today)
    if (slot.type == "text" or not values) and (wish := _wanted_instead(text, slot)):
        return _better_values(text, context, entities, today) or [
            Move(SetSlot(slot=slot.name, value=wish), 0.93, "wants something else instead")
        ]
    if slot.type == "choice" and phrases.is_question(text) and not _is_option(text, slot.options):
        return []
    is_long_question = phrases.is_question(text) and _word_count(text) > SHORT
    if is_long_question and slot.type != "text" and not values_of(entities, slot.type):
        return []
    if not values:
        return []
    moves = [Move(SetSlot(slot=slot.name, value=values[0]), 0.95, "answers what was asked")]
    if slot.type != "text":
        moves += [
            Move(SetSlot(slot=other.name, value=value), 0.85, "gives another value as well")
            for other, value in _named_values(text, context.fillable, entities, today)
            if not other.value
        ]
        if answer_phrases.DENIES.search(text):
            others = context.model_copy(update={"awaiting": None})
            moves += _corrections(text, others, entities, today, expected=True)
    return moves


def _wanted_instead(text: str, slot: ExpectedSlot) -> str | None:
    """By the alternative's label; by other words only where these could not be the answer itself."""
    words = text.strip(" .!").casefold()
    for one in slot.instead:
        phrase = answer_phrases.INSTEAD.get(one.value) if slot.type != "text" else None
        if words == one.label.casefold() or (phrase and phrase.search(text)):
            return one.value
    return None


def _better_values(text: str, context: DialogueContext, entities: Sequence[Entity], today: date) -> list[Move]:
    """ "Wrong address, it is …" says the right one as well."""
    return [
        Move(SetSlot(slot=other.name, value=value, corrects=True), 0.9, "corrects a value")
        for other, value in _named_values(text, context.fillable, entities, today)
        if value != other.value
    ]


def _is_digression(text: str, context: DialogueContext) -> bool:
    """Whether a message is no answer to a question that any text answers."""
    if steer(text, context) is not None:
        return True
    return phrases.is_question(text) and _word_count(text) <= LONG and len(segments.split(text)) == 1


def _is_option(text: str, options: Sequence[Option]) -> bool:
    words = text.strip(" ?.!").casefold()
    return any(words in (option.value.casefold(), option.label.casefold()) for option in options)


def _other_requests(text: str, whole: Sequence[Span], moves: Sequence[Move]) -> Iterator[Span]:
    """Pieces that ask for something besides the values they or others give."""
    values = [move.command.value for move in moves if isinstance(move.command, SetSlot)]
    if len(whole) < 2:
        return
    for start, end in whole:
        piece = text[start:end].casefold()
        if _asks(text, (start, end)) and not any(value.casefold() in piece for value in values):
            yield start, end


def _asks(text: str, span: Span) -> bool:
    return phrases.asks(text[span[0] : span[1]])


# --- corrections ------------------------------------------------------------------------------------------------------


def _corrections(
    text: str, context: DialogueContext, entities: Sequence[Entity], today: date, *, expected: bool
) -> list[Move]:
    """`expected`: the values were just read back, so that even a bare "critical" corrects one."""
    explicit = answer_phrases.CORRECTION.match(text)
    opening = (
        explicit or answer_phrases.STARTS_WITH_NO.match(text) or (phrases.HEDGES.search(text) if expected else None)
    )
    is_bare = expected and _word_count(text) <= SHORT and yes_or_no(text) is None
    if opening is None and not is_bare:
        return []
    if _asks_for_information(text, opening) if opening else phrases.is_question(text):
        return []
    slots = (*((context.awaiting,) if context.awaiting else ()), *context.fillable)
    found = [(slot, value) for slot, value in _named_values(text, slots, entities, today) if value != slot.value]
    if not found:
        found = _bare_number(text, slots, entities)
    if not found and explicit:
        found = _the_other(text, slots) or _only_text(text[explicit.end() :], slots)
    confidence = 0.92 if opening else 0.85
    return [
        Move(SetSlot(slot=slot.name, value=value, corrects=True), confidence, "corrects a value")
        for slot, value in found
    ]


def _asks_for_information(text: str, opening: re.Match[str]) -> bool:
    return phrases.INFORMATION_OPENER.match(text, opening.end()) is not None


def _bare_number(
    text: str, slots: Sequence[ExpectedSlot], entities: Sequence[Entity]
) -> list[tuple[ExpectedSlot, str]]:
    """ "No, 3": where just one slot takes such a number, it is that one. The last number counts ("not 3, 5")."""
    if _word_count(text) > 2 * SHORT:
        return []
    found = []
    for slot in slots:
        if slot.type in NUMERIC:
            numbers = _free(_numbers(text, slot.type), entities)
            meant = [one.value for one in numbers if not answer_phrases.DENIED_VALUE.search(text, 0, one.start)]
            found += [(slot, meant[-1])] if meant else []
    return [(slot, value) for slot, value in found if value != slot.value] if len(found) == 1 else []


def _numbers(text: str, type_: str) -> Iterator[Entity]:
    return find_counts(text) if type_ == "number" else find_awaited(text, type_)


def _free(found: Iterable[Entity], entities: Sequence[Entity]) -> list[Entity]:
    """Those that are no part of anything else, such as of a date or the number of a case."""
    return [one for one in found if all(one.end <= other.start or one.start >= other.end for other in entities)]


def _named_values(
    text: str, slots: Sequence[ExpectedSlot], entities: Sequence[Entity], today: date
) -> Iterator[tuple[ExpectedSlot, str]]:
    """What `text` names for slots that were not asked for: only what cannot be taken for anything else. The last
    mention counts ("high, no, critical"), unless it is denied ("critical, not high")."""
    for slot in slots:
        if slot.type == "choice":
            named = [option.value for option in slot.options if is_named(option, text)]
            values = named if len(named) == 1 else _priorities(slot, text, entities)
        elif slot.type in ("text", "yes_no", "code"):
            continue
        else:
            values = stated(text, entities, slot.type)
        if values:
            yield slot, values[-1]


def _priorities(slot: ExpectedSlot, text: str, entities: Sequence[Entity]) -> list[str]:
    offered = {option.value for option in slot.options}
    return [value for value in stated(text, entities, "priority")[-1:] if value in offered]


def _the_other(text: str, slots: Sequence[ExpectedSlot]) -> list[tuple[ExpectedSlot, str]]:
    """The other of two options, where it is known which one was taken."""
    if not answer_phrases.THE_OTHER.search(text):
        return []
    pairs = [slot for slot in slots if len(slot.options) == 2 and slot.value]
    others = [(slot, option.value) for slot in pairs for option in slot.options if option.value != slot.value]
    return others if len(others) == 1 else []


def _only_text(rest: str, slots: Sequence[ExpectedSlot]) -> list[tuple[ExpectedSlot, str]]:
    """ "I meant four hours": the slot that takes free text; of several the one whose value is most like it, else the one
    filled last."""
    value = rest.strip(" ,.:;-")
    texts = [slot for slot in slots if slot.type == "text"]
    filled = [slot for slot in texts if slot.value]
    candidates = texts if len(texts) == 1 else filled
    if not candidates or _word_count(value) < 2:
        return []
    said = stems(value)
    likeness = [(len(said & stems(slot.value or "")), place) for place, slot in enumerate(candidates)]
    return [(candidates[max(likeness)[1]], value)]


def prefill(
    slots: Sequence[ExpectedSlot], text: str, entities: Sequence[Entity], today: date, message: Sequence[Entity] = ()
) -> tuple[tuple[str, str], ...]:
    """Slots of a procedure that begins now which its words, `text`, have already filled: pairs of name and value. Of whom and
    of which record all is about may be told with another request of the same message, whose entities are `message`."""
    named = [(slot.name, value) for slot, value in _named_values(text, slots, entities, today)]
    named += _shared_values(text, [slot for slot in slots if slot.name not in dict(named)], message)
    counted = [slot.name for slot in slots if slot.type == "number"]
    values = {one.value for one in _free(find_counts(text), entities)} if len(counted) == 1 else set()
    return (*named, (counted[0], values.pop())) if len(values) == 1 else tuple(named)


def _shared_values(text: str, slots: Sequence[ExpectedSlot], message: Sequence[Entity]) -> Iterator[tuple[str, str]]:
    """Only what the message says once, and not for words that speak of another one."""
    for slot in slots:
        values = set(values_of(message, slot.type)) if slot.type in SHARED else set()
        if len(values) == 1 and not answer_phrases.ANOTHER.search(text):
            yield slot.name, values.pop()


def _word_count(text: str) -> int:
    return len(segments.WORD.findall(text))
