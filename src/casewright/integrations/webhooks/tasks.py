"""Background work: bringing what is due to the webhooks."""

import asyncio
from typing import Protocol

import procrastinate

from casewright.integrations.webhooks.delivering import Deliverer
from casewright.tenants.models import Tenant

DELIVER = "webhooks.deliver"


class Companies(Protocol):
    async def all(self) -> list[Tenant]: ...


def register(app: procrastinate.App, deliverer: Deliverer, companies: Companies) -> None:
    """Adds the schedule to the worker's queue. Where a round takes longer than a minute the next begins beside it, and neither
    takes what the other has."""

    @app.periodic(cron="* * * * *")
    @app.task(queueing_lock=DELIVER, name=DELIVER)
    async def deliver(timestamp: int) -> None:
        await asyncio.gather(*(deliverer.deliver_due(tenant.id) for tenant in await companies.all()))
