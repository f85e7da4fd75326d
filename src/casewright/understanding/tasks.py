"""Background work: training a tenant's model again from the examples it was trained on."""

from uuid import UUID

import procrastinate

from casewright.kit.ids import TenantId
from casewright.understanding.service import UnderstandingService

RETRAIN = "understanding.retrain"


def register(app: procrastinate.App, understanding: UnderstandingService) -> None:
    """Adds the jobs to the worker's queue. A job names its tenant only, and doing it twice does no harm."""

    @app.task(name=RETRAIN, retry=3)
    async def retrain(tenant_id: str) -> None:
        await understanding.retrain(TenantId(UUID(tenant_id)))
