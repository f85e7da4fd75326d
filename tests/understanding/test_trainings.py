"""Trainings that are asked for, and what a worker makes of them."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from casewright.kit import jobs
from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.ids import new_id
from casewright.kit.principal import Principal, system
from casewright.security.personal_data import PersonalDataMasker
from casewright.tenants.models import Tenant, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding import repository
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import IntentModelMissing, TrainingDataInvalid, TrainingNotFound
from casewright.understanding.models import LabelledText, Training, TrainingState
from casewright.understanding.service import UnderstandingService
from casewright.understanding.trainings import RETRAIN, Trainings
from tests.understanding.test_service import FRUIT, INTENTS, numbers

PEARS = LabelledText(text="pears and quinces, a crate of them", intent="order_fruit")


@pytest.fixture
async def shop(tenants: TenantService, understanding: UnderstandingService) -> Tenant:
    made = await tenants.save(f"shop-{new_id()}", "Shop", TenantProfile())
    await understanding.install(made.id, INTENTS)
    return made


@pytest.fixture
def understanding(database: Database, encoder: Encoder) -> UnderstandingService:
    return UnderstandingService(database, encoder, ManualClock(datetime(2026, 11, 22, tzinfo=UTC)), fresh_seconds=0)


@pytest.fixture
def trainings(database: Database, understanding: UnderstandingService, tenants: TenantService) -> Trainings:
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    return Trainings(database, understanding, PersonalDataMasker(), tenants, clock)


def of(tenant: Tenant) -> Principal:
    return system(tenant.id, "an operator's key")


async def fruit(understanding: UnderstandingService, tenant: Tenant) -> tuple[str, ...]:
    return (await understanding.intents(tenant.id))["order_fruit"].examples


async def test_what_was_sent_is_learned_by_whoever_works_the_training_off(
    trainings: Trainings, understanding: UnderstandingService, shop: Tenant
) -> None:
    training, imported = await trainings.ask(of(shop), [PEARS, PEARS])
    assert (training.state, imported.added, imported.known) == (TrainingState.WAITING, 1, 1)
    assert await fruit(understanding, shop) == FRUIT.examples, "nothing is learned before"
    await trainings.run(shop.id, training.id)
    assert PEARS.text in await fruit(understanding, shop)
    assert await trainings.get(of(shop), training.id) == Training(
        id=training.id, state=TrainingState.SUCCEEDED, version=2
    )


async def test_a_training_begun_again_trains_nothing(
    trainings: Trainings, understanding: UnderstandingService, shop: Tenant
) -> None:
    training, _ = await trainings.ask(of(shop))
    for _ in range(2):
        await trainings.run(shop.id, training.id)
    assert await numbers(understanding, shop) == [2, 1]


async def test_one_that_nobody_has_begun_serves_the_next_request_as_well(trainings: Trainings, shop: Tenant) -> None:
    first, _ = await trainings.ask(of(shop))
    second, imported = await trainings.ask(of(shop), [PEARS])
    assert (second.id, imported.added) == (first.id, 1)


async def test_one_that_runs_may_have_read_its_examples_so_that_the_next_request_waits_for_its_own(
    trainings: Trainings, database: Database, shop: Tenant
) -> None:
    first, _ = await trainings.ask(of(shop))
    async with database.control() as tx:
        await tx.execute("set local search_path to control, public")
        await tx.execute(
            "update control.procrastinate_jobs set status = 'doing' where args @> $1::jsonb",
            {"training_id": str(first.id)},
        )
    assert (await trainings.get(of(shop), first.id)).state is TrainingState.RUNNING
    second, _ = await trainings.ask(of(shop))
    assert second.id != first.id


async def test_personal_data_in_an_example_is_masked(
    trainings: Trainings, understanding: UnderstandingService, shop: Tenant
) -> None:
    training, _ = await trainings.ask(of(shop), [LabelledText(text="plums to ada@example.com", intent="order_fruit")])
    await trainings.run(shop.id, training.id)
    assert "plums to [EMAIL_1]" in await fruit(understanding, shop)


async def test_what_was_imported_before_may_be_replaced(
    trainings: Trainings, understanding: UnderstandingService, shop: Tenant
) -> None:
    await understanding.import_examples(shop.id, [PEARS], by="test")
    training, _ = await trainings.ask(of(shop), instead=True)
    await trainings.run(shop.id, training.id)
    assert await fruit(understanding, shop) == FRUIT.examples


async def test_an_intent_that_is_not_there_leaves_nothing_behind(
    trainings: Trainings, database: Database, shop: Tenant
) -> None:
    with pytest.raises(TrainingDataInvalid, match='did you mean "order_fruit"'):
        await trainings.ask(of(shop), [PEARS, LabelledText(text="limes", intent="order_fruits")])
    async with database.begin(of(shop)) as tx:
        assert await repository.added_examples(tx, shop.id) == []
        assert await jobs.state_of(tx, RETRAIN, tenant_id=str(shop.id)) is None


async def test_without_a_model_there_is_nothing_to_train_again(trainings: Trainings, tenants: TenantService) -> None:
    empty = await tenants.save(f"shop-{new_id()}", "Empty", TenantProfile())
    with pytest.raises(IntentModelMissing):
        await trainings.ask(of(empty))


async def test_another_company_sees_nothing_of_a_training(
    trainings: Trainings, shop: Tenant, other_tenant: Tenant
) -> None:
    training, _ = await trainings.ask(of(shop))
    for principal, wanted in ((of(other_tenant), training.id), (of(shop), uuid4())):
        with pytest.raises(TrainingNotFound):
            await trainings.get(principal, wanted)
