"""A customer's question as the index takes it."""

import re
from dataclasses import dataclass
from typing import Final

from casewright.kit.principal import Assurance
from casewright.knowledge.models import Audience, Question
from casewright.knowledge.passages import find_codes
from casewright.understanding.models import Vector

LONGEST_QUESTION: Final = 600
"""Characters that are searched for; what a customer pastes below their question says little more."""


@dataclass(frozen=True, slots=True)
class Search:
    """A question as the index takes it. `codes`: identifiers that the question names, in capitals. `statuses`: numbers in it
    that may be HTTP statuses. `names`: words that by their capitals are names of things, in small letters."""

    text: str
    language: str
    audiences: tuple[Audience, ...]
    vector: Vector
    codes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


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
_EMPTY: Final = re.compile(rf"\b(?:right now|{_EMPTY_WORDS.replace(' ', '|')})\b", re.IGNORECASE)
_UNSEARCHABLE: Final = re.compile(r"['\\\0\ud800-\udfff]")


def searched(question: Question, vector: Vector) -> Search:
    """The question without tokens of personal data and without long numbers, which are nobody's search words."""
    text = _LONG_NUMBER.sub(" ", _TOKEN.sub(" ", question.text[:LONGEST_QUESTION]))
    codes = {code.upper() for code in (*_IDENTIFIER.findall(text), *find_codes(text)) if not code.isdigit()}
    return Search(
        text=_UNSEARCHABLE.sub(" ", _EMPTY.sub(" ", text)),
        language=question.language,
        audiences=readable_by(question.assurance, question.internal),
        vector=vector,
        codes=tuple(sorted(codes)),
        statuses=tuple(_STATUS.findall(text)),
        names=_names(text, question.language),
    )


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
