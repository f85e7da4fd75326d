"""Procedures as data: the playbook's YAML, the effects its steps ask for, and the actions they may call."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from casewright.kit.model import Model
from casewright.kit.principal import Assurance

Texts = dict[str, str]
"""A text by locale: `{"en": "…", "de": "…"}`. Placeholders: `{slots.email}`, `{results.case.number}`."""

Scalar = str | int | float | bool | None


# --- actions ---


class Effect(StrEnum):
    READ = "read"
    WRITE = "write"


class Repeatable(StrEnum):
    """What may be done when it is not known whether a WRITE happened."""

    BY_MARKER = "by_marker"
    """The record carries the call's key: look for it, then decide."""
    NATURALLY = "naturally"
    """Doing it twice is the same as once."""
    AT_MOST_ONCE = "at_most_once"
    """It is never tried again; a person is told."""


class ActionDefinition(Model):
    """What an action is, for the engine and for validation. `grants`: the assurance its success proves.
    `internal`: only the engine calls it, never a procedure."""

    name: str
    effect: Effect
    arguments: tuple[str, ...] = ()
    optional_arguments: tuple[str, ...] = ()
    assurance: Assurance = Assurance.ANONYMOUS
    repeatable: Repeatable = Repeatable.NATURALLY
    grants: Assurance | None = None
    internal: bool = False
    description: str = ""


class CallerIdentity(Model):
    """Who the customer is, for an action that must answer only to them. `contact_id`: the org's Contact once verified."""

    assurance: Assurance = Assurance.ANONYMOUS
    email: str | None = None
    contact_id: str | None = None
    account_id: str | None = None


class ActionCall(Model):
    """One call. `arguments` hold real values (unmasked). `key` is the same in every attempt at the same thing."""

    action: str
    arguments: dict[str, Scalar]
    key: str
    conversation_id: str
    identity: CallerIdentity = CallerIdentity()
    locale: str = "en"


class RecordReference(Model):
    """A record in the org that an action read or wrote. `label`: what people call it (a case number)."""

    type: str
    id: str
    label: str = ""
    url: str = ""


class ActionStatus(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """It certainly did not happen; `code` says why."""
    UNCERTAIN = "uncertain"
    """It was sent and no answer came: reconcile before anything else."""
    NOT_SENT = "not_sent"
    """Nothing left this process: it may be tried again as it is."""


class ActionOutcome(Model):
    """`code`: a stable word a procedure may branch on (`done`, `not_found`, `locked`, `org_unavailable` …).
    `values`: what texts may mention. `records`: for sources and the audit."""

    status: ActionStatus
    code: str
    values: dict[str, Scalar] = {}
    records: tuple[RecordReference, ...] = ()
    retry_after: float | None = None


# --- the playbook ---


class Comparison(Model):
    """`slot` is a path: `slots.priority`, `results.lookup.code`, `identity.assurance`."""

    slot: str
    operator: Literal[
        "equals", "not_equals", "in", "not_in", "exists", "missing", "greater_than", "less_than", "contains"
    ]
    value: Scalar | list[Scalar] = None


class All(Model):
    all: tuple["Condition", ...]


class AnyOf(Model):
    any: tuple["Condition", ...]


class Not(Model):
    not_: "Condition" = Field(alias="not")


Condition = All | AnyOf | Not | Comparison


class SlotOption(Model):
    value: str
    label: Texts


class SlotDefinition(Model):
    """`type` as in understanding's `ExpectedSlot`. `identity`: the e-mail given here is whom the customer claims to be.
    `prefill`: a path to take the value from (`identity.email`). `attempts`: how often it is asked before a person is."""

    type: str = "text"
    ask: Texts
    invalid: Texts | None = None
    options: tuple[SlotOption, ...] = ()
    identity: bool = False
    prefill: str | None = None
    optional: bool = False
    attempts: int = 3


class StepBase(Model):
    id: str
    next: str | None = None
    """The step after this one; absent: the one below it in the file."""


class CollectStep(StepBase):
    collect: str


class VerifyStep(StepBase):
    """Goes on only when the customer's assurance is at least this."""

    verify: Assurance


class ActionStep(StepBase):
    """`confirm`: the question whose yes allows a WRITE. `approve`: an operator must allow it as well, and the text tells
    them why. `save_as`: results under `results.<save_as>`. `on`: next step by the outcome's code; `on["failed"]` catches any
    other failure, without it a person takes over."""

    action: str
    arguments: dict[str, str] = {}
    confirm: Texts | None = None
    declined: str | None = None
    approve: Texts | None = None
    rejected: str | None = None
    progress: Texts | None = None
    save_as: str | None = None
    on: dict[str, str] = {}


class SayStep(StepBase):
    say: Texts
    source: str | None = None
    """The `save_as` name of the action whose records support what is said."""
    quick_replies: tuple[Texts, ...] = ()


class AnswerStep(StepBase):
    """Answers from knowledge. `answer` is the question, in the words of the articles."""

    answer: Texts


class Branch(Model):
    when: Condition
    go: str


class BranchStep(StepBase):
    branch: tuple[Branch, ...]


class HandOffStep(StepBase):
    hand_off: str


class EndStep(StepBase):
    end: Literal["resolved", "unresolved", "cancelled"] = "resolved"


Step = CollectStep | VerifyStep | ActionStep | SayStep | AnswerStep | BranchStep | HandOffStep | EndStep


class Procedure(Model):
    """`digest`: of the content, set by the loader; a conversation carries the digest it began with."""

    name: str
    title: Texts
    description: Texts = {}
    slots: dict[str, SlotDefinition] = {}
    steps: tuple[Step, ...]
    digest: str = ""


# --- running it ---


class Progress(Model):
    """Where a topic stands. `slots` hold masked values; `results` the values of saved outcomes plus their `code`."""

    step: str
    slots: dict[str, str] = {}
    results: dict[str, dict[str, Scalar]] = {}


class Surroundings(Model):
    """What a procedure may look at besides its own slots."""

    assurance: Assurance = Assurance.ANONYMOUS
    identity_email: str | None = None
    locale: str = "en"
    default_locale: str = "en"


class Ask(Model):
    """Waits for a slot."""

    wants: Literal["ask"] = "ask"
    slot: str
    definition: SlotDefinition
    text: str


class RequireAssurance(Model):
    """Waits until the customer is as sure as this."""

    wants: Literal["assurance"] = "assurance"
    assurance: Assurance


class RunAction(Model):
    """Wants an action called; confirmation and approval come first where their texts are set."""

    wants: Literal["action"] = "action"
    step: str
    action: str
    arguments: dict[str, Scalar]
    confirm: str | None = None
    approve: str | None = None
    progress: str | None = None


class Say(Model):
    wants: Literal["say"] = "say"
    text: str
    source: str | None = None
    quick_replies: tuple[str, ...] = ()


class AnswerQuestion(Model):
    wants: Literal["answer"] = "answer"
    question: str


class HandOff(Model):
    wants: Literal["hand_off"] = "hand_off"
    reason: str


class Finish(Model):
    wants: Literal["finish"] = "finish"
    outcome: Literal["resolved", "unresolved", "cancelled"]


Want = Annotated[
    Ask | RequireAssurance | RunAction | Say | AnswerQuestion | HandOff | Finish, Field(discriminator="wants")
]


class Advance(Model):
    """What the procedure wants now, and where it stands once the want is met (for `RunAction` and `Ask`: still here)."""

    want: Want
    progress: Progress
