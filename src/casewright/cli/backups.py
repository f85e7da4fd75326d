"""`casewright db backup`, `restore`, `verify`."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from casewright.cli.database import owner_address, server_address
from casewright.cli.progress import Progress
from casewright.kit.data_directory import DataDirectory, default_data_directory
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.errors import InvalidInput
from casewright.settings import Settings, load_settings

if TYPE_CHECKING:
    from casewright.backup.models import Restored, Verified
    from casewright.kit.sealing import KeyEncryptionKey

URL_SCHEMES: Final = ("postgresql://", "postgres://")
SHOWN: Final = 50
"""Findings in full; the rest is counted."""

BackupFile = Annotated[Path, typer.Argument(help="The backup.", show_default=False, exists=True, dir_okay=False)]
Keys = Annotated[
    Path | None,
    typer.Option("--keys", help="The newest person-keys.backup. Default: the one beside the backup.", exists=True),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(help="The key-encryption key's file. Default: as for the server.", exists=True, dir_okay=False),
]


def backup(
    target: Annotated[Path, typer.Argument(help="The file to write, or a folder to put it into.", show_default=False)],
) -> None:
    """Save the whole database while it is at work. The persons' keys go beside it, into person-keys.backup."""
    asyncio.run(_backup(load_settings(), target.absolute()))


async def _backup(settings: Settings, target: Path) -> None:
    from casewright.backup.saving import save

    if not target.parent.is_dir():
        raise InvalidInput(f"There is no folder {target.parent}. Make it first.")
    key = _key(settings, None)
    async with owner_address(settings) as dsn:
        with Progress(Console(stderr=True)).step("Saving") as say:
            file, saved = await save(dsn, target, key, say)
    _tell(f"{file}: {saved.conversations} conversations with {saved.events} events, {saved.bytes:,} bytes.")
    _tell(
        f"Keys of {saved.keys} persons: {file.parent / 'person-keys.backup'}. A restore needs both, and the server's key."
    )


def restore(
    file: BackupFile,
    to: Annotated[
        str,
        typer.Option(
            help="An empty database (postgresql://…, of a role that may create tables) or a new data directory.",
            envvar="CASEWRIGHT_RESTORE_TO",
            show_default=False,
        ),
    ],
    keys: Keys = None,
    key_file: KeyFile = None,
) -> None:
    """Bring a backup into an empty database or a new data directory: all of it, or nothing."""
    asyncio.run(_restore(load_settings(), file, to, keys, key_file))


async def _restore(settings: Settings, file: Path, to: str, keys: Path | None, key_file: Path | None) -> None:
    from casewright.backup.restoring import restore

    if to.startswith(URL_SCHEMES):
        with Progress(Console(stderr=True)).step("Restoring") as say:
            done = await restore(file, keys, to, _key(settings, key_file), say)
    else:
        done = await _restore_into_directory(settings, file, Path(to), keys, key_file)
    forgotten = f" {done.forgotten} persons without a key were erased." if done.forgotten else ""
    _tell(f"{done.conversations} conversations with {done.events} events are back.{forgotten}")


async def _restore_into_directory(
    settings: Settings, file: Path, directory: Path, keys: Path | None, key_file: Path | None
) -> "Restored":
    """Brings the key-encryption key along where that is a file. If the restore fails, a directory that was not there is gone
    again."""
    from casewright.backup.restoring import restore
    from casewright.installation import KEY_FILE
    from casewright.kit.private_file import write_private_file

    key = _key(settings, key_file)
    source = None if settings.key_encryption_key and not key_file else key_file or _own_key_file(settings)
    async with _new_directory(directory) as target:
        async with EmbeddedPostgres(target.path) as server:
            with Progress(Console(stderr=True)).step("Restoring") as say:
                done = await restore(file, keys, server.dsn(Role.OWNER), key, say)
        own_key = target.path / KEY_FILE
        if source is not None and not own_key.exists():
            write_private_file(own_key, source.read_bytes(), replace=False)
    return done


