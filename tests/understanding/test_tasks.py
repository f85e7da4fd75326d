"""What runs in the background for models and their examples."""

from typing import Any

import procrastinate
import pytest
from procrastinate.testing import InMemoryConnector

from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import system
from casewright.security.personal_data import PersonalDataMasker
from casewright.tenants.models import Tenant
from casewright.understanding import tasks
from casewright.understanding.models import LabelledText, LabellingState
from casewright.understanding.trainings import RETRAIN, Trainings
from tests.engine.conftest import key_encryption_key, world
from tests.understanding.test_labelling import OUTSIDE, Shop, shop

__all__ = ["key_encryption_key", "shop", "world"]


class OnlyThis:
    """The shop alone: the test's database holds other tests' companies as well."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant

    async def all(self) -> list[Tenant]:
        return [self._tenant]

    async def get(self, tenant_id: TenantId) -> Tenant:
        return self._tenant


@pytest.fixture
def jobs(shop: Shop) -> procrastinate.App:
    app = procrastinate.App(connector=InMemoryConnector())
    company = OnlyThis(shop.tenant)
    tasks.register(
        app,
        shop.understanding,
        Trainings(shop.world.database, shop.understanding, PersonalDataMasker(), company, shop.world.clock),
        shop.labelling,
        company,
    )
    return app


async def done(jobs: procrastinate.App, name: str, **arguments: Any) -> None:
    async with jobs.open_async():
        await jobs.configure_task(name).defer_async(**arguments)
        await jobs.run_worker_async(wait=False, install_signal_handlers=False)


async def versions(shop: Shop) -> list[int]:
    return [one.version for one in await shop.understanding.versions(shop.tenant.id)]


async def test_the_job_trains_the_tenants_model_again_and_only_once(jobs: procrastinate.App, shop: Shop) -> None:
    training = new_id()
    for _ in range(2):
        await done(jobs, RETRAIN, tenant_id=str(shop.tenant.id), training_id=str(training))
    newest, older = await shop.understanding.versions(shop.tenant.id)
    assert (newest.trained_by, older.version) == (f"training {training}", 1)


async def test_what_is_worth_labelling_is_noticed_after_the_turn(jobs: procrastinate.App, shop: Shop) -> None:
    await shop.hear("sing me a song", OUTSIDE)
    assert await shop.labelling.candidates(shop.operator, LabellingState.OPEN, None) == ()
    await done(jobs, "understanding.notice", timestamp=0)
    (noticed,) = await shop.labelling.candidates(shop.operator, LabellingState.OPEN, None)
    assert noticed.text == "sing me a song"


async def test_what_was_erased_is_unlearned(jobs: procrastinate.App, shop: Shop) -> None:
    await shop.understanding.import_examples(
        shop.tenant.id, [LabelledText(text="quinces", intent="order_fruit")], by="test"
    )
    async with shop.world.database.begin(system(shop.tenant.id)) as tx:
        await tx.execute("delete from intent_example where tenant_id = $1", shop.tenant.id)
    await done(jobs, "understanding.forget", timestamp=0)
    assert await versions(shop) == [3, 1]
