"""What knowledge learns from conversations: what was asked and what colleagues wrote, read from the logs, and kept sealed."""

from collections.abc import AsyncIterator, Collection
from datetime import datetime
from typing import Protocol
from uuid import UUID

from casewright.conversations.errors import ConversationNotFound
from casewright.conversations.models import (
    ConversationId,
    ConversationKey,
    ConversationStarted,
    FeelingsNoticed,
    LoggedEvent,
    OperatorReplied,
    Person,
)
from casewright.kit.database import Record
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal, system
from casewright.knowledge.gaps.models import AskedQuestion, ColleagueReply
from casewright.knowledge.unanswered import asked_questions

ACTOR = "knowledge"


class Conversations(Protocol):
    async def active_since(self, principal: Principal, since: datetime) -> list[ConversationKey]: ...
    async def events(self, principal: Principal, key: ConversationKey, after: int = 0) -> tuple[LoggedEvent, ...]: ...


class Sealing(Protocol):
    """Personal text at rest, under the key of its person."""

    def person(self, row: Record) -> Person: ...
    def seal(self, person: Person, key: ConversationKey, place: object, plain: bytes) -> bytes | None: ...
    def open(self, person: Person, key: ConversationKey, place: object, sealed: bytes | None) -> bytes | None: ...


class ConversationWords:
    def __init__(self, conversations: Conversations, sealing: Sealing) -> None:
        self._conversations = conversations
        self._sealing = sealing

    async def questions_since(
        self, tenant_id: TenantId, since: datetime
    ) -> AsyncIterator[tuple[UUID, tuple[AskedQuestion, ...]]]:
        """All questions of the conversations in which something happened since then, by the conversation's id."""
        principal = system(tenant_id, ACTOR)
        for key in await self._conversations.active_since(principal, since):
            yield key.conversation_id, asked_questions(await self._conversations.events(principal, key))

    async def replies_of_colleagues(
        self, tenant_id: TenantId, conversation_ids: Collection[UUID]
    ) -> list[ColleagueReply]:
        """Oldest first within a conversation; none of those that are deleted or erased."""
        replies = []
        for one in conversation_ids:
            key = ConversationKey(tenant_id=tenant_id, conversation_id=ConversationId(one))
            language = ""
            try:
                log = await self._conversations.events(system(tenant_id, ACTOR), key)
            except ConversationNotFound:
                continue
            for entry in log:
                match entry.event:
                    case ConversationStarted() | FeelingsNoticed():
                        language = entry.event.language
                    case OperatorReplied(message_id=message_id, text=text):
                        replies.append(
                            ColleagueReply(conversation_id=one, message_id=message_id, text=text, language=language)
                        )
                    case _:
                        pass
        return replies

    def seal(self, row: Record, place: str, plain: bytes) -> bytes | None:
        """`row` has `tenant_id`, `conversation_id`, `person_id` and `wrapped_key`. None where the person is erased."""
        return self._sealing.seal(self._sealing.person(row), _key(row), place, plain)

    def open(self, row: Record, place: str, sealed: bytes) -> bytes | None:
        """None where the person is erased."""
        return self._sealing.open(self._sealing.person(row), _key(row), place, sealed or None)


def _key(row: Record) -> ConversationKey:
    return ConversationKey(tenant_id=TenantId(row["tenant_id"]), conversation_id=ConversationId(row["conversation_id"]))
