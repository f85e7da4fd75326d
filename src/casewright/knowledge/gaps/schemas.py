"""The wire's shapes for gaps in knowledge."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from casewright.kit.model import Model
from casewright.knowledge.gaps.models import GapFigures, GapReason, GapState


class GapView(Model):
    """A topic that customers ask about. `name`: its most telling words, "" where all its questions are erased. `reason`: why it was
    dismissed. `article_id`: of the draft that was made for it. `figures.cost`: an estimate."""

    id: UUID
    name: str
    state: GapState
    figures: GapFigures
    reason: str
    article_id: UUID | None
    begun_at: datetime
    settled_at: datetime | None
    settled_by: str | None


class GapList(Model):
    items: tuple[GapView, ...]


class GapExampleView(Model):
    """A question. `text` is masked, and empty once its person is erased."""

    id: UUID
    conversation_id: UUID
    turn_id: UUID
    text: str
    reason: GapReason
    language: str
    said_at: datetime


class GapSourceView(Model):
    """Where a sentence of the draft comes from: a colleague's message in a conversation, or a closed case in the org."""

    conversation_id: UUID | None
    message_id: UUID | None
    case_number: str


class GapDetailsView(GapView):
    """`examples`: the newest questions. `sources`: of the draft's sentences, in their order."""

    examples: tuple[GapExampleView, ...]
    sources: tuple[GapSourceView, ...]


class DismissGapRequest(Model):
    reason: str = Field(min_length=1, max_length=500, pattern=r"\S")
