"""Whether a sentence that is about to be said agrees with the text it rests on.

Deliberately strict: when in doubt the answer is no, and the source's own sentence is said instead. Compared are
numbers with their units and limits, names and codes, negations, conditions, opposites, and how general a claim is.
English and German.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from casewright.knowledge.amounts import find_amounts, find_labels
from casewright.knowledge.passages import split_sentences

LEAST_SHARED: Final = 0.5
"""Share of a sentence's words of content that its source must have too."""


def supports(sentence: str, source: str) -> bool:
    """True if everything that `sentence` (one or more sentences) says, `source` says too."""
    said, ground = _sentences(sentence), _sentences(source)
    if not said or not ground:
        return False
    own_words = [one for one in said if one not in ground]
    if not own_words:
        return True
    whole, parts = _read(" ".join(ground)), [_read(part) for part in ground]
    return all(_agrees(_read(one), parts, whole) for one in own_words)


def _sentences(text: str) -> list[str]:
    return [sentence for line in text.splitlines() for sentence in split_sentences(" ".join(line.split()), "en")]


@dataclass(frozen=True, slots=True)
class _Claim:
    """`amounts`: (bound, number, unit) as `Amount` has them. `marks`: kinds of words present."""

    stems: frozenset[str]
    names: frozenset[str]
    amounts: frozenset[tuple[str, float, str]]
    marks: frozenset[str]
    opposites: frozenset[str]


def _agrees(said: _Claim, parts: list[_Claim], whole: _Claim) -> bool:
    closest = max(parts, key=lambda part: len(part.stems & said.stems))
    shared = len(said.stems & whole.stems)
    return (
        (not said.stems or shared / len(said.stems) >= LEAST_SHARED)
        and said.names <= whole.names | whole.stems
        and _amounts_agree(said.amounts, closest.amounts, whole.amounts)
        and said.marks & _BOTH_WAYS == closest.marks & _BOTH_WAYS
        and "universal" not in said.marks - closest.marks
        and not any(
            _OPPOSITE[word] in closest.opposites - said.opposites for word in said.opposites - closest.opposites
        )
    )


def _amounts_agree(
    said: frozenset[tuple[str, float, str]],
    closest: frozenset[tuple[str, float, str]],
    whole: frozenset[tuple[str, float, str]],
) -> bool:
    """Numbers come from the closest sentence; if none of them do, they may come from another one together."""
    return said <= closest or (not said & closest and said <= whole)


def _read(text: str) -> _Claim:
    lower = text.casefold()
    words = re.findall(r"[^\W_]+(?:['’][^\W_]+)?", lower)
    content = (word for word in words if word not in _FUNCTION_WORDS and not word.isdigit())
    return _Claim(
        stems=frozenset(_stem(word) for word in content),
        names=frozenset(_names(text)) | find_labels(text),
        amounts=frozenset(_amounts(text)),
        marks=frozenset(mark for mark, pattern in _MARKS.items() if pattern.search(lower)),
        opposites=frozenset(stem for stem in map(_opposite_stem, words) if stem),
    )


def _stem(word: str) -> str:
    return word[:6] if len(word) > 6 else re.sub(r"(?<=\w\w\w)(?:en|es|[sne])$", "", word)


# --- names ------------------------------------------------------------------------------------------------------------

_NAME: Final = re.compile(r"https?://\S+[\w/]|\b[\w-]+(?:[._/@][\w-]+)+\b|\b\w*[A-Z]\w*\b")


def _names(text: str) -> Iterable[str]:
    """Addresses, identifiers and words with a capital, unless it is a word like "The" that only begins a sentence."""
    for match in _NAME.finditer(text):
        word = match.group()
        if word.casefold() not in _FUNCTION_WORDS:
            yield _stem(word.casefold()) if word[1:].islower() else word.casefold()


# --- numbers ----------------------------------------------------------------------------------------------------------


def _amounts(text: str) -> Iterable[tuple[str, float, str]]:
    """What is counted in no common unit is among the words: "6 attempts" and "6 tries" are told apart there."""
    for amount in find_amounts(text, also_once=True):
        yield amount.bound, amount.value, amount.measure


# --- negations, conditions, generality --------------------------------------------------------------------------------

_MARKS: Final = {
    "negation": re.compile(
        r"\b(?:not|no|never|cannot|nothing|nobody|none|neither|nor|without|nicht|nie|niemals|nichts|niemand|ohne|weder|"
        r"kein(?:e[mnrs]?)?)\b|n['’]t\b"
    ),
    "if": re.compile(r"\b(?:if|when|whenever|in case|provided|as long as|wenn|falls|sofern|sobald|solange)\b"),
    "unless": re.compile(r"\b(?:unless|except|other than|außer|es sei denn|ausgenommen)\b"),
    "only": re.compile(r"\b(?:only|solely|exclusively|nur|ausschließlich|lediglich)\b"),
    "duty": re.compile(r"\b(?:must|have to|has to|required|muss|müssen|erforderlich)\b"),
    "hedge": re.compile(
        r"\b(?:usually|mostly|most|nearly|often|normally|as a rule|may|might|about|approximately|around|sometimes|"
        r"meist|meistens|oft|etwa|ungefähr|normalerweise|manchmal|in der regel)\b"
    ),
    "universal": re.compile(
        r"\b(?:always|all|every|everyone|any|never|guaranteed|guarantee|immer|alle[mnrs]?|jede[mnrs]?|garantiert|nie)\b"
    ),
}
_BOTH_WAYS: Final = frozenset({"negation", "if", "unless", "only", "duty", "hedge"})
"""Adding one changes what is said as much as leaving one out. A universal may be left out, never added."""

_PAIRS: Final = (
    ("enable", "disable"),
    ("activate", "deactivate"),
    ("allow", "forbid"),
    ("increase", "decrease"),
    ("raise", "lower"),
    ("add", "remove"),
    ("include", "exclude"),
    ("open", "close"),
    ("lock", "unlock"),
    ("start", "stop"),
    ("before", "after"),
    ("more", "less"),
    ("above", "below"),
    ("first", "last"),
    ("required", "optional"),
    ("free", "paid"),
    ("monthly", "yearly"),
    ("einschalten", "ausschalten"),
    ("kostenlos", "kostenpflichtig"),
    ("vor", "nach"),
    ("mehr", "weniger"),
    ("über", "unter"),
)
_OPPOSITE: Final = {word: other for pair in _PAIRS for word, other in (pair, pair[::-1])}
_INFLECTIONS: Final = ("", "s", "d", "ed", "ing", "r")


def _opposite_stem(word: str) -> str:
    """The listed word of which `word` is a form, or nothing."""
    for ending in _INFLECTIONS:
        base = word.removesuffix(ending) if ending else word
        for candidate in (base, f"{base}e"):
            if candidate in _OPPOSITE:
                return candidate
    return ""


_WORDS_OF_GRAMMAR: Final = (
    "a an and are as at be been but by can could did do does for from had has have he her his how i if in into is it "
    "its may me my of on or our she should so than that the their them then there these they this those to too up us "
    "was we were what when which who will with would you your yours please der die das den dem des ein eine einen "
    "einem einer und oder aber ist sind war im in am an auf aus bei mit nach seit von vom zu zum zur für über unter sie "
    "er es wir ich ihr ihre ihren ihnen wird werden wurde hat haben kann können muss müssen soll sollen auch noch dann "
    "so wie was wer wo bitte sich als"
)
_FUNCTION_WORDS: Final = frozenset(_WORDS_OF_GRAMMAR.split())
