"""The wire's shapes. They are public: a field is added, never renamed or removed, within `/v1`."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from casewright.conversations.models import (
    ApprovalStatus,
    CaseReference,
    DeadLetter,
    Expects,
    FormField,
    Mode,
    Outcome,
    Part,
    QueuePlace,
    QuickReply,
    Resolution,
    StateChange,
    Status,
    TurnReport,
)
from casewright.kit.model import Model
from casewright.kit.web import Text


class ConversationRequest(Model):
    """`language` as a two-letter code; without it, or where the company does not speak it, its default."""

    language: str | None = Field(None, max_length=10, examples=["en"])
    time_zone: Text = Field("UTC", max_length=60, examples=["Europe/Berlin"])
    page: Text = Field("", max_length=500, description="The page the customer is on, for context.")
    consent_to_improvement: bool | None = Field(
        None,
        strict=True,
        description="Whether the conversation may be used to improve the agent. Not said: it may not.",
    )


class ConversationCreated(Model):
    """`token` alone allows writing in the conversation. It is shown once."""

    id: UUID
    token: str


FormValues = dict[Annotated[Text, Field(max_length=60)], Annotated[Text, Field(max_length=4000)]]


class MessageRequest(Model):
    """Words, or the values of the form that is open: then the text may be empty, and is only shown."""

    text: Text = Field("", max_length=1_000_000, examples=["I forgot my password"])
    form: FormValues | None = Field(
        None,
        min_length=1,
        max_length=50,
        description="Values by slot, of the `fields` of the last reply. They are taken as they are, and checked.",
        examples=[{"amount": "50 EUR"}],
    )


class ReplyView(Model):
    """`fields`: what the reply asks for, or what its confirmation rests on."""

    id: UUID
    text: str
    parts: tuple[Part, ...]
    quick_replies: tuple[QuickReply, ...]
    expects: Expects | None = None
    fields: tuple[FormField, ...] = ()


class MessageAccepted(Model):
    message_id: UUID


class MessageAnswered(Model):
    """`replaced`: a newer message came before the answer, and its answer covers both; `human`: a person has the
    conversation; `pending`: the time is over, the turn goes on."""

    message_id: UUID
    status: Literal["replied", "replaced", "human", "pending"]
    mode: Mode
    reply: ReplyView | None


class MessageView(Model):
    """`from`: who wrote it. `turn_id` for operators only."""

    id: UUID
    from_: Literal["customer", "agent", "operator"] = Field(alias="from", serialization_alias="from")
    text: str
    parts: tuple[Part, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    expects: Expects | None = None
    fields: tuple[FormField, ...] = ()
    at: datetime
    turn_id: UUID | None = None


class Transcript(Model):
    id: UUID
    mode: Mode
    status: Status
    outcome: Outcome | None
    language: str
    created_at: datetime
    messages: tuple[MessageView, ...]
    queue: QueuePlace | None = Field(None, description="While a person is awaited.")


class FeedbackRequest(Model):
    rating: int | None = Field(None, ge=1, le=5, strict=True)
    helpful: bool | None = Field(None, strict=True)
    message_id: UUID | None = None
    comment: Text = Field("", max_length=2000)


class ModeView(Model):
    mode: Mode


class ModeRequest(Model):
    mode: Mode


class OperatorReply(Model):
    text: Text = Field(max_length=20_000)


class InboxItem(Model):
    conversation_id: UUID
    mode: Mode
    status: Status
    language: str
    reason: str | None
    frustration: float
    topic: str | None
    last_message: str
    last_from: str | None
    waiting_since: datetime | None
    updated_at: datetime
    case: CaseReference | None
    pending_approvals: int


class InboxPage(Model):
    items: tuple[InboxItem, ...]
    next_cursor: str | None


class ApprovalView(Model):
    id: UUID
    conversation_id: UUID
    action: str
    summary: str
    arguments: dict[str, str]
    note: str
    status: ApprovalStatus
    requested_at: datetime
    decided_at: datetime | None


class ApprovalList(Model):
    items: tuple[ApprovalView, ...]


class ApprovalDecision(Model):
    id: UUID
    decision: Literal["approve", "reject"]
    note: Text = Field("", max_length=2000)


class DeadLetterView(DeadLetter):
    """A write that waits for a person."""


class DeadLetterList(Model):
    items: tuple[DeadLetterView, ...]


class TurnItem(Model):
    id: UUID
    at: datetime
    message_ids: tuple[UUID, ...]
    reply_id: UUID | None


class TurnList(Model):
    items: tuple[TurnItem, ...]


class StageView(Model):
    name: str
    ms: float
    cpu_ms: float


class TurnView(TurnReport):
    """Everything that explains a turn. Texts are masked. `changes`: of the state, from before the turn to after it."""

    id: UUID
    conversation_id: UUID
    at: datetime
    trigger: str
    result: str
    message_ids: tuple[UUID, ...]
    reply_id: UUID | None
    replaced: tuple[UUID, ...]
    stages: tuple[StageView, ...]
    total_ms: float
    configuration_digest: str
    reply: tuple[Part, ...] = ()
    changes: tuple[StateChange, ...] = ()


class ClockMove(Model):
    advance_seconds: float = Field(gt=0, le=366 * 86400)


class PartPiece(Model):
    reply_id: UUID
    index: int
    part: Part
    at: datetime


class ModeNotice(Model):
    mode: Mode
    reason: str
    at: datetime


class ClosedNotice(Model):
    outcome: Outcome
    resolution: Resolution
    at: datetime


class TurnNotice(Model):
    """A turn is finished and can be read. Operators only."""

    id: UUID


class TypingNotice(Model):
    from_: Literal["agent", "operator"] = Field(alias="from", serialization_alias="from")
    on: bool
