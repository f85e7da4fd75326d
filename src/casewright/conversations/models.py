"""A conversation as the world sees it, and the events of which its log consists.

Events record results: whoever folds them needs no clock, model or configuration. Fields marked `Private` are stored
only sealed under the person's key; all others must never hold customer text.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar, Literal, NewType
from uuid import UUID

from casewright.kit.ids import TenantId
from casewright.kit.model import Model, Private
from casewright.kit.principal import Assurance
from casewright.knowledge.models import RetrievedPassage
from casewright.procedures.models import Progress, RecordReference, Scalar, SlotType
from casewright.understanding.models import Clarify, Command, Emotion, Option, Proposal, Segment, Signal

ConversationId = NewType("ConversationId", UUID)
PersonId = NewType("PersonId", UUID)
MessageId = NewType("MessageId", UUID)
TurnId = NewType("TurnId", UUID)
ApprovalId = NewType("ApprovalId", UUID)


class Mode(StrEnum):
    AGENT = "agent"
    HUMAN = "human"
    """A person talks, or is awaited: the agent is silent."""


class Status(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Outcome(StrEnum):
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    HANDED_OVER = "handed_over"
    ABANDONED = "abandoned"


class Resolution(StrEnum):
    CONFIRMED = "confirmed"
    """The customer said so."""
    ASSUMED = "assumed"
    """Silence said so."""


# --- what is said ---


class Source(Model):
    """What a part stands on. `quote`: the source's own words, where it has any. Of an article also its `section`, the `url`
    that its facts come from, and when they were last compared with it."""

    type: Literal["article", "record", "action"]
    id: str
    version: int | None = None
    title: str = ""
    quote: str = ""
    section: str = ""
    url: str = ""
    checked_on: date | None = None


PartKind = Literal[
    "answer", "step", "code", "suggestion", "question", "notice", "progress", "result", "empathy", "handoff"
]


class Part(Model):
    text: str
    kind: PartKind
    sources: tuple[Source, ...] = ()


class QuickReply(Model):
    label: str
    text: str


class Expects(Model):
    """What the reply waits for, so that a page can offer the right field. `slot`: the one asked for, the first of a form."""

    kind: Literal["text", "email", "code", "choice", "form", "confirmation", "approval"]
    slot: str | None = None


class FormField(Model):
    """A slot that a reply asks for, or that the open confirmation rests on. `value`: what it holds now. An option's `text` is
    what a form sends back for it."""

    slot: str
    type: SlotType
    label: str
    value: str | None = None
    options: tuple[QuickReply, ...] = ()
    optional: bool = False


class CaseReference(Model):
    id: str
    number: str
    url: str = ""


# --- what a turn reports of itself ---


class StageTime(Model):
    """Wall and thread CPU time, in milliseconds."""

    name: str
    ms: float
    cpu_ms: float


class DroppedCommand(Model):
    command: Command
    why: str


class AmbiguityStrategy(StrEnum):
    """How a request was settled whose best intents were too close to tell apart."""

    CONTEXTUAL_INFERENCE = "contextual_inference"
    """By what the conversation is about."""
    MULTIPLE_ANSWERS = "multiple_answers"
    """By answering whichever is meant, and offering each."""
    ASKED_ALREADY = "asked_already"
    """By the likeliest, since asking again would help nobody."""
    DIRECT_ASK = "direct_ask"
    """By asking the customer."""


class SettledAmbiguity(Model):
    """`intents`: the possibilities by name, the likeliest first; `why`: a fixed phrase."""

    segment: int
    intents: tuple[str, ...]
    strategy: AmbiguityStrategy
    why: str


class TopicView(Model):
    """`parent`: the topic that waits for this one. `reason`: of its last move."""

    id: str
    kind: str
    name: str
    title: str
    status: str
    slots: dict[str, str] = {}
    parent: str | None = None
    priority: int = 3
    reason: str = ""


class ActionView(Model):
    """A call and its end. `attempts`: how often it was sent or looked for. `confirmed`, `approved`: whether it rested on the
    customer's yes, on an operator's. `compensates`: it took back what its step had done."""

    action: str
    status: str
    code: str
    ms: float
    effect: str = ""
    step: str = ""
    topic_id: str | None = None
    arguments: dict[str, Scalar] = {}
    values: dict[str, Scalar] = {}
    records: tuple[RecordReference, ...] = ()
    attempts: int = 1
    confirmed: bool = False
    approved: bool = False
    compensates: bool = False


class MaskedValue(Model):
    """That something was masked, and as what; never the value."""

    token: str
    kind: str


class Mood(Model):
    """A point of the emotion curve: the feeling in one message, and the frustration after it (0…1)."""

    label: str
    valence: float
    intensity: float
    frustration: float


class CheckView(Model):
    """One check of one outgoing part."""

    part: int
    check: str
    passed: bool


class RecoveryView(Model):
    failure: str
    strategy: str
    succeeded: bool


class StateChange(Model):
    """What a turn changed in the state, in words; "" where there was, or is, nothing."""

    what: str
    before: str
    after: str


class TurnReport(Model):
    """Everything that explains a turn. Texts are masked. `emotions`: the curve so far, oldest first. `stack`: ids of topics,
    the active one last. `min_confidence`: what a knowledge answer had to reach."""

    language: str = ""
    emotion: Emotion = Emotion()
    frustration: float = 0.0
    masked_text: str = ""
    segments: tuple[Segment, ...] = ()
    signals: tuple[Signal, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    accepted: tuple[Command | Clarify, ...] = ()
    dropped: tuple[DroppedCommand, ...] = ()
    ambiguities: tuple[SettledAmbiguity, ...] = ()
    topics_before: tuple[TopicView, ...] = ()
    topics: tuple[TopicView, ...] = ()
    hits: tuple[RetrievedPassage, ...] = ()
    actions: tuple[ActionView, ...] = ()
    checks: tuple[CheckView, ...] = ()
    recovery: tuple[RecoveryView, ...] = ()
    masked: tuple[MaskedValue, ...] = ()
    emotions: tuple[Mood, ...] = ()
    stack: tuple[str, ...] = ()
    min_confidence: float = 0.0
    model_version: str = ""
    knowledge_revision: int = 0


# --- events ---


class Event(Model):
    """`kind` is its name in the log, `version` the version of its shape; older ones pass through upcasters."""

    kind: ClassVar[str]
    version: ClassVar[int] = 1


class ConversationStarted(Event):
    kind = "conversation_started"
    language: str
    time_zone: str
    channel: str
    page: Private[str] = ""


class MessageReceived(Event):
    """`cut_from`: the number of characters that were sent, where more than allowed. `form`: values by slot, as sent; the
    text then tells them in words."""

    kind = "message_received"
    message_id: MessageId
    text: Private[str]
    form: Private[dict[str, str]] = {}
    cut_from: int | None = None


class TextMasked(Event):
    """`added`: tokens that are new in the conversation, with their values."""

    kind = "text_masked"
    added: Private[dict[str, str]]


class FeelingsNoticed(Event):
    """`frustration` 0…1 after this message. `language`: of the answers; `unspoken`: the message's, where it cannot be theirs."""

    kind = "feelings_noticed"
    emotion: Emotion
    frustration: float
    language: str
    unspoken: str = ""


