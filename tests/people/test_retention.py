"""No conversation is kept longer than its company wants."""

from datetime import timedelta

import asyncpg
import pytest

from casewright.conversations.errors import ConversationNotFound
from casewright.conversations.models import ConversationKey
from casewright.kit.database import Database
from casewright.kit.principal import system
from casewright.people.service import PeopleService
from casewright.tenants.models import Tenant
from casewright.tenants.service import TenantService
from casewright.understanding.models import AnswerFromKnowledge
from tests.engine.conftest import World

PRICE = AnswerFromKnowledge(query="price")


async def close(world: World) -> None:
    await world.say("price?", PRICE)
    async with world.database.begin(world.principal) as tx:
        await tx.execute(
            "update conversation set status = 'closed' where tenant_id = $1 and id = $2",
            world.tenant.id,
            world.key.conversation_id,
        )


async def left_of(world: World, key: ConversationKey) -> dict[str, int]:
    async with world.database.begin(system(key.tenant_id)) as tx:
        return {
            table: await tx.fetchval(f"select count(*) from {table} where tenant_id = $1", key.tenant_id)
            for table in ("conversation", "conversation_event", "conversation_snapshot", "idempotency", "person")
        }


async def test_a_closed_conversation_and_its_person_go_after_ninety_days(world: World, people: PeopleService) -> None:
    await close(world)
    world.clock.move(timedelta(days=91))
    await people.delete_expired()
    assert set((await left_of(world, world.key)).values()) == {0}
    with pytest.raises(ConversationNotFound):
        await world.entries()


async def test_a_younger_one_and_an_open_one_stay(world: World, people: PeopleService) -> None:
    still_open = world.key
    await world.say("price?", PRICE)
    world.clock.move(timedelta(days=2))
    world.key = await world.open()
    await close(world)
    world.clock.move(timedelta(days=89))
    await people.delete_expired()
    assert len(await world.entries()) > 2
    world.key = still_open
    assert len(await world.entries()) > 2


async def test_a_company_says_itself_how_long(world: World, people: PeopleService, tenants: TenantService) -> None:
    profile = world.tenant.profile.model_copy(update={"retention_days": 7})
    await tenants.save(world.tenant.slug, world.tenant.name, profile)
    await close(world)
    world.clock.move(timedelta(days=8))
    await people.delete_expired()
    assert (await left_of(world, world.key))["conversation"] == 0


async def test_another_tenants_conversations_are_not_deleted_with_them(
    world: World, people: PeopleService, database: Database, other_tenant: Tenant
) -> None:
    """The log's only way out knows its tenant from the transaction, and takes no other."""
    await close(world)
    async with database.begin(system(other_tenant.id)) as tx:
        assert await tx.fetchval("select delete_closed_conversations(now() + interval '1 year', 1000)") == 0
    assert len(await world.entries()) > 2


async def test_without_a_tenant_nothing_is_deleted(world: World, database: Database) -> None:
    await close(world)
    async with database.control() as tx:
        assert await tx.fetchval("select delete_closed_conversations(now() + interval '1 year', 1000)") == 0


async def test_the_application_cannot_delete_an_event_in_any_other_way(world: World) -> None:
    async with world.database.begin(world.principal) as tx:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await tx.execute("delete from conversation_event where tenant_id = $1", world.tenant.id)


async def test_someone_with_a_younger_conversation_stays_known(world: World, people: PeopleService) -> None:
    first = world.key
    await close(world)
    world.clock.move(timedelta(days=80))
    world.key = await world.open()
    async with world.database.begin(world.principal) as tx:
        await tx.execute(
            """update conversation set person_id = (select person_id from conversation where id = $1) where id = $2""",
            first.conversation_id,
            world.key.conversation_id,
        )
    world.clock.move(timedelta(days=11))
    await people.delete_expired()
    async with world.database.begin(world.principal) as tx:
        kept = await tx.fetchval(
            "select count(*) from conversation c join person p on p.id = c.person_id where c.tenant_id = $1",
            world.tenant.id,
        )
    assert kept == 1


async def test_more_than_one_batch_goes_in_one_run(
    world: World, people: PeopleService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casewright.people.service.BATCH", 2)
    for _ in range(5):
        await close(world)
        world.key = await world.open()
    world.clock.move(timedelta(days=91))
    assert await people.delete_expired() >= 5
    assert (await left_of(world, world.key))["conversation"] == 1
