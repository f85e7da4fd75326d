"""Pairs of sentences of which it is known whether they contradict each other, made from sentences by rule.

A sentence is denied, its number changed, or a word replaced by its opposite: that contradicts. It is said in other words, with a part left out, or
set beside another sentence: that does not, also where something is denied or a number differs that speaks of another thing."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from casewright.knowledge.amounts import find_amounts
from casewright.knowledge.conflicts.opposites import SPELT

Change = Callable[[str, random.Random], str]
"""The sentence changed, or as it was where the change does not fit."""


@dataclass(frozen=True, slots=True)
class Pair:
    one: str
    other: str
    contradicts: bool


def pairs_of(sentences: Sequence[str], neighbours: Sequence[Sequence[str]], chance: random.Random) -> Iterator[Pair]:
    """`neighbours`: for each sentence others about something like it, none of which contradicts it."""
    for sentence, others in zip(sentences, neighbours, strict=True):
        yield from _made(sentence, chance)
        for other in others:
            yield Pair(sentence, other, contradicts=False)
            if (changed := chance.choice(CONTRADICTING)(other, chance)) != other:
                yield Pair(sentence, changed, contradicts=False)


def everyday_pairs(count: int, chance: random.Random) -> Iterator[Pair]:
    """Of plain sentences about who does what and where."""
    for _ in range(count):
        who, does, what, where = (chance.choice(words) for words in (_WHO, _DOES, _WHAT, _WHERE))
        positive = _said(who, f"{does} {what}", where, chance)
        wider = _said(_WIDER.get(who, who), f"{does} {what}", chance.choice((where, "")), chance)
        other_does, other_what, other_who = chance.choice(_DOES), chance.choice(_WHAT), chance.choice(_WHO)
        same = f"{_SAME.get(does, does)} {_SAME.get(what, what)}"
        denial = _denied(who, f"{does} {what}", chance.choice((where, "")), chance)
        yield Pair(positive, denial, contradicts=True)
        yield Pair(wider, _denied(_WIDER.get(who, who), f"{does} {what}", "", chance), contradicts=True)
        yield Pair(positive, _denied(_WIDER.get(who, who), same, chance.choice((where, "")), chance), contradicts=True)
        yield Pair(_passive(who, same, where), denial, contradicts=True)
        yield Pair(positive, wider, contradicts=False)
        yield Pair(_passive(who, same, where), positive, contradicts=False)
        yield Pair(denial, _denied(who, f"{does} {what}", where, chance), contradicts=False)
        if (turned := oppose(positive, chance)) != positive:
            yield Pair(positive, turned, contradicts=True)
        if other_does != does and other_what != what:
            yield Pair(positive, _said(who, f"{other_does} {other_what}", where, chance), contradicts=False)
            yield Pair(positive, _denied(other_who, f"{other_does} {other_what}", where, chance), contradicts=False)
            yield Pair(positive, _denied(who, f"{other_does} {other_what}", where, chance), contradicts=False)
            yield Pair(positive, _denied(who, f"{does} {other_what}", where, chance), contradicts=False)
            yield Pair(positive, _denied(who, f"{other_does} {what}", where, chance), contradicts=False)
        if other_who != who and _WIDER.get(other_who) != _WIDER.get(who):
            yield Pair(positive, _denied(other_who, f"{does} {what}", where, chance), contradicts=False)
            yield Pair(positive, _said(other_who, f"{does} {what}", where, chance), contradicts=False)


# --- changes that contradict ------------------------------------------------------------------------------------------


def deny(sentence: str, chance: random.Random) -> str:
    """With a negation more, or without the one it has."""
    if re.search(r"\b(?:not|nicht) ", sentence):
        return re.sub(r"\b(?:not|nicht) ", "", sentence, count=1)
    if chance.random() < 0.25 and (match := re.search(r"\b([Aa]n?|[Ee]ine?) (?=\w)", sentence)):
        no = "no " if match[1].casefold() in ("a", "an") else f"k{match[1].casefold()} "
        said = sentence[: match.start()] + no + sentence[match.end() :]
        return said[0].upper() + said[1:]
    short = chance.random() < 0.3

    def negated(match: re.Match[str]) -> str:
        verb = match[1]
        if verb in _GERMAN:
            return f"{verb} nicht"
        return _SHORT.get(verb, f"{verb} not") if short else "cannot" if verb == "can" else f"{verb} not"

    said = _AUXILIARY.sub(negated, sentence, count=1)
    if said == sentence:
        said = _THIRD_PERSON.sub(lambda match: f"{match[1]} does not {match[2]}", sentence, count=1)
    return said


def recount(sentence: str, chance: random.Random) -> str:
    """With another number, month or day of the week."""
    places = [match.span() for match in re.finditer(r"\d+", sentence)]
    counted = {place for amount in find_amounts(sentence) for place in range(amount.start, amount.end)}
    # Of a number such as 5,000 the first group is changed.
    first = [
        (start, end) for start, end in places if start in counted and sentence[start - 1 : start] not in (",", ".", ":")
    ]
    named = [match.span() for match in re.finditer("|".join((*_MONTHS, *_DAYS)), sentence)]
    if not (found := [*first, *named]):
        return sentence
    start, end = chance.choice(found)
    said = sentence[start:end]
    if not said.isdigit():
        kind = _MONTHS if said in _MONTHS else _DAYS
        return sentence[:start] + chance.choice([word for word in kind if word != said]) + sentence[end:]
    value = int(said)
    other = chance.choice((value * 2, value + chance.randint(1, 5), max(1, value // 2), value + 10))
    return f"{sentence[:start]}{other if other != value else value + 1}{sentence[end:]}"


def oppose(sentence: str, chance: random.Random) -> str:
    """With the opposite of one of its words."""
    words = re.findall(r"[\w-]+", sentence)
    found = [word for word in words if word.casefold() in _OPPOSITES]
    if not found:
        return sentence
    word = chance.choice(found)
    return re.sub(rf"\b{re.escape(word)}\b", chance.choice(_OPPOSITES[word.casefold()]), sentence, count=1)


CONTRADICTING: Final[tuple[Change, ...]] = (deny, recount, oppose)


# --- changes that do not ----------------------------------------------------------------------------------------------


def rephrase(sentence: str, chance: random.Random) -> str:
    """The same in slightly other words."""
    for pattern, others in _SYNONYMS:
        if chance.random() < 0.7:
            sentence = re.sub(rf"\b{pattern}\b", chance.choice(others), sentence)
    if chance.random() < 0.3 and (match := re.fullmatch(r"(If|When) ([^,]+), (.+)\.", sentence)):
        sentence = f"{match[3][0].upper()}{match[3][1:]} {match[1].lower()} {match[2]}."
    if chance.random() < 0.2:
        sentence = f"{chance.choice(('Please note:', 'In short,', 'In general,', 'As said,'))} {sentence}"
    return sentence


def shorten(sentence: str, chance: random.Random) -> str:
    """Without what follows a comma, or an example."""
    return re.sub(
        r",? (?:for example|so that|because|such as|zum Beispiel|damit|weil) [^.]*|\s\([^)]*\)", "", sentence, count=1
    )


def _made(sentence: str, chance: random.Random) -> Iterator[Pair]:
    same = shorten(rephrase(sentence, chance), chance)
    yield Pair(sentence, sentence, contradicts=False)
    yield Pair(sentence, same, contradicts=False)
    for change in CONTRADICTING:
        if (changed := change(sentence, chance)) != sentence:
            yield Pair(sentence, changed, contradicts=True)
            yield Pair(shorten(rephrase(sentence, chance), chance), changed, contradicts=True)
            yield Pair(changed, rephrase(changed, chance), contradicts=False)
            if (elsewhere := _rename(changed, chance)) != changed:
                yield Pair(sentence, elsewhere, contradicts=False)


def _rename(sentence: str, chance: random.Random) -> str:
    """About another thing of the same kind."""
    found = [(kind, word) for kind in _KINDS for word in kind if re.search(rf"\b{re.escape(word)}\b", sentence)]
    if not found:
        return sentence
    kind, word = chance.choice(found)
    return re.sub(rf"\b{re.escape(word)}\b", chance.choice([one for one in kind if one != word]), sentence)


# --- words ------------------------------------------------------------------------------------------------------------

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_GERMAN: Final = frozenset(
    ["ist", "sind", "kann", "können", "darf", "dürfen", "wird", "werden", "muss", "müssen", "hat", "haben"]
)
_AUXILIARY: Final = re.compile(
    r"\b(is|are|can|may|must|will|has|have|was|were|should|ist|sind|kann|können|darf|dürfen|wird|werden|muss|müssen)\b(?! not| nicht)"
)
_SHORT: Final = {
    "is": "isn't",
    "are": "aren't",
    "can": "can't",
    "will": "won't",
    "was": "wasn't",
    "were": "weren't",
    "must": "mustn't",
}
_THIRD_PERSON: Final = re.compile(
    r"(\b(?!this|its|always|also)[\w-]+) (need|show|open|keep|send|contain|end|begin|count|get|give|run|let|mean|include|allow)s\b"
)
_OPPOSITES: Final[dict[str, list[str]]] = {}
for _one, _other in SPELT:
    _OPPOSITES.setdefault(_one, []).append(_other)
    _OPPOSITES.setdefault(_other, []).append(_one)

_SYNONYMS: Final = (
    ("must", ("have to", "need to")),
    ("can be", ("may be", "is able to be")),
    ("need", ("require",)),
    ("needs", ("requires",)),
    ("shows", ("displays", "lists")),
    ("show", ("display",)),
    ("choose", ("select", "pick")),
    ("ends", ("finishes", "is over")),
    ("begins", ("starts",)),
    ("user", ("person", "account")),
    ("24 hours", ("1 day", "one day")),
    ("48 hours", ("2 days", "two days")),
    ("7 days", ("one week", "a week")),
    ("14 days", ("two weeks", "2 weeks")),
    ("12 months", ("one year", "a year")),
    ("1 hour", ("60 minutes",)),
    ("at most", ("up to", "no more than")),
    ("at least", ("a minimum of", "no less than")),
    ("also", ("as well", "too")),
    ("for example", ("such as", "for instance")),
    ("open", ("create",)),
    ("receive", ("get",)),
    ("about", ("around", "roughly")),
    ("if", ("in case", "when")),
    ("write", ("tell", "inform")),
)
_KINDS: Final = (
    ("Enterprise", "Business", "Starter", "Professional", "Developer", "Unlimited", "Performance"),
    ("priority 1", "priority 2", "priority 3"),
    ("administrator", "customer", "team lead", "finance director"),
    ("sandbox", "production", "Experience Cloud"),
    ("report", "dashboard", "list view", "flow", "field", "case", "file", "invoice"),
    ("password", "code", "token", "session"),
    ("e-mail", "chat", "telephone"),
    ("Developer Pro", "Partial Copy", "Full"),
    ("Administrator", "Kunde", "Teamleiter"),
    ("Bericht", "Dashboard", "Fall", "Datei", "Rechnung"),
)
_WHO: Final = [
    "a customer",
    "an engineer",
    "a courier",
    "a nurse",
    "a teacher",
    "the driver",
    "a gardener",
    "a tourist",
    "the waiter",
    "a young woman",
    "an old man",
    "a boy",
    "a girl",
    "a man",
    "a woman",
    "a dog",
    "a brown horse",
    "some workers",
    "two children",
    "three friends",
    "a group of students",
    "a crowd",
    "a cyclist",
    "a musician",
    "the baker",
    "a farmer",
    "a cat",
    "a mechanic",
]
_WIDER: Final = {
    **dict.fromkeys(
        ("a nurse", "a teacher", "a boy", "a girl", "a man", "a woman", "an old man", "a cyclist"), "a person"
    ),
    **dict.fromkeys(("a dog", "a brown horse", "a cat"), "an animal"),
    **dict.fromkeys(("some workers", "three friends", "a group of students", "a crowd"), "some people"),
    "two children": "two kids",
    "a young woman": "a woman",
    "a musician": "an artist",
}
_SAME: Final = dict(
    pair.split("/")
    for pair in [
        "repairing/fixing",
        "buying/purchasing",
        "watching/looking at",
        "throwing/tossing",
        "closing/shutting",
        "carrying/holding",
        "cutting/slicing",
        "building/constructing",
        "lifting/raising",
        "drawing/sketching",
        "cleaning/washing",
        "dropping/letting fall",
        "packing/filling",
        "cooking/preparing",
        "a box/a carton",
        "the car/the vehicle",
        "a newspaper/a paper",
        "a heavy suitcase/some luggage",
        "the small boat/the boat",
        "an old bicycle/a bike",
        "a red ball/a ball",
        "a large window/a window",
        "a big pot/a pan",
        "a wooden fence/a fence",
        "some vegetables/carrots",
        "flowers/plants",
        "a phone/a mobile phone",
    ]
)
_DOES: Final = [
    "opening",
    "closing",
    "carrying",
    "painting",
    "repairing",
    "cleaning",
    "filling",
    "lifting",
    "throwing",
    "reading",
    "buying",
    "cutting",
    "drawing",
    "pushing",
    "pulling",
    "washing",
    "building",
    "breaking",
    "cooking",
    "watching",
    "holding",
    "emptying",
    "loading",
    "selling",
    "dropping",
    "packing",
]
_WHAT: Final = [
    "a box",
    "the door",
    "a large window",
    "a basket",
    "a heavy suitcase",
    "the car",
    "a wooden fence",
    "a newspaper",
    "some vegetables",
    "a bottle of water",
    "a letter",
    "a big pot",
    "a ladder",
    "the small boat",
    "an old bicycle",
    "a red ball",
    "a piece of bread",
    "a phone",
    "bags",
    "flowers",
]
_WHERE: Final = [
    "",
    "in the garden",
    "on the street",
    "in front of a shop",
    "near the river",
    "inside the hall",
    "outdoors",
    "on a sunny day",
    "at night",
    "behind the house",
    "in the kitchen",
    "on the beach",
    "up the stairs",
    "under a tree",
]


def _said(who: str, does: str, where: str, chance: random.Random) -> str:
    verb = "are" if who.split(maxsplit=1)[0] in ("some", "two", "three") else "is"
    text = f"there {verb} {who} {does} {where}" if chance.random() < 0.15 else f"{who} {verb} {does} {where}"
    return _sentence(text)


def _passive(who: str, does: str, where: str) -> str:
    verb, what = does.split(" ", 1)
    return _sentence(f"{what} {'are' if what in ('flowers', 'bags', 'plants') else 'is'} what {who} is {verb} {where}")


def _denied(who: str, does: str, where: str, chance: random.Random) -> str:
    verb = "are" if who.split(maxsplit=1)[0] in ("some", "two", "three") else "is"
    bare = re.sub(r"^(?:an?|the|some|two|three) ", "", who)
    text = chance.choice(
        (
            f"there {verb} no {bare} {does} {where}",
            f"{who} {verb} not {does} {where}",
            f"{who} {verb}n't {does} {where}",
            f"no {bare} {verb} {does} {where}",
            f"nobody is {does} {where}",
            f"there is nobody {does} {where}",
        )
    )
    return _sentence(text)


def _sentence(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}".strip()
