"""A tenant's procedures: which version is active, and every version that a conversation may still be in the middle of."""

import math
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Final

from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.procedures import repository
from casewright.procedures.errors import ProcedureNotFound
from casewright.procedures.models import Procedure

FRESH_SECONDS: Final = 2.0
"""Within so long, another process begins what was installed or withdrawn here."""

_Key = tuple[TenantId, str, str]


class ProcedureService:
    """Versions never change, so they are kept in memory (the `cache_size` last used). Which one is active is asked again when
    it was not for `FRESH_SECONDS`."""

    def __init__(self, cache_size: int = 1000) -> None:
        self._cache: OrderedDict[_Key, Procedure] = OrderedDict()
        self._cache_size = cache_size
        self._active: dict[TenantId, tuple[float, Mapping[str, str]]] = {}

    async def install(self, tx: Transaction, tenant_id: TenantId, procedures: Iterable[Procedure]) -> None:
        """Makes these the active versions of their names; other names stay as they are. Idempotent."""
        for procedure in procedures:
            await repository.save(tx, tenant_id, procedure)
        self._active.pop(tenant_id, None)

    async def withdraw(self, tx: Transaction, tenant_id: TenantId, name: str) -> None:
        """It begins no more; conversations in the middle of it go on. Raises `ProcedureNotFound`."""
        if not await repository.deactivate(tx, tenant_id, name):
            raise ProcedureNotFound(f'There is no procedure "{name}".')
        self._active.pop(tenant_id, None)

    def remembered(self, tenant_id: TenantId, name: str, digest: str | None = None) -> Procedure | None:
        """As `get`, without asking the database; None where it has to be asked."""
        digest = digest or (self.remembered_active(tenant_id) or {}).get(name)
        return self._cache.get((tenant_id, name, digest)) if digest else None

    def remembered_active(self, tenant_id: TenantId) -> Mapping[str, str] | None:
        """As `active`, without asking the database; None where it has to be asked."""
        checked, active = self._active.get(tenant_id, (-math.inf, {}))
        return active if monotonic() - checked < FRESH_SECONDS else None

    async def get(self, tx: Transaction, tenant_id: TenantId, name: str, digest: str | None = None) -> Procedure:
        """The active version, or the one of that digest. Raises `ProcedureNotFound`."""
        digest = digest or await repository.active_digest(tx, tenant_id, name)
        if digest is None:
            raise ProcedureNotFound(f'There is no procedure "{name}".')
        key = (tenant_id, name, digest)
        procedure = self._cache.get(key) or await repository.version(tx, *key)
        if procedure is None:
            raise ProcedureNotFound(f'The procedure "{name}" has no version {digest[:12]}.')
        self._remember(key, procedure)
        return procedure

    async def active(self, tx: Transaction, tenant_id: TenantId) -> Mapping[str, str]:
        """Digest by name of everything active; part of the configuration a turn ran on."""
        active = await repository.active_digests(tx, tenant_id)
        self._active[tenant_id] = monotonic(), active
        return active

    def _remember(self, key: _Key, procedure: Procedure) -> None:
        self._cache[key] = procedure
        self._cache.move_to_end(key)
        if len(self._cache) > self._cache_size:
            self._cache.popitem(last=False)
