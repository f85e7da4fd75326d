"""A customer's question as the index takes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from casewright.kit.principal import Assurance
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.models import Audience, Question
from casewright.knowledge.passages import find_codes
from casewright.understanding.models import TextVectors

LONGEST_QUESTION: Final = 600
"""Characters that are searched for; what a customer pastes below their question says little more."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a question. `forms`: itself and what else it may stand as, separated by spaces. `splits`: the two words
    that a compound may consist of, separated by a space; looked for, one after the other, only if the whole is nowhere."""

    forms: str
    splits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """A question as the index takes it. `codes`: what the question names in capitals, as in INVALID_SESSION_ID or E203.
    `possible_codes`: numbers that may be HTTP statuses, and identifiers, in capitals too. `names`: words that by their
    capitals are names of things, in small letters. `stems`: of its words that carry meaning. `asks_price`: it wants to know what something costs. `topic`: stems of what is being talked about that the question does not
    repeat. `likelihoods`: the logarithm of the probability that the question is about an article, by the original's key,
    likeliest first."""

    words: tuple[Word, ...]
    language: str
    audiences: tuple[Audience, ...]
    vectors: TextVectors
    codes: tuple[str, ...] = ()
    possible_codes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    stems: frozenset[str] = frozenset()
    asks_price: bool = False
    topic: frozenset[str] = frozenset()
    likelihoods: Mapping[str, float] = field(default_factory=dict)


_TOKEN: Final = re.compile(r"\[[A-Z_]+_\d+\]")
_LONG_NUMBER: Final = re.compile(r"\b\d{5,}\b")
_IDENTIFIER: Final = re.compile(r"\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b")
_STATUS: Final = re.compile(r"(?<![\d.,])[45]\d\d(?![\d.,]*\d)")
_INNER_CAPITAL: Final = re.compile(r"\b[^\W\d_]+[A-Z][^\W_]*\b")
_CAPITALISED: Final = re.compile(r"(?<=[a-z,] )[A-Z][^\W\d_]{2,}\b")
_DATE_WORDS: Final = (
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september "
    "october november december"
)
_DATES: Final = frozenset(_DATE_WORDS.split())
_EMPTY_WORDS: Final = (
    "again help issue issues like need now please problem problems question still thing things tried try want work working "
    "works bitte brauche frage funktioniert geht gern gerne hallo hilfe immer mal möchte noch probleme"
)
"""Every request for help may have them, and they say nothing of its subject."""
_PRICE: Final = re.compile(
    r"\b(?:costs?|how expensive|price (?:of|for)|kostet|kosten|teuer|preis (?:von|für|der|des))\b", re.IGNORECASE
)
_EMPTY: Final = re.compile(rf"\b(?:right now|{_EMPTY_WORDS.replace(' ', '|')})\b", re.IGNORECASE)
_GRAMMAR_WORDS: Final = (
    "the and for are you your our with what how can does from that this which when where why who will have has had was "
    "were get der die das den dem ein eine einen einem einer und für mit wie was wann warum wer ich wir sie ist sind hat "
    "habe haben kann können auf von bei aus nicht mein meine meinen meiner ihr ihre ihren auch noch zum zur etwas"
)
_GRAMMAR: Final = frozenset(_GRAMMAR_WORDS.split())
_WORD: Final = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")
_PARTICIPLE: Final = re.compile(r"ge(\w{3,}?)e?t")
_NOUN_OF_ACTION: Final = re.compile(r"(\w{4,})ung(?:en)?")
_LINK: Final = re.compile(r"(?:es|en|s|n)$")
_COMPOUNDING: Final = frozenset({"da", "de", "fi", "nl", "no", "sv"})
_SHORTEST_PART: Final = 4
STEM: Final = 6
"""Letters that are left of a longer word."""


def searched(question: Question, vectors: TextVectors, models: ArticleModels) -> Search:
    """The question without tokens of personal data and without long numbers, which are nobody's search words."""
    text = _LONG_NUMBER.sub(" ", _TOKEN.sub(" ", question.text[:LONGEST_QUESTION]))
    codes = {code for code in find_codes(text) if not code.isdigit()}
    possible = {*_STATUS.findall(text), *(identifier.upper() for identifier in _IDENTIFIER.findall(text))} - codes
    audiences = readable_by(question.assurance, question.internal)
    own = stems(text)
    return Search(
        words=_words(text, question.language),
        language=question.language,
        audiences=audiences,
        vectors=vectors,
        codes=tuple(sorted(codes)),
        possible_codes=tuple(sorted(possible)),
        names=_names(text, question.language),
        asks_price=bool(_PRICE.search(text)),
        stems=own,
        topic=stems(question.topic) - own,
        likelihoods=models.likelihoods(vectors, question.language, audiences),
    )


def is_grammar(word: str) -> bool:
    """Whether a word, in small letters, says nothing of a subject. English and German."""
    return word in _GRAMMAR


def stems(text: str) -> frozenset[str]:
    """Beginnings of the words that carry meaning, so that inflected forms meet. English and German."""
    return frozenset(word[:STEM] for word in re.findall(r"[^\W_]{3,}", text.lower()) if not is_grammar(word))


def _words(text: str, language: str) -> tuple[Word, ...]:
    words = dict.fromkeys(_WORD.findall(_EMPTY.sub(" ", text).lower()))
    return tuple(Word(_forms(word, language), _splits(word, language)) for word in words)


def _forms(word: str, language: str) -> str:
    """PostgreSQL's German stemmer leaves "gewartet", "Wartung" and "warten" apart."""
    if language != "de":
        return word
    others = (pattern.fullmatch(word) for pattern in (_PARTICIPLE, _NOUN_OF_ACTION))
    return " ".join([word, *(other[1] for other in others if other)])


def _splits(word: str, language: str) -> tuple[str, ...]:
    """Wherever "Hagelschaden" may be cut, and "Wartungstermin" also without the s that links its parts."""
    if language not in _COMPOUNDING:
        return ()
    cuts = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
    heads = [(head, word[cut:]) for cut in cuts for head in dict.fromkeys((word[:cut], _LINK.sub("", word[:cut])))]
    return tuple(f"{head} {tail}" for head, tail in heads if len(head) >= _SHORTEST_PART)


def _names(text: str, language: str) -> tuple[str, ...]:
    """GraphQL, PDF; in English also Slack, but not a sentence's first word. None in a message written all in capitals."""
    if sum(letter.isupper() for letter in text) > len(text) / 3:
        return ()
    inner = _INNER_CAPITAL.findall(text)
    capitalised = [] if language == "de" else _CAPITALISED.findall(text)
    return tuple(sorted({name.lower() for name in (*inner, *capitalised)} - _DATES))


def readable_by(assurance: Assurance, internal: bool) -> tuple[Audience, ...]:
    """Whose articles someone may read. `internal`: an operator asks."""
    if internal:
        return (Audience.PUBLIC, Audience.CUSTOMER, Audience.INTERNAL)
    if assurance.covers(Assurance.VERIFIED):
        return (Audience.PUBLIC, Audience.CUSTOMER)
    return (Audience.PUBLIC,)
