from datetime import UTC, datetime

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.ids import new_id
from casewright.kit.principal import system
from casewright.tenants.models import Tenant, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding import repository
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import IntentModelMissing, TrainingDataInvalid
from casewright.understanding.models import (
    ExpectedSlot,
    IntentDefinition,
    IntentSet,
    IntentTarget,
    SetSlot,
    StartProcedure,
    UnderstandingRequest,
)
from casewright.understanding.service import UnderstandingService
from tests.understanding.conftest import EMAIL, PRIORITY

FRUIT = IntentDefinition(
    name="order_fruit",
    title={"en": "order fruit"},
    target=IntentTarget(procedure="order"),
    examples=("two apples please", "I'd like pears", "a kilo of plums", "send me cherries", "bananas please"),
)
TOOLS = IntentDefinition(
    name="tools",
    title={"en": "learn about tools"},
    target=IntentTarget(knowledge=True),
    examples=("how does a saw work?", "which hammer is best?", "what is a chisel?", "where are drills?", "blunt file"),
)
INTENTS = IntentSet(intents=(FRUIT, TOOLS))


@pytest.fixture
async def shop(tenants: TenantService) -> Tenant:
    """A company of its own for each test."""
    return await tenants.save(f"shop-{new_id()}", "Shop", TenantProfile())


@pytest.fixture
def understanding(database: Database, encoder: Encoder) -> UnderstandingService:
    clock = ManualClock(datetime(2026, 11, 22, tzinfo=UTC))
    return UnderstandingService(database, encoder, clock, fresh_seconds=0)


async def commands(understanding: UnderstandingService, tenant: Tenant, text: str) -> list[str]:
    heard = await understanding.understand(UnderstandingRequest(tenant_id=tenant.id, text=text))
    return [proposal.command.command for proposal in heard.proposals]


async def numbers(understanding: UnderstandingService, tenant: Tenant) -> list[int]:
    return [one.version for one in await understanding.versions(tenant.id)]


async def test_what_was_installed_is_understood(understanding: UnderstandingService, shop: Tenant) -> None:
    assert await understanding.install(shop.id, INTENTS)
    heard = await understanding.understand(UnderstandingRequest(tenant_id=shop.id, text="three apples please"))
    assert [proposal.command for proposal in heard.proposals] == [StartProcedure(procedure="order")]
    assert heard.model_version == "intents 1"
    assert await understanding.intents(shop.id) == {"order_fruit": FRUIT, "tools": TOOLS}


async def test_installing_the_same_again_trains_nothing(understanding: UnderstandingService, shop: Tenant) -> None:
    assert await understanding.install(shop.id, INTENTS)
    assert not await understanding.install(shop.id, INTENTS)
    assert await numbers(understanding, shop) == [1]


