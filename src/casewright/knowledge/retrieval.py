"""Scores the passages that the index proposes, and says how sure an answer from each would be.

A passage is like a question in three ways: the share of the question's words that it has (rare words count for more),
the vector of its title and heading, and the vector of its closest sentence. A logistic function makes one likeness of
them; `tests/knowledge/calibrating.py` fits it. Likeness is then weighed with what is known of the article.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.kit.principal import Assurance
from casewright.knowledge.models import ArticleId, Audience, Question
from casewright.knowledge.passages import Sentence, find_codes
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


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of the index. `vectors`: of its title and heading first, then of each sentence; shape (1 + sentences, 384),
    normalised. `coverage`: the weighted share of the question's words it has, 0…1."""

    article_id: ArticleId
    version: int
    title: str
    section: str
    language: str
    product: str
    position: int
    codes: frozenset[str]
    sentences: tuple[Sentence, ...]
    vectors: NDArray[np.float32] = field(repr=False)
    coverage: float
    credibility: float
    checked_on: date
    successes: int
    failures: int


@dataclass(frozen=True, slots=True)
class Hit:
    """`closeness[i]`: cosine of the question and sentence i. `likeness` and `confidence` 0…1."""

    passage: Candidate
    heading_closeness: float
    closeness: NDArray[np.float32] = field(repr=False)
    likeness: float
    confidence: float

    @property
    def vector_score(self) -> float:
        """The mean of the two cosines, 0…1."""
        return max(0.0, (self.heading_closeness + float(self.closeness.max())) / 2)


# --- the question -----------------------------------------------------------------------------------------------------

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
_EMPTY: Final = re.compile(rf"\b(?:{_EMPTY_WORDS.replace(' ', '|')})\b", re.IGNORECASE)
_QUOTES: Final = re.compile(r"['\\]")


def searched(question: Question, vector: Vector) -> Search:
    """The question without tokens of personal data and without long numbers, which are nobody's search words."""
    text = _LONG_NUMBER.sub(" ", _TOKEN.sub(" ", question.text[:LONGEST_QUESTION]))
    codes = {code.upper() for code in (*_IDENTIFIER.findall(text), *find_codes(text)) if not code.isdigit()}
    return Search(
        text=_QUOTES.sub(" ", _EMPTY.sub(" ", text)),
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


# --- vectors in the index ---------------------------------------------------------------------------------------------


def pack(vectors: NDArray[np.float32]) -> str:
    """Vectors of shape (n, 384) as base64 of 8-bit integers. It changes a cosine by less than 0.01."""
    scale = 127 / np.abs(vectors).max(axis=1, keepdims=True)
    return base64.b64encode(np.rint(vectors * scale).astype(np.int8).tobytes()).decode()


def unpack(packed: str, dimensions: int = 384) -> NDArray[np.float32]:
    """What `pack` made, normalised: float32 of shape (n, dimensions)."""
    vectors = np.frombuffer(base64.b64decode(packed), dtype=np.int8).reshape(-1, dimensions).astype(np.float32)
    normalised: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


# --- scores -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of a logistic function of coverage and the two cosines."""

    coverage: float
    heading: float
    sentence: float
    offset: float

    def likeness(self, coverage: float, heading: float, sentence: float, bonus: float = 0.0) -> float:
        weighed = self.coverage * coverage + self.heading * heading + self.sentence * sentence + self.offset + bonus
        return float(1 / (1 + np.exp(-weighed)))


ENGLISH: Final = Calibration(coverage=7.6, heading=6.3, sentence=6.1, offset=-6.1)
OTHER: Final = Calibration(coverage=6.3, heading=3.6, sentence=5.2, offset=-4.7)
"""The vectors come from an English model: elsewhere words count for more."""

SAME_CODE: Final = 1.5
OTHER_CODE: Final = -4.0
"""A question about E999 is not answered by a passage about E101, however alike they read."""
UNKNOWN_NAME: Final = -1.5
"""A name that no candidate mentions: what is asked may hang on it."""

WEIGHTS: Final = {"similarity": 0.4, "credibility": 0.2, "success": 0.2, "recency": 0.1, "context": 0.1}

FRESH_DAYS: Final = 365
HALF_LIFE_DAYS: Final = 730
TRUSTED_USES: Final = 10
"""An article begins with the credit of this many successful uses."""


def rank(candidates: Sequence[Candidate], search: Search, topic: str, today: date) -> list[Hit]:
    """All candidates, surest first."""
    known = {word for candidate in candidates for word in _vocabulary(candidate)} if search.names else set()
    strangers = sum(name not in known for name in search.names)
    hits = [_hit(candidate, search, topic, today, strangers) for candidate in candidates]
    return sorted(hits, key=lambda hit: (-hit.confidence, hit.passage.article_id, hit.passage.position))


def _hit(passage: Candidate, search: Search, topic: str, today: date, strangers: int) -> Hit:
    cosines = passage.vectors @ search.vector
    heading, closeness = float(cosines[0]), cosines[1:]
    calibration = ENGLISH if search.language == passage.language == "en" else OTHER
    named = _shares_codes(passage, search)
    bonus = (0.0 if named is None else SAME_CODE if named else OTHER_CODE) + UNKNOWN_NAME * min(strangers, 1)
    likeness = calibration.likeness(passage.coverage, heading, float(closeness.max()), bonus)
    quality = (
        WEIGHTS["similarity"] * likeness
        + WEIGHTS["credibility"] * passage.credibility
        + WEIGHTS["success"]
        * (passage.successes + TRUSTED_USES)
        / (passage.successes + passage.failures + TRUSTED_USES)
        + WEIGHTS["recency"] * recency(passage.checked_on, today)
        + WEIGHTS["context"] * _context_match(passage, search, topic, bool(named))
    )
    return Hit(passage, heading, closeness, likeness, confidence(quality))


def confidence(quality: float) -> float:
    """Takes off what an article would score for a question it has nothing to do with, so that 0 means "no idea" and, for a
    sound article, confidence is likeness."""
    ground = 1 - WEIGHTS["similarity"]
    return min(1.0, max(0.0, (quality - ground) / WEIGHTS["similarity"]))


def recency(checked_on: date, today: date) -> float:
    """1 for a year after somebody checked the article, then half as much every two years."""
    age = (today - checked_on).days
    return float(0.5 ** (max(0, age - FRESH_DAYS) / HALF_LIFE_DAYS))


def _shares_codes(passage: Candidate, search: Search) -> bool | None:
    """None when the question names no code. A number counts only if the passage has it: "500" may be 500 users."""
    if passage.codes.intersection(search.codes) or passage.codes.intersection(search.statuses):
        return True
    return False if search.codes else None


def _context_match(passage: Candidate, search: Search, topic: str, named: bool) -> float:
    if passage.language != search.language:
        return 0.5
    about = _stems(f"{passage.title} {passage.product}")
    return 1.0 if named or not topic or about & _stems(topic) else 0.9


def _vocabulary(passage: Candidate) -> set[str]:
    texts = (passage.title, passage.section, *(sentence.text for sentence in passage.sentences))
    return set(re.findall(r"[^\W_]+", " ".join(texts).lower()))


def _stems(text: str) -> set[str]:
    return {word[:5] for word in re.findall(r"[^\W\d_]{4,}", text.lower())}
