"""The wire's shapes for training, for labelling what customers wrote, and for explaining what it was taken for."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from casewright.kit.model import Model
from casewright.kit.web import Text
from casewright.understanding.examples import LONGEST_TEXT, OUT_OF_SCOPE
from casewright.understanding.intents import TrainingReport
from casewright.understanding.models import LabelledText, LabellingReason, LabellingState, RankedIntent, TrainingState


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


class ExampleRequest(Model):
    """`intent` null or "oos": out of scope."""

    text: Annotated[Text, Field(pattern=r"\S", max_length=LONGEST_TEXT)]
    intent: Annotated[Text, Field(pattern=r"\S", max_length=200)] | None

    def labelled(self) -> LabelledText:
        intent = self.intent.strip() if self.intent else None
        return LabelledText(text=self.text.strip(), intent=None if intent == OUT_OF_SCOPE else intent)


class TrainingRequest(Model):
    """`examples`: to be learned from beside the company's own; intents must exist. `replace`: instead of all that was imported
    before, rather than beside it."""

    examples: tuple[ExampleRequest, ...] = Field((), max_length=10_000)
    replace: bool = False


class TrainingView(Model):
    """`state`: waiting, running, succeeded or failed. `version`: what came of it, as long as that is kept."""

    id: UUID
    state: TrainingState
    version: int | None


class TrainingAccepted(TrainingView):
    """`added`: examples that are new; `known`: those that were there already."""

    added: int
    known: int


class VersionView(Model):
    """A trained model. `trained_by`: what made it, such as `company install` or a training's id; `accuracy` by cross-validation, of
    the examples of its intents."""

    version: int
    active: bool
    trained_at: datetime
    trained_by: str
    intents: int
    examples: int
    accuracy: float


class VersionList(Model):
    """Newest first."""

    items: tuple[VersionView, ...]


class VersionReport(Model):
    """How good a version is on examples that it was not trained on."""

    version: VersionView
    report: TrainingReport


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
