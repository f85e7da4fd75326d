"""What understanding takes and gives: masked text and the dialogue's context in, proposed commands out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, get_args
from uuid import UUID

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, WrapSerializer

from casewright.kit.ids import TenantId
from casewright.kit.model import Model, Private

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TextVectors:
    """What a text means, normalised: `english` (384,), for English texts alone, and `multilingual` (512,)."""

    english: Vector = field(repr=False)
    multilingual: Vector = field(repr=False)


# --- commands: the only words in which a proposer may speak ---


class StartProcedure(Model):
    command: Literal["StartProcedure"] = "StartProcedure"
    procedure: str


class SetSlot(Model):
    """`value` is normalised; personal data stays a token such as `[EMAIL_1]`. `corrects`: replaces an earlier value."""

    command: Literal["SetSlot"] = "SetSlot"
    slot: str
    value: str
    corrects: bool = False


class Confirm(Model):
    command: Literal["Confirm"] = "Confirm"
    confirmation: str


class Decline(Model):
    command: Literal["Decline"] = "Decline"
    confirmation: str


class AnswerFromKnowledge(Model):
    """`intent`: the name of the recognised intent, if one was; `query`: the masked text of the segment. `otherwise`: the
    procedure for that intent, which is offered after the answer, and begins at once where the articles have none. `strictly`:
    it begins also where articles come near; a turn's report leaves this out, since servers of the version before refuse it."""

    command: Literal["AnswerFromKnowledge"] = "AnswerFromKnowledge"
    query: str
    intent: str | None = None
    otherwise: str | None = None
    strictly: Annotated[bool, Field(exclude=True)] = False


class ResumeTopic(Model):
    command: Literal["ResumeTopic"] = "ResumeTopic"
    topic: str


class CancelTopic(Model):
    """`topic` None: the active one."""

    command: Literal["CancelTopic"] = "CancelTopic"
    topic: str | None = None


SmallTalkKind = Literal["greeting", "thanks", "goodbye", "positive", "who_are_you", "venting"]
SMALL_TALK_KINDS: tuple[str, ...] = get_args(SmallTalkKind)


class SmallTalk(Model):
    command: Literal["SmallTalk"] = "SmallTalk"
    kind: SmallTalkKind


class HumanHandoff(Model):
    command: Literal["HumanHandoff"] = "HumanHandoff"
    reason: Literal["requested", "intent"] = "requested"


class CannotHandle(Model):
    """`vague`: refers to something never said; `nonsense`: no language in it."""

    command: Literal["CannotHandle"] = "CannotHandle"
    reason: Literal["out_of_scope", "vague", "nonsense", "no_yes_or_no"]


_NAMED = WrapSerializer(lambda command, serialize: {"command": command.command, **serialize(command)})
"""A command's name is told also where defaults are left out: by it the others are told apart."""

Command = Annotated[
    StartProcedure
    | SetSlot
    | Confirm
    | Decline
    | AnswerFromKnowledge
    | ResumeTopic
    | CancelTopic
    | SmallTalk
    | HumanHandoff
    | CannotHandle,
    Field(discriminator="command"),
    _NAMED,
]


class Clarify(Model):
    """Asks back. Not a proposer's word: only the decision does it. `about` identifies what is unclear."""

    command: Literal["Clarify"] = "Clarify"
    kind: Literal["intent", "contradiction", "rephrase", "vague"]
    about: str
    options: tuple["Option", ...] = ()
    query: str = ""


class Proposal(Model):
    """One proposed command. `confidence` 0…1, calibrated; `reason` a short fixed phrase without customer text;
    `segment` index into the understanding's segments; `proposer` e.g. `intents`, `entities`, `dialogue`, `llm`."""

    command: Command
    confidence: float = Field(ge=0, le=1)
    reason: str
    segment: int = 0
    proposer: str


# --- what the dialogue expects ---


ARTICLE_OPTION: Final = "article:"
"""How the value of an option begins that stands for an article: its label is then the question, whatever else it may mean."""


class Option(Model):
    """Something that was offered to choose from. `value` is what choosing it sets; `label` is what the customer saw."""

    value: str
    label: str


class ExpectedSlot(Model):
    """`type` one of: text, email, code, case_number, record_id, error_code, http_status, money, number, choice, yes_no, date.
    `value`: what the slot holds now, for corrections such as "the other one". `instead`: what may be wanted instead of an
    answer; `SetSlot` takes its name as the value. A yes_no named solved, helped, works, fixed or resolved asks for a result:
    "still the same error" answers it."""

    name: str
    type: str
    options: tuple[Option, ...] = ()
    value: str | None = None
    instead: tuple[Option, ...] = ()


