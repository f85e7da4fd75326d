"""Background work: checking what was published against all else."""

import logging

import procrastinate

from casewright.knowledge.conflicts.checking import ConflictChecks
from casewright.knowledge.ports import Companies

logger = logging.getLogger(__name__)


def register(app: procrastinate.App, checks: ConflictChecks, companies: Companies) -> None:
    """Adds the schedule to the worker's queue. Every minute: where nothing was published, it costs two queries a company."""

    @app.periodic(cron="* * * * *")
    @app.task(queueing_lock="knowledge.check_conflicts", name="knowledge.check_conflicts")
    async def check_conflicts(timestamp: int) -> None:
        for tenant in await companies.all():
            checked = await checks.check(tenant.id)
            if checked.found or checked.closed:
                logger.info("articles: %d conflicts are new, %d are gone", checked.found, checked.closed)
