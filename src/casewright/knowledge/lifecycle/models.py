"""The life of an article: drafts, versions, and the steps that led from one to the next."""

from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias
from uuid import UUID

from pydantic import JsonValue

from casewright.kit.model import Model
from casewright.knowledge.models import Article, ArticleDraft, ArticleId, ArticleStatus, Audience

Changes: TypeAlias = dict[str, tuple[JsonValue, JsonValue]]
"""What became of a field, by its name: before, after."""


class Step(StrEnum):
    """What was done. `updated`: published with the same text and other particulars, without a new version. `restored`: an
    earlier version's text became the newest version. `validated`: somebody looked at it and found it right."""

    DRAFTED = "drafted"
    CHANGED = "changed"
    SUBMITTED = "submitted"
    REJECTED = "rejected"
    DISCARDED = "discarded"
    PUBLISHED = "published"
    UPDATED = "updated"
    ARCHIVED = "archived"
    RESTORED = "restored"
    VALIDATED = "validated"


class ArticleStep(Model):
    """`number` counts an article's steps from 1. `version`: that it led to, or was about."""

    number: int
    step: Step
    version: int | None
    actor: str
    reason: str
    changes: Changes
    at: datetime


class ArticleVersion(Model):
    """What was published once; kept for good. `author`: who wrote it, "" where that was not recorded."""

    version: int
    title: str
    body: str
    language: str
    error_codes: tuple[str, ...]
    author: str
    reason: str
    published_at: datetime


class OpenDraft(Model):
    """What is to be published next. `based_on`: the version that was published when it was written, None if none was."""

    content: ArticleDraft
    based_on: int | None
    in_review: bool
    author: str
    reason: str
    updated_at: datetime

    @property
    def status(self) -> ArticleStatus:
        return ArticleStatus.REVIEW if self.in_review else ArticleStatus.DRAFT


class Figures(Model):
    """How an article's newest version served: uses in answers, and how they ended. `success_rate` None: of none is known."""

    uses: int = 0
    successes: int = 0
    failures: int = 0

    @property
    def success_rate(self) -> float | None:
        judged = self.successes + self.failures
        return self.successes / judged if judged else None


class ManagedArticle(Model):
    """All that those who look after an article see of it: what is published or archived, and the draft beside it; at least one
    of both. `edit`: number of its last step, by which a lost update is noticed. `validated_on`: when somebody last found it
    right; `due_on`: when somebody is to look at it again."""

    id: ArticleId
    key: str
    current: Article | None
    draft: OpenDraft | None
    edit: int
    figures: Figures = Figures()
    validated_on: date | None = None
    due_on: date | None = None

    @property
    def newest(self) -> ArticleDraft:
        """The draft, or else what is published or archived."""
        newest = self.draft.content if self.draft else self.current
        assert newest is not None
        return newest

    @property
    def status(self) -> ArticleStatus:
        """Of what is published or archived; of the draft where nothing ever was."""
        if self.current is not None:
            return self.current.status
        assert self.draft is not None
        return self.draft.status


class ArticleFilter(Model):
    """None: whatever it is. `status` is also that of a draft beside what is published. `due_by`: a review is due by that day."""

    status: ArticleStatus | None = None
    language: str | None = None
    product: str | None = None
    audience: Audience | None = None
    due_by: date | None = None


class UseOutcome(StrEnum):
    """How an answer ended: the customer said that it helped, silence or another question said so, the customer said that it did
    not, or a person had to be brought in."""

    CONFIRMED = "confirmed"
    ASSUMED = "assumed"
    UNHELPFUL = "unhelpful"
    HANDED_OVER = "handed_over"

    @property
    def helped(self) -> bool:
        return self in (UseOutcome.CONFIRMED, UseOutcome.ASSUMED)


class ArticleUse(Model):
    """That a turn was answered from a version of an article. `outcome` None: nobody knows."""

    turn_id: UUID
    article_id: ArticleId
    version: int
    outcome: UseOutcome | None
    at: datetime


class UsedArticle(Model):
    id: ArticleId
    key: str
    title: str
    figures: Figures


class KnowledgeStatistics(Model):
    """What a company has, and how well it serves. `articles`: how many of each status; `drafts` and `in_review`: of drafts, also
    beside what is published. `languages`, `audiences`: of what is published. `not_valid`: published, but before or after its
    validity. `outcomes`: of answers, how often each. `misleading`: articles whose answers helped least often, `resolving`: most
    often."""

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
    misleading: tuple[UsedArticle, ...]
    resolving: tuple[UsedArticle, ...]
