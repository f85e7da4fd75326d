"""Places: who of many companies' conversations may work next."""

import asyncio

from casewright.engine.places import Places
from casewright.kit.ids import TenantId, new_id

FLOOD, OTHER, THIRD = (TenantId(new_id()) for _ in range(3))


class Work:
    """Turns that note when they begin, and end when they are told."""

    def __init__(self, places: Places) -> None:
        self.places = places
        self.begun: list[TenantId] = []
        self._ends: list[asyncio.Event] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def arrive(self, *tenants: TenantId) -> None:
        self.tasks += [asyncio.create_task(self._turn(tenant)) for tenant in tenants]
        await self.settle()

    async def end_one(self) -> None:
        self._ends.pop(0).set()
        await self.settle()

    async def settle(self) -> None:
        for _ in range(5):
            await asyncio.sleep(0)

    async def _turn(self, tenant: TenantId) -> None:
        async with self.places.taken(tenant):
            self.begun.append(tenant)
            self._ends.append(end := asyncio.Event())
            await end.wait()


async def test_a_turn_begins_at_once_while_a_place_is_free() -> None:
    work = Work(Places(2, 2))
    await work.arrive(FLOOD, FLOOD, FLOOD)
    assert work.begun == [FLOOD, FLOOD]


async def test_behind_a_flood_the_others_come_next_one_after_the_other() -> None:
    work = Work(Places(1, 1))
    await work.arrive(*[FLOOD] * 10, OTHER, OTHER, THIRD)
    for _ in range(6):
        await work.end_one()
    assert work.begun == [FLOOD, FLOOD, OTHER, THIRD, FLOOD, OTHER, FLOOD]


async def test_one_tenant_leaves_places_for_others() -> None:
    work = Work(Places(4, 3))
    await work.arrive(*[FLOOD] * 10)
    assert work.begun == [FLOOD] * 3
    await work.arrive(OTHER)
    assert work.begun[-1] == OTHER


async def test_a_turn_that_waits_for_somebody_else_gives_its_place_up_meanwhile() -> None:
    places = Places(1, 1)
    work, answered = Work(places), asyncio.Event()

    async def waits_for_the_org() -> None:
        async with places.taken(FLOOD):
            with places.left(FLOOD):
                await answered.wait()

    waiting = asyncio.create_task(waits_for_the_org())
    await work.settle()
    await work.arrive(FLOOD)
    assert work.begun == [FLOOD]
    answered.set()
    await waiting
    await work.end_one()
    assert places.free == 1


async def test_whoever_gives_up_in_the_line_takes_no_place() -> None:
    work = Work(Places(1, 1))
    await work.arrive(FLOOD, FLOOD, OTHER)
    work.tasks[1].cancel()
    await work.end_one()
    await work.end_one()
    assert work.begun == [FLOOD, OTHER]
    assert work.places.free == 1


async def test_a_turn_that_is_ended_in_its_place_gives_it_back() -> None:
    work = Work(Places(1, 1))
    await work.arrive(FLOOD)
    work.tasks[0].cancel()
    await work.arrive(OTHER)
    assert work.begun == [FLOOD, OTHER]
