"""Backups made while customers write, and what comes back from them."""

import asyncio
import os
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from casewright import migrations
from casewright.backup.archive import MANIFEST, reading
from casewright.backup.errors import BackupDamaged, BackupNotWritten, BackupTooNew, KeysDoNotFit, TargetNotEmpty
from casewright.backup.restoring import restore
from casewright.backup.saving import KEYS_FILE, save
from casewright.backup.verifying import verify
from casewright.conversations.event_log import EventLog
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import ConversationKey, LoggedEvent
from casewright.conversations.sealer import Sealer
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.sealing import KeyEncryptionKey
from casewright.settings import Limits
from casewright.tenants.service import TenantService
from casewright.understanding.models import AnswerFromKnowledge
from tests.conftest import Cluster
from tests.engine.conftest import World

PRICE = AnswerFromKnowledge(query="price")


@asynccontextmanager
async def opened(dsn: str, key: KeyEncryptionKey) -> AsyncIterator[tuple[Database, EventLog, Sealer]]:
    database, sealer = Database(dsn, pool_size=4), Sealer(key)
    await database.open()
    try:
        yield database, EventLog(database, sealer, SystemClock(), LiveEvents(), 1.0), sealer
    finally:
        await database.close()


async def keys_of(database: Database, world: World) -> list[ConversationKey]:
    async with database.begin(world.principal) as tx:
        rows = await tx.fetch("select id from conversation where tenant_id = $1 order by id", world.tenant.id)
    return [ConversationKey(tenant_id=world.tenant.id, conversation_id=row["id"]) for row in rows]


async def transcripts(
    database: Database, log: EventLog, world: World
) -> dict[ConversationKey, tuple[LoggedEvent, ...]]:
    return {key: await log.history(key) for key in await keys_of(database, world)}


@pytest.mark.slow
async def test_a_drill_during_load_brings_every_conversation_back_to_another_server(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, tmp_path: Path
) -> None:
    keys = [world.key, *[await world.open() for _ in range(7)]]
    stop = asyncio.Event()

    async def keep_writing(key: ConversationKey) -> None:
        number = 0
        while not stop.is_set():
            number += 1
            await world.service.accept(key, f"What is the price, once more ({number})?", f"load-{number}", 8000)
            await world.engine.run(key)

    world.understanding.latest = (PRICE,)
    load = [asyncio.create_task(keep_writing(key)) for key in keys]
    while len(await world.replies()) < 3:
        await asyncio.sleep(0.02)
    file, saved = await save(cluster.owner, folder, key_encryption_key)
    at_backup = len(await world.replies())
    while len(await world.replies()) < at_backup + 2:
        await asyncio.sleep(0.02)
    stop.set()
    await asyncio.gather(*load)
    live = await transcripts(world.database, world.log, world)
    async with EmbeddedPostgres(tmp_path / "elsewhere") as server:
        done = await restore(file, None, server.dsn(Role.OWNER), key_encryption_key)
        assert (done.conversations, done.events) == (saved.conversations, saved.events)
        async with opened(server.dsn(Role.APPLICATION), key_encryption_key) as (database, log, sealer):
            restored = await transcripts(database, log, world)
            assert restored.keys() == live.keys()
            for key, entries in restored.items():
                assert entries == live[key][: len(entries)]
                assert len(entries) > 2
            assert any(len(restored[key]) < len(live[key]) for key in keys)
            tenants = TenantService(database, SystemClock(), Limits())
            verified = await verify(database, tenants, log, sealer)
            assert [one for one in verified.findings if one.tenant == world.tenant.slug] == []


async def test_a_restored_conversation_goes_on_where_it_was(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, empty_database: str
) -> None:
    await world.write("price, please", PRICE)
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    await restore(file, None, empty_database, key_encryption_key)
    async with opened(empty_database, key_encryption_key) as (database, log, _):
        claim = await log.claim(world.key, "another process", 1)
        assert claim is not None
        assert [one.text for one in claim.triggers] == ["price, please"]
        async with database.control() as tx:
            due = await tx.fetchval(
                "select count(*) from control.due_conversation where conversation_id = $1", world.key.conversation_id
            )
    assert due == 1


