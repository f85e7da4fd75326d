"""A scenario as data: who says what, and what must then be true of the reply, the conversation and the org."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
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
    model_validator,
)

from casewright.kit.model import Model

Text = Annotated[StrictStr, Field(min_length=1)]
Name = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Duration = Annotated[StrictStr, Field(pattern=r"^\+[0-9]+(s|m|h|d)$")]
Mode = Literal["agent", "human"]
Status = Literal["replied", "replaced", "human", "pending"]
Waits = Literal["nothing", "text", "email", "code", "choice", "confirmation", "approval"]
PartKind = Literal["answer", "step", "code", "question", "notice", "result", "empathy", "handoff"]
TopicStatus = Literal["active", "paused", "completed", "cancelled"]
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

Scalar = StrictStr | StrictInt | StrictFloat | StrictBool | None


class FieldExpectation(TextExpectation):
    """A field that is compared otherwise than by equality."""

    equals_not: Scalar = None
    """Any value but this one; without a value: the field is not empty."""
    below: StrictInt | StrictFloat | None = None
    above: StrictInt | StrictFloat | None = None


Record = dict[Text, FieldExpectation | Scalar]
"""Values by field. A field of a related record is written with a dot: `Owner.Name`."""


class OrgQuery(Documented):
    """Asks the org, again and again for some seconds, until the expectation holds."""

    query: Text
    """SOQL. Values put in by `${…}` are escaped."""
    expect: tuple[Record, ...] | None = None
    """Exactly these records in this order; each with at least these values."""
    count: Annotated[StrictInt, Field(ge=0)] | None = None
    """How many records there are."""
    save_as: Name | None = None
    """The first record's values are known to later steps as `${name.Field}`."""


class OrgCreate(Documented):
    """Makes a record for this run of the scenario only; it is deleted at the end."""

    create: Text
    """The object: `Contact`, `Case` …"""
    fields: dict[Text, Scalar]
    save_as: Name | None = None
    """The new record's values are known to later steps as `${name.Field}`."""


class MailExpectation(Documented):
    """Mail that the org has sent since the scenario began (local orgs only)."""

    to: Text
    contains: tuple[Text, ...] = ()
    """Only mail with all of these in subject or body counts."""
    count: Annotated[StrictInt, Field(ge=0)] | None = None
    """Exactly so many; left out: at least one."""


# --- the steps ---


class Step(Documented):
    """One step. Which kind it is, its first key says."""


class CustomerStep(Step):
    """The customer writes and waits for the reply."""

    customer: Text
    repeat: Annotated[StrictInt, Field(ge=1, le=1_000_000)] = 1
    """The text so many times in a row, as one message."""
    wait: Annotated[StrictInt, Field(ge=1, le=60)] = 30
    """Seconds until an unanswered message counts as `pending`."""
    expect: ReplyExpectation | None = None


class BurstStep(Step):
    """The customer sends all of these without waiting; the expectation is about the reply to the last."""

    messages: Annotated[tuple[Text, ...], Field(min_length=2)]
    expect: ReplyExpectation | None = None


class ChooseStep(Step):
    """The customer picks the quick reply of the last message whose label contains this."""

    choose: Text
    expect: ReplyExpectation | None = None


class CodeStep(Step):
    """The customer sends the newest six-digit code that the org mailed to this address (local orgs only)."""

    code_from_mail: Text
    expect: ReplyExpectation | None = None


class OperatorActions(Documented):
    """Exactly one of these."""

    reply: Text | None = None
    approve: StrictBool | None = None
    """True approves, false rejects the action that waits in this conversation."""
    give_back: Literal[True] | None = None
    take_over: Literal[True] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "OperatorActions":
        if len(self.model_fields_set) != 1:
            raise ValueError("say exactly one of reply, approve, give_back, take_over")
        return self


class OperatorStep(Step):
    """A person acts. An expectation waits for what the agent says after it."""

    operator: OperatorActions
    expect: ReplyExpectation | None = None


class ClockStep(Step):
    """The conversation's clock moves on (rehearsal servers only). An expectation waits for what the agent then says."""

    clock: Duration
    expect: ReplyExpectation | None = None


class HandoffStep(Step):
    """The customer presses "talk to a person". An expectation waits for what the agent then says."""

    handoff: Literal[True]
    expect: ReplyExpectation | None = None


