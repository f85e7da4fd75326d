"""Procedures as data: the playbook's YAML, the effects its steps ask for, and the actions they may call."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from casewright.kit.model import Model
from casewright.kit.principal import Assurance

Texts = dict[str, str]
"""A text by locale: `{"en": "…", "de": "…"}`. Placeholders: `{slots.email}`, `{results.case.number}`."""

Scalar = str | int | float | bool | None


def told_apart_by(*keys: str) -> Discriminator:
    """Of several shapes, takes the one whose distinguishing key is there, so that an error speaks of that shape only."""
    return Discriminator(
        _finder(keys),
        custom_error_type="kind",
        custom_error_message=f"must have exactly one of: {', '.join(keys)}",
    )


def _finder(keys: tuple[str, ...]) -> Callable[[Any], str | None]:
    def find(value: Any) -> str | None:
        if isinstance(value, BaseModel):
            value = {field.alias or name for name, field in type(value).model_fields.items()}
        found = [key for key in keys if key in value] if isinstance(value, dict | set) else []
        return found[0] if len(found) == 1 else None

    return find


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
    LOOK_ONLY = "look_only"
    """It can be looked for, but is never sent again: the first request may still be on its way."""
    AT_MOST_ONCE = "at_most_once"
    """It is never tried again; a person is told."""


class ActionDefinition(Model):
    """What an action is, for the engine and for validation. `grants`: the assurance its success proves.
    `internal`: only the engine and built-in procedures call it, without asking. `codes`: what its outcome may be, besides
    the technical ones that any action may end with."""

    name: str
    effect: Effect
    arguments: tuple[str, ...] = ()
    optional_arguments: tuple[str, ...] = ()
    assurance: Assurance = Assurance.ANONYMOUS
    repeatable: Repeatable = Repeatable.NATURALLY
    grants: Assurance | None = None
    internal: bool = False
    codes: tuple[str, ...] = ("done",)
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
    """`slot` is a path: `slots.priority`, `results.lookup.code`, `identity.assurance`. A `value` may be a placeholder."""

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


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[Comparison, Tag("slot")],
    told_apart_by("all", "any", "not", "slot"),
]


class SlotOption(Model):
    value: str
    label: Texts


SlotType = Literal[
    "text",
    "email",
    "code",
    "case_number",
    "record_id",
    "error_code",
    "http_status",
    "money",
    "number",
    "choice",
    "yes_no",
    "date",
]


class SlotDefinition(Model):
    """`type` as in understanding's `ExpectedSlot`. `label`: its name in a form; without one, the question stands there.
    `identity`: the e-mail given here is whom the customer claims to be. `prefill`: a path to take the value from
    (`identity.email`). `attempts`: how often it is asked before a person is."""

    type: SlotType = "text"
    ask: Texts
    label: Texts | None = None
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


class Alternative(Model):
    """What a customer may want instead of answering; `value` names it. `most`: how often in one request, then a person is
    brought in."""

    value: str
    label: Texts
    go: str
    most: int = 2


class CollectStep(StepBase):
    """Asks for a slot, or for several at once as a form; optional ones of a form may be left empty."""

    collect: str | tuple[str, ...]
    instead: tuple[Alternative, ...] = ()

    @property
    def slots(self) -> tuple[str, ...]:
        return (self.collect,) if isinstance(self.collect, str) else self.collect


class VerifyStep(StepBase):
    """Goes on only when the customer's assurance is at least this."""

    verify: Assurance


class Compensation(Model):
    """The action that takes a WRITE back when its procedure ends cancelled or unresolved, or a later action fails. `say`: what
    the customer is told then."""

    action: str
    arguments: dict[str, str] = {}
    say: Texts


class ActionStep(StepBase):
    """`confirm`: the question whose yes allows a WRITE. `approve`: an operator must allow it as well, and the text tells
    them why. `save_as`: results under `results.<save_as>`. `on`: next step by the outcome's code; `on["failed"]` catches any
    other failure, without it a person takes over. `compensate`: what takes it back."""

    action: str
    arguments: dict[str, str] = {}
    confirm: Texts | None = None
    declined: str | None = None
    approve: Texts | None = None
    rejected: str | None = None
    progress: Texts | None = None
    save_as: str | None = None
    on: dict[str, str] = {}
    compensate: Compensation | None = None


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


