"""What understanding takes and gives: masked text and the dialogue's context in, proposed commands out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, WrapSerializer

from casewright.kit.ids import TenantId
from casewright.kit.model import Model

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


class UnderstandingRequest(Model):
    """`text` is masked. `tokens` maps each token in it to its kind (`[EMAIL_1]` → `email`)."""

    tenant_id: TenantId
    text: str
    tokens: dict[str, str] = {}
    context: DialogueContext = DialogueContext()


# --- what was understood ---


class Emotion(Model):
    """`valence` −1 (angry, sad) … 1 (happy); `intensity` 0…1; `label` the strongest feeling, `neutral` if none."""

    valence: float = Field(default=0.0, ge=-1, le=1)
    intensity: float = Field(default=0.0, ge=0, le=1)
    label: str = "neutral"


class Entity(Model):
    """`type` as `ExpectedSlot.type`; `value` normalised; `start`, `end` in the masked text."""

    type: str
    value: str
    start: int
    end: int


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
    a turn. `contradiction`: the two opposite requests found in one message, as short names."""

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
