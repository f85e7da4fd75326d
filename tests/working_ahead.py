"""`python -m tests.working_ahead`: does for a running demo what its worker would do in the first minutes, and in each copy of it again."""

import asyncio

from casewright.assembly import assembled
from casewright.settings import load_settings


async def work_ahead() -> None:
    async with assembled(load_settings()) as parts:
        for tenant in await parts.tenants.all():
            await parts.conflict_checks.check(tenant.id)
            await parts.graph.catch_up(tenant.id)


if __name__ == "__main__":
    asyncio.run(work_ahead())
