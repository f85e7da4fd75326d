import procrastinate
from procrastinate.testing import InMemoryConnector

from casewright.kit.database import Database
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding import tasks
from casewright.understanding.encoder import Encoder
from casewright.understanding.service import UnderstandingService
from tests.understanding.test_service import INTENTS


async def test_the_job_trains_the_tenants_model_again(
    database: Database, encoder: Encoder, tenants: TenantService
) -> None:
    tenant = await tenants.save("retrained", "Retrained Company", TenantProfile())
    understanding = UnderstandingService(database, encoder)
    await understanding.install(tenant.id, INTENTS)
    jobs = procrastinate.App(connector=InMemoryConnector())
    tasks.register(jobs, understanding)
    async with jobs.open_async():
        await jobs.configure_task(tasks.RETRAIN).defer_async(tenant_id=str(tenant.id))
        await jobs.run_worker_async(wait=False, install_signal_handlers=False)
    assert list(await understanding.reports(tenant.id)) == [2, 1]
