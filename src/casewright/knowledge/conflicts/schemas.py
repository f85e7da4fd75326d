"""The wire's shapes of conflicts."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from casewright.kit.model import Model
from casewright.kit.web import Text
from casewright.knowledge.conflicts.models import ConflictKind, ConflictState, Resolution, Severity

Reason = Annotated[Text, Field(max_length=1000, pattern=r"\S")]


class SideView(Model):
    """A sentence of a version of an article. `article`: its key."""

    article_id: UUID
    article: str
    version: int
    title: str
    section: str
    text: str


class DoneView(Model):
    """What a resolution did to an article; restoring `version_before` undoes it."""

    article_id: UUID
    article: str
    step: str
    version_before: int


class ConflictView(Model):
    """`probability` 0…1; of a duplicate the share of sentences that both articles have. `differing`: what differs, as (in `one`, in
    `other`). `kept`: the article that a resolution kept."""

    id: UUID
    kind: ConflictKind
    severity: Severity
    probability: float
    one: SideView
    other: SideView
    differing: tuple[tuple[str, str], ...]
    state: ConflictState
    found_at: datetime
    resolution: Resolution | None
    kept: UUID | None
    done: tuple[DoneView, ...]
    settled_by: str | None
    reason: str
    settled_at: datetime | None


class ConflictPage(Model):
    items: tuple[ConflictView, ...]
    next_cursor: str | None


class ResolveRequest(Model):
    """`kept`: the article to keep; null: the one that the company's rules prefer, else the one that was changed last, and with `reject`
    the one that was there before."""

    resolution: Resolution
    reason: Reason
    kept: UUID | None = None


class DismissConflictRequest(Model):
    reason: Reason