class TopicOpened(Event):
    """`query`: the masked words it began with. `parent`: the topic that waits for this one."""

    kind = "topic_opened"
    topic_id: str
    topic_kind: Literal["procedure", "question"]
    name: str
    title: str
    digest: str = ""
    query: Private[str]
    priority: int = 3
    parent: str | None = None
    reason: str
    begin: bool = True


class TopicMoved(Event):
    """`status` as `engine.models.TopicStatus`."""

    kind = "topic_moved"
    topic_id: str
    status: str
    reason: str


class TopicProgressed(Event):
    kind = "topic_progressed"
    topic_id: str
    progress: Private[Progress]


class SlotAsked(Event):
    """`attempt` counts from 1."""

    kind = "slot_asked"
    topic_id: str
    slot: str
    attempt: int


class ConfirmationAsked(Event):
    kind = "confirmation_asked"
    confirmation_id: str
    topic_id: str
    step: str
    arguments_digest: str


class ConfirmationSettled(Event):
    kind = "confirmation_settled"
    confirmation_id: str
    answer: Literal["yes", "no", "withdrawn"]


class ApprovalAsked(Event):
    kind = "approval_asked"
    approval_id: ApprovalId
    topic_id: str
    step: str
    action: str
    arguments_digest: str


class ApprovalSettled(Event):
    kind = "approval_settled"
    approval_id: ApprovalId
    approved: bool
    by: str


class ClarificationAsked(Event):
    """`offered` intents by name; `query` the masked words that were not clear."""

    kind = "clarification_asked"
    offered: Private[tuple[Option, ...]]
    query: Private[str]
    about: Private[str]


class ClarificationSettled(Event):
    kind = "clarification_settled"


class IdentityClaimed(Event):
    """`token` of the address in the vault."""

    kind = "identity_claimed"
    token: str


class IdentityProved(Event):
    """`token` of the address that was proved, which need not be the one claimed last."""

    kind = "identity_proved"
    token: str | None = None
    assurance: Assurance
    contact_id: str | None
    account_id: str | None


