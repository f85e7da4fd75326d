"""What runs in the background for webhooks."""

import procrastinate
from procrastinate.testing import InMemoryConnector

from casewright.integrations.webhooks import tasks
from casewright.tenants.models import Tenant
from tests.integrations.webhooks.conftest import Hub, Receiver


class OnlyThis:
    """The hub's company alone: the test's database holds other tests' companies as well."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def all(self) -> list[Tenant]:
        return [self._tenant]


async def test_what_is_due_is_delivered_every_minute(hub: Hub, receiver: Receiver) -> None:
    jobs = procrastinate.App(connector=InMemoryConnector())
    tasks.register(jobs, hub.deliverer, OnlyThis(hub.tenant))
    await hub.subscribe(receiver.url)
    await hub.happen()
    async with jobs.open_async():
        await jobs.configure_task(tasks.DELIVER).defer_async(timestamp=0)
        await jobs.run_worker_async(wait=False, install_signal_handlers=False)
    assert len(receiver.received) == 1
