"""Who may change what a company knows: operators with their key."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from fastapi import Request

from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal
from casewright.kit.web import bearer
from casewright.tenants.models import ApiKeyKind


class Gate(Protocol):
    async def authenticate(self, key: str, kind: ApiKeyKind) -> Principal: ...
    async def admit(self, tenant_id: TenantId) -> None: ...


def operator_by(gate: Gate) -> Callable[[Request], Awaitable[Principal]]:
    """For endpoints to depend on. Raises `NotAuthenticated` and `ResourceLimitExceeded`."""

    async def operator(request: Request) -> Principal:
        principal = await gate.authenticate(bearer(request), ApiKeyKind.OPERATOR)
        await gate.admit(principal.tenant_id)
        return principal

    return operator
