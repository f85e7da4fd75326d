"""Who may work now: so many turns of a process at a time, shared out between companies one after the other."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from casewright.kit.ids import TenantId


class Places:
    """`at_once`: places of the process. `of_one_tenant`: those that one tenant may have, so that some stay for others."""

    def __init__(self, at_once: int, of_one_tenant: int) -> None:
        self._free = at_once
        self._of_one_tenant = of_one_tenant
        self._taken: Counter[TenantId] = Counter()
        self._lines: dict[TenantId, deque[asyncio.Future[None]]] = {}
        """Who waits, by tenant; the tenant whose turn it is comes first."""

    @property
    def free(self) -> int:
        return max(0, self._free)

    def free_for(self, tenant_id: TenantId) -> bool:
        """Whether a turn of this tenant would begin at once."""
        return self._free > 0 and not self._lines and self._taken[tenant_id] < self._of_one_tenant

    @asynccontextmanager
    async def taken(self, tenant_id: TenantId) -> AsyncIterator[None]:
        """A place, as soon as it is this tenant's turn; those of one tenant in the order in which they came."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines.setdefault(tenant_id, deque()).append(place)
        self._hand_out()
        try:
            await place
            yield
        finally:
            if place.done() and not place.cancelled():
                self._count(tenant_id, -1)
                self._hand_out()

    @contextmanager
    def left(self, tenant_id: TenantId) -> Iterator[None]:
        """Inside `taken`: while a turn waits for somebody else, its place is free. It goes on at once when it may."""
        self._count(tenant_id, -1)
        self._hand_out()
        try:
            yield
        finally:
            self._count(tenant_id, 1)

    def _count(self, tenant_id: TenantId, places: int) -> None:
        self._free -= places
        self._taken[tenant_id] += places
        if not self._taken[tenant_id]:
            del self._taken[tenant_id]

    def _hand_out(self) -> None:
        while self._free > 0:
            tenant_id = next((one for one in self._lines if self._taken[one] < self._of_one_tenant), None)
            if tenant_id is None:
                return
            line = self._lines.pop(tenant_id)
            place = line.popleft()
            if line:
                self._lines[tenant_id] = line  # At the end of the round.
            if not place.cancelled():
                self._count(tenant_id, 1)
                place.set_result(None)
