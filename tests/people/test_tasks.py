"""The schedules as a worker runs them."""

from datetime import timedelta

import procrastinate
import pytest
from procrastinate.testing import InMemoryConnector

from casewright.conversations.errors import ConversationNotFound
from casewright.people.models import OrgStatus
from casewright.people.service import PeopleService
from casewright.people.tasks import register
from casewright.tenants.models import OrgRecords
from casewright.understanding.models import HumanHandoff
from tests.engine.conftest import World
from tests.people.conftest import SmallArchive


@pytest.fixture
def jobs(people: PeopleService) -> procrastinate.App:
    app = procrastinate.App(connector=InMemoryConnector())
    register(app, people)
    return app


async def run(jobs: procrastinate.App, name: str) -> None:
    async with jobs.open_async():
        await jobs.configure_task(name).defer_async(timestamp=0)
        await jobs.run_worker_async(wait=False, install_signal_handlers=False)


async def test_each_has_its_time(jobs: procrastinate.App) -> None:
    times = {one.task.name: one.cron for one in jobs.periodic_registry.periodic_tasks.values()}
    assert times == {"people.delete_expired": "17 * * * *", "people.settle_in_org": "*/5 * * * *"}


async def test_a_worker_deletes_what_is_kept_no_longer(jobs: procrastinate.App, world: World) -> None:
    async with world.database.begin(world.principal) as tx:
        await tx.execute("update conversation set status = 'closed' where id = $1", world.key.conversation_id)
    world.clock.move(timedelta(days=91))
    await run(jobs, "people.delete_expired")
    with pytest.raises(ConversationNotFound):
        await world.entries()


async def test_a_worker_anonymises_once_the_org_is_back(
    jobs: procrastinate.App, world: World, people: PeopleService, archive: SmallArchive
) -> None:
    await world.say("a person, please", HumanHandoff())
    archive.away = True
    erasure = await people.erase(
        world.principal, conversation_id=world.key.conversation_id, org_records=OrgRecords.ANONYMISE
    )
    archive.away = False
    await run(jobs, "people.settle_in_org")
    assert (await people.erasure(world.principal, erasure.id)).org_status is OrgStatus.DONE
