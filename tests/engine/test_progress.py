"""What is said while an action runs."""

import asyncio

from casewright.conversations.models import PartSent, ReplySent
from casewright.understanding.models import Confirm, SetSlot, StartProcedure
from tests.engine.conftest import World

YES = Confirm(confirmation="?")


async def sent_while_the_org_is_asked(world: World, text: str, *commands: SetSlot | Confirm) -> list[PartSent]:
    """The parts that are in the log when the org is called; the turn then comes to its end."""
    world.org.hang = asyncio.Event()
    await world.write(text, *commands)
    process = asyncio.create_task(world.engine.run(world.key))
    async with asyncio.timeout(10):
        while not world.org.calls:
            await asyncio.sleep(0.01)
    parts = [one.event for one in await world.entries() if isinstance(one.event, PartSent)]
    world.org.hang.set()
    await process
    return parts


async def test_progress_is_out_before_a_write_is_answered(world: World) -> None:
    await world.say("export", StartProcedure(procedure="export"))
    await world.fill_in(objects="Accounts", rows="5", format="csv")
    parts = await sent_while_the_org_is_asked(world, "yes", YES)
    assert [(one.part.kind, one.part.text) for one in parts] == [("progress", "Exporting now.")]
    assert [part.kind for part in (await world.last_reply()).parts][:2] == ["progress", "result"]


async def test_progress_is_out_before_a_read_is_answered(world: World) -> None:
    await world.say("look up", StartProcedure(procedure="status"))
    parts = await sent_while_the_org_is_asked(world, "7", SetSlot(slot="number", value="7"))
    assert [(one.part.kind, one.part.text) for one in parts] == [("progress", "Looking it up.")]
    assert "It is 00001001." in (await world.last_reply()).parts[1].text


async def test_a_process_that_dies_while_it_reads_leaves_no_customer_without_an_answer(world: World) -> None:
    await world.say("look up", StartProcedure(procedure="status"))
    world.org.hang = asyncio.Event()
    accepted = await world.write("7", SetSlot(slot="number", value="7"))
    process = asyncio.create_task(world.engine.run(world.key))
    async with asyncio.timeout(10):
        while not world.org.calls:
            await asyncio.sleep(0.01)
    process.cancel()
    await asyncio.gather(process, return_exceptions=True)
    world.org.hang = None
    await asyncio.sleep(world.settings.lease_seconds + 0.2)
    await world.another_process().run(world.key)
    replies = [one.event for one in await world.entries() if isinstance(one.event, ReplySent)]
    assert [part.text for part in replies[-1].parts][:2] == ["Looking it up.", "It is 00001001."]
    assert replies[-1].message_ids == (accepted.message_id,)