class ActionRequested(Event):
    """Committed before the call. `arguments` are masked; `key` is the same in every attempt."""

    kind = "action_requested"
    action_id: str
    topic_id: str | None
    step: str
    action: str
    key: str
    arguments_digest: str
    arguments: Private[dict[str, Scalar]]
    confirmation_id: str | None = None
    approval_id: ApprovalId | None = None


class ActionFinished(Event):
    """Also for a READ, which has no `action_requested`; its `arguments`, masked, are told here. None: of a WRITE, whose
    request tells them, or not recorded. `status` as `procedures.models.ActionStatus`."""

    kind = "action_finished"
    action_id: str
    topic_id: str | None
    step: str
    action: str
    status: str
    code: str
    values: Private[dict[str, Scalar]]
    arguments: Private[dict[str, Scalar] | None] = None
    records: tuple[RecordReference, ...] = ()
    milliseconds: float = 0


class ActionUncertain(Event):
    kind = "action_uncertain"
    action_id: str
    attempt: int


class ActionDeadLettered(Event):
    """Nothing is tried any more by itself to get a WRITE done, or to find out what became of it: a person has to see to it.
    `code`: how it ended last; `retryable`: whether a person may have it tried again."""

    kind = "action_dead_lettered"
    action_id: str
    topic_id: str | None
    action: str
    code: str
    retryable: bool


class DeadLetterSettled(Event):
    """`how`: the action is known to be done after all, or an operator has discarded it (`by`)."""

    kind = "dead_letter_settled"
    action_id: str
    how: Literal["done", "discarded"]
    by: str = ""


class ReplyBegun(Event):
    """Something goes out, or an action is called, before the whole reply is ready. Whoever has to take the turn over
    goes on with the same reply."""

    kind = "reply_begun"
    reply_id: MessageId
    message_ids: tuple[MessageId, ...]


class PartSent(Event):
    """A part that went out before the whole reply was ready."""

    kind = "part_sent"
    reply_id: MessageId
    index: int
    part: Private[Part]


class ReplySent(Event):
    """`parts` are as sent, personal data restored. `silence_due`: when silence will end the conversation.
    `openers`: keys of the phrases used, so that none comes twice in a row."""

    kind = "reply_sent"
    reply_id: MessageId
    message_ids: tuple[MessageId, ...]
    parts: Private[tuple[Part, ...]]
    quick_replies: Private[tuple[QuickReply, ...]] = ()
    expects: Expects | None = None
    fields: Private[tuple[FormField, ...]] = ()
    silence_due: datetime | None = None
    openers: tuple[str, ...] = ()
    helped: bool | None = True
    asks_if_solved: bool = False


class OperatorReplied(Event):
    kind = "operator_replied"
    message_id: MessageId
    operator: str
    text: Private[str]


class ModeChanged(Event):
    kind = "mode_changed"
    mode: Mode
    reason: str


class CaseLinked(Event):
    kind = "case_linked"
    case: CaseReference


class HandOverPending(Event):
    """The Case could not be written yet. `attempt` counts from 1; `due` is when it is tried again."""

    kind = "hand_over_pending"
    attempt: int
    due: datetime


class SolutionTried(Event):
    """`what`: an article's title or an action's name."""

    kind = "solution_tried"
    what: str
    article_id: str | None = None


class FailureMet(Event):
    kind = "failure_met"
    failure: str
    strategy: str
    succeeded: bool


class ConversationClosed(Event):
    kind = "conversation_closed"
    outcome: Outcome
    resolution: Resolution


class ConversationReopened(Event):
    kind = "conversation_reopened"


class FeedbackGiven(Event):
    kind = "feedback_given"
    rating: int | None
    helpful: bool | None
    message_id: MessageId | None
    comment: Private[str] = ""


class TurnFinished(Event):
    """What `explain` tells. `report`: the trace, which quotes masked customer text; `replaced`: messages whose turn
    gave way to this one."""

    kind = "turn_finished"
    trigger: str
    message_ids: tuple[MessageId, ...]
    reply_id: MessageId | None
    result: Literal["replied", "human", "silent"]
    mode: Mode
    stages: tuple[StageTime, ...]
    configuration_digest: str
    replaced: tuple[MessageId, ...] = ()
    report: Private[TurnReport]


def _all_kinds(base: type[Event]) -> dict[str, type[Event]]:
    return {kind.kind: kind for kind in base.__subclasses__()}


EVENT_KINDS = _all_kinds(Event)


# --- the log ---


class LoggedEvent(Model):
    """An event at its place. `at` is the conversation's own time."""

    seq: int
    at: datetime
    turn_id: TurnId | None
    event: Event