async def test_row_level_security_is_in_force_again_after_a_restore(
    world: World,
    cluster: Cluster,
    key_encryption_key: KeyEncryptionKey,
    folder: Path,
    empty_database: str,
) -> None:
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    await restore(file, None, empty_database, key_encryption_key)
    connection = await asyncpg.connect(empty_database)
    try:
        exposed = await connection.fetch(
            """select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
               where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and not c.relforcerowsecurity"""
        )
        silenced = await connection.fetch("select tgname from pg_trigger where tgenabled = 'D'")
        async with connection.transaction():
            await connection.execute("set local role casewright_app")
            seen = await connection.fetchval("select count(*) from conversation_event")
    finally:
        await connection.close()
    assert (exposed, silenced, seen) == ([], [], 0)


@pytest.mark.slow
async def test_a_role_that_only_owns_the_tables_can_save_and_restore_them(
    world: World, key_encryption_key: KeyEncryptionKey, cluster: Cluster, folder: Path, empty_database: str
) -> None:
    """Managed databases give out no superuser, and row-level security holds for owners too."""
    await world.say("price?", PRICE)
    first, _ = await save(cluster.owner, folder / "first.backup", key_encryption_key)
    superuser = await asyncpg.connect(empty_database)
    owner = f"owner_{os.urandom(4).hex()}"
    name = await superuser.fetchval("select current_database()")
    address = urlsplit(empty_database)
    dsn = address._replace(netloc=f"{owner}:secret@{address.netloc.rpartition('@')[2]}").geturl()
    try:
        for extension in ("vector", "pg_trgm", "unaccent"):
            await superuser.execute(f"create extension {extension}")
        await superuser.execute(f"create role {owner} login createrole password 'secret'")
        await superuser.execute(f"alter database {name} owner to {owner}; grant casewright_app to {owner}")
        await superuser.execute(f"alter schema public owner to {owner}")
        done = await restore(first, None, dsn, key_encryption_key)
        _, saved = await save(dsn, folder / "second.backup", key_encryption_key)
        assert (done.conversations, done.events) == (saved.conversations, saved.events)
        assert saved.events > 0
    finally:
        await superuser.execute(
            f"alter database {name} owner to current_user; reassign owned by {owner} to current_user"
        )
        await superuser.execute(f"drop owned by {owner}; drop role {owner}")
        await superuser.close()


async def test_nothing_is_restored_over_what_is_there(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path
) -> None:
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    before = await world.entries()
    with pytest.raises(TargetNotEmpty):
        await restore(file, None, cluster.owner, key_encryption_key)
    assert await world.entries() == before


