"""Background work: noticing what customers ask and no article answers."""

from typing import Final

import procrastinate

from casewright.knowledge.gaps.finding import GapFinder
from casewright.knowledge.ports import Companies

FIND: Final = "knowledge.find_gaps"


def register(app: procrastinate.App, finder: GapFinder, companies: Companies) -> None:
    """Adds the schedule to the worker's queue; doing it twice does no harm, and it is never done twice at once."""

    @app.periodic(cron="4-59/10 * * * *")
    @app.task(queueing_lock=FIND, lock=FIND, name=FIND)
    async def find_gaps(timestamp: int) -> None:
        for tenant in await companies.all():
            await finder.look_through(tenant.id)
