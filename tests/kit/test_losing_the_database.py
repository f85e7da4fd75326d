"""What a transaction meets when its database is killed, frozen, full, or replaced by its standby."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from casewright import migrations
from casewright.kit.database import Database, DatabaseUnavailable
from casewright.kit.relay import PostgresRelay
from tests.clusters import Cluster, wait_until_it_answers
from tests.losable import LosablePostgres

LONG = 30.0


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LosablePostgres]:
    with LosablePostgres.running(tmp_path_factory.mktemp("losable")) as server:
        yield server


@pytest.fixture(scope="module")
async def cluster(postgres: LosablePostgres) -> AsyncIterator[Cluster]:
    with postgres.given.database() as made:
        await asyncio.to_thread(migrations.upgrade, made.owner)
        yield made


@pytest.fixture
async def database(cluster: Cluster) -> AsyncIterator[Database]:
    opened = Database(cluster.application, pool_size=4)
    await opened.open()
    await opened.watch()
    yield opened
    await opened.close()


async def answers(database: Database) -> None:
    """Returns once a transaction succeeds."""
    async with asyncio.timeout(LONG):
        while True:
            try:
                async with database.control() as tx:
                    await tx.fetchval("select 1")
                return
            except DatabaseUnavailable:
                await asyncio.sleep(0.1)


async def test_a_frozen_database_ends_what_is_under_way_and_refuses_what_comes(
    postgres: LosablePostgres, database: Database
) -> None:
    under_way = asyncio.Event()

    async def long_one() -> None:
        async with database.control() as tx:
            under_way.set()
            await tx.execute("select pg_sleep(60)")

    running = asyncio.create_task(long_one())
    await under_way.wait()
    await asyncio.to_thread(postgres.freeze)
    try:
        with pytest.raises(DatabaseUnavailable):
            async with asyncio.timeout(15):
                await running
        with pytest.raises(DatabaseUnavailable):
            async with database.control():
                raise AssertionError("a transaction began on a frozen database")
    finally:
        await asyncio.to_thread(postgres.thaw)
    await answers(database)


async def test_a_killed_database_is_used_again_when_it_is_back(postgres: LosablePostgres, database: Database) -> None:
    await asyncio.to_thread(postgres.kill)
    with pytest.raises(DatabaseUnavailable):
        async with database.control() as tx:
            await tx.fetchval("select 1")
    await asyncio.to_thread(postgres.start)
    await answers(database)


async def test_cut_connections_are_replaced(postgres: LosablePostgres, database: Database) -> None:
    await asyncio.to_thread(postgres.cut_connections)
    await answers(database)


async def test_a_cut_connection_of_the_watch_alone_stops_nobody(database: Database, postgres: LosablePostgres) -> None:
    async with database.control() as tx:
        for _ in range(5):
            await asyncio.to_thread(
                postgres.execute,
                "select pg_terminate_backend(pid) from pg_stat_activity where query = 'begin read write; commit'",
            )
            await asyncio.sleep(0.2)
        assert await tx.fetchval("select 1") == 1


async def test_a_statement_that_takes_long_is_no_silence(database: Database) -> None:
    async with database.control() as tx:
        assert await tx.fetchval("select 1 from pg_sleep(3)") == 1


async def test_a_relay_goes_on_after_its_connection_was_cut(cluster: Cluster, postgres: LosablePostgres) -> None:
    here, there = PostgresRelay(cluster.direct), PostgresRelay(cluster.direct)
    heard: asyncio.Queue[str] = asyncio.Queue()
    connected: asyncio.Queue[str] = asyncio.Queue()
    here.start(lambda words: None, lambda: connected.put_nowait("here"))
    there.start(lambda words: heard.put_nowait(" ".join(words)), lambda: connected.put_nowait("there"))
    try:
        async with asyncio.timeout(LONG):
            await connected.get(), await connected.get()
            await asyncio.to_thread(postgres.cut_connections)
            await connected.get(), await connected.get()
            here.tell("word")
            assert await heard.get() == "word"
    finally:
        await here.stop()
        await there.stop()


async def test_a_word_told_just_before_the_end_still_goes_out(cluster: Cluster) -> None:
    here, there = PostgresRelay(cluster.direct), PostgresRelay(cluster.direct)
    heard: asyncio.Queue[str] = asyncio.Queue()
    connected: asyncio.Queue[str] = asyncio.Queue()
    there.start(lambda words: heard.put_nowait(" ".join(words)), lambda: connected.put_nowait("there"))
    try:
        async with asyncio.timeout(LONG):
            await connected.get()
            here.start(lambda words: None, lambda: None)
            here.tell("word")
            await here.stop()
            assert await heard.get() == "word"
    finally:
        await there.stop()


async def test_behind_a_frozen_primary_its_promoted_standby_is_found(tmp_path: Path) -> None:
    with (
        LosablePostgres.running(tmp_path / "primary") as primary,
        primary.standby(tmp_path / "standby") as standby,
        primary.given.database() as made,
    ):
        await asyncio.to_thread(migrations.upgrade, made.owner)
        hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
        url = made.application.replace(f"127.0.0.1:{primary.port}", hosts) + "?target_session_attrs=primary"
        database = Database(url, pool_size=4)
        await database.open()
        await database.watch()
        try:
            await asyncio.to_thread(primary.freeze)
            await asyncio.to_thread(standby.promote)
            await answers(database)
            async with database.control() as tx:
                assert await tx.fetchval("select inet_server_port()") == standby.port
        finally:
            await database.close()
            await asyncio.to_thread(primary.thaw)


async def test_a_standby_takes_nothing_in_and_says_so(tmp_path: Path) -> None:
    with (
        LosablePostgres.running(tmp_path / "primary") as primary,
        primary.standby(tmp_path / "standby") as standby,
        primary.given.database() as made,
    ):
        await asyncio.to_thread(migrations.upgrade, made.owner)
        address = made.application.replace(str(primary.port), str(standby.port))
        await asyncio.to_thread(wait_until_it_answers, address)
        database = Database(address, pool_size=2)
        await database.open()
        await database.watch()
        try:
            async with asyncio.timeout(LONG):
                with pytest.raises(DatabaseUnavailable):
                    while True:
                        async with database.control() as tx:
                            await tx.fetchval("select 1")
                        await asyncio.sleep(0.05)
        finally:
            await database.close()


async def test_a_lock_of_a_process_frozen_in_mid_transaction_is_free_again_soon(database: Database) -> None:
    lock = "select pg_advisory_xact_lock(1)"
    with pytest.raises(DatabaseUnavailable):
        async with database.control() as frozen:
            await frozen.execute(lock)
            async with asyncio.timeout(LONG), database.control() as other:
                await other.execute(lock)
            await frozen.execute("select 1")
