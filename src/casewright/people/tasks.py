"""Background work: deleting what is kept no longer, and finishing erasures whose org was away."""

import logging

import procrastinate

from casewright.people.service import PeopleService

logger = logging.getLogger(__name__)


def register(app: procrastinate.App, people: PeopleService) -> None:
    """Adds the schedules to the worker's queue; over all workers each runs once at its time, and twice does no harm."""

    @app.periodic(cron="17 * * * *")
    @app.task(queueing_lock="people.delete_expired", name="people.delete_expired")
    async def delete_expired(timestamp: int) -> None:
        if deleted := await people.delete_expired():
            logger.info("%d conversations were older than their company keeps them, and deleted", deleted)

    @app.periodic(cron="*/5 * * * *")
    @app.task(queueing_lock="people.settle_in_org", name="people.settle_in_org")
    async def settle_in_org(timestamp: int) -> None:
        await people.settle_all_in_org()
