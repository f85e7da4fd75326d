"""The life of a company's model: versions, going back, what is learned beside the folder, and swapping under load."""

import asyncio
from datetime import UTC, datetime

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.ids import new_id
from casewright.kit.principal import system
from casewright.tenants.models import Tenant, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding import service as understanding_service
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import IntentModelMissing, TrainingDataInvalid
from casewright.understanding.models import IntentSet, LabelledText, UnderstandingRequest
from casewright.understanding.service import UnderstandingService
from tests.understanding.test_service import FRUIT, INTENTS, TOOLS, numbers

RENAMED = IntentSet(intents=(FRUIT.model_copy(update={"name": "buy_fruit"}), TOOLS))
PEARS = LabelledText(text="pears and quinces, a crate of them", intent="order_fruit")
SONG = LabelledText(text="sing me a song", intent=None)


@pytest.fixture
async def shop(tenants: TenantService) -> Tenant:
    return await tenants.save(f"shop-{new_id()}", "Shop", TenantProfile())


@pytest.fixture
def understanding(database: Database, encoder: Encoder) -> UnderstandingService:
    return UnderstandingService(database, encoder, ManualClock(datetime(2026, 11, 22, tzinfo=UTC)), fresh_seconds=0)


async def examples_of(understanding: UnderstandingService, tenant: Tenant, intent: str) -> tuple[str, ...]:
    return (await understanding.intents(tenant.id))[intent].examples


async def test_a_version_tells_when_by_what_and_how_good(understanding: UnderstandingService, shop: Tenant) -> None:
    await understanding.install(shop.id, INTENTS, by="company install")
    await understanding.retrain(shop.id, by="intents retrain")
    newest, older = await understanding.versions(shop.id)
    assert (newest.version, newest.active, newest.trained_by) == (2, True, "intents retrain")
    assert (older.version, older.active, older.trained_by) == (1, False, "company install")
    assert (newest.intents, newest.examples, len(newest.digest)) == (2, 10, 64)
    version, report = await understanding.report(shop.id, 1)
    assert (version, report.quality is not None) == (older, True)


async def test_one_step_goes_back_and_the_next_one_further(understanding: UnderstandingService, shop: Tenant) -> None:
    for _ in range(3):
        await understanding.retrain(shop.id) if await numbers(understanding, shop) else await understanding.install(
            shop.id, INTENTS
        )
    assert [await understanding.roll_back(shop.id) for _ in range(2)] == [2, 1]
    with pytest.raises(IntentModelMissing, match="no older version"):
        await understanding.roll_back(shop.id)
    assert [one.version for one in await understanding.versions(shop.id) if one.active] == [1]


async def test_what_was_rolled_back_is_understood_as_before(understanding: UnderstandingService, shop: Tenant) -> None:
    await understanding.install(shop.id, INTENTS)
    await understanding.install(shop.id, RENAMED)
    await understanding.roll_back(shop.id)
    assert set(await understanding.intents(shop.id)) == {"order_fruit", "tools"}


