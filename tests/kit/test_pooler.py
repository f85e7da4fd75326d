"""Behind TLS, scram and a pooler in transaction mode, where no two transactions need share a session of the server.

The whole suite runs there too: `make test-pooled`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from casewright import migrations
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import ConversationId, ConversationKey
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database, DatabaseUnusable
from casewright.kit.ids import TenantId, new_id
from casewright.kit.jobs import job_app
from casewright.kit.principal import system
from casewright.kit.relay import PostgresRelay
from casewright.settings import Limits
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from tests.clusters import PGBOUNCER, Cluster, GivenCluster, address, pooled_cluster, write_certificates

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(PGBOUNCER is None, reason="PgBouncer is not installed: apt install pgbouncer"),
]


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GivenCluster]:
    with pooled_cluster(tmp_path_factory.mktemp("pooled")) as cluster:
        yield cluster


@pytest.fixture(scope="module")
async def pooled(given: GivenCluster) -> AsyncIterator[Cluster]:
    """Its schema was made through the pooler as well."""
    with given.database() as cluster:
        await asyncio.to_thread(migrations.upgrade, address(given.pooled, cluster.name))
        yield cluster


async def test_the_schema_is_made_through_the_pooler_and_the_lock_on_it_is_let_go(pooled: Cluster) -> None:
    found = migrations.status(pooled.owner)
    assert (found.current, found.pending) == (found.newest, ())
    connection = await asyncpg.connect(pooled.owner)
    try:
        assert await connection.fetchval("select count(*) from pg_locks where locktype = 'advisory'") == 0
    finally:
        await connection.close()


async def test_many_transactions_at_once_keep_their_tenants_apart_on_few_sessions(pooled: Cluster) -> None:
    database = Database(pooled.application, pool_size=24, through_pooler=True)
    await database.open()
    try:
        tenants = TenantService(database, SystemClock(), Limits())
        made = [await tenants.save(f"tenant-{number}", f"Tenant {number}", TenantProfile()) for number in range(6)]

        async def seen(number: int) -> set[object]:
            tenant = made[number % len(made)]
            async with database.begin(system(tenant.id)) as tx:
                await tx.execute(
                    "insert into audit_event (tenant_id, id, role, actor, action, object_id)"
                    " values ($1, gen_random_uuid(), 'system', 'test', 'look', $2)",
                    tenant.id,
                    str(number),
                )
                await asyncio.sleep(0)
                rows = await tx.fetch("select tenant_id, $1::jsonb as data from audit_event", {"number": number})
                assert {row["data"]["number"] for row in rows} == {number}
                return {row["tenant_id"] == tenant.id for row in rows}

        assert await asyncio.gather(*(seen(number) for number in range(120))) == [{True}] * 120
    finally:
        await database.close()


async def test_events_reach_another_process_past_the_pooler(pooled: Cluster) -> None:
    key = ConversationKey(tenant_id=TenantId(new_id()), conversation_id=ConversationId(new_id()))
    here, there = LiveEvents(PostgresRelay(pooled.direct)), LiveEvents(PostgresRelay(pooled.direct))
    await here.start()
    try:
        async with there.watch(key.conversation_id) as watcher:
            await there.start()
            assert await watcher.wait(60), "a connection that is made wakes all, and none was made"
            for _ in range(100):
                here.announce(key)
                if await watcher.wait(0.5):
                    break
            else:
                raise AssertionError("nothing was heard")
    finally:
        await here.stop()
        await there.stop()


async def test_a_job_is_taken_by_a_worker_past_the_pooler(pooled: Cluster) -> None:
    jobs, done = job_app(pooled.direct), asyncio.Event()

    @jobs.task(name="tests.ring")
    async def ring(bell: str) -> None:
        assert bell == "small"
        done.set()

    async with jobs.open_async():
        working = asyncio.create_task(jobs.run_worker_async(install_signal_handlers=False, queues=["tests"]))
        await ring.configure(queue="tests").defer_async(bell="small")
        await asyncio.wait_for(done.wait(), 60)
        working.cancel()
        await asyncio.wait((working,))


async def test_a_certificate_of_another_authority_is_refused(pooled: Cluster, tmp_path: Path) -> None:
    other = write_certificates(tmp_path)
    url = pooled.application.partition("&sslrootcert=")[0] + f"&sslrootcert={other}"
    with pytest.raises(DatabaseUnusable, match="certificate is not the one expected"):
        await Database(url, through_pooler=True).open()


async def test_a_connection_without_encryption_is_not_made(pooled: Cluster) -> None:
    url = pooled.application.partition("?")[0] + "?sslmode=disable"
    with pytest.raises(asyncpg.PostgresError, match="SSL required"):
        await asyncpg.connect(url)
