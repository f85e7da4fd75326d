"""Conflicts between sentences of articles: as they are found, and as they are kept until they are settled, and after."""

from datetime import date, datetime
from enum import StrEnum
from typing import NewType
from uuid import UUID

from casewright.kit.model import Model
from casewright.knowledge.models import ArticleId, CitedSentence

ConflictId = NewType("ConflictId", UUID)


class ConflictKind(StrEnum):
    """`factual`: same subject, another number, date, limit, or yes and no. `semantic`: statements that exclude each other otherwise.
    `version`: one of them says that it is newer than what the other says. `duplicate`: no conflict yet, but nearly the same said in two
    articles, of which one will be forgotten at the next change."""

    FACTUAL = "factual"
    SEMANTIC = "semantic"
    VERSION = "version"
    DUPLICATE = "duplicate"


class Severity(StrEnum):
    """How much harm an answer from the wrong one does. `high`: surely a conflict, about a number, a date, a limit or a yes and no."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class PlacedSentence(Model):
    """A sentence and where it stands. `article`: its key. `section`: its headings, joined by " > "."""

    article: str
    title: str
    section: str
    text: str


class Conflict(Model):
    """Two sentences that cannot both be true. `probability` 0…1. `differing`: what differs, as (in `one`, in `other`)."""

    kind: ConflictKind
    severity: Severity
    one: PlacedSentence
    other: PlacedSentence
    probability: float
    differing: tuple[tuple[str, str], ...] = ()


class NearDuplicate(Model):
    """Two sentences that say nearly the same. `similarity` by vector, `shingles` by runs of three words: both −1…1, 0…1."""

    one: PlacedSentence
    other: PlacedSentence
    similarity: float
    shingles: float


class ConflictState(StrEnum):
    """`resolved`: by one of the resolutions. `dismissed`: somebody said that it is none; it is not found again. `closed`: by itself, since
    a side has changed and it no longer holds."""

    OPEN = "open"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    CLOSED = "closed"


class Resolution(StrEnum):
    """What is done with two articles of which one is kept. `merge`: the kept one takes over what only the other says, which is archived.
    `replace`: the other's sentence becomes the kept one's. `version`: the kept one supersedes the other, which is archived. `reject`: the
    other goes back to the version before, or is archived if it has none."""

    MERGE = "merge"
    REPLACE = "replace"
    VERSION = "version"
    REJECT = "reject"


class Side(Model):
    """One side of a conflict: a sentence of a version of an article."""

    article_id: ArticleId
    article: str
    version: int
    title: str
    section: str
    text: str


class ArticleDone(Model):
    """What a resolution did to an article, and the version that brings back what was there before."""

    article_id: ArticleId
    article: str
    step: str
    version_before: int


class KnownConflict(Model):
    """`one`: of the article that was checked when it was found; `other`: what was there already. `probability` 0…1; of a duplicate the
    share of sentences that both have. `differing`: what differs, as (in `one`, in `other`). `kept`: the article that a resolution
    kept; `done`: what it did."""

    id: ConflictId
    kind: ConflictKind
    severity: Severity
    probability: float
    one: Side
    other: Side
    differing: tuple[tuple[str, str], ...]
    state: ConflictState
    found_at: datetime
    resolution: Resolution | None = None
    kept: ArticleId | None = None
    done: tuple[ArticleDone, ...] = ()
    settled_by: str | None = None
    reason: str = ""
    settled_at: datetime | None = None


class Standing(Model):
    """What an article is worth beside another. `credibility` 0…1; `checked_on`: when it was last found right, or changed."""

    article_id: ArticleId
    credibility: float
    checked_on: date
    version: int


class Disagreement(Model):
    """That another article, `other`, disagrees with a sentence which answers."""

    sentence: str
    other: CitedSentence


class ConflictAnnounced(Model):
    """What subscribers are told; no word of an article. `path`: where it is read."""

    conflict_id: ConflictId
    kind: ConflictKind
    severity: Severity
    article_ids: tuple[ArticleId, ArticleId]
    path: str
