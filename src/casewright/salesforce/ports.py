"""What the actions stand on: a client for each tenant's org, and codes that prove an address."""

from typing import Literal, Protocol

from casewright.kit.ids import TenantId
from casewright.salesforce.client import SalesforceClient


class Clients(Protocol):
    async def client(self, tenant_id: TenantId) -> SalesforceClient:
        """Raises `OrgNotConnected` and what looking the connection up may raise."""
        ...


class AddressCodes(Protocol):
    """One-time codes for an address that a customer wants to be reached at. What is proved holds for this very address,
    customer and conversation, and for a while only."""

    async def issue(
        self, tenant_id: TenantId, conversation_id: str, contact_id: str, email: str, locale: str
    ) -> tuple[str, str] | None:
        """Subject and body of the mail with the code; None when too many were asked for."""
        ...

    async def check(
        self, tenant_id: TenantId, conversation_id: str, contact_id: str, email: str, code: str
    ) -> Literal["done", "wrong", "expired", "too_many"]: ...

    async def is_proved(self, tenant_id: TenantId, conversation_id: str, contact_id: str, email: str) -> bool: ...
