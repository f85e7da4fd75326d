"""What the server and the org answer, as far as scenarios look at it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, RootModel


class Answer(BaseModel):
    """Unknown fields are left aside: a newer server may say more."""

    model_config = ConfigDict(frozen=True, extra="ignore")


# --- the demo's connection file ---------------------------------------------------------------------------------------


class OrgAccess(Answer):
    url: str
    client_id: str
    client_secret: str


class TenantAccess(Answer):
    id: str
    name: str
    publishable_key: str
    operator_key: str
    org: OrgAccess | None = None


class Connection(Answer):
    """`demo.json`: where the server is, and the keys of its tenants."""

    url: str
    tenants: tuple[TenantAccess, ...]


# --- the customer's side ----------------------------------------------------------------------------------------------


class Source(Answer):
    type: str
    id: str
    title: str = ""
    quote: str | None = None


class Part(Answer):
    text: str
    kind: str
    sources: tuple[Source, ...] = ()


class QuickReply(Answer):
    label: str
    text: str


class Expects(Answer):
    kind: str
    slot: str | None = None


class FormField(Answer):
    slot: str


class Reply(Answer):
    id: str
    text: str
    parts: tuple[Part, ...] = ()
    quick_replies: tuple[QuickReply, ...] = ()
    expects: Expects | None = None
    fields: tuple[FormField, ...] = ()


class Opened(Answer):
    id: str
    token: str


class MessageAnswer(Answer):
    message_id: str
    status: str
    mode: str
    reply: Reply | None = None


class Message(Reply):
    """A message of the log. `author`: customer, agent or operator."""

    author: str = Field(alias="from")
    turn_id: str | None = None


class Transcript(Answer):
    id: str
    mode: str
    status: str
    outcome: str | None = None
    language: str | None = None
    messages: tuple[Message, ...] = ()


class Closed(Answer):
    outcome: str
    resolution: str


# --- the operator's side ----------------------------------------------------------------------------------------------


class CaseLink(Answer):
    id: str
    number: str | None = None


class InboxItem(Answer):
    conversation_id: str
    mode: str
    status: str
    reason: str | None = None
    topic: str | None = None
    case: CaseLink | None = None
    pending_approvals: int = 0


class InboxPage(Answer):
    items: tuple[InboxItem, ...]
    next_cursor: str | None = None


class Approval(Answer):
    id: str
    conversation_id: str
    action: str
    status: str


class Approvals(Answer):
    items: tuple[Approval, ...]


class TurnLine(Answer):
    id: str
    message_ids: tuple[str, ...] = ()
    reply_id: str | None = None


class Turns(Answer):
    items: tuple[TurnLine, ...]


class RankedIntent(Answer):
    name: str
    probability: float


class Segment(Answer):
    text: str
    ranking: tuple[RankedIntent, ...] = ()


class Command(Answer):
    command: str


class Topic(Answer):
    name: str
    status: str
    title: str = ""
    slots: dict[str, Any] = {}


class ActionResult(Answer):
    action: str
    status: str
    code: str | None = None


class Stage(Answer):
    name: str
    ms: float
    cpu_ms: float = 0.0


class Turn(Answer):
    """One turn as the operator may read it."""

    id: str
    language: str | None = None
    masked_text: str | None = None
    segments: tuple[Segment, ...] = ()
    accepted: tuple[Command, ...] = ()
    topics: tuple[Topic, ...] = ()
    actions: tuple[ActionResult, ...] = ()
    stages: tuple[Stage, ...] = ()
    total_ms: float = 0.0


# --- the org ----------------------------------------------------------------------------------------------------------


class Mail(Answer):
    id: str | int
    to: str
    subject: str
    body: str


class MailBox(RootModel[tuple[Mail, ...]]):
    pass


class Token(Answer):
    access_token: str


class QueryResult(Answer):
    records: tuple[dict[str, Any], ...]
    next_page: str | None = Field(default=None, alias="nextRecordsUrl")


class Created(Answer):
    id: str
