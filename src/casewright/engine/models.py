"""The state of a conversation: a fold over its events, and nothing that is not in them."""

from datetime import datetime
from enum import StrEnum

from casewright.conversations.models import (
    ApprovalId,
    CaseReference,
    Expects,
    MessageId,
    Mode,
    Outcome,
    Part,
    Resolution,
    Status,
    TopicView,
)
from casewright.kit.model import Model
from casewright.kit.principal import Assurance
from casewright.procedures.models import Progress, RecordReference, Scalar
from casewright.understanding.models import Emotion, Option

STATE_VERSION = 4
KEPT = 20
"""How many of the last transitions, feelings, errors and solutions a state keeps; the log has them all."""


IS_SOLVED = "is-it-solved"
"""Stands for a confirmation's id in the question whether an answer helped."""


class TopicStatus(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"
    WAITING = "waiting"
    """For an operator's approval: the customer may talk of other things."""
    ANSWERED = "answered"
    """A question that was answered; whether that solved it is not known."""
    RESOLVED = "resolved"
    UNRESOLVED = "unresolved"
    CANCELLED = "cancelled"
    HANDED_OVER = "handed_over"


OPEN_TOPICS = frozenset({TopicStatus.ACTIVE, TopicStatus.PAUSED, TopicStatus.WAITING})


class Topic(Model):
    """One thing the customer wants. `progress` only for procedures; `parent` waits for this one to end."""

    id: str
    kind: str
    name: str
    title: str
    query: str
    status: TopicStatus
    digest: str = ""
    priority: int = 3
    parent: str | None = None
    progress: Progress | None = None
    asked: str | None = None
    attempts: int = 0
    begun: bool = True
    reason: str = ""
    """Why it moved last."""

    @property
    def half_done(self) -> tuple[str, ...]:
        """The steps of an open topic that were done and would be taken back if it were cancelled."""
        if self.progress is None or self.status not in OPEN_TOPICS:
            return ()
        return tuple(done.step for done in self.progress.compensable)


class Transition(Model):
    from_topic: str | None
    to_topic: str | None
    reason: str
    at: datetime


class Feeling(Model):
    at: datetime
    emotion: Emotion
    frustration: float


class Identity(Model):
    """`email_token`: of the address the customer gave, in the vault. `code_sent_to`: of the one the last code went to."""

    assurance: Assurance = Assurance.ANONYMOUS
    email_token: str | None = None
    code_sent_to: str | None = None
    contact_id: str | None = None
    account_id: str | None = None


class PendingConfirmation(Model):
    """A yes-or-no question that is open. `accepted` once the yes came and until the action was requested."""

    id: str
    topic_id: str
    step: str
    arguments_digest: str
    accepted: bool = False


class PendingApproval(Model):
    """`approved` None: undecided. `confirmation_id`: of the customer's yes that it rests on."""

    id: ApprovalId
    topic_id: str
    step: str
    action: str
    arguments_digest: str
    confirmation_id: str | None = None
    approved: bool | None = None


class PendingAction(Model):
    """A WRITE that was requested and has no known end."""

    id: str
    topic_id: str | None
    step: str
    action: str
    key: str
    arguments: dict[str, Scalar]
    attempt: int = 1
    confirmed: bool = False
    approved: bool = False


class OpenForm(Model):
    """The fields of the last reply. `since`: the log's position at which a reply first asked for them."""

    topic_id: str
    slots: tuple[str, ...]
    since: int


class Clarification(Model):
    """The clarifying question that is open. `about` identifies it, so that the same is never asked twice."""

    offered: tuple[Option, ...]
    query: str
    about: str
    open: bool = True


class DeadLetter(Model):
    """A WRITE that waits for a person."""

    action_id: str
    action: str
    topic_id: str | None


class FinishedAction(Model):
    """The last end of an action, for the topic's next step and for sources."""

    action: str
    topic_id: str | None
    step: str
    status: str
    code: str
    values: dict[str, Scalar]
    records: tuple[RecordReference, ...]


class OpenReply(Model):
    """A reply of which something has gone out, or whose action was called, and that has not ended."""

    reply_id: MessageId
    message_ids: tuple[MessageId, ...]
    parts: tuple[Part, ...] = ()


class State(Model):
    """`seq`: of the last event folded in. `stack`: topic ids, the active one last."""

    seq: int = 0
    status: Status = Status.OPEN
    mode: Mode = Mode.AGENT
    outcome: Outcome | None = None
    resolution: Resolution | None = None
    language: str = "en"
    unspoken_languages: tuple[str, ...] = ()
    """What the customer wrote in and was told that no answer comes in."""
    time_zone: str = "UTC"
    environment: dict[str, str] = {}
    identity: Identity = Identity()
    vault: dict[str, str] = {}
    topics: tuple[Topic, ...] = ()
    stack: tuple[str, ...] = ()
    transitions: tuple[Transition, ...] = ()
    confirmation: PendingConfirmation | None = None
    approvals: tuple[PendingApproval, ...] = ()
    action: PendingAction | None = None
    finished_action: FinishedAction | None = None
    dead_letters: tuple[DeadLetter, ...] = ()
    clarification: Clarification | None = None
    asked_back: tuple[str, ...] = ()
    """What clarifying questions were about, so that none is asked twice."""
    attempted_solutions: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    feelings: tuple[Feeling, ...] = ()
    frustration: float = 0.0
    unhelpful_turns: int = 0
    turns: int = 0
    replied_at: int = 0
    """The log's position of the last reply: what was written before it answers no question of it."""
    topics_opened: int = 0
    openers: tuple[str, ...] = ()
    expects: Expects | None = None
    form: OpenForm | None = None
    asked_if_solved: bool = False
    open_reply: OpenReply | None = None
    case: CaseReference | None = None
    hand_over_reason: str | None = None
    hand_over_attempt: int = 0
    hand_over_due: datetime | None = None
    silence_due: datetime | None = None
    last_message_id: MessageId | None = None

    def was_asked_back(self, about: str) -> bool:
        return about in self.asked_back or (self.clarification is not None and self.clarification.about == about)

    def topic(self, topic_id: str | None) -> Topic | None:
        return next((topic for topic in self.topics if topic.id == topic_id), None)

    def asks_for(self, slot: str, at: int) -> bool:
        """Whether a form that was sent at this position of the log may fill the slot."""
        form = self.form
        return (
            form is not None
            and self.active is not None
            and self.active.id == form.topic_id
            and (slot in form.slots and at >= form.since)
        )

    @property
    def active(self) -> Topic | None:
        top = self.topic(self.stack[-1]) if self.stack else None
        return top if top and top.status is TopicStatus.ACTIVE else None

    @property
    def unfinished(self) -> bool:
        """A turn began something that has not ended: whoever goes on takes it up first."""
        return self.action is not None or self.open_reply is not None

    @property
    def paused(self) -> tuple[Topic, ...]:
        """Most recently paused first."""
        return tuple(topic for topic in reversed(self.topics) if topic.status is TopicStatus.PAUSED)

    def views(self) -> tuple[TopicView, ...]:
        return tuple(
            TopicView(
                id=topic.id,
                kind=topic.kind,
                name=topic.name,
                title=topic.title,
                status=topic.status,
                slots=topic.progress.slots if topic.progress else {},
                parent=topic.parent,
                priority=topic.priority,
                reason=topic.reason,
            )
            for topic in self.topics[-KEPT:]
        )
