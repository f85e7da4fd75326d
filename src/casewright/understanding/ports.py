"""What learning from conversations needs of others."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from casewright.conversations.models import ConversationId, ConversationKey, LoggedEvent, Person, TurnId
from casewright.kit.database import Record
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal
from casewright.security.models import Masked, Vault
from casewright.tenants.models import Tenant


class Conversations(Protocol):
    async def active_since(self, principal: Principal, since: datetime) -> list[ConversationKey]: ...
    async def events(self, principal: Principal, key: ConversationKey, after: int = 0) -> tuple[LoggedEvent, ...]: ...
    async def turn(self, principal: Principal, turn_id: TurnId) -> tuple[ConversationId, LoggedEvent]: ...


class Sealing(Protocol):
    """Personal text at rest, under the key of its person."""

    def person(self, row: Record) -> Person: ...
    def seal(self, person: Person, key: ConversationKey, place: object, plain: bytes) -> bytes | None: ...
    def open(self, person: Person, key: ConversationKey, place: object, sealed: bytes | None) -> bytes | None: ...


class Masker(Protocol):
    def mask(self, text: str, *, locale: str, vault: Vault, record_ids: bool = False) -> Masked:
        """The text with tokens for the personal data in it."""
        ...


class Companies(Protocol):
    """Raises `NotFound`."""

    async def get(self, tenant_id: TenantId) -> Tenant: ...
    async def all(self) -> Sequence[Tenant]: ...