class TopicReference(Model):
    """`words`: masked words the customer may use to name it (its title, its first question)."""

    id: str
    name: str
    title: str
    words: str = ""


class DialogueContext(Model):
    """`awaiting`: the slot just asked for. `fillable`: other slots of the active procedure. `offered`: intents offered by a
    clarifying question, by name. `confirmation`: id of the yes-or-no question that is open. `resolution_asked`: we asked
    whether the problem is solved. `default_language`: of the conversation so far, else the tenant's."""

    default_language: str = "en"
    awaiting: ExpectedSlot | None = None
    fillable: tuple[ExpectedSlot, ...] = ()
    confirmation: str | None = None
    offered: tuple[Option, ...] = ()
    active: TopicReference | None = None
    paused: tuple[TopicReference, ...] = ()
    completed: tuple[TopicReference, ...] = ()


class OwnNames(Model):
    """The tenant's own lists: each name with other names for the same."""

    products: dict[str, tuple[str, ...]] = {}
    editions: dict[str, tuple[str, ...]] = {}


class UnderstandingRequest(Model):
    """`text` is masked. `tokens` maps each token in it to its kind (`[EMAIL_1]` → `email`). `time_zone`: the customer's, by its
    IANA name."""

    tenant_id: TenantId
    text: str
    tokens: dict[str, str] = {}
    context: DialogueContext = DialogueContext()
    time_zone: str = "UTC"
    names: OwnNames = OwnNames()


# --- what was understood ---


class Emotion(Model):
    """`valence` −1 (angry, sad) … 1 (happy); `intensity` 0…1; `label` the strongest feeling, `neutral` if none."""

    valence: float = Field(default=0.0, ge=-1, le=1)
    intensity: float = Field(default=0.0, ge=0, le=1)
    label: str = "neutral"


# --- values ---


class Period(Model):
    """From `since` up to, not including, `until`, in the customer's time zone; a moment has the same twice. None: open."""

    since: datetime | None
    until: datetime | None


class RecordKind(Model):
    """`object`: by its key prefix, None for one we do not know."""

    object: str | None


class ApiName(Model):
    """`kind`: by its ending, which for custom objects and fields is the same. `object`: the first name of a path, or the object."""

    kind: Literal["object", "field", "relationship", "custom"]
    object: str | None = None


class ErrorMeaning(Model):
    """`known`: one of Salesforce's published codes, else only written like one."""

    known: bool


class StatusMeaning(Model):
    """`reason`: as RFC 9110 names the status, "" for one it does not have."""

    reason: str


class MoneyAmount(Model):
    """`amount` with a point; `currency` by ISO 4217, None where it is not told."""

    amount: str
    currency: str | None


class VersionOf(Model):
    """What it is a version of: `api`, `app`, or a name such as `iOS`; None where it is not told."""

    of: str | None


class WebAddress(Model):
    host: str


Details = Period | RecordKind | ApiName | ErrorMeaning | StatusMeaning | MoneyAmount | VersionOf | WebAddress


class Entity(Model):
    """`type` as `ExpectedSlot.type`, or another of docs/reference/entities.md; `value` normalised; `start`, `end` in the masked
    text."""

    type: str
    value: str
    start: int
    end: int
    details: Details | None = None


class RankedIntent(Model):
    name: str
    probability: float


class Segment(Model):
    """One request within the message. `ranking`: best first, at most five. `ambiguous`: the two best lie closer than
    0.15 and lead to different targets. `out_of_scope_score` 0…1."""

    start: int
    end: int
    text: str
    ranking: tuple[RankedIntent, ...] = ()
    out_of_scope: bool = False
    out_of_scope_score: float = 0.0
    ambiguous: bool = False
    priority: int = 3


class Signal(Model):
    """A sign of an attack, weighed and logged, rarely decisive. `kind`: sql_injection, script, prompt_injection."""

    kind: str
    weight: float


@dataclass(frozen=True, slots=True)
class Understanding:
    """`vectors`: of the words that intents were found in, by these words; retrieval reuses them, so that each text is encoded once
    a turn. `contradiction`: the two opposite requests found in one message, as short names. `intents`: of the model that read it, by
    name; a turn goes on with these, whatever is trained meanwhile."""

    language: str
    language_confidence: float
    segments: tuple[Segment, ...]
    entities: tuple[Entity, ...]
    emotion: Emotion
    proposals: tuple[Proposal, ...]
    signals: tuple[Signal, ...] = ()
    contradiction: tuple[str, str] | None = None
    model_version: str = ""
    vectors: Mapping[str, TextVectors] = field(default_factory=dict, repr=False)
    intents: Mapping[str, "IntentDefinition"] = field(default_factory=dict, repr=False)