@asynccontextmanager
async def _new_directory(directory: Path) -> AsyncIterator[DataDirectory]:
    is_new = not await asyncio.to_thread(directory.exists)
    try:
        yield DataDirectory(directory)
    except BaseException:
        if is_new:
            await asyncio.to_thread(shutil.rmtree, directory, ignore_errors=True)
        raise


def verify(
    file: Annotated[
        Path | None, typer.Argument(help="A backup. Absent: the database itself.", exists=True, dir_okay=False)
    ] = None,
    digests_only: Annotated[
        bool, typer.Option("--digests-only", help="Of a backup, check only that every byte is as it was written.")
    ] = False,
    keys: Keys = None,
    key_file: KeyFile = None,
) -> None:
    """Check a backup, by restoring it aside, or the database at work: fold every conversation and compare. Exit code 1
    where something does not fit."""
    verified = asyncio.run(_verify(load_settings(), file, digests_only, keys, key_file))
    if verified is None:
        _tell("Every byte is as it was written.")
        return
    if verified.findings:
        table = Table("company", "where", "what")
        for one in verified.findings[:SHOWN]:
            table.add_row(one.tenant, one.where, one.what)
        Console().print(table)
        _tell(f"{len(verified.findings)} findings in {verified.conversations} conversations.")
        raise typer.Exit(1)
    _tell(f"{verified.conversations} conversations with {verified.events} events: all as they must be.")


async def _verify(
    settings: Settings, file: Path | None, digests_only: bool, keys: Path | None, key_file: Path | None
) -> "Verified | None":
    from casewright.backup.archive import reading
    from casewright.backup.restoring import restore

    progress = Progress(Console(stderr=True))
    if file is None:
        async with server_address(settings) as dsn:
            return await _verify_database(dsn, _key(settings, key_file), progress)
    with progress.step("Reading"), reading(file) as backup:
        await backup.check()
    if digests_only:
        return None
    key = _key(settings, key_file)
    async with _aside() as server:
        with progress.step("Restoring aside") as say:
            await restore(file, keys, server.dsn(Role.OWNER), key, say)
        return await _verify_database(server.dsn(Role.APPLICATION), key, progress)


@asynccontextmanager
async def _aside() -> AsyncIterator[EmbeddedPostgres]:
    """A server of its own, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="casewright-verify-") as directory:
        async with EmbeddedPostgres(Path(directory)) as server:
            yield server


async def _verify_database(dsn: str, key: "KeyEncryptionKey", progress: Progress) -> "Verified":
    from casewright.backup.verifying import verify
    from casewright.conversations.event_log import EventLog
    from casewright.conversations.live import LiveEvents
    from casewright.conversations.sealer import Sealer
    from casewright.kit.clock import SystemClock
    from casewright.kit.database import Database
    from casewright.settings import Limits
    from casewright.tenants.service import TenantService

    database, sealer, clock = Database(dsn, pool_size=2), Sealer(key), SystemClock()
    try:
        await database.open()
        log = EventLog(database, sealer, clock, LiveEvents(), lease_seconds=1)
        with progress.step("Folding") as say:
            return await verify(database, TenantService(database, clock, Limits()), log, sealer, say)
    finally:
        await database.close()


def _key(settings: Settings, key_file: Path | None) -> "KeyEncryptionKey":
    """The server's, or the one of the file. Unlike a server's first start, this makes none."""
    from casewright.kit.sealing import KeyEncryptionKey

    if key_file is None and settings.key_encryption_key:
        return KeyEncryptionKey.load(_own_key_file(settings), settings.key_encryption_key.get_secret_value())
    file = key_file or _own_key_file(settings)
    if not file.exists():
        raise InvalidInput(
            f"There is no key-encryption key in {file}. Set CASEWRIGHT_KEY_ENCRYPTION_KEY, or give the file with --key-file."
        )
    return KeyEncryptionKey.load(file)


def _own_key_file(settings: Settings) -> Path:
    from casewright.installation import KEY_FILE

    return (settings.data_dir or default_data_directory()) / KEY_FILE


def _tell(sentence: str) -> None:
    Console().print(sentence, markup=False, highlight=False, soft_wrap=True)
