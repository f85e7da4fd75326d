"""What a scenario expects, as data: of a reply and its turn, of the conversation, of a record."""

from typing import Annotated, Any, Literal

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    Tag,
    WithJsonSchema,
)

from casewright.kit.model import Model

# A union's tag begins with `kind:`, so that it is never taken for a key of the file when an error is told.

Text = Annotated[StrictStr, Field(min_length=1)]
Mode = Literal["agent", "human"]
Status = Literal["replied", "replaced", "human", "pending"]
Waits = Literal["nothing", "text", "email", "code", "choice", "form", "confirmation", "approval"]
PartKind = Literal[
    "answer", "step", "code", "suggestion", "question", "notice", "progress", "result", "empathy", "handoff"
]
TopicStatus = Literal["active", "paused", "waiting", "answered", "resolved", "unresolved", "cancelled", "handed_over"]
Outcome = Literal["resolved", "unresolved", "handed_over", "abandoned"]
Resolution = Literal["confirmed", "assumed"]
CommandName = Literal[
    "StartProcedure",
    "SetSlot",
    "Confirm",
    "Decline",
    "AnswerFromKnowledge",
    "ResumeTopic",
    "CancelTopic",
    "SmallTalk",
    "HumanHandoff",
    "CannotHandle",
    "Clarify",
]


class Documented(Model):
    """The docstring under a field is its description in the JSON Schema."""

    model_config = ConfigDict(use_attribute_docstrings=True)


# --- what is expected ---


class TextExpectation(Documented):
    """Compared without regard to upper and lower case."""

    contains: tuple[Text, ...] = ()
    """Every one of these is in the text."""
    contains_any: tuple[Text, ...] = ()
    """At least one of these is in the text."""
    excludes: tuple[Text, ...] = ()
    """None of these is in the text."""


class TopicExpectation(Documented):
    name: Text
    """The procedure's or the intent's name."""
    status: TopicStatus | None = None
    slots: dict[str, str] = {}
    """Values the topic must hold, as stored: personal data is a token such as `[EMAIL_1]`."""


class ActionExpectation(Documented):
    """An action that the turn carried out."""

    action: Text
    status: Text | None = None
    code: Text | None = None


class ReplyExpectation(TextExpectation):
    """What the agent says next, and why. What is left out is not looked at."""

    status: Status | None = None
    """Only after something the customer sent: how the message was answered."""
    mode: Mode | None = None
    """Who is in charge afterwards."""
    sources: tuple[Text, ...] = ()
    """Fragments of titles or ids; each is among the sources of the reply."""
    grounded: StrictBool | None = None
    """True: every part that states something from knowledge carries a source. False: none does."""
    quick_replies: tuple[Text, ...] = ()
    """Fragments of labels; each is offered."""
    expects: Waits | None = None
    """What the agent waits for after this reply."""
    fields: tuple[Text, ...] = ()
    """Slots that the reply asks for, or that its confirmation rests on, among others."""
    kinds: tuple[PartKind, ...] = ()
    """Parts of each of these kinds are in the reply."""
    max_parts: Annotated[StrictInt, Field(ge=1)] | None = None
    commands: tuple[CommandName, ...] = ()
    """Commands that the turn accepted, among others."""
    intents: tuple[Text, ...] = ()
    """Names of intents; each is the likeliest of some segment of the message."""
    topics: tuple[TopicExpectation, ...] = ()
    """Topics of the conversation after the turn, among others."""
    actions: tuple[ActionExpectation, ...] = ()
    """Actions of the turn, among others."""
    language: Text | None = None
    """Language of the turn, as an ISO 639-1 code."""
    masked_text: TextExpectation | None = None
    """What the models were given to read."""


class ClosedExpectation(Documented):
    outcome: Outcome | None = None
    resolution: Resolution | None = None
    """`confirmed` by the customer, or `assumed` from silence."""


class TranscriptExpectation(TextExpectation):
    """The conversation so far, all messages together."""

    mode: Mode | None = None
    status: Literal["open", "closed"] | None = None
    outcome: Outcome | None = None
    language: Text | None = None
    last_from: Literal["customer", "agent", "operator"] | None = None


class InboxExpectation(Documented):
    """The conversation's line in the operator's inbox."""

    mode: Mode | None = None
    reason: Text | None = None
    topic: Text | None = None
    has_case: StrictBool | None = None
    pending_approvals: StrictInt | None = None


# --- records ---


_VALUE_KINDS: dict[type, str] = {
    dict: "kind:comparison",
    str: "kind:text",
    int: "kind:integer",
    float: "kind:number",
    bool: "kind:truth",
    type(None): "kind:empty",
}


def _value_kind(value: Any) -> str | None:
    return "kind:comparison" if isinstance(value, FieldExpectation) else _VALUE_KINDS.get(type(value))


Fraction = Annotated[StrictFloat, WithJsonSchema({"type": "number", "not": {"type": "integer"}})]
Scalar = Annotated[
    Annotated[StrictStr, Tag("kind:text")]
    | Annotated[StrictInt, Tag("kind:integer")]
    | Annotated[Fraction, Tag("kind:number")]
    | Annotated[StrictBool, Tag("kind:truth")]
    | Annotated[None, Tag("kind:empty")],
    Discriminator(_value_kind),
]


class FieldExpectation(TextExpectation):
    """A field that is compared otherwise than by equality."""

    equals_not: Scalar = None
    """Any value but this one; without a value: the field is not empty."""
    below: StrictFloat | None = None
    above: StrictFloat | None = None


ExpectedValue = Annotated[
    Annotated[FieldExpectation, Tag("kind:comparison")]
    | Annotated[StrictStr, Tag("kind:text")]
    | Annotated[StrictInt, Tag("kind:integer")]
    | Annotated[Fraction, Tag("kind:number")]
    | Annotated[StrictBool, Tag("kind:truth")]
    | Annotated[None, Tag("kind:empty")],
    Discriminator(_value_kind),
]
Record = dict[Text, ExpectedValue]
"""Values by field. A field of a related record is written with a dot: `Owner.Name`."""


class MailExpectation(Documented):
    """Mail that the org has sent since the scenario began (local orgs only)."""

    to: Text
    contains: tuple[Text, ...] = ()
    """Only mail with all of these in subject or body counts."""
    count: Annotated[StrictInt, Field(ge=0)] | None = None
    """Exactly so many; left out: at least one."""
