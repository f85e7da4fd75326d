"""The registry of tenants, their API keys, and their limits."""

import hashlib
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record
from casewright.kit.errors import NotAuthenticated, NotFound, ResourceLimitExceeded
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal, Role
from casewright.settings import Limits
from casewright.tenants import repository
from casewright.tenants.models import ApiKeyKind, Tenant, TenantProfile

REMEMBER_SECONDS = 30.0
SHARES_OF_A_MINUTE = 100
"""Of a company's requests: each process counts a share at a time, and at most so much may go unused."""
PREFIXES = {ApiKeyKind.PUBLISHABLE: "pk_", ApiKeyKind.OPERATOR: "ok_"}
ROLES = {ApiKeyKind.PUBLISHABLE: Role.VISITOR, ApiKeyKind.OPERATOR: Role.OPERATOR}


class TenantNotFound(NotFound):
    def __init__(self, name: str) -> None:
        super().__init__(f"There is no tenant {name!r}.")


class KeyNotFound(NotFound):
    title = "No such key"


@dataclass(slots=True)
class _Taken:
    """Requests of a minute that are counted already, and `left` to be answered."""

    minute: datetime
    left: int = 0


class TenantService:
    def __init__(self, database: Database, clock: Clock, default_limits: Limits) -> None:
        self._database = database
        self._clock = clock
        self._default_limits = default_limits
        self._tenants: dict[TenantId, tuple[float, Tenant]] = {}
        self._principals: dict[bytes, tuple[float, Principal]] = {}
        self._taken: dict[TenantId, _Taken] = {}

    async def get(self, tenant_id: TenantId) -> Tenant:
        """Raises `TenantNotFound`. A change in the registry is seen within half a minute."""
        known = self._tenants.get(tenant_id)
        if known and time.monotonic() - known[0] < REMEMBER_SECONDS:
            return known[1]
        async with self._database.control() as tx:
            row = await repository.find_tenant(tx, tenant_id)
        if row is None:
            raise TenantNotFound(str(tenant_id))
        tenant = _tenant(row)
        self._tenants[tenant_id] = (time.monotonic(), tenant)
        return tenant

    async def all(self) -> list[Tenant]:
        async with self._database.control() as tx:
            return [_tenant(row) for row in await repository.all_tenants(tx)]

    async def by_slug(self, slug: str) -> Tenant:
        """Raises `TenantNotFound`."""
        async with self._database.control() as tx:
            row = await repository.find_tenant_by_slug(tx, slug)
        if row is None:
            raise TenantNotFound(slug)
        return _tenant(row)

    async def save(self, slug: str, name: str, profile: TenantProfile) -> Tenant:
        """Adds a tenant, or changes the one of that slug."""
        async with self._database.control() as tx:
            row = await repository.find_tenant_by_slug(tx, slug)
            tenant_id = TenantId(row["id"]) if row else TenantId(new_id())
            # Servers of the version before do not know the fields that are new.
            stored = profile.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            await repository.save_tenant(tx, tenant_id, slug, name, stored)
        self._tenants.pop(tenant_id, None)
        return Tenant(id=tenant_id, slug=slug, name=name, profile=profile)

    async def add_key(self, tenant_id: TenantId, kind: ApiKeyKind, key: str | None = None) -> str:
        """A new key of a tenant (or the given one, registered); only its digest is stored."""
        key = key or PREFIXES[kind] + secrets.token_urlsafe(24)
        async with self._database.control() as tx:
            await repository.insert_key(tx, key_id=new_id(), tenant_id=tenant_id, kind=kind, digest=_digest(key))
        return key

    async def revoke_key(self, tenant_id: TenantId, key: str) -> None:
        """Another process may accept it for half a minute more. Raises `KeyNotFound`."""
        if not await self._revoke(tenant_id, _digest(key)):
            raise KeyNotFound("That is no valid key of this company.")

    async def revoke_all_keys(self, tenant_id: TenantId) -> int:
        """Like `revoke_key`, for all that the tenant has; how many they were."""
        return await self._revoke(tenant_id, None)

    async def _revoke(self, tenant_id: TenantId, digest: bytes | None) -> int:
        async with self._database.control() as tx:
            count = await repository.revoke_keys(tx, tenant_id, digest)
        self._principals.clear()
        return count

    async def authenticate(self, key: str, kind: ApiKeyKind) -> Principal:
        """Who a key stands for. Raises `NotAuthenticated`."""
        if not key.startswith(PREFIXES[kind]):
            raise NotAuthenticated(f"This needs a {kind} key ({PREFIXES[kind]}…) as `Authorization: Bearer`.")
        digest = _digest(key)
        known = self._principals.get(digest)
        if known and time.monotonic() - known[0] < REMEMBER_SECONDS:
            return known[1]
        async with self._database.control() as tx:
            row = await repository.find_key(tx, digest)
        if row is None or row["kind"] != kind:
            raise NotAuthenticated("The key is not valid.")
        principal = Principal(tenant_id=row["tenant_id"], role=ROLES[kind], actor=f"key:{row['id']}")
        self._principals[digest] = (time.monotonic(), principal)
        return principal

    async def limits(self, tenant_id: TenantId) -> Limits:
        """The tenant's own where it has set them, the installation's elsewhere."""
        own = (await self.get(tenant_id)).profile.limits
        return (
            self._default_limits.model_copy(update=own.model_dump(exclude_none=True)) if own else self._default_limits
        )

    async def admit(self, tenant_id: TenantId) -> None:
        """Counts a request. Raises `ResourceLimitExceeded` when this minute's are used up."""
        now = self._clock.now()
        minute = now.replace(second=0, microsecond=0)
        taken = self._taken.get(tenant_id)
        if taken is None or taken.minute != minute:
            taken = self._taken[tenant_id] = _Taken(minute)
        if not taken.left:
            most = (await self.limits(tenant_id)).requests_per_minute
            taken.left += await self._take_requests(tenant_id, minute, most)
            if not taken.left:
                raise ResourceLimitExceeded(
                    f"The limit of {most} requests a minute is reached.", retry_after=max(1.0, 60.0 - now.second)
                )
        taken.left -= 1

    async def _take_requests(self, tenant_id: TenantId, minute: datetime, most: int) -> int:
        """How many more this process may answer without asking again: a small share of what the minute has, or none."""
        share = max(1, most // SHARES_OF_A_MINUTE)
        async with self._database.control() as tx:
            count = await repository.count_requests(tx, tenant_id, minute, share)
            if count == share:
                await repository.forget_windows(tx, minute - timedelta(minutes=5))
        return max(0, min(share, most - (count - share)))


def _tenant(row: Record) -> Tenant:
    # During a rolling update a newer server may have stored what this one does not know yet.
    known = {name: value for name, value in row["profile"].items() if name in TenantProfile.model_fields}
    profile = TenantProfile.model_validate(known)
    return Tenant(id=TenantId(row["id"]), slug=row["slug"], name=row["name"], profile=profile)


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
