"""The wire's shapes of articles, searching and asking."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, JsonValue

from casewright.kit.model import Model
from casewright.kit.web import Day, Text
from casewright.knowledge.lifecycle.comparing import Line
from casewright.knowledge.lifecycle.models import Step
from casewright.knowledge.models import ArticleStatus, Asker, Audience

Label = Annotated[Text, Field(max_length=200)]
Reason = Annotated[Text, Field(max_length=1000)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}$", examples=["en"])]
Key = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=200, examples=["export-data"])]


class ArticleContent(Model):
    """`key`: its stable name. `body`: Markdown. `editions`: those it applies to, empty for all. `error_codes`: what it is about,
    besides what its text names. `related`, `translation_of`: other articles' keys. `asked_as`: how customers ask, by the heading of
    the section that answers ("": the article as a whole). `categories`: how it is sorted, as Group/Category. `valid_from` … `valid_until`, both included, in UTC: outside them it is
    not found. `review_due`: when somebody is to look at it again; `review_every_days`: how long after somebody last did."""

    key: Key
    title: Text = Field(max_length=300, pattern=r"\S", examples=["Export your data"])
    body: Text = Field(max_length=200_000, pattern=r"\S")
    language: Language = "en"
    audience: Audience = Audience.PUBLIC
    product: Label = ""
    source: Annotated[Text, Field(max_length=2000)] = ""
    checked_on: Day | None = None
    editions: tuple[Label, ...] = Field((), max_length=100)
    error_codes: tuple[Label, ...] = Field((), max_length=500)
    related: tuple[Label, ...] = Field((), max_length=500)
    translation_of: Key | None = None
    asked_as: dict[Annotated[Text, Field(max_length=500)], tuple[Annotated[Text, Field(max_length=500)], ...]] = {}
    categories: tuple[Label, ...] = Field((), max_length=500)
    valid_from: Day | None = None
    valid_until: Day | None = None
    review_due: Day | None = None
    review_every_days: int | None = Field(None, ge=1, le=3650)


class DraftRequest(ArticleContent):
    """`reason`: why, for the article's history."""

    reason: Reason = ""


class StepRequest(Model):
    reason: Reason = ""


class RejectRequest(Model):
    """`reason`: what the author has to do."""

    reason: Reason = Field(pattern=r"\S")


class RestoreRequest(Model):
    version: int = Field(ge=1, le=1_000_000)
    reason: Reason = Field(pattern=r"\S")


class ValidateRequest(Model):
    """`review_due`: when to look again; null: as often as the article itself says."""

    review_due: Day | None = None
    reason: Reason = ""


class FiguresView(Model):
    """`success_rate`: the share that succeeded of those uses whose end is known; null: of none is."""

    uses: int
    successes: int
    failures: int
    success_rate: float | None


class ArticleItem(Model):
    """`status`: of what is published or archived, and of the draft where nothing ever was. `draft`: of a draft, if there is one.
    `version`: the newest that was published. `validated_on`: when somebody last found it right."""

    id: UUID
    key: str
    title: str
    language: str
    audience: Audience
    product: str
    status: ArticleStatus
    draft: ArticleStatus | None
    version: int | None
    edit: int
    validated_on: date | None
    due_on: date | None
    figures: FiguresView


class ArticlePage(Model):
    items: tuple[ArticleItem, ...]
    next_cursor: str | None


class DraftView(Model):
    """`based_on`: the version that was published when it was written."""

    content: ArticleContent
    status: ArticleStatus
    based_on: int | None
    author: str
    reason: str
    updated_at: datetime


class ArticleView(ArticleItem):
    """`edit` counts the article's steps: send it as `If-Match: "<edit>"`, and a change that somebody else made meanwhile is not
    overwritten. `current`: what is published or archived. `open_draft`: what is to be published next."""

    current: ArticleContent | None
    open_draft: DraftView | None


class VersionView(Model):
    """`author` empty: it was not recorded."""

    version: int
    title: str
    body: str
    language: str
    error_codes: tuple[str, ...]
    author: str
    reason: str
    published_at: datetime


class VersionList(Model):
    """Newest first."""

    items: tuple[VersionView, ...]


class StepView(Model):
    """`changes`: what became of particulars, before and after, by field."""

    number: int
    step: Step
    version: int | None
    actor: str
    reason: str
    changes: dict[str, tuple[JsonValue, JsonValue]]
    at: datetime


class StepList(Model):
    """Newest first."""

    items: tuple[StepView, ...]


class DifferenceView(Model):
    """`changes`: of the particulars, before and after, by field. `lines`: of both texts, in order."""

    changes: dict[str, tuple[JsonValue, JsonValue]]
    lines: tuple[Line, ...]


class AskRequest(Model):
    """`language` null: the company's default. `asker`: as whom to ask: what they may not read, they are not told."""

    text: Text = Field(min_length=1, max_length=4000, examples=["How do I export my data?"])
    language: Language | None = None
    asker: Asker = Asker.ANONYMOUS


class SearchRequest(AskRequest):
    limit: int = Field(10, ge=1, le=50)


class PassageView(Model):
    """`text`: the passage's beginning. `confidence` 0…1: that an answer from it would be right."""

    article_id: UUID
    version: int
    title: str
    section: str
    language: str
    text: str
    confidence: float


class SearchResult(Model):
    """Likeliest first."""

    items: tuple[PassageView, ...]


class SentenceView(Model):
    """A sentence of an article, word for word. `kind`: `text`, `step` or `code`. `source`: where the article has it from."""

    text: str
    kind: str
    article_id: UUID
    version: int
    title: str
    section: str
    source: str
    checked_on: date | None


class AnswerView(Model):
    """`sentences`: empty where `confidence` is below `min_confidence`; then `near` holds what may answer. `disagreeing`: what other
    articles say against `sentences`. `choices`: what the customer is asked to choose from, titles or sections. `revision`: of the company's
    knowledge."""

    sentences: tuple[SentenceView, ...]
    near: tuple[SentenceView, ...]
    disagreeing: tuple[SentenceView, ...] = ()
    choices: tuple[str, ...] = ()
    confidence: float
    min_confidence: float
    revision: int


class ArticleUse(Model):
    id: UUID
    key: str
    title: str
    figures: FiguresView


class StatisticsView(Model):
    """`articles`: how many of each status; `drafts`, `in_review`: of drafts, also beside what is published. `due`: reviews due by
    today. `not_valid`: published, but before or after its validity. `outcomes`: of answers, how often each. `misleading`: articles
    whose answers helped least often, `resolving`: most often; both of those with five or more known ends."""

    articles: dict[str, int]
    languages: dict[str, int]
    audiences: dict[str, int]
    drafts: int
    in_review: int
    due: int
    not_valid: int
    passages: int
    revision: int
    outcomes: dict[str, int]
    never_used: int
    misleading: tuple[ArticleUse, ...]
    resolving: tuple[ArticleUse, ...]
