"""Restoring into an empty database: all of a backup, or nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import asyncpg
from alembic.util import CommandError

from casewright import migrations
from casewright.backup.archive import ArchiveReader, reading
from casewright.backup.errors import BackupDamaged, BackupTooNew, KeysDoNotFit, RestoreFailed, TargetNotEmpty
from casewright.backup.models import Restored, TableContent
from casewright.backup.saving import KEYS, KEYS_FILE, fingerprint
from casewright.kit.clock import SystemClock
from casewright.kit.connecting import CONNECTION_ERRORS
from casewright.kit.database import DatabaseUnavailable
from casewright.kit.sealing import KeyEncryptionKey
from casewright.people import repository as people

Report = Callable[[str], None]

_LOADED_KEYS: Final = "restored_person_key"
_NOTHING: Final = "Nothing was restored."
_HALF_FORGOTTEN: Final = (
    "The rows are there, but not all that tells of persons erased since is gone: empty the database and restore again."
)


async def restore(
    file: Path, keys_file: Path | None, dsn: str, key: KeyEncryptionKey, report: Report = lambda _: None
) -> Restored:
    """Brings the backup into the empty database at `dsn`, whose role may create tables, and the schema to this version's.
    Persons whose key is not in `keys_file` (default: beside the backup) any more are erased.

    Raises `BackupDamaged`, `BackupTooNew`, `KeysDoNotFit`, `TargetNotEmpty`, `RestoreFailed`, `DatabaseUnavailable`."""
    with reading(file) as backup, reading(keys_file or file.parent / KEYS_FILE) as keys:
        _require_fitting(backup, keys, key)
        await _make_schema(dsn, backup)
        async with _connected(dsn) as connection, connection.transaction():
            await _require_empty(connection)
            tables = [(content, _quoted(content)) for content in backup.manifest.tables]
            for content, name in tables:
                report(str(content.table))
                await _load(connection, backup, content, name)
            await _set_sequences(connection)
            await _give_keys(connection, keys)
            await _lock_up(connection, backup)
        report("schema")
        await asyncio.to_thread(migrations.upgrade, dsn)
        async with _connected(dsn, _HALF_FORGOTTEN) as connection, connection.transaction():
            forgotten = await _forget(connection)
        return Restored(
            conversations=backup.manifest.rows("public.conversation"),
            events=backup.manifest.rows("public.conversation_event"),
            forgotten=forgotten,
        )


def _require_fitting(backup: ArchiveReader, keys: ArchiveReader, key: KeyEncryptionKey) -> None:
    if [one.table for one in keys.manifest.tables] != [KEYS.name]:
        raise BackupDamaged(keys.file, "it holds no persons' keys")
    if KEYS.name in [one.table for one in backup.manifest.tables]:
        raise BackupDamaged(backup.file, "it holds persons' keys only")
    if keys.manifest.sealed_under != backup.manifest.sealed_under:
        raise KeysDoNotFit(f"{keys.file} holds the keys of another installation than {backup.file}.")
    if keys.manifest.made_at < backup.manifest.made_at:
        raise KeysDoNotFit(
            f"{keys.file} is older than {backup.file}: who came between would be lost. Give the newest with --keys."
        )
    if fingerprint(key) != backup.manifest.sealed_under:
        raise KeysDoNotFit(
            "The key-encryption key is another than the one the backup was made with. Set CASEWRIGHT_KEY_ENCRYPTION_KEY, "
            "or give the file with --key-file."
        )


async def _make_schema(dsn: str, backup: ArchiveReader) -> None:
    """The backup's own version of the schema; what is younger is applied to the rows afterwards."""
    async with _connected(dsn) as connection:
        await _require_empty(connection)
    try:
        found = await asyncio.to_thread(migrations.status, dsn)
        if backup.manifest.revision not in migrations.revisions():
            raise BackupTooNew(
                f"{backup.file} has version {backup.manifest.revision} of the schema, this Casewright knows up to "
                f"{found.newest}. Restore it with the Casewright that made it ({backup.manifest.made_by}) or a newer one."
            )
        if found.current is not None and found.current != backup.manifest.revision:
            raise TargetNotEmpty(
                f"The database has a schema of version {found.current}, the backup {backup.manifest.revision}. "
                "Restore into a database without a schema."
            )
        await asyncio.to_thread(migrations.upgrade, dsn, backup.manifest.revision)
    except CommandError as error:
        raise RestoreFailed("The database's schema is of a version that this Casewright does not know.") from error


