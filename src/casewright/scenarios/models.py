"""A scenario as data: who does what in which order, and what must then be true."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StrictBool, StrictInt, StrictStr, Tag, model_validator

from casewright.scenarios.expectations import (
    ClosedExpectation,
    Documented,
    InboxExpectation,
    MailExpectation,
    Record,
    ReplyExpectation,
    Scalar,
    Text,
    TranscriptExpectation,
)

Name = Annotated[StrictStr, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Course = Literal["happy", "correction", "decline", "interruption", "wrong_identity", "failing_org"]
Duration = Annotated[StrictStr, Field(pattern=r"^\+[0-9]+(s|m|h|d)$")]

# --- records ----------------------------------------------------------------------------------------------------------


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

    @model_validator(mode="after")
    def _says_something(self) -> "OrgQuery":
        if self.expect is None and self.count is None and self.save_as is None:
            raise ValueError("a query needs expect, count or save_as")
        return self


class OrgCreate(Documented):
    """Makes a record for this run of the scenario only; it is deleted at the end."""

    create: Text
    """The object: `Contact`, `Case` …"""
    fields: dict[Text, Scalar]
    save_as: Name | None = None
    """The new record's values are known to later steps as `${name.Field}`."""


class OrgChange(Documented):
    """Changes a record as only the org itself does: locks a user, moves the date of an event (local orgs only)."""

    change: Text
    """The object: `UserLogin`, `Case` …"""
    id: Text
    fields: dict[Text, Scalar]


class OrgFault(Documented):
    """From now on something goes wrong in the org (local orgs only). It ends with the scenario at the latest.

    A scenario with a fault is played alone, after the others: its fault would meet them too.
    """

    fault: Literal["slow", "status", "row_lock", "daily_limit", "lost_answer", "drop_connection", "none"]
    """`none`: nothing goes wrong any more. `lost_answer`: it is carried out and nobody is told; `drop_connection`: it is not."""
    path_contains: Text | None = None
    """Meets only requests with this in their path: `/sobjects/CaseComment`, `${case.Id}`."""
    method: Literal["GET", "POST", "PATCH", "DELETE"] | None = None
    times: Annotated[StrictInt, Field(ge=1)] | None = None
    """Meets so many requests; left out: all."""
    seconds: Annotated[StrictInt, Field(ge=1, le=60)] | None = None
    """With `slow`: how much later; with `status`: what Retry-After says."""
    status: Annotated[StrictInt, Field(ge=400, le=599)] | None = None
    """With `status`: the one that is answered; left out: 503."""


# --- the steps ---


class Step(Documented):
    """One step. Which kind it is, one of its keys says."""

    @property
    def summary(self) -> str:
        """The step in a line: `customer: I forgot my password`."""
        key = next(iter(type(self).model_fields))
        given = self.model_dump(exclude_unset=True)[key]
        pairs = given.items() if isinstance(given, dict) else ()
        told = ", ".join(f"{name} {_listed(value)}" for name, value in pairs) or _listed(given)
        line = " ".join(f"{key}: {told}".split())
        return line if len(line) <= 80 else f"{line[:79]}…"


def _listed(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " / ".join(str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else str(value)


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


class FillStep(Step):
    """The customer fills in the form of the last message, or changes what its confirmation rests on."""

    fill: Annotated[dict[Name, Text], Field(min_length=1)]
    """Values by slot; of a choice, the value or the label."""
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
    """Looks at the whole conversation, for some seconds, until the expectation holds."""

    transcript: TranscriptExpectation


class InboxStep(Step):
    """Looks at the conversation as the operator's inbox shows it, for some seconds, until the expectation holds."""

    inbox: InboxExpectation


def _org_kind(value: Any) -> str | None:
    keys = value if isinstance(value, dict) else type(value).model_fields
    return next((f"kind:{key}" for key in ("query", "create", "change", "fault") if key in keys), None)


class OrgStep(Step):
    """Prepares or looks at records, with the tenant's own access to the org, or lets something go wrong there."""

    org: Annotated[
        Annotated[OrgQuery, Tag("kind:query")]
        | Annotated[OrgCreate, Tag("kind:create")]
        | Annotated[OrgChange, Tag("kind:change")]
        | Annotated[OrgFault, Tag("kind:fault")],
        Discriminator(_org_kind),
    ]


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
    "fill": FillStep,
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


def _step_kind(step: Any) -> str | None:
    keys = step.keys() if isinstance(step, dict) else type(step).model_fields if isinstance(step, Step) else ()
    return next((f"kind:{key}" for key in keys if key in STEPS), None)


AnyStep = Annotated[
    Annotated[CustomerStep, Tag("kind:customer")]
    | Annotated[BurstStep, Tag("kind:messages")]
    | Annotated[ChooseStep, Tag("kind:choose")]
    | Annotated[FillStep, Tag("kind:fill")]
    | Annotated[CodeStep, Tag("kind:code_from_mail")]
    | Annotated[OperatorStep, Tag("kind:operator")]
    | Annotated[ClockStep, Tag("kind:clock")]
    | Annotated[HandoffStep, Tag("kind:handoff")]
    | Annotated[FeedbackStep, Tag("kind:feedback")]
    | Annotated[ClosedStep, Tag("kind:closed")]
    | Annotated[TranscriptStep, Tag("kind:transcript")]
    | Annotated[InboxStep, Tag("kind:inbox")]
    | Annotated[OrgStep, Tag("kind:org")]
    | Annotated[MailStep, Tag("kind:mail")]
    | Annotated[OtherTenantStep, Tag("kind:as_tenant")],
    Discriminator(_step_kind),
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
    covers: dict[Name, tuple[Course, ...]] = {}
    """Which courses of which procedures it plays, so that gaps can be found: `raise_priority: [decline]`."""
    steps: Annotated[tuple[AnyStep, ...], Field(min_length=1)]

    @property
    def is_played_alone(self) -> bool:
        return any(isinstance(step, OrgStep) and isinstance(step.org, OrgFault) for step in self.steps)


@dataclass(frozen=True, slots=True)
class LoadedScenario:
    """`lines[i]`: the line of the file on which step `i` begins."""

    scenario: Scenario
    file: Path
    lines: tuple[int, ...]