class TriggerKind(StrEnum):
    MESSAGE = "message"
    HAND_OVER = "hand_over"
    APPROVAL = "approval"
    GIVE_BACK = "give_back"
    RETRY = "retry"
    """A dead letter is to be tried again."""
    SILENCE = "silence"


class Trigger(Model):
    """What a turn starts from. `seq`: the log's position when it came in. `form`: values by slot, instead of a
    text."""

    id: UUID
    kind: TriggerKind
    seq: int
    message_id: MessageId | None = None
    text: str = ""
    form: dict[str, str] = {}
    cut_from: int | None = None
    approval_id: ApprovalId | None = None
    approved: bool | None = None
    action_id: str | None = None
    by: str = ""


class Person(Model):
    """`key` is the unwrapped sealing key, None once erased."""

    id: PersonId
    key: bytes | None


class ConversationSummary(Model):
    """What the inbox shows of a conversation."""

    conversation_id: ConversationId
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


class ConversationView(Model):
    """What anyone in the conversation may know of it."""

    id: ConversationId
    mode: Mode
    status: Status
    outcome: Outcome | None
    language: str
    created_at: datetime


class QueuePlace(Model):
    """Where a customer stands who waits for a person. `position` 1 is next; `waiting`: how many wait in all."""

    position: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that is safe in the log. `duplicate`: it already was, under the same idempotency key. `claim`: its conversation, if
    it was taken under lease in the same transaction."""

    message_id: MessageId
    seq: int
    duplicate: bool
    claim: "Claim | None" = None


class ConversationKey(Model):
    """Names a conversation across tenants."""

    tenant_id: TenantId
    conversation_id: ConversationId


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class Approval(Model):
    """`summary` and `arguments` with personal data restored, for the operator who decides."""

    id: ApprovalId
    conversation_id: ConversationId
    action: str
    summary: str
    arguments: dict[str, str]
    note: str = ""
    status: ApprovalStatus
    requested_at: datetime
    decided_at: datetime | None = None


class DeadLetterStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    DISCARDED = "discarded"


class DeadLetter(Model):
    """A WRITE that waits for a person: it stayed uncertain, or could not be done. `code`: how it ended last; `attempts`: how
    often it came to nothing. It holds no customer text."""

    id: UUID
    conversation_id: ConversationId
    action: str
    code: str
    retryable: bool
    attempts: int
    status: DeadLetterStatus
    failed_at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = None


# --- what a turn takes and gives ---


@dataclass(frozen=True, slots=True)
class Claimant:
    """Who takes leases, and of which version it reads snapshots."""

    owner: str
    snapshot_version: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A conversation under lease. `snapshot`: the state's bytes at `snapshot_seq`, None where there is none of
    `snapshot_version`; `log`: the events after it; `now`: the conversation's own time; `seq`: of the log's last event."""

    key: ConversationKey
    fence: int
    person: Person
    snapshot: bytes | None
    log: tuple[LoggedEvent, ...]
    triggers: tuple[Trigger, ...]
    now: datetime
    seq: int


@dataclass(frozen=True, slots=True)
class NewApproval:
    id: ApprovalId
    action: str
    summary: str
    arguments: dict[str, str]


@dataclass(frozen=True, slots=True)
class KnownIdentity:
    """Something by which a person can be known again: an address, the org's Contact. `value` is stored sealed, and as a
    keyed digest to find it by."""

    kind: Literal["email", "contact"]
    value: str
    assurance: Assurance


@dataclass(frozen=True, slots=True)
class InboxView:
    """The columns of the inbox that a commit leaves behind."""

    mode: Mode
    status: Status
    outcome: Outcome | None
    language: str
    reason: str | None
    frustration: float
    topic: str | None
    last_message: str | None
    case: CaseReference | None
    pending_approvals: int


@dataclass(frozen=True, slots=True)
class TurnCommit:
    """What one transaction writes. `expected_seq`: the log's last event the turn knows of; `due_at`: the conversation's
    own time at which it wants to be looked at again, even if nothing comes in; `gives_way`: nothing of the turn has gone
    out, so that it can begin anew."""

    turn_id: TurnId
    expected_seq: int
    at: datetime
    events: tuple[Event, ...]
    snapshot: bytes
    snapshot_version: int
    consumed: tuple[UUID, ...]
    inbox: InboxView
    due_at: datetime | None
    final: bool
    gives_way: bool
    approvals: tuple[NewApproval, ...] = ()
    withdrawn_approvals: tuple[ApprovalId, ...] = ()
    identities: tuple[KnownIdentity, ...] = ()