class Feedback(Documented):
    rating: Annotated[StrictInt, Field(ge=1, le=5)] | None = None
    helpful: StrictBool | None = None
    comment: Text | None = None


class FeedbackStep(Step):
    """The customer rates the conversation."""

    feedback: Feedback


class ClosedStep(Step):
    """Waits until the conversation is closed."""

    closed: ClosedExpectation


class TranscriptStep(Step):
    """Looks at the whole conversation."""

    transcript: TranscriptExpectation


class InboxStep(Step):
    """Looks at the conversation as the operator's inbox shows it, for some seconds, until the expectation holds."""

    inbox: InboxExpectation


class OrgStep(Step):
    """Prepares or looks at records, with the tenant's own access to the org."""

    org: OrgQuery | OrgCreate


class MailStep(Step):
    """Looks at outgoing mail, for some seconds, until the expectation holds."""

    mail: MailExpectation


class OtherTenantStep(Step):
    """Another tenant's operator tries to read, find and answer this conversation."""

    as_tenant: Text
    sees: Literal["nothing"] = "nothing"


STEPS: dict[str, type[Step]] = {
    "customer": CustomerStep,
    "messages": BurstStep,
    "choose": ChooseStep,
    "code_from_mail": CodeStep,
    "operator": OperatorStep,
    "clock": ClockStep,
    "handoff": HandoffStep,
    "feedback": FeedbackStep,
    "closed": ClosedStep,
    "transcript": TranscriptStep,
    "inbox": InboxStep,
    "org": OrgStep,
    "mail": MailStep,
    "as_tenant": OtherTenantStep,
}
"""The kinds of steps by the key that tells them apart."""


def step_kind(step: Any) -> str | None:
    """The key of `STEPS` that `step` (a mapping as loaded, or a model) has, or None."""
    keys = step.keys() if isinstance(step, dict) else type(step).model_fields if isinstance(step, Step) else ()
    return next((key for key in keys if key in STEPS), None)


AnyStep = Annotated[
    Annotated[CustomerStep, Tag("customer")]
    | Annotated[BurstStep, Tag("messages")]
    | Annotated[ChooseStep, Tag("choose")]
    | Annotated[CodeStep, Tag("code_from_mail")]
    | Annotated[OperatorStep, Tag("operator")]
    | Annotated[ClockStep, Tag("clock")]
    | Annotated[HandoffStep, Tag("handoff")]
    | Annotated[FeedbackStep, Tag("feedback")]
    | Annotated[ClosedStep, Tag("closed")]
    | Annotated[TranscriptStep, Tag("transcript")]
    | Annotated[InboxStep, Tag("inbox")]
    | Annotated[OrgStep, Tag("org")]
    | Annotated[MailStep, Tag("mail")]
    | Annotated[OtherTenantStep, Tag("as_tenant")],
    Discriminator(step_kind),
]


class Scenario(Documented):
    """A conversation to be played, and what it must come to.

    Texts may hold `${random}` (new in every run), `${conversation_id}` and `${name.Field}` of a saved record.
    """

    name: Annotated[StrictStr, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Text
    tenant: Text
    """Name of the company, or the first words of it in lower case with hyphens: `aurora`, `aurora-cloud`."""
    language: Annotated[StrictStr, Field(pattern=r"^[a-z]{2}$")] | None = None
    """The language the customer's browser asks for."""
    time_zone: Text | None = None
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """`lines[i]`: the line of the file on which step `i` begins."""

    scenario: Scenario
    file: Path
    lines: tuple[int, ...]


# --- what happened ---


class Result(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    """An expectation did not hold."""
    BROKEN = "broken"
    """It could not be played to its end: a request was refused, the server or the org did not answer."""


class Mismatch(Model):
    """One expectation that did not hold: what was expected, and what was there instead."""

    expectation: str
    found: str


class ScenarioReport(Model):
    """`step` (from 1) and `line`: where it stopped. `left_behind`: records made for the run that the org did not delete."""

    name: str
    title: str
    file: str
    tenant: str
    result: Result
    steps: int
    steps_played: int
    milliseconds: float
    conversation_id: str | None = None
    line: int | None = None
    step: str | None = None
    mismatches: tuple[Mismatch, ...] = ()
    left_behind: tuple[str, ...] = ()