async def test_only_so_many_versions_are_kept_and_the_active_one_always(
    understanding: UnderstandingService, shop: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(understanding_service, "KEPT_VERSIONS", 1)
    await understanding.install(shop.id, INTENTS)
    for _ in range(2):
        await understanding.retrain(shop.id)
    assert await numbers(understanding, shop) == [3, 2]


async def test_another_companys_versions_and_examples_are_not_there(
    understanding: UnderstandingService, shop: Tenant, tenants: TenantService
) -> None:
    other = await tenants.save(f"shop-{new_id()}", "Other Shop", TenantProfile())
    await understanding.install(shop.id, INTENTS)
    await understanding.import_examples(shop.id, [PEARS], by="test")
    assert await understanding.versions(other.id) == []
    with pytest.raises(IntentModelMissing):
        await understanding.report(other.id)
    with pytest.raises(IntentModelMissing):
        await understanding.activate(other.id, 1)
    await understanding.install(other.id, INTENTS)
    assert PEARS.text not in await examples_of(understanding, other, "order_fruit")


async def test_imported_examples_are_learned_and_stay_when_the_folder_is_installed_again(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    imported = await understanding.import_examples(shop.id, [PEARS, SONG, PEARS], by="test")
    assert (imported.added, imported.known) == (2, 1)
    assert PEARS.text in await examples_of(understanding, shop, "order_fruit")
    assert not await understanding.install(shop.id, INTENTS), "nothing has changed in the folder"
    assert await understanding.install(shop.id, IntentSet(intents=(FRUIT, TOOLS), out_of_scope=("dance",)))
    assert PEARS.text in await examples_of(understanding, shop, "order_fruit")


async def test_importing_the_same_again_trains_nothing(understanding: UnderstandingService, shop: Tenant) -> None:
    await understanding.install(shop.id, INTENTS)
    await understanding.import_examples(shop.id, [PEARS], by="test")
    again = await understanding.import_examples(shop.id, [PEARS], by="test")
    assert (again.added, again.known, await numbers(understanding, shop)) == (0, 1, [2, 1])


async def test_an_import_may_take_the_place_of_those_before(understanding: UnderstandingService, shop: Tenant) -> None:
    await understanding.install(shop.id, INTENTS)
    await understanding.import_examples(shop.id, [PEARS], by="test")
    await understanding.import_examples(shop.id, [SONG], by="test", instead=True)
    assert await examples_of(understanding, shop, "order_fruit") == FRUIT.examples


async def test_an_import_that_is_refused_leaves_nothing_behind(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    with pytest.raises(TrainingDataInvalid, match="no intent"):
        await understanding.import_examples(shop.id, [PEARS, LabelledText(text="x", intent="flowers")], by="test")
    await understanding.retrain(shop.id)
    assert await examples_of(understanding, shop, "order_fruit") == FRUIT.examples


async def test_what_was_learned_from_a_deleted_example_is_unlearned(
    understanding: UnderstandingService, database: Database, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    await understanding.import_examples(shop.id, [PEARS], by="test")
    await understanding.retrain(shop.id)
    async with database.begin(system(shop.id)) as tx:
        await tx.execute("delete from intent_example where tenant_id = $1", shop.id)
    assert await understanding.forget_lost_examples(shop.id) == 2
    assert await numbers(understanding, shop) == [4, 1]
    assert await examples_of(understanding, shop, "order_fruit") == FRUIT.examples
    assert await understanding.forget_lost_examples(shop.id) == 0


async def test_a_version_is_explained_by_its_own_examples(understanding: UnderstandingService, shop: Tenant) -> None:
    await understanding.install(shop.id, INTENTS)
    await understanding.import_examples(shop.id, [PEARS], by="test")
    newest = await understanding.explain(shop.id, PEARS.text, "intents 2")
    older = await understanding.explain(shop.id, PEARS.text, "intents 1")
    gone = await understanding.explain(shop.id, PEARS.text, "intents 99")
    assert (newest[0].text, gone[0].text) == (PEARS.text, PEARS.text)
    assert PEARS.text not in [one.text for one in older]


async def test_swapping_the_model_under_load_drops_nothing_and_mixes_nothing(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    """Each answer is wholly one version's, all are given, and both versions have answered."""
    await understanding.install(shop.id, INTENTS)
    await understanding.install(shop.id, RENAMED)
    names = {"intents 1": {"order_fruit", "tools"}, "intents 2": {"buy_fruit", "tools"}}
    answered: list[str] = []

    async def customer() -> None:
        for _ in range(10):
            heard = await understanding.understand(UnderstandingRequest(tenant_id=shop.id, text="three apples please"))
            assert set(heard.intents) == names[heard.model_version]
            assert {one.name for segment in heard.segments for one in segment.ranking} == names[heard.model_version]
            answered.append(heard.model_version)

    async def swap() -> None:
        while len(answered) < 200:
            for version in (1, 2):
                await understanding.activate(shop.id, version)
                await asyncio.sleep(0.01)

    await asyncio.wait_for(asyncio.gather(swap(), *(customer() for _ in range(20))), timeout=60)
    assert (len(answered), set(answered)) == (200, {"intents 1", "intents 2"})
