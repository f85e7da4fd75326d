"""What customers ask and no article answers well: their questions, and the topics these make."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from casewright.kit.model import Model
from casewright.kit.principal import Assurance
from casewright.knowledge.models import ArticleId

GapId = NewType("GapId", UUID)


class GapReason(StrEnum):
    """Why a question counts."""

    UNANSWERED = "unanswered"
    """No article answered it with certainty."""
    UNHELPFUL = "unhelpful"
    """The customer said that the answer did not help."""
    HANDED_OVER = "handed_over"
    """A person was brought in after the answer."""
    REPEATED = "repeated"
    """The customer asked the same again after the answer."""


class GapState(StrEnum):
    OPEN = "open"
    DRAFTED = "drafted"
    """An article is being written for it."""
    COVERED = "covered"
    """Articles answer its questions by now; it opens again when they no longer do."""
    DISMISSED = "dismissed"
    """No article is wanted; what else is asked about it counts with it."""


class AskedQuestion(Model):
    """A question in a conversation, and what became of it. `place`: tells questions of one turn apart. `text` is masked.
    `reason` None: it was answered, and nobody complained. `answered_by`: articles as `id:version`. `handling`: how long people
    were busy with it after a hand-over, as far as their messages tell; None where there was none."""

    turn_id: UUID
    place: str
    text: str
    said_at: datetime
    language: str
    assurance: Assurance
    reason: GapReason | None = None
    answered_by: tuple[str, ...] = ()
    handling: timedelta | None = None


class ColleagueReply(Model):
    """What a company's person wrote to a customer; not masked."""

    conversation_id: UUID
    message_id: UUID
    text: str
    language: str


class GapExample(Model):
    """`text` is masked, and empty once its person is erased."""

    id: UUID
    conversation_id: UUID
    turn_id: UUID
    text: str
    reason: GapReason
    language: str
    said_at: datetime


class GapSource(Model):
    """Where a sentence of a draft comes from: a colleague's message in a conversation, or a closed case in the org."""

    conversation_id: UUID | None = None
    message_id: UUID | None = None
    case_number: str = ""


class ChosenSentence(Model):
    """A sentence for a draft, word for word as a person of the company wrote it."""

    text: str
    source: GapSource


class GapFigures(Model):
    """How often a topic was asked about. `this_week`, `week_before`: of the last seven days and the seven before. `hand_overs`:
    how many of the questions ended with a person. `cost`: an estimate, in the company's currency: how long its people were busy
    with them, times what an hour of theirs costs."""

    volume: int
    unanswered: int
    unhelpful: int
    handed_over: int
    repeated: int
    this_week: int
    week_before: int
    hand_overs: int
    handling_hours: float
    cost: float
    first_at: datetime | None
    last_at: datetime | None


class Gap(Model):
    """A topic. `name`: its most telling words, "" where all its questions are erased. `reason`: why it was dismissed."""

    id: GapId
    name: str
    state: GapState
    figures: GapFigures
    reason: str = ""
    article_id: ArticleId | None = None
    begun_at: datetime
    settled_at: datetime | None = None
    settled_by: str | None = None


class GapDetails(Model):
    """`examples`: the newest questions. `sources`: of the draft, by the order of its sentences."""

    gap: Gap
    examples: tuple[GapExample, ...]
    sources: tuple[GapSource, ...]


class GapFound(Model):
    """What webhooks are told."""

    gap_id: GapId
    volume: int
    path: str
