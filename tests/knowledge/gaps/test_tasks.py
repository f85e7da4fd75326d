"""What runs in the background for gaps."""

import procrastinate
from procrastinate.testing import InMemoryConnector

from casewright.kit.ids import TenantId
from casewright.knowledge.gaps import tasks
from casewright.tenants.models import Tenant
from tests.knowledge.gaps.conftest import Helpdesk


class OnlyThis:
    """The helpdesk's company alone: the test's database holds other tests' companies as well."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def all(self) -> list[Tenant]:
        return [self._tenant]

    async def get(self, tenant_id: TenantId) -> Tenant:
        return self._tenant


async def test_gaps_are_noticed_after_the_turn(helpdesk: Helpdesk) -> None:
    jobs = procrastinate.App(connector=InMemoryConnector())
    tasks.register(jobs, helpdesk.finder, OnlyThis(helpdesk.world.tenant))
    await helpdesk.ask("Can I export my dashboards to a spreadsheet?")
    async with jobs.open_async():
        await jobs.configure_task(tasks.FIND).defer_async(timestamp=0)
        await jobs.run_worker_async(wait=False, install_signal_handlers=False)
    assert len(await helpdesk.gaps.all(helpdesk.operator, None)) == 1
