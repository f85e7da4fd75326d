"""Background work: learning what has changed, the indexes of large collections, and how answers ended."""

import procrastinate

from casewright.kit.database import Database
from casewright.knowledge.large import service as large
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.lifecycle.uses import ArticleUses
from casewright.knowledge.ports import Companies


def register(
    app: procrastinate.App, database: Database, learning: ArticleLearning, uses: ArticleUses, companies: Companies
) -> None:
    """Adds the schedules to the worker's queue. Doing one twice does no harm."""

    @app.periodic(cron="* * * * *")
    @app.task(queueing_lock="knowledge.learn", name="knowledge.learn")
    async def learn(timestamp: int) -> None:
        for tenant in await companies.all():
            await learning.catch_up(database, tenant.id)
            await large.prepare(database, tenant.id)

    @app.periodic(cron="*/2 * * * *")
    @app.task(queueing_lock="knowledge.uses", name="knowledge.uses")
    async def count_uses(timestamp: int) -> None:
        for tenant in await companies.all():
            await uses.look_through(tenant.id)
