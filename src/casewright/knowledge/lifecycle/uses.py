"""How answers ended, by what customers said and did after them: so that articles that mislead sink and those that resolve rise."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from casewright.conversations.models import (
    ConversationClosed,
    ConversationKey,
    FeedbackGiven,
    LoggedEvent,
    MessageId,
    Mode,
    ModeChanged,
    Outcome,
    ReplySent,
    Resolution,
    TopicMoved,
    TopicOpened,
    TurnId,
)
from casewright.kit.clock import Clock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge.lifecycle import repository
from casewright.knowledge.lifecycle.models import ArticleUse, UseOutcome
from casewright.knowledge.models import ArticleId
from casewright.knowledge.ports import Conversations

FIRST_LOOK: Final = timedelta(days=1)
"""How far back a company's conversations are looked through the first time."""
OVERLAP: Final = timedelta(minutes=1)
"""Looked through twice, for turns that were being committed."""


class ArticleUses:
    def __init__(self, database: Database, conversations: Conversations, clock: Clock) -> None:
        self._database = database
        self._conversations = conversations
        self._clock = clock

    async def look_through(self, tenant_id: TenantId) -> int:
        """Counts the answers in conversations that went on since the last time, and how they ended. Counts none twice. How many
        uses are new or ended otherwise than was known."""
        principal, now = system(tenant_id, "article uses"), self._clock.now()
        async with self._database.begin(principal) as tx:
            since = await repository.looked_until(tx, tenant_id) or now - FIRST_LOOK
        changed = 0
        for key in await self._conversations.active_since(principal, since - OVERLAP):
            uses = list(uses_in(await self._conversations.events(principal, key)))
            changed += await self._count(key, uses) if uses else 0
        async with self._database.begin(principal) as tx:
            await repository.save_looked_until(tx, tenant_id, now)
        return changed

    async def _count(self, key: ConversationKey, uses: Sequence[ArticleUse]) -> int:
        async with self._database.begin(system(key.tenant_id, "article uses")) as tx:
            return await repository.count_uses(tx, key.tenant_id, key.conversation_id, uses)


def uses_in(log: Sequence[LoggedEvent]) -> Iterator[ArticleUse]:
    """Of each reply that was made of articles, its articles, and how it ended."""
    reading = _Reading()
    for entry in log:
        reading.read(entry)
    for answer in reading.answers:
        for article_id, version in answer.articles:
            yield ArticleUse(
                turn_id=answer.turn_id, article_id=article_id, version=version, outcome=answer.outcome, at=answer.at
            )


@dataclass
class _Answer:
    """`topics`: what it answered. `said`: whether the customer themselves said how it ended, which counts for more than what is
    read from what they did."""

    turn_id: TurnId
    reply_id: MessageId
    at: datetime
    articles: tuple[tuple[ArticleId, int], ...]
    topics: frozenset[str]
    outcome: UseOutcome | None = None
    said: bool = False

    def ended(self, outcome: UseOutcome, *, said: bool = False) -> None:
        if said or not self.said:
            self.outcome, self.said = outcome, said


@dataclass
class _Reading:
    """`open`: answers since the conversation began, or was opened again. `latest`: the answer that whatever happens next is about;
    None once something else was begun."""

    answers: list[_Answer] = field(default_factory=list)
    open: list[_Answer] = field(default_factory=list)
    latest: _Answer | None = None
    answered: set[str] = field(default_factory=set)

    def read(self, entry: LoggedEvent) -> None:
        match entry.event:
            case TopicOpened():
                self.latest = None
            case TopicMoved(topic_id=topic, status="answered"):
                self.answered.add(topic)
            case TopicMoved(topic_id=topic, status="resolved"):
                self._customer_said(topic, UseOutcome.CONFIRMED)
            case TopicMoved(topic_id=topic, status="unresolved", reason="the customer said so"):
                self._customer_said(topic, UseOutcome.UNHELPFUL)
            case ReplySent() as reply if entry.turn_id is not None:
                self._replied(entry.turn_id, reply, entry.at)
            case FeedbackGiven(helpful=bool() as helpful, message_id=rated):
                outcome = UseOutcome.CONFIRMED if helpful else UseOutcome.UNHELPFUL
                for answer in self.answers if rated else self.answers[-1:]:
                    if rated in (None, answer.reply_id):
                        answer.ended(outcome, said=True)
            case ModeChanged(mode=Mode.HUMAN):
                if self.latest is not None:
                    self.latest.ended(UseOutcome.HANDED_OVER)
            case ConversationClosed() as closed:
                self._closed(closed)
            case _:
                pass

    def _replied(self, turn_id: TurnId, reply: ReplySent, at: datetime) -> None:
        sources = (source for part in reply.parts if part.kind != "suggestion" for source in part.sources)
        articles = {(source.id, source.version): None for source in sources if source.type == "article"}
        if articles:
            found = tuple((ArticleId(UUID(one)), version) for one, version in articles if version is not None)
            self.latest = _Answer(turn_id, reply.reply_id, at, found, frozenset(self.answered))
            self.answers.append(self.latest)
            self.open.append(self.latest)
        self.answered = set()

    def _customer_said(self, topic: str, outcome: UseOutcome) -> None:
        for answer in self.open:
            if topic in answer.topics:
                answer.ended(outcome, said=True)

    def _closed(self, closed: ConversationClosed) -> None:
        """The latest answer ended as the conversation did. Those before it helped, since the customer went on to something else."""
        for answer in self.open:
            if answer.outcome is None and closed.outcome is not Outcome.ABANDONED:
                answer.ended(_end(closed) if answer is self.latest else UseOutcome.ASSUMED)
        self.open, self.latest = [], None


def _end(closed: ConversationClosed) -> UseOutcome:
    match closed.outcome:
        case Outcome.RESOLVED if closed.resolution is Resolution.CONFIRMED:
            return UseOutcome.CONFIRMED
        case Outcome.RESOLVED:
            return UseOutcome.ASSUMED
        case Outcome.HANDED_OVER:
            return UseOutcome.HANDED_OVER
        case _:
            return UseOutcome.UNHELPFUL
