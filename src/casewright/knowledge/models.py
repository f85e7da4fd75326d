"""Articles, passages, and answers that consist of the articles' own sentences."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

from casewright.kit.model import Model
from casewright.kit.principal import Assurance
from casewright.understanding.models import TextVectors

ArticleId = NewType("ArticleId", UUID)


class Audience(StrEnum):
    """Whom an article is for. The asker's assurance decides: `customer` needs a verified one, `internal` an operator."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    INTERNAL = "internal"


class ArticleDraft(Model):
    """An article as it comes in, from a Markdown file with front matter. `key`: its stable name within the tenant (the
    file's name). `body`: Markdown. `editions`: those it applies to, empty for all. `error_codes`: what it is about, besides
    what its text names. `related`: keys of articles that go on from it. `translation_of`: key of the article it is a
    translation of. `asked_as`: how customers ask, by the heading of the section that answers ("": the article as a whole)."""

    key: str
    title: str
    body: str
    language: str = "en"
    audience: Audience = Audience.PUBLIC
    product: str = ""
    source: str = ""
    checked_on: date | None = None
    editions: tuple[str, ...] = ()
    error_codes: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    translation_of: str | None = None
    asked_as: dict[str, tuple[str, ...]] = {}


class Article(ArticleDraft):
    """`version` counts from 1."""

    id: ArticleId
    version: int


@dataclass(frozen=True, slots=True)
class Question:
    """`text` masked; `vectors` of the same text as understanding made them, or None to make them here.
    `topic`: words of the current topic, for context."""

    text: str
    language: str
    assurance: Assurance
    vectors: TextVectors | None = None
    topic: str = ""
    internal: bool = False


class CitedSentence(Model):
    """A sentence of an article, word for word. `kind`: `text`, `step` (of a numbered list) or `code`. `source`: where the
    article has it from."""

    text: str
    kind: str
    article_id: ArticleId
    version: int
    title: str
    section: str = ""
    source: str = ""
    checked_on: date | None = None


class RetrievedPassage(Model):
    """One hit, for the trace: which article and section, how it scored (each 0…1)."""

    article_id: ArticleId
    version: int
    title: str
    section: str
    text_score: float
    vector_score: float
    confidence: float


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """`sentences` is empty when confidence is below the tenant's `min_confidence`: then nothing may be said as fact, and
    `near` holds the passages that may answer, one an article, likeliest first. `confidence` 0…1."""

    sentences: tuple[CitedSentence, ...]
    confidence: float
    hits: tuple[RetrievedPassage, ...]
    near: tuple[CitedSentence, ...] = ()
    revision: int = 0
