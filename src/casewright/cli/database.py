"""`casewright db …`: the schema's versions. `backups.py` adds what saves and restores."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from casewright.kit.data_directory import DataDirectory
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.settings import Settings, load_settings

if TYPE_CHECKING:
    from casewright.migrations import SchemaStatus

database_app = typer.Typer(help="The database: its schema, backups, restores.", no_args_is_help=True)


@database_app.command()
def upgrade() -> None:
    """Bring the database to this version's schema."""
    asyncio.run(_upgrade(load_settings()))


@database_app.command()
def status() -> None:
    """Show which versions of the schema are applied and which are not."""
    found = asyncio.run(_status(load_settings()))
    table = Table("applied", "newest", "pending")
    table.add_row(found.current or "nothing", found.newest, ", ".join(found.pending) or "nothing")
    Console().print(table)


async def _upgrade(settings: Settings) -> None:
    from casewright import migrations

    async with owner_address(settings) as dsn:
        await asyncio.to_thread(migrations.upgrade, dsn)
        found = await asyncio.to_thread(migrations.status, dsn)
    Console().print(f"The database is at version {found.current}.")


async def _status(settings: Settings) -> "SchemaStatus":
    from casewright import migrations

    async with owner_address(settings) as dsn:
        return await asyncio.to_thread(migrations.status, dsn)


@asynccontextmanager
async def owner_address(settings: Settings) -> AsyncIterator[str]:
    """Of the role that owns the tables; of the embedded server, which then runs as long as the block."""
    chosen = settings.database_admin_url or settings.database_url
    if chosen:
        yield chosen.get_secret_value()
        return
    async with EmbeddedPostgres(DataDirectory(settings.data_dir).path) as server:
        yield server.dsn(Role.OWNER)


@asynccontextmanager
async def server_address(settings: Settings) -> AsyncIterator[str]:
    """As a server signs in, past a pooler if there is one."""
    chosen = settings.database_direct_url or settings.database_url
    if chosen:
        yield chosen.get_secret_value()
        return
    async with EmbeddedPostgres(DataDirectory(settings.data_dir).path) as server:
        yield server.dsn(Role.APPLICATION)
