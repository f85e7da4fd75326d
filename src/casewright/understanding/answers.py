"""What a message says to a question that is open: yes or no, one of the options, or the value that was asked for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from casewright.understanding import answer_phrases, phrases
from casewright.understanding.dialogue import steer
from casewright.understanding.entities import find_awaited, values_of
from casewright.understanding.models import DialogueContext, Entity, ExpectedSlot, Option, SmallTalk
from casewright.understanding.words import stems

SHORT = 6
"""Words up to which an ordinal or a lone number is taken for a choice."""

MOST_CHARACTERS = 400
"""A yes or no stands at the start; whoever writes more than this says something else."""

BAD_SIGN = re.compile(
    r"\b(?:wrong|incorrect|mistake|cancel|stop|don'?t|never|not|no|falsch|abbrechen|nicht|nein|kein\w*)\b",
    re.IGNORECASE,
)
NO_PROBLEM = re.compile(r"^\W*(?:no (?:problem|worries|objections?)|kein problem)\b", re.IGNORECASE)
OPENING_NOISE = re.compile(r"^\W*(?:(?:oh|ah|well|so|um+|hm+|na|tja|also)\b\W*)*", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!;\n]")
NOT_BEFORE = re.compile(r"(?:\bnot|\bno|n't|\bnicht|\bkein\w*|\bstatt|\binstead of)(?: \w+)?\s*$", re.IGNORECASE)
ASKS_FOR_RESULT = frozenset({"solved", "helped", "works", "fixed", "resolved"})
"""Names of yes-or-no slots that ask whether what was tried helped, so that telling the result answers them."""
UNKNOWN_VALUES = frozenset({"unknown", "not_sure", "unsure", "do_not_know", "dont_know", "other", "unbekannt"})


@dataclass(frozen=True, slots=True)
class YesOrNo:
    """`rest`: where the part begins that says something else, None if there is none. `apart`: it is a matter of its own
    ("yes, and how do I …"), not part of the answer ("yes, send the link")."""

    answer: Literal["yes", "no"]
    rest: int | None = None
    apart: bool = False


def yes_or_no(text: str) -> YesOrNo | None:
    """A clear yes or no at the start of `text`; None for anything hedged, questioned or contradicting itself.

    Strict about yes, because it may set something in motion: "ok, but …" and "yes, that is the wrong one" are none.
    """
    text = text[:MOST_CHARACTERS]
    has_yes, has_no = (
        not symbols.isdisjoint(text) for symbols in (answer_phrases.SYMBOLS_OF_YES, answer_phrases.SYMBOLS_OF_NO)
    )
    if has_yes or has_no:
        return None if has_yes and has_no else YesOrNo("yes" if has_yes else "no")
    start = _end(NO_PROBLEM.match(text)) or _end(answer_phrases.PAUSE.match(text)) or _end(OPENING_NOISE.match(text))
    start += len(text[start:]) - len(text[start:].lstrip(" ,.!"))
    said = answer_phrases.NO.match(text, start)
    if said:
        return _no(text, said.end())
    said = answer_phrases.YES.match(text, start)
    is_weak = said is None
    said = said or answer_phrases.WEAK_YES.match(text, start)
    return _yes(text, said.end(), is_weak) if said else None


def result_of(text: str) -> Literal["yes", "no"] | None:
    """Whether what was tried helped, told by what happens now: "it works now", "still the same error". None if unclear."""
    text = text[:MOST_CHARACTERS]
    if phrases.STILL_BROKEN.search(phrases.GONE.sub(" ", text)):
        return "no"
    if phrases.is_question(text) or phrases.HEDGES.search(text):
        return None
    talk = steer(text, DialogueContext())
    is_glad = talk is not None and isinstance(talk.command, SmallTalk) and phrases.IT_WORKS.search(text) is not None
    return "yes" if is_glad or phrases.DONE.search(text) or phrases.GONE.search(text) else None


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _no(text: str, end: int) -> YesOrNo | None:
    rest = _after(text, end)
    if rest is None:
        return YesOrNo("no")
    if again := answer_phrases.NO.match(text, rest):
        return _no(text, again.end())
    return None if answer_phrases.YES.search(text, rest) else YesOrNo("no", rest, apart=True)


def _yes(text: str, end: int, is_weak: bool) -> YesOrNo | None:
    rest = _after(text, end)
    if rest is None:
        return None if text.rstrip().endswith("?") else YesOrNo("yes")
    if answer_phrases.NO.match(text, rest) or phrases.HEDGES.match(text, rest):
        return None
    if is_weak:
        stronger = answer_phrases.YES.match(text, rest)
        return _yes(text, stronger.end(), is_weak=False) if stronger else None
    if answer_phrases.JOINED.match(text, rest) or SENTENCE_END.search(text, end, rest):
        return YesOrNo("yes", rest, apart=True)
    if "?" in text[rest:] or BAD_SIGN.search(text, rest) or phrases.HEDGES.search(text, rest):
        return None
    return YesOrNo("yes", rest)


def _after(text: str, position: int) -> int | None:
    """Where something begins that is neither a filler nor the same answer again; None if there is nothing more."""
    while True:
        while position < len(text) and not (text[position].isalnum() or text[position] in "'\"[`"):
            position += 1
        if position >= len(text):
            return None
        filler = phrases.FILLERS.match(text, position) or answer_phrases.WEAK_YES.match(text, position)
        if filler is None or filler.end() == position:
            return position
        if answer_phrases.JOINED.match(text, position):
            return position
        position = filler.end()


def choose(text: str, options: Sequence[Option], entities: Sequence[Entity] = ()) -> tuple[Option, ...]:
    """The options that `text` picks: one, several for "both", none if unclear."""
    if not options:
        return ()
    words = re.sub(r"[^\w\s.+#-]", " ", text).strip(" .").casefold()
    for option in options:
        if words in (option.value.casefold(), option.label.casefold()):
            return (option,)
    if answer_phrases.NEITHER.search(text):
        return ()
    if len(options) <= 3 and answer_phrases.BOTH.fullmatch(words):
        return tuple(options)
    named = [option for option in options if is_named(option, text)]
    if not named:
        named = _by_priority(text, options, entities) or _by_place(words, options) or _by_words(text, options)
    if not named and answer_phrases.DO_NOT_KNOW.search(text):
        named = [option for option in options if option.value.casefold() in UNKNOWN_VALUES]
    return (named[0],) if len(named) == 1 else ()


def is_named(option: Option, text: str) -> bool:
    """Whether the whole label, or the value, stands in `text` and is not denied there."""
    for name in {option.label, option.value.replace("_", " ")}:
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            if not NOT_BEFORE.search(text, 0, match.start()):
                return True
    return False


def _by_priority(text: str, options: Sequence[Option], entities: Sequence[Entity]) -> list[Option]:
    """By what the words stand for: "urgent" for the priority High. The last one counts ("high, no, critical")."""
    values = [value.casefold() for value in stated(text, entities, "priority")]
    return [option for option in options if values and option.value.casefold() == values[-1]]


def _by_place(words: str, options: Sequence[Option]) -> list[Option]:
    if len(words.split()) > SHORT:
        return []
    if words.isdecimal() and len(words) <= 2:
        place = int(words)
        return [options[place - 1]] if 1 <= place <= len(options) else []
    if answer_phrases.LAST.search(words):
        return [options[-1]]
    places = [place for place, ordinal in enumerate(answer_phrases.ORDINALS[: len(options)]) if ordinal.search(words)]
    return [options[places[0]]] if len(places) == 1 else []


def _by_words(text: str, options: Sequence[Option]) -> list[Option]:
    """The one option that shares the most content words with `text`."""
    said = stems(text)
    shared = [len(said & (stems(option.label) | stems(option.value))) for option in options]
    most = max(shared)
    best = [option for option, count in zip(options, shared, strict=True) if count == most]
    return best if most and len(best) == 1 else []


def values_for(slot: ExpectedSlot, text: str, entities: Sequence[Entity], today: date) -> tuple[str, ...]:
    """Values of the slot's type that `text` names, in order, without doubles; a text slot takes all of `text`."""
    match slot.type:
        case "text":
            found: Iterator[str] = iter([text.strip()] if text.strip() else [])
        case "choice":
            day = _day_words(entities, today)
            chosen = choose(text, slot.options, entities) or choose(f"{text} {day}".strip(), slot.options, entities)
            found = iter([chosen[0].value] if len(chosen) == 1 else [])
        case "yes_no":
            said = yes_or_no(text)
            told = result_of(text) if slot.name in ASKS_FOR_RESULT else None
            answers = {answer for answer in (said.answer if said else None, told) if answer}
            found = iter(answers if len(answers) == 1 else ())
        case _:
            typed = stated(text, entities, slot.type)
            found = iter(typed or [entity.value for entity in find_awaited(text, slot.type)])
    return tuple(dict.fromkeys(found))


def stated(text: str, entities: Sequence[Entity], type_: str) -> list[str]:
    """The values of a type that `text` names, without those that it denies: "25, not 20"."""
    return values_of([one for one in entities if not answer_phrases.DENIED_VALUE.search(text, 0, one.start)], type_)


def exact_value(slot: ExpectedSlot, text: str, entities: Sequence[Entity], today: date) -> str | None:
    """The value that `text` is where it stands in a field of its own; None if it is none of the slot's type, or several."""
    if slot.type == "choice":
        said = text.strip().casefold()
        return next((one.value for one in slot.options if said in (one.value.casefold(), one.label.casefold())), None)
    values = values_for(slot, text, entities, today)
    return values[0] if len(values) == 1 else None


def _day_words(entities: Sequence[Entity], today: date) -> str:
    """A date said in other words, so that options such as "Yesterday or before" are found by "last Monday"."""
    days = [date.fromisoformat(day) for day in values_of(entities, "date")]
    if len(days) != 1 or days[0] > today:
        return ""
    return "today heute" if days[0] == today else "yesterday gestern"
