"""Articles, passages, and answers that consist of the articles' own sentences."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NewType
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator

from casewright.kit.model import Model
from casewright.kit.principal import Assurance
from casewright.understanding.models import TextVectors

ArticleId = NewType("ArticleId", UUID)


class Audience(StrEnum):
    """Whom an article is for. The asker's assurance decides: `customer` needs a verified one, `internal` an operator."""

    PUBLIC = "public"
    CUSTOMER = "customer"
    INTERNAL = "internal"


class ArticleStatus(StrEnum):
    """Where an article stands. Only what is published is found; a published article may have a newer draft beside it."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class ArticleDraft(Model):
    """An article as it comes in, from a Markdown file with front matter. `key`: its stable name within the tenant (the
    file's name). `body`: Markdown. `editions`: those it applies to, empty for all. `error_codes`: what it is about, besides
    what its text names. `related`: keys of articles that go on from it. `translation_of`: key of the article it is a
    translation of. `asked_as`: how customers ask, by the heading of the section that answers ("": the article as a whole).
    `categories`: how it is sorted where it comes from, as Group/Category. `status`: what it is to become. `valid_from` … `valid_until`, both included, in UTC: outside them it is not found. `review_due`:
    when somebody is to look at it again; `review_every_days`: how long after somebody last did."""

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
    categories: tuple[str, ...] = ()
    status: ArticleStatus = ArticleStatus.PUBLISHED
    valid_from: date | None = None
    valid_until: date | None = None
    review_due: date | None = None
    review_every_days: int | None = Field(None, ge=1, le=3650)

    @field_validator("valid_until")
    @classmethod
    def _ends_after_it_begins(cls, until: date | None, info: ValidationInfo) -> date | None:
        begins = info.data.get("valid_from")
        if until and begins and until < begins:
            raise ValueError(f"it must not be before valid_from, {begins}")
        return until


class Article(ArticleDraft):
    """`version` counts from 1."""

    id: ArticleId
    version: int


class Choice(Model):
    """An article that a question may be about, or a section of it (None: all of it). `label`: what tells it from the others."""

    label: str
    article_id: ArticleId
    section: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """`text` masked; `vectors` of the same text as understanding made them, or None to make them here.
    `topic`: words of the current topic, for context. `chosen`: what the asker says it is about."""

    text: str
    language: str
    assurance: Assurance
    vectors: TextVectors | None = None
    topic: str = ""
    internal: bool = False
    chosen: Choice | None = None


class Asker(StrEnum):
    """As whom to ask: a customer of that assurance, or one of the company's own people, who may read everything."""

    ANONYMOUS = "anonymous"
    CLAIMED = "claimed"
    VERIFIED = "verified"
    SIGNED = "signed"
    OPERATOR = "operator"


class Inquiry(Model):
    """`language` None: the company's default."""

    text: str
    language: str | None = None
    asker: Asker = Asker.ANONYMOUS


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


class FoundPassage(Model):
    """A passage that may answer, for somebody who searches: `text`: its beginning, in whole sentences. `confidence` 0…1: that an
    answer from it would be right."""

    article_id: ArticleId
    version: int
    title: str
    section: str
    language: str
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class KnowledgeAnswer:
    """`sentences` is empty when confidence is below the tenant's `min_confidence`: then nothing may be said as fact, and
    `near` holds the passages that may answer, one an article, likeliest first. `confidence` 0…1. `disagreeing`: what other
    articles that the asker may read say against `sentences`. `procedures`: names of those about an error code in the question.
    `choices`: what the asker may be asked back, two or more: articles that are equally close, or sections of the one that answers."""

    sentences: tuple[CitedSentence, ...]
    confidence: float
    hits: tuple[RetrievedPassage, ...]
    near: tuple[CitedSentence, ...] = ()
    disagreeing: tuple[CitedSentence, ...] = ()
    procedures: tuple[str, ...] = ()
    revision: int = 0
    choices: tuple[Choice, ...] = ()
