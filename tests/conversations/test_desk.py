"""What operators write."""

import pytest

from casewright.conversations.errors import ConversationNotFound, IdempotencyConflict
from casewright.conversations.models import ConversationKey
from casewright.kit.principal import Principal
from tests.engine.conftest import World


async def replies(world: World) -> list[str]:
    return [one.event.text for one in await world.entries() if one.event.kind == "operator_replied"]


async def test_the_same_key_with_the_same_reply_writes_it_once(world: World) -> None:
    first = await world.desk.reply(world.principal, world.key, "Hello", "k1")
    assert await world.desk.reply(world.principal, world.key, "Hello", "k1") == first
    assert await replies(world) == ["Hello"]


async def test_the_same_key_with_another_reply_is_a_conflict(world: World) -> None:
    await world.desk.reply(world.principal, world.key, "Hello", "k1")
    with pytest.raises(IdempotencyConflict):
        await world.desk.reply(world.principal, world.key, "Good bye", "k1")
    assert await replies(world) == ["Hello"]


async def test_without_a_key_each_reply_counts(world: World) -> None:
    for _ in range(2):
        await world.desk.reply(world.principal, world.key, "Hello")
    assert await replies(world) == ["Hello", "Hello"]


async def test_a_customers_key_is_not_an_operators(world: World) -> None:
    await world.service.accept(world.key, "Hello", "k1", 8000)
    await world.desk.reply(world.principal, world.key, "Good day", "k1")
    assert await replies(world) == ["Good day"]


async def test_another_companys_operator_writes_nothing(world: World, stranger: Principal) -> None:
    theirs = ConversationKey(tenant_id=stranger.tenant_id, conversation_id=world.key.conversation_id)
    with pytest.raises(ConversationNotFound):
        await world.desk.reply(stranger, theirs, "Hello", "k1")
    assert await replies(world) == []
