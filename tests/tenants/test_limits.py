from datetime import UTC, datetime

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.errors import ResourceLimitExceeded
from casewright.kit.ids import TenantId
from casewright.settings import Limits
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

MOST = 250


async def admitted(service: TenantService, tenant_id: TenantId, at_most: int) -> int:
    for number in range(at_most):
        try:
            await service.admit(tenant_id)
        except ResourceLimitExceeded:
            return number
    return at_most


@pytest.fixture
async def processes(database: Database) -> list[TenantService]:
    return [
        TenantService(
            database, ManualClock(datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)), Limits(requests_per_minute=MOST)
        )
        for _ in range(2)
    ]


async def test_processes_together_admit_what_a_minute_allows(processes: list[TenantService]) -> None:
    tenant = await processes[0].save("counted-together", "Counted", TenantProfile())
    first = await admitted(processes[0], tenant.id, 100)
    second = await admitted(processes[1], tenant.id, MOST)

    assert (first, second) == (100, MOST - 100)


async def test_another_company_has_a_minute_of_its_own(processes: list[TenantService]) -> None:
    busy = await processes[0].save("busy-company", "Busy", TenantProfile())
    calm = await processes[0].save("calm-company", "Calm", TenantProfile())
    await admitted(processes[0], busy.id, MOST)

    assert await admitted(processes[0], calm.id, 10) == 10
