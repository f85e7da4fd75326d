"""What the actions stand on: a client for each tenant's org."""

from typing import Protocol

from casewright.kit.ids import TenantId
from casewright.salesforce.client import SalesforceClient


class Clients(Protocol):
    async def client(self, tenant_id: TenantId) -> SalesforceClient:
        """Raises `OrgNotConnected` and what looking the connection up may raise."""
        ...
