"""Saving a database while it is at work: everything in one snapshot, and the persons' keys in a file of their own.

The keys' file stands beside the backups and is replaced each time. Whoever was erased since has no key in it, so that
no older backup of the folder can be read as far as they are concerned.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from casewright import __version__
from casewright.backup.archive import ArchiveWriter, reading, writing
from casewright.backup.errors import BackupNotWritten, KeysDoNotFit, PlacementUnsupported
from casewright.backup.models import Manifest, Saved, TableContent, TableName
from casewright.backup.tables import Table, tables_of
from casewright.kit.connecting import CONNECTION_ERRORS
from casewright.kit.database import DatabaseUnavailable, DatabaseUnusable
from casewright.kit.sealing import KeyEncryptionKey

SUFFIX: Final = ".backup"
KEYS_FILE: Final = "person-keys.backup"
KEYS: Final = Table(
    name=TableName(schema_name="public", name="person_key"), columns=("tenant_id", "id", "wrapped_key"), by_tenant=True
)
Report = Callable[[str], None]


def fingerprint(key: KeyEncryptionKey) -> str:
    """By which a backup knows the key-encryption key that it needs."""
    return key.derive("backup fingerprint").hex()[:16]


def file_in(target: Path, now: datetime) -> Path:
    """`target`, or where it is a folder a file in it that is named by the time."""
    return target / f"casewright-{now:%Y%m%dT%H%M%SZ}{SUFFIX}" if target.is_dir() else target


async def save(dsn: str, target: Path, key: KeyEncryptionKey, report: Report = lambda _: None) -> tuple[Path, Saved]:
    """Writes the backup to the file, or into the folder, `target`, and the keys beside it. `dsn`: of the role that owns the
    tables, without a pooler between.

    Raises `BackupNotWritten`, `KeysDoNotFit`, `PlacementUnsupported`, `DatabaseUnavailable` and `DatabaseUnusable`."""
    now = datetime.now(UTC)
    file = file_in(target, now)
    keys_file = file.parent / KEYS_FILE
    if file == keys_file:
        raise BackupNotWritten(f"{file} is where the persons' keys go. Choose another name.")
    _require_own(keys_file, key)
    async with _snapshot(dsn) as connection:
        try:
            revision = await connection.fetchval("select version_num from control.alembic_version")
            tenants = [row["id"] for row in await connection.fetch("select id from control.tenant order by id")]
            if await connection.fetchval("select exists (select from control.placement where kind <> 'shared')"):
                raise PlacementUnsupported("A tenant has a schema or database of its own. Back that one up by pg_dump.")
            tables, left_out = await tables_of(connection)
        except asyncpg.UndefinedTableError as error:
            raise DatabaseUnusable("The database has no schema yet. Run `casewright db upgrade`.") from error
        manifest = Manifest(
            made_at=now, made_by=__version__, revision=revision, sealed_under=fingerprint(key), tables=()
        )
        with writing(keys_file) as keys, writing(file) as archive:
            selection = "select tenant_id, id, wrapped_key from public.person where wrapped_key is not null"
            kept = await _copied(connection, keys, KEYS, selection, tenants)
            keys.finish(manifest.model_copy(update={"tables": (kept,)}))
            contents = []
            for number, table in enumerate(tables, 1):
                report(f"{table.name} ({number} of {len(tables)})")
                contents.append(await _copied(connection, archive, table, table.selection, tenants))
            manifest = manifest.model_copy(update={"tables": tuple(contents), "left_out": left_out})
            archive.finish(manifest)
    return file, Saved(
        conversations=manifest.rows("public.conversation"),
        events=manifest.rows("public.conversation_event"),
        persons=manifest.rows("public.person"),
        keys=kept.rows,
        bytes=file.stat().st_size,
    )


def _require_own(keys_file: Path, key: KeyEncryptionKey) -> None:
    """Another installation's keys are not overwritten."""
    if not keys_file.exists():
        return
    with reading(keys_file) as found:
        if found.manifest.sealed_under != fingerprint(key):
            raise KeysDoNotFit(
                f"{keys_file} holds the keys of another installation, which a backup here would destroy. "
                "Choose a folder of its own for each installation."
            )


@asynccontextmanager
async def _snapshot(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """What is committed now, whatever is written meanwhile."""
    try:
        connection = await asyncpg.connect(dsn, timeout=10, server_settings={"application_name": "casewright backup"})
    except (*CONNECTION_ERRORS, asyncpg.PostgresError) as error:
        raise DatabaseUnavailable("The database cannot be reached. Nothing was written.") from error
    try:
        async with connection.transaction(isolation="repeatable_read"):
            yield connection
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseUnusable(
            "The role that signs in may not read every table. Set CASEWRIGHT_DATABASE_ADMIN_URL to the one that owns them."
        ) from error
    except (asyncpg.PostgresConnectionError, asyncpg.InterfaceError) as error:
        raise DatabaseUnavailable("The database was lost meanwhile. Nothing was written.") from error
    finally:
        await connection.close(timeout=5)


async def _copied(
    connection: asyncpg.Connection, archive: ArchiveWriter, table: Table, selection: str, tenants: list[UUID]
) -> TableContent:
    """Tenant by tenant, as row-level security holds for the tables' owner as well."""

    async def copy(sink: object) -> None:
        if not table.by_tenant:
            await connection.copy_from_query(selection, output=sink, format="text")
            return
        for tenant in tenants:
            await connection.execute(f"set local app.tenant = '{tenant}'")
            where = "and" if " where " in selection else "where"
            one = f"{selection} {where} tenant_id = '{tenant}'"
            await connection.copy_from_query(one, output=sink, format="text")

    return await archive.table(table, copy)
