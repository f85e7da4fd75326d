"""The wire's shapes for labelling what customers wrote, and for explaining what it was taken for."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from casewright.kit.model import Model
from casewright.understanding.models import LabellingReason, LabellingState, RankedIntent


class LabellingCandidateView(Model):
    """A text that is worth labelling. `text` is masked, and empty once its person is erased; `nearest`: what it was taken for,
    best first; `grouped_with`: the oldest of those that say nearly the same, `group_size` of them open; `intent`: its label,
    null also for out of scope."""

    id: UUID
    conversation_id: UUID
    turn_id: UUID
    segment: int
    text: str
    reason: LabellingReason
    nearest: tuple[RankedIntent, ...]
    said_at: datetime
    state: LabellingState
    grouped_with: UUID | None
    group_size: int
    intent: str | None
    settled_at: datetime | None
    settled_by: str | None


class LabellingQueue(Model):
    items: tuple[LabellingCandidateView, ...]


class LabelRequest(Model):
    """`intent` null: out of scope. `and_group`: all open ones of its group as well."""

    intent: str | None
    and_group: bool = False


class DismissRequest(Model):
    and_group: bool = False


class CorrectionRequest(Model):
    """What a turn's segment was really about; `intent` null: out of scope."""

    turn_id: UUID
    segment: int = Field(0, ge=0)
    intent: str | None


class IntentView(Model):
    """`title` by locale."""

    name: str
    title: dict[str, str]


class IntentList(Model):
    items: tuple[IntentView, ...]


class NearestExampleView(Model):
    """`similarity`: the cosine of what both texts mean, 1 for the same words."""

    intent: str
    text: str
    similarity: float


class SegmentExamples(Model):
    """Why a segment of a turn was taken for what it was: the examples closest to it, closest first."""

    segment: int
    text: str
    examples: tuple[NearestExampleView, ...]


class TurnExamples(Model):
    items: tuple[SegmentExamples, ...]
