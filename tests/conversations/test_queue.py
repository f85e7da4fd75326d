"""Where a customer stands who waits for a person."""

from datetime import timedelta

import pytest

from casewright.conversations.models import ConversationKey, Mode, ModeChanged, QueuePlace
from casewright.conversations.waiting import QueueWatch
from casewright.kit.principal import Principal
from tests.engine.conftest import World


async def ask_for_person(world: World, key: ConversationKey) -> None:
    await world.service.ask_for_person(key)
    await world.engine.run(key)
    world.clock.move(timedelta(seconds=1))


async def place(world: World, key: ConversationKey) -> tuple[int, int] | None:
    found = await world.service.queue_place(world.principal, key)
    return (found.position, found.waiting) if found else None


async def test_customers_stand_in_the_order_in_which_they_began_to_wait(world: World) -> None:
    first, second = world.key, await world.open()
    await ask_for_person(world, first)
    await ask_for_person(world, second)
    assert (await place(world, first), await place(world, second)) == ((1, 2), (2, 2))


async def test_whoever_talks_with_the_agent_stands_nowhere(world: World) -> None:
    assert await place(world, world.key) is None


async def test_an_answer_moves_the_others_up_and_ends_the_waiting_even_if_the_customer_writes_on(world: World) -> None:
    first, second = world.key, await world.open()
    await ask_for_person(world, first)
    await ask_for_person(world, second)
    await world.desk.reply(world.principal, first, "Hello, I am Kim.")
    await world.service.accept(first, "hello Kim", "1", 8000)
    assert (await place(world, first), await place(world, second)) == (None, (1, 1))


async def test_taking_over_without_a_word_is_no_answer(world: World) -> None:
    await ask_for_person(world, world.key)
    await world.desk.set_mode(world.principal, world.key, Mode.HUMAN)
    assert await place(world, world.key) == (1, 1)


async def test_giving_back_ends_the_waiting(world: World) -> None:
    await ask_for_person(world, world.key)
    await world.desk.set_mode(world.principal, world.key, Mode.AGENT)
    await world.engine.run(world.key)
    assert await place(world, world.key) is None


async def test_another_companys_queue_does_not_count_and_cannot_be_seen(world: World, stranger: Principal) -> None:
    await ask_for_person(world, world.key)
    theirs = ConversationKey(tenant_id=stranger.tenant_id, conversation_id=world.key.conversation_id)
    assert await world.service.queue_place(stranger, theirs) is None
    assert await world.service.queue_place(stranger, world.key) is None


class CountedLooks:
    """A service that counts how often it is asked, and has the place that is laid down."""

    def __init__(self, place: QueuePlace | None) -> None:
        self.place = place
        self.looks = 0

    async def queue_place(self, principal: Principal, key: ConversationKey) -> QueuePlace | None:
        self.looks += 1
        return self.place


@pytest.fixture
def looks() -> CountedLooks:
    return CountedLooks(QueuePlace(position=2, waiting=3))


def watching(world: World, looks: CountedLooks) -> QueueWatch:
    return QueueWatch(looks, world.principal, world.key)  # type: ignore[arg-type]


async def test_a_stream_tells_a_place_once_and_looks_again_only_after_a_while(
    world: World, looks: CountedLooks
) -> None:
    watch = watching(world, looks)
    assert [await watch.moved(), await watch.moved()] == [looks.place, None]
    assert looks.looks == 1
    assert 0 < watch.look_again_in <= 5


async def test_a_stream_looks_at_once_when_the_mode_changes(world: World, looks: CountedLooks) -> None:
    watch = watching(world, looks)
    await watch.moved()
    looks.place = QueuePlace(position=1, waiting=2)
    watch.notice(ModeChanged(mode=Mode.HUMAN, reason="requested"))
    assert await watch.moved() == looks.place


async def test_a_place_that_was_seen_before_the_mode_changed_is_told_again_after_it(
    world: World, looks: CountedLooks
) -> None:
    watch = watching(world, looks)
    await watch.moved()
    watch.notice(ModeChanged(mode=Mode.HUMAN, reason="requested"))
    assert await watch.moved() == looks.place


async def test_a_stream_that_waits_for_nobody_does_not_look_again(world: World, looks: CountedLooks) -> None:
    looks.place = None
    watch = watching(world, looks)
    assert [await watch.moved(), await watch.moved()] == [None, None]
    assert looks.looks == 1
