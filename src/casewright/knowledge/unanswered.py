"""Which of a conversation's questions were not answered, or badly, as its log tells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from casewright.conversations.models import (
    ConversationClosed,
    ConversationStarted,
    Event,
    FeedbackGiven,
    FeelingsNoticed,
    IdentityClaimed,
    IdentityProved,
    LoggedEvent,
    MessageId,
    Mode,
    ModeChanged,
    OperatorReplied,
    Outcome,
    ReplySent,
    TopicMoved,
    TopicOpened,
    TurnFinished,
)
from casewright.kit.principal import Assurance
from casewright.knowledge.gaps.models import AskedQuestion, GapReason
from casewright.understanding.models import CannotHandle

LEAST_WORDS: Final = 3
MOST_CHARACTERS: Final = 500
"""Of a question that can be told from others."""


def asked_questions(log: Sequence[LoggedEvent]) -> tuple[AskedQuestion, ...]:
    """All questions to the company's knowledge, in order, those that were answered well too."""
    reading = _Reading()
    for entry in log:
        reading.read(entry)
    return tuple(one.told() for one in reading.asked if _is_a_question(one.text))


@dataclass
class _Asked:
    turn_id: UUID
    topic_id: str
    text: str
    said_at: datetime
    language: str
    assurance: Assurance
    reason: GapReason | None = None
    is_settled: bool = False
    reply_id: MessageId | None = None
    answered_by: tuple[str, ...] = ()
    colleagues: list[datetime] = field(default_factory=list)
    handed_over: bool = False

    def told(self) -> AskedQuestion:
        handling = max(self.colleagues) - min(self.colleagues) if self.colleagues else timedelta()
        return AskedQuestion(
            turn_id=self.turn_id,
            place=self.topic_id,
            text=self.text.strip(),
            said_at=self.said_at,
            language=self.language,
            assurance=self.assurance,
            reason=self.reason,
            answered_by=self.answered_by,
            handling=handling if self.handed_over else None,
        )


@dataclass
class _Reading:
    """`latest`: the question that whatever happens next is about; None once something else was begun."""

    asked: list[_Asked] = field(default_factory=list)
    queries: dict[str, str] = field(default_factory=dict)
    language: str = ""
    assurance: Assurance = Assurance.ANONYMOUS
    latest: _Asked | None = None
    with_a_person: _Asked | None = None

    def read(self, entry: LoggedEvent) -> None:
        event = entry.event
        match event:
            case ConversationStarted(language=language) | FeelingsNoticed(language=language):
                self.language = language
            case IdentityClaimed() if self.assurance is Assurance.ANONYMOUS:
                self.assurance = Assurance.CLAIMED
            case IdentityProved(assurance=proved):
                self.assurance = proved
            case TopicOpened(topic_kind="question"):
                self.queries[event.topic_id] = event.query
            case TopicOpened():
                self.latest = None
            case TopicMoved():
                self._topic_moved(entry, event)
            case ReplySent() | TurnFinished():
                self._turn_ended(entry, event)
            case FeedbackGiven(helpful=False):
                self._did_not_help(self.asked if event.message_id else self.asked[-1:], event.message_id)
            case ModeChanged() | OperatorReplied() | ConversationClosed():
                self._person(entry, event)
            case _:
                pass

    def _topic_moved(self, entry: LoggedEvent, event: TopicMoved) -> None:
        query = self.queries.get(event.topic_id)
        if query is None:
            return
        match event.status, event.reason:
            case "answered", "answered":
                self._ask(entry, event.topic_id, query, None)
            case "unresolved", "no certain answer":
                self._ask(entry, event.topic_id, query, GapReason.UNANSWERED)
            case "unresolved", _:
                for one in self.asked:
                    if one.topic_id == event.topic_id:
                        one.reason = one.reason or GapReason.UNHELPFUL
            case "resolved", _:
                for one in self.asked:
                    one.is_settled |= one.topic_id == event.topic_id

    def _turn_ended(self, entry: LoggedEvent, event: ReplySent | TurnFinished) -> None:
        if isinstance(event, TurnFinished):
            for number, text in _out_of_scope(event):
                self._ask(entry, f"segment {number}", text, GapReason.UNANSWERED)
        reply_id, articles = event.reply_id, _articles(event)
        for one in self.asked:
            if one.turn_id == entry.turn_id:
                one.reply_id, one.answered_by = reply_id, one.answered_by or articles

    def _ask(self, entry: LoggedEvent, topic_id: str, text: str, reason: GapReason | None) -> None:
        if entry.turn_id is not None:
            self.latest = _Asked(entry.turn_id, topic_id, text, entry.at, self.language, self.assurance, reason)
            self.asked.append(self.latest)

    def _did_not_help(self, rated: Iterable[_Asked], message_id: MessageId | None) -> None:
        for one in rated:
            if message_id in (None, one.reply_id):
                one.reason = one.reason or GapReason.UNHELPFUL

    def _person(self, entry: LoggedEvent, event: Event) -> None:
        match event:
            case ModeChanged(mode=Mode.HUMAN) if self.latest and not self.latest.is_settled:
                self.with_a_person = self.latest
                self.latest.handed_over = True
                self.latest.reason = self.latest.reason or GapReason.HANDED_OVER
            case OperatorReplied() if self.with_a_person:
                self.with_a_person.colleagues.append(entry.at)
            case ModeChanged() | ConversationClosed():
                solved = isinstance(event, ConversationClosed) and event.outcome is Outcome.RESOLVED
                for one in self.asked if solved else ():
                    one.is_settled = True
                self.latest = self.with_a_person = None
            case _:
                pass


def _articles(event: ReplySent | TurnFinished) -> tuple[str, ...]:
    if not isinstance(event, ReplySent):
        return ()
    sources = (source for part in event.parts if part.kind != "suggestion" for source in part.sources)
    return tuple(dict.fromkeys(f"{one.id}:{one.version}" for one in sources if one.type == "article"))


def _out_of_scope(turn: TurnFinished) -> list[tuple[int, str]]:
    """Requests that nothing is there for, by their number in the message."""
    report = turn.report
    if not any(isinstance(one, CannotHandle) and one.reason == "out_of_scope" for one in report.accepted):
        return []
    found = [(number, one.text) for number, one in enumerate(report.segments) if one.out_of_scope]
    return found or [(0, report.masked_text)]


def _is_a_question(text: str) -> bool:
    """Also where words are not set apart."""
    is_long = len(text.split()) >= LEAST_WORDS or (len(text) >= 3 * LEAST_WORDS and not text.isascii())
    return is_long and len(text) <= MOST_CHARACTERS