Step = Annotated[
    Annotated[CollectStep, Tag("collect")]
    | Annotated[VerifyStep, Tag("verify")]
    | Annotated[ActionStep, Tag("action")]
    | Annotated[SayStep, Tag("say")]
    | Annotated[AnswerStep, Tag("answer")]
    | Annotated[BranchStep, Tag("branch")]
    | Annotated[HandOffStep, Tag("hand_off")]
    | Annotated[EndStep, Tag("end")],
    told_apart_by("collect", "verify", "action", "say", "answer", "branch", "hand_off", "end"),
]


class Procedure(Model):
    """`digest`: of the content, set by the loader; a conversation carries the digest it began with."""

    name: str
    title: Texts
    description: Texts = {}
    slots: dict[str, SlotDefinition] = {}
    steps: tuple[Step, ...]
    digest: str = ""


# --- running it ---


COMPENSATES = "$compensates."
"""Before a step's id: the step of the action that takes it back."""


class Done(Model):
    """A step whose WRITE happened and can be taken back, with the arguments of the action that does so."""

    step: str
    arguments: dict[str, Scalar]


class Progress(Model):
    """Where a topic stands. `slots` hold masked values; `results` the values of saved outcomes plus their `code`.
    `passed`: the steps left behind, in order; `written`: those of them whose WRITE happened or may have happened.
    `attempts`: by slot, how many answers to its question were of no use, and by `slot.alternative`, how often that was
    wanted instead. `earlier`: values that did not serve; they are shown again, but not taken again by themselves. An empty
    value of an optional slot: left out on purpose. `compensable`: what is taken back, the last first, unless the procedure is
    resolved."""

    step: str
    slots: dict[str, str] = {}
    earlier: dict[str, str] = {}
    results: dict[str, dict[str, Scalar]] = {}
    passed: tuple[str, ...] = ()
    written: tuple[str, ...] = ()
    attempts: dict[str, int] = {}
    compensable: tuple[Done, ...] = ()


class Surroundings(Model):
    """What a procedure may look at besides its own slots."""

    assurance: Assurance = Assurance.ANONYMOUS
    identity_email: str | None = None
    locale: str = "en"
    default_locale: str = "en"


class Labelled(Model):
    """The name of a slot or of an alternative, and what it is called in the customer's language."""

    name: str
    label: str


class Ask(Model):
    """Waits for a slot. `fields`: the slots to ask for at once; of several, `slot` is the one to ask for in words. `instead`:
    what the customer may want instead."""

    wants: Literal["ask"] = "ask"
    step: str = ""
    slot: str
    definition: SlotDefinition
    text: str
    fields: tuple[Labelled, ...]
    instead: tuple[Labelled, ...] = ()


class RequireAssurance(Model):
    """Waits until the customer is as sure as this."""

    wants: Literal["assurance"] = "assurance"
    step: str = ""
    assurance: Assurance


class RunAction(Model):
    """Wants an action called; confirmation and approval come first where their texts are set. `rests_on`: the slots that
    its arguments name and that can still be changed."""

    wants: Literal["action"] = "action"
    step: str
    action: str
    arguments: dict[str, Scalar]
    confirm: str | None = None
    approve: str | None = None
    progress: str | None = None
    rests_on: tuple[Labelled, ...] = ()


class Compensate(Model):
    """Wants a WRITE taken back; nobody is asked, since the customer's yes was to the whole. `say`: once it is."""

    wants: Literal["compensate"] = "compensate"
    step: str
    action: str
    arguments: dict[str, Scalar]
    say: str


class Say(Model):
    wants: Literal["say"] = "say"
    step: str = ""
    text: str
    source: str | None = None
    quick_replies: tuple[str, ...] = ()


class AnswerQuestion(Model):
    wants: Literal["answer"] = "answer"
    step: str = ""
    question: str


class HandOff(Model):
    wants: Literal["hand_off"] = "hand_off"
    step: str = ""
    reason: str


class Finish(Model):
    wants: Literal["finish"] = "finish"
    step: str = ""
    outcome: Literal["resolved", "unresolved", "cancelled"]


Want = Annotated[
    Ask | RequireAssurance | RunAction | Compensate | Say | AnswerQuestion | HandOff | Finish,
    Field(discriminator="wants"),
]


class Advance(Model):
    """What the procedure wants now, and where it stands once that is taken up: after a `Say` and an `AnswerQuestion`
    already behind it, otherwise still at the step that wants it."""

    want: Want
    progress: Progress