@pytest.mark.parametrize("damage", ["cut off", "altered", "not a backup"])
async def test_a_damaged_backup_restores_nothing(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, empty_database: str, damage: str
) -> None:
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    content = file.read_bytes()
    if damage == "cut off":
        file.write_bytes(content[: len(content) // 2])
    elif damage == "altered":
        alter_an_event(file)
    else:
        file.write_bytes(b"something else")
    with pytest.raises(BackupDamaged):
        await restore(file, None, empty_database, key_encryption_key)
    assert await companies_in(empty_database) in (0, None)


def alter_an_event(file: Path) -> None:
    """So that the archive itself still is sound: only its digest can tell."""
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    name = "tables/public.conversation_event.copy"
    entries[name] = entries[name].replace(b"conversation_started", b"conversation_ztarted", 1)
    with zipfile.ZipFile(file, "w") as archive:
        for each, content in entries.items():
            archive.writestr(each, content)


async def companies_in(dsn: str) -> int | None:
    connection = await asyncpg.connect(dsn)
    try:
        if await connection.fetchval("select to_regclass('control.tenant') is null"):
            return None
        return int(await connection.fetchval("select count(*) from control.tenant"))
    finally:
        await connection.close()


async def test_after_a_failed_restore_the_same_database_takes_a_whole_backup(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, empty_database: str
) -> None:
    file, saved = await save(cluster.owner, folder, key_encryption_key)
    whole = file.read_bytes()
    alter_an_event(file)
    with pytest.raises(BackupDamaged):
        await restore(file, None, empty_database, key_encryption_key)
    file.write_bytes(whole)
    assert (await restore(file, None, empty_database, key_encryption_key)).events == saved.events


async def test_a_backup_of_a_newer_version_is_refused(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, empty_database: str
) -> None:
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    with reading(file) as backup:
        newer = backup.manifest.model_copy(update={"revision": "9999"})
    with zipfile.ZipFile(file) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in entries.items():
            archive.writestr(name, newer.model_dump_json() if name == MANIFEST else content)
    with pytest.raises(BackupTooNew, match="9999"):
        await restore(file, None, empty_database, key_encryption_key)


async def test_another_installations_key_opens_no_backup(
    world: World,
    cluster: Cluster,
    key_encryption_key: KeyEncryptionKey,
    folder: Path,
    tmp_path: Path,
    empty_database: str,
) -> None:
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    other = KeyEncryptionKey.load(tmp_path / "other-key")
    with pytest.raises(KeysDoNotFit):
        await restore(file, None, empty_database, other)
    with pytest.raises(KeysDoNotFit):
        await save(cluster.owner, folder, other)


@pytest.mark.slow
async def test_keys_older_than_the_backup_are_refused(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, empty_database: str
) -> None:
    await save(cluster.owner, folder / "first.backup", key_encryption_key)
    older = (folder / KEYS_FILE).rename(folder / "older-keys")
    file, _ = await save(cluster.owner, folder / "second.backup", key_encryption_key)
    with pytest.raises(KeysDoNotFit, match="older"):
        await restore(file, older, empty_database, key_encryption_key)


async def test_a_backup_that_cannot_be_written_leaves_nothing_behind(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(BackupNotWritten, match="No space left"):
        await save(cluster.owner, folder, key_encryption_key)
    assert list(folder.iterdir()) == []


async def test_no_key_and_no_customers_word_stands_in_a_backup(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path
) -> None:
    await world.say("zanzibar price", PRICE)
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    async with world.database.begin(world.principal) as tx:
        wrapped = await tx.fetchval("select wrapped_key from person where tenant_id = $1", world.tenant.id)
    with zipfile.ZipFile(file) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert str(world.key.conversation_id).encode() in everything
    for secret in (wrapped.hex().encode(), b"zanzibar", b"zanzibar".hex().encode()):
        assert secret not in everything


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("delete from conversation_event where conversation_id = $1 and seq = 2", "without a gap"),
        *(
            pytest.param(*one, marks=pytest.mark.slow)
            for one in (
                ("update conversation set status = 'closed' where id = $1", "status is 'closed'"),
                (
                    "update conversation_event set sealed = sealed || 'x' where conversation_id = $1 and seq = 2",
                    "cannot be read",
                ),
                ("update conversation_snapshot set seq = 1 where conversation_id = $1", "snapshot differs"),
            )
        ),
    ],
)
async def test_what_does_not_fit_together_is_found(
    world: World,
    cluster: Cluster,
    key_encryption_key: KeyEncryptionKey,
    folder: Path,
    empty_database: str,
    change: str,
    told: str,
) -> None:
    await world.say("price?", PRICE)
    file, _ = await save(cluster.owner, folder, key_encryption_key)
    await restore(file, None, empty_database, key_encryption_key)
    async with world.database.begin(world.principal) as tx:
        snapshot = await tx.fetchrow(
            "select * from conversation_snapshot where conversation_id = $1", world.key.conversation_id
        )
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute("insert into conversation_snapshot values ($1, $2, $3, $4, $5)", *snapshot.values())
        await connection.execute(change, world.key.conversation_id)
    finally:
        await connection.close()
    async with opened(empty_database, key_encryption_key) as (database, log, sealer):
        verified = await verify(database, TenantService(database, SystemClock(), Limits()), log, sealer)
    ours = [one.what for one in verified.findings if one.where == str(world.key.conversation_id)]
    assert any(told in what for what in ours), verified.findings


async def test_a_database_at_work_is_as_it_must_be(
    world: World, tenants: TenantService, key_encryption_key: KeyEncryptionKey
) -> None:
    await world.say("price?", PRICE)
    await world.write("price, again?", PRICE)
    verified = await verify(world.database, tenants, world.log, Sealer(key_encryption_key))
    assert [one for one in verified.findings if one.tenant == world.tenant.slug] == []
    assert verified.events >= 4


async def test_a_backup_of_an_older_schema_comes_back_in_the_newest(
    world: World, cluster: Cluster, key_encryption_key: KeyEncryptionKey, folder: Path, empty_database: str
) -> None:
    older = migrations.revisions()[1]
    await asyncio.to_thread(migrations.upgrade, empty_database, older)
    connection = await asyncpg.connect(empty_database)
    try:
        await connection.execute("insert into control.tenant (id, slug, name) values (gen_random_uuid(), 'old', 'Old')")
        file, _ = await save(empty_database, folder, key_encryption_key)
        await connection.execute("delete from control.tenant")
        await restore(file, None, empty_database, key_encryption_key)
        slugs = [row["slug"] for row in await connection.fetch("select slug from control.tenant")]
    finally:
        await connection.close()
    assert slugs == ["old"]
    assert (await asyncio.to_thread(migrations.status, empty_database)).pending == ()
