"""What erasing a person needs of others."""

from collections.abc import Sequence
from typing import Protocol

from casewright.kit.ids import TenantId
from casewright.people.models import Anonymised
from casewright.tenants.models import Tenant


class Identities(Protocol):
    def identity_digest(self, tenant_id: TenantId, kind: str, value: str) -> bytes:
        """By which an identity is found though it cannot be read."""
        ...


class Companies(Protocol):
    async def get(self, tenant_id: TenantId) -> Tenant: ...

    async def all(self) -> list[Tenant]: ...


class OrgCases(Protocol):
    async def anonymise(self, tenant_id: TenantId, case_ids: Sequence[str]) -> Anonymised:
        """Takes the customer out of those that Casewright opened. Twice is the same as once."""
        ...