class IntentTarget(Model):
    """Where an intent leads: exactly one of the fields is set."""

    procedure: str | None = None
    knowledge: bool = False
    handoff: bool = False
    small_talk: str | None = None
    cancel: bool = False


class IntentDefinition(Model):
    """`title` by locale, fit to end the sentence "Do you want to …?". `priority` 1 (first) … 5."""

    name: str
    title: dict[str, str]
    target: IntentTarget
    priority: int = 3
    examples: tuple[str, ...]


class IntentSet(Model):
    """A tenant's training data, as in `intents.yaml`."""

    intents: tuple[IntentDefinition, ...]
    out_of_scope: tuple[str, ...] = ()


# --- versions of the model, and what is learned beside the folder ---


class ModelVersion(Model):
    """`trained_by`: what made it, such as `company install`; `accuracy` by cross-validation."""

    version: int
    digest: str
    trained_at: datetime
    trained_by: str
    active: bool
    intents: int
    examples: int
    accuracy: float


class LabelledText(Model):
    """`intent` None: out of scope."""

    text: str
    intent: str | None


class AddedExample(LabelledText):
    """An example beside those of the company's folder: `imported` from a file, or `labelled` by a person in what a customer
    wrote. `person_id`: whose words it is."""

    id: UUID
    source: Literal["imported", "labelled"]
    person_id: UUID | None = None
    added_by: str
    added_at: datetime


class Imported(Model):
    """`known`: examples that were there already.."""

    added: int
    known: int


class TrainingState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class Training(Model):
    """One that was asked for. `version`: what came of it, as long as that is kept."""

    id: UUID
    state: TrainingState
    version: int | None = None


# --- how good a model is; an intent of None stands for out of scope ---


class IntentQuality(Model):
    """By cross-validation. `precision`: of what is taken for the intent, how much is meant so; `recall`: of what is meant so,
    how much is taken for it; `f1`: their harmonic mean."""

    name: str
    examples: int
    precision: float
    recall: float
    f1: float


class Confusion(Model):
    """`count` examples of `meant` were taken for `understood`; the surest of these mistakes as `examples`."""

    meant: str | None
    understood: str | None
    count: int
    examples: tuple[str, ...]


class AlikeExamples(Model):
    """Two examples that say the same, or nearly; `similarity` is the cosine of what they mean, 1 for the same words."""

    intents: tuple[str | None, str | None]
    texts: tuple[str, str]
    similarity: float


class SuggestedMerge(Model):
    """Two intents that are taken for each other: `confused` examples, `share` of both together; `closeness` of their middles."""

    intents: tuple[str, str]
    confused: int
    share: float
    closeness: float


class CalibrationBin(Model):
    """Of `count` examples understood with about this `confidence`, the share that was understood right."""

    confidence: float
    accuracy: float
    count: int


class Quality(Model):
    """What a training is to be judged by, and what would make the next one better. `few`: intents with too few examples.
    `scores_within`, `scores_outside`: how many examples within and out of scope have an out-of-scope score in each of 20
    equal steps from 0 to 1."""

    intents: tuple[IntentQuality, ...]
    confusions: tuple[Confusion, ...] = ()
    contradictions: tuple[AlikeExamples, ...] = ()
    duplicates: tuple[AlikeExamples, ...] = ()
    merges: tuple[SuggestedMerge, ...] = ()
    few: tuple[str, ...] = ()
    calibration: tuple[CalibrationBin, ...] = ()
    scores_within: tuple[int, ...] = ()
    scores_outside: tuple[int, ...] = ()


# --- what customers wrote that is worth labelling ---


class LabellingReason(StrEnum):
    UNCERTAIN = "uncertain"
    OUT_OF_SCOPE = "out_of_scope"
    CORRECTED = "corrected"
    """A person took over after it, or the customer found the reply of no help."""


class LabellingState(StrEnum):
    OPEN = "open"
    LABELLED = "labelled"
    DISMISSED = "dismissed"


class NoticedText(Model):
    """A segment of a turn that is worth labelling; `text` is masked, `nearest` what it was taken for, best first."""

    turn_id: UUID
    segment: int
    text: Private[str]
    reason: LabellingReason
    nearest: tuple[RankedIntent, ...]
    said_at: datetime


class LabellingCandidate(NoticedText):
    """`text` is empty once its person is erased. `grouped_with`: the oldest of those that say nearly the same, if there are
    others; `group_size`: how many these are. `intent`: its label, None for out of scope or before it has one."""

    id: UUID
    conversation_id: UUID
    state: LabellingState
    grouped_with: UUID | None = None
    group_size: int = 1
    intent: str | None = None
    settled_at: datetime | None = None
    settled_by: str | None = None