async def test_changed_examples_make_a_new_version_and_the_old_one_can_be_taken_back(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    renamed = FRUIT.model_copy(update={"name": "buy_fruit"})
    assert await understanding.install(shop.id, IntentSet(intents=(renamed, TOOLS)))
    assert set(await understanding.intents(shop.id)) == {"buy_fruit", "tools"}
    await understanding.activate(shop.id, 1)
    assert set(await understanding.intents(shop.id)) == {"order_fruit", "tools"}
    assert await numbers(understanding, shop) == [2, 1]


async def test_another_process_sees_a_new_model(
    understanding: UnderstandingService, database: Database, encoder: Encoder, shop: Tenant
) -> None:
    assert await understanding.intents(shop.id) == {}
    await UnderstandingService(database, encoder).install(shop.id, INTENTS)
    assert set(await understanding.intents(shop.id)) == {"order_fruit", "tools"}


async def test_a_company_sees_nothing_of_anothers_model(
    understanding: UnderstandingService, shop: Tenant, other_tenant: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    assert await understanding.intents(other_tenant.id) == {}


async def test_without_a_model_steering_words_and_questions_are_still_understood(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    assert await commands(understanding, shop, "I want to talk to a person") == ["HumanHandoff"]
    assert "AnswerFromKnowledge" in await commands(understanding, shop, "Which hammer is the best one?")


async def test_a_damaged_model_does_not_silence_the_agent(
    understanding: UnderstandingService, database: Database, encoder: Encoder, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    async with database.begin(system(shop.id)) as tx:
        await tx.execute("update intent_model set data = $2 where tenant_id = $1", shop.id, b"damaged")
    fresh = UnderstandingService(database, encoder)
    assert await commands(fresh, shop, "Can I talk to a person?") == ["HumanHandoff"]
    assert await fresh.install(shop.id, INTENTS)
    assert set(await fresh.intents(shop.id)) == {"order_fruit", "tools"}


async def test_training_again_uses_the_examples_of_the_active_model(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    report = await understanding.retrain(shop.id)
    assert report.examples == 10
    assert await numbers(understanding, shop) == [2, 1]


async def test_what_cannot_be_learnt_from_changes_nothing(understanding: UnderstandingService, shop: Tenant) -> None:
    await understanding.install(shop.id, INTENTS)
    with pytest.raises(TrainingDataInvalid):
        await understanding.install(shop.id, IntentSet(intents=(FRUIT,)))
    assert set(await understanding.intents(shop.id)) == {"order_fruit", "tools"}


async def test_a_prediction_is_explained_by_examples(understanding: UnderstandingService, shop: Tenant) -> None:
    await understanding.install(shop.id, INTENTS)
    nearest = await understanding.explain(shop.id, "which hammer should I take?")
    assert nearest[0].text == "which hammer is best?"


async def test_what_is_missing_is_said_with_what_to_do(understanding: UnderstandingService, shop: Tenant) -> None:
    with pytest.raises(IntentModelMissing, match="install intents"):
        await understanding.retrain(shop.id)
    with pytest.raises(IntentModelMissing, match="install intents"):
        await understanding.explain(shop.id, "hello")
    with pytest.raises(IntentModelMissing, match="version 7"):
        await understanding.activate(shop.id, 7)


async def test_only_one_version_is_active(
    understanding: UnderstandingService, database: Database, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    await understanding.retrain(shop.id)
    async with database.begin(system(shop.id)) as tx:
        active = await tx.fetchval("select count(*) from intent_model where active and tenant_id = $1", shop.id)
        assert await repository.active_version(tx, shop.id) == 2
    assert active == 1


def test_a_procedure_is_filled_from_the_message_it_begins_with(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    request = UnderstandingRequest(
        tenant_id=shop.id,
        text="Please raise case 00001234 to high, my address is [EMAIL_1]",
        tokens={"[EMAIL_1]": "email"},
    )
    number = ExpectedSlot(name="number", type="case_number")
    reason = ExpectedSlot(name="reason", type="text")
    assert understanding.prefill(request, (number, PRIORITY, EMAIL, reason), request.text) == (
        SetSlot(slot="number", value="00001234"),
        SetSlot(slot="priority", value="High"),
        SetSlot(slot="email", value="[EMAIL_1]"),
    )


async def test_what_is_rehearsed_is_understood_and_kept_nowhere(
    understanding: UnderstandingService, shop: Tenant, database: Database
) -> None:
    await understanding.rehearse(shop.id, INTENTS)
    assert "StartProcedure" in await commands(understanding, shop, "three apples please")
    async with database.begin(system(shop.id)) as tx:
        assert await repository.active_version(tx, shop.id) is None


async def test_what_is_installed_already_is_rehearsed_with_the_model_there_is(
    understanding: UnderstandingService, shop: Tenant
) -> None:
    await understanding.install(shop.id, INTENTS)
    await understanding.rehearse(shop.id, INTENTS)
    heard = await understanding.understand(UnderstandingRequest(tenant_id=shop.id, text="three apples please"))
    assert heard.model_version == "intents 1"
