"""Background work: training again, noticing what is worth labelling, and unlearning what was erased."""

import logging
from uuid import UUID

import procrastinate

from casewright.kit.errors import TryLater
from casewright.kit.ids import TenantId
from casewright.understanding.labelling import Labelling
from casewright.understanding.ports import Companies
from casewright.understanding.service import UnderstandingService
from casewright.understanding.trainings import QUEUE, RETRAIN, Trainings

logger = logging.getLogger(__name__)


def register(
    app: procrastinate.App,
    understanding: UnderstandingService,
    trainings: Trainings,
    labelling: Labelling,
    companies: Companies,
) -> None:
    """Adds the jobs and schedules to the worker's queue. A job names ids only, and doing it twice does no harm."""

    @app.task(
        name=RETRAIN,
        queue=QUEUE,
        retry=procrastinate.RetryStrategy(max_attempts=5, exponential_wait=4, retry_exceptions={TryLater}),
    )
    async def retrain(tenant_id: str, training_id: str) -> None:
        await trainings.run(TenantId(UUID(tenant_id)), UUID(training_id))

    @app.periodic(cron="*/2 * * * *")
    @app.task(queueing_lock="understanding.notice", name="understanding.notice")
    async def notice(timestamp: int) -> None:
        for tenant in await companies.all():
            await labelling.look_through(tenant.id)

    @app.periodic(cron="*/5 * * * *")
    @app.task(queueing_lock="understanding.forget", name="understanding.forget")
    async def forget(timestamp: int) -> None:
        for tenant in await companies.all():
            if gone := await understanding.forget_lost_examples(tenant.id):
                logger.info("%d versions of an intent model had learned from words that are erased, and are gone", gone)