async def _require_empty(connection: asyncpg.Connection) -> None:
    exists = await connection.fetchval("select to_regclass('control.tenant') is not null")
    if exists and await connection.fetchval("select exists (select from control.tenant)"):
        raise TargetNotEmpty(
            "There are companies in that database already; nothing was changed. Restore into an empty one."
        )


@asynccontextmanager
async def _connected(dsn: str, so_far: str = _NOTHING) -> AsyncIterator[asyncpg.Connection]:
    """`so_far`: what has come of the restore should it fail within the block."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10, server_settings={"application_name": "casewright restore"})
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable("The database to restore into cannot be reached. Nothing was changed.") from error
    try:
        yield connection
    except asyncpg.InsufficientPrivilegeError as error:
        raise RestoreFailed(f"The role that signs in may not create or fill the tables. {so_far}") from error
    except asyncpg.InsufficientResourcesError as error:
        raise RestoreFailed(f"The database has no room left for the backup. {so_far}") from error
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
        raise RestoreFailed(f"The database was lost meanwhile. {so_far}") from error
    except asyncpg.PostgresError as error:
        raise RestoreFailed(f"The database refused what the backup holds ({error.sqlstate}). {so_far}") from error
    finally:
        await connection.close(timeout=5)


def _quoted(content: TableContent) -> str:
    return f'"{content.table.schema_name}"."{content.table.name}"'


async def _load(connection: asyncpg.Connection, backup: ArchiveReader, content: TableContent, name: str) -> None:
    """Triggers would queue and count once more what they did when the rows were new."""
    await connection.execute(f"alter table {name} no force row level security; alter table {name} disable trigger user")
    await connection.copy_to_table(
        content.table.name,
        schema_name=content.table.schema_name,
        columns=content.columns,
        source=backup.chunks(content),
        format="text",
    )


async def _lock_up(connection: asyncpg.Connection, backup: ArchiveReader) -> None:
    for content in backup.manifest.tables:
        name = _quoted(content)
        await connection.execute(f"alter table {name} enable trigger user")
        if content.table.schema_name == "public":
            await connection.execute(f"alter table {name} force row level security")


async def _set_sequences(connection: asyncpg.Connection) -> None:
    """Each goes on after the highest number that was restored."""
    rows = await connection.fetch(
        """select n.nspname as schema_name, c.relname as name, a.attname as column,
                  pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) as sequence
           from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
           where n.nspname in ('public', 'control') and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
             and pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname) is not null"""
    )
    for row in rows:
        highest = f'select max("{row["column"]}") from "{row["schema_name"]}"."{row["name"]}"'
        await connection.execute(
            f"select setval('{row['sequence']}', highest) from ({highest}) as t (highest) where highest is not null"
        )


async def _give_keys(connection: asyncpg.Connection, keys: ArchiveReader) -> None:
    await connection.execute(
        f"create temporary table {_LOADED_KEYS} (tenant_id uuid, id uuid, wrapped_key bytea) on commit drop"
    )
    (content,) = keys.manifest.tables
    await connection.copy_to_table(_LOADED_KEYS, columns=content.columns, source=keys.chunks(content), format="text")
    await connection.execute(
        f"""update public.person p set wrapped_key = k.wrapped_key from {_LOADED_KEYS} k
            where p.tenant_id = k.tenant_id and p.id = k.id and p.erased_at is null"""
    )


async def _forget(connection: asyncpg.Connection) -> int:
    """Whoever has no key any more was erased after the backup; what else told of them goes as well. In the newest schema,
    since that is what erasing knows."""
    count = 0
    for tenant in await connection.fetch("select id from control.tenant"):
        await connection.execute(f"set local app.tenant = '{tenant['id']}'")
        rows = await connection.fetch(
            "select id from public.person where tenant_id = $1 and wrapped_key is null and erased_at is null",
            tenant["id"],
        )
        if rows:
            await people.erase(connection, tenant["id"], [row["id"] for row in rows], SystemClock().now())
        count += len(rows)
    return count
