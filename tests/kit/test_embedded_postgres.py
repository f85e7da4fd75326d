"""The launcher of the embedded PostgreSQL, with real servers and real kills."""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from casewright.kit.data_directory import DataDirectoryUnusable
from casewright.kit.embedded_postgres import (
    DatabaseDidNotStart,
    DatabaseNotRunning,
    DatabaseVersionMismatch,
    EmbeddedPostgres,
    Role,
)

OWNER_PROGRAM = """
import asyncio, sys
from pathlib import Path
from casewright.kit.embedded_postgres import EmbeddedPostgres

async def main():
    async with EmbeddedPostgres(Path(sys.argv[1])):
        print("ready", flush=True)
        await asyncio.sleep(120)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def initialized(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("initialized")

    async def initialize() -> None:
        async with EmbeddedPostgres(directory):
            pass

    asyncio.run(initialize())
    _wait_until(lambda: not _keepers_of(directory))
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def data_directory(initialized: Path, tmp_path: Path) -> Iterator[Path]:
    """A data directory with a fresh, stopped database."""
    directory = tmp_path / "data"
    shutil.copytree(initialized, directory, ignore=shutil.ignore_patterns("socket_directory"))
    yield directory
    for process in _keepers_of(directory):
        process.terminate()
    _wait_until(lambda: not _keepers_of(directory))
    shutil.rmtree(directory)


def _wait_until(condition: Callable[[], bool]) -> None:
    give_up_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < give_up_at, "the awaited state did not come"
        time.sleep(0.05)


def _keepers_of(directory: Path) -> list[psutil.Process]:
    def is_keeper(process: psutil.Process) -> bool:
        command: list[str] = process.info["cmdline"] or []
        return "casewright.kit.embedded_postgres.keeper" in command and str(directory) in command

    return [process for process in psutil.process_iter(["cmdline"]) if is_keeper(process)]


def _postmaster_id(directory: Path) -> int:
    return int((directory / "postgres/cluster/postmaster.pid").read_text().split("\n")[0])


def _kill(process: psutil.Process) -> None:
    process.kill()
    process.wait(10)


def _start_owner(directory: Path) -> subprocess.Popen[str]:
    owner = subprocess.Popen([sys.executable, "-c", OWNER_PROGRAM, directory], stdout=subprocess.PIPE, text=True)
    assert owner.stdout is not None and owner.stdout.readline() == "ready\n"
    return owner


async def _fetch(server: EmbeddedPostgres, query: str, role: Role = Role.OWNER) -> object:
    connection = await asyncpg.connect(server.dsn(role))
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_a_fresh_directory_becomes_a_database_with_its_extensions(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        extensions = await _fetch(server, "select array_agg(extname order by extname) from pg_extension")
        assert extensions == ["btree_gin", "citext", "pg_trgm", "plpgsql", "unaccent", "vector"]
        assert await _fetch(server, "select current_database()") == "casewright"


async def test_the_application_role_is_bound_by_row_level_security(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        await _fetch(server, "create table secret as select 'not yours' as text")
        await _fetch(server, "alter table secret enable row level security")
        await _fetch(server, "grant select on secret to casewright_app")
        assert await _fetch(server, "select count(*) from secret", Role.APPLICATION) == 0
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _fetch(server, "create table mine (id int)", Role.APPLICATION)


async def test_a_wrong_password_is_refused(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        password = (data_directory / "secrets/casewright_app.password").read_text()
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(server.dsn(Role.APPLICATION).replace(password, "guess"))


async def test_passwords_and_sockets_are_private(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        sockets = Path((data_directory / "postgres/socket_directory").read_text())
        private_files = [*(data_directory / "secrets").iterdir(), sockets / ".s.PGSQL.5432", sockets / "keeper.sock"]
        assert {oct(file.stat().st_mode & 0o777) for file in private_files if not file.is_socket()} == {"0o600"}
        assert {file.stat().st_mode & 0o077 for file in [*private_files, sockets]} == {0}
        assert await _fetch(server, "show listen_addresses") == ""


async def test_rows_are_there_after_a_stop_and_a_start(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        await _fetch(server, "create table note as select 'kept' as text")
    async with EmbeddedPostgres(data_directory) as server:
        assert await _fetch(server, "select text from note") == "kept"


async def test_no_acknowledged_row_is_lost_when_postgres_is_killed(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        await _fetch(server, "create table entry (number int primary key)")
        acknowledged: list[int] = []
        killed = asyncio.Event()

        async def write() -> None:
            connection = await asyncpg.connect(server.dsn(Role.OWNER))
            for number in range(1_000_000):
                await connection.execute("insert into entry values ($1)", number)
                acknowledged.append(number)
                if number == 200:
                    killed.set()

        writer = asyncio.create_task(write())
        await killed.wait()
        os.kill(_postmaster_id(data_directory), signal.SIGKILL)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)):
            await writer

        async def stored() -> object:
            while True:
                try:
                    return await _fetch(server, "select array_agg(number) from entry")
                except (asyncpg.PostgresError, OSError):
                    await asyncio.sleep(0.05)

        found = await asyncio.wait_for(stored(), 30)
        assert isinstance(found, list)
        assert set(acknowledged) <= set(found)
        assert len(acknowledged) > 200


async def test_an_owner_that_comes_during_a_crash_gets_a_working_server(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory):
        os.kill(_postmaster_id(data_directory), signal.SIGKILL)
        async with EmbeddedPostgres(data_directory) as second:
            assert await _fetch(second, "select 1") == 1


async def test_postgres_stops_when_its_owner_is_killed(data_directory: Path) -> None:
    owner = _start_owner(data_directory)
    postgres = psutil.Process(_postmaster_id(data_directory))
    owner.kill()
    owner.wait()
    _wait_until(lambda: not postgres.is_running())
    assert "database system is shut down" in (data_directory / "postgres/server.log").read_text()


async def test_a_server_left_behind_by_owner_and_keeper_is_adopted(data_directory: Path) -> None:
    owner = _start_owner(data_directory)
    postgres = psutil.Process(_postmaster_id(data_directory))
    for keeper in _keepers_of(data_directory):
        keeper.suspend()
    owner.kill()
    owner.wait()
    for keeper in _keepers_of(data_directory):
        keeper.kill()
    async with EmbeddedPostgres(data_directory) as server:
        assert await _fetch(server, "select 1") == 1
        assert _postmaster_id(data_directory) == postgres.pid
    _wait_until(lambda: not postgres.is_running())


async def test_a_killed_keeper_is_replaced_without_disturbing_anybody(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        connection = await asyncpg.connect(server.dsn(Role.APPLICATION))
        (keeper,) = _keepers_of(data_directory)
        keeper.kill()
        while not [process for process in _keepers_of(data_directory) if process.pid != keeper.pid]:
            await asyncio.sleep(0.05)
        assert await connection.fetchval("select 1") == 1
        postgres = psutil.Process(_postmaster_id(data_directory))
        await connection.close()
        await _holds_again(server)
    _wait_until(lambda: not postgres.is_running())


async def _holds_again(server: EmbeddedPostgres) -> None:
    while server._lifeline is None:
        await asyncio.sleep(0.02)


async def test_two_owners_share_a_server_until_the_last_lets_go(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as first:
        second = EmbeddedPostgres(data_directory)
        await second.start()
        assert await _fetch(first, "select pg_postmaster_start_time()") == await _fetch(
            second, "select pg_postmaster_start_time()"
        )
    assert await _fetch(second, "select 1") == 1
    postgres = psutil.Process(_postmaster_id(data_directory))
    await second.stop()
    _wait_until(lambda: not postgres.is_running())


async def test_owners_starting_at_the_same_moment_share_one_new_server(tmp_path: Path) -> None:
    first, second = EmbeddedPostgres(tmp_path), EmbeddedPostgres(tmp_path)
    await asyncio.gather(first.start(), second.start())
    started = {await _fetch(server, "select pg_postmaster_start_time()") for server in (first, second)}
    await asyncio.gather(first.stop(), second.stop())
    assert len(started) == 1


async def test_starting_while_the_last_owner_leaves_gives_a_working_server(data_directory: Path) -> None:
    leaving, coming = EmbeddedPostgres(data_directory), EmbeddedPostgres(data_directory)
    await leaving.start()
    await asyncio.gather(leaving.stop(), coming.start())
    assert await _fetch(coming, "select 1") == 1
    await coming.stop()


async def test_attaching_neither_starts_nor_stops_a_server(data_directory: Path) -> None:
    with pytest.raises(DatabaseNotRunning, match=r"Start `casewright demo` first"):
        await EmbeddedPostgres.attach(data_directory).start()
    async with EmbeddedPostgres(data_directory) as owner:
        async with EmbeddedPostgres.attach(data_directory) as guest:
            assert await _fetch(guest, "select 1") == 1
        assert await _fetch(owner, "select 1") == 1


async def test_a_long_path_gets_its_sockets_elsewhere(data_directory: Path, tmp_path: Path) -> None:
    deep = tmp_path / ("long-" * 20) / "data"
    deep.parent.mkdir()
    shutil.copytree(data_directory, deep)
    async with EmbeddedPostgres(deep) as server:
        sockets = Path((deep / "postgres/socket_directory").read_text())
        assert not sockets.is_relative_to(deep)
        assert sockets.stat().st_mode & 0o777 == 0o700
        assert await _fetch(server, "select 1") == 1
    _wait_until(lambda: not sockets.exists())
    async with EmbeddedPostgres(deep) as server:
        assert await _fetch(server, "select 1") == 1
    shutil.rmtree(deep)


async def test_another_major_version_is_refused_with_what_to_do(data_directory: Path) -> None:
    (data_directory / "postgres/cluster/PG_VERSION").write_text("15\n")
    with pytest.raises(DatabaseVersionMismatch, match=r"written by PostgreSQL 15.* pg_dump|CASEWRIGHT_DATA_DIR"):
        await EmbeddedPostgres(data_directory).start()


async def test_an_unwritable_directory_is_refused_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataDirectoryUnusable, match="CASEWRIGHT_DATA_DIR"):
        await EmbeddedPostgres(tmp_path / "file" / "data").start()


async def test_a_lost_password_is_reported_with_the_file_to_restore(data_directory: Path) -> None:
    (data_directory / "secrets/casewright_owner.password").unlink()
    with pytest.raises(DatabaseDidNotStart, match=r"casewright_owner\.password is missing"):
        await EmbeddedPostgres(data_directory).start()


async def test_a_stale_pid_file_that_names_a_living_stranger_is_no_obstacle(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory):
        text = (data_directory / "postgres/cluster/postmaster.pid").read_text()
    (data_directory / "postgres/cluster/postmaster.pid").write_text(text.replace(text.split("\n")[0], str(os.getpid())))
    async with EmbeddedPostgres(data_directory) as server:
        assert await _fetch(server, "select 1") == 1


async def test_an_interrupted_creation_starts_over(tmp_path: Path) -> None:
    (tmp_path / "postgres/unfinished-1/base").mkdir(parents=True)
    async with EmbeddedPostgres(tmp_path) as server:
        assert await _fetch(server, "select 1") == 1
    assert not list((tmp_path / "postgres").glob("unfinished-*"))


async def test_what_clients_write_does_not_reach_the_server_log(data_directory: Path) -> None:
    async with EmbeddedPostgres(data_directory) as server:
        await _fetch(server, "create table person (email text primary key)")
        with pytest.raises(asyncpg.UniqueViolationError):
            await _fetch(server, "insert into person values ('dana@example.com'), ('dana@example.com')")
    assert "dana@example.com" not in (data_directory / "postgres/server.log").read_text()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs another user")
async def test_root_without_user_namespaces_runs_postgres_as_a_system_user(
    data_directory: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = tmp_path / "refused"
    refused.mkdir()
    (refused / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (refused / "unshare").chmod(0o755)
    existed = any(entry.pw_name == "casewright" for entry in pwd.getpwall())
    with monkeypatch.context() as patch:
        patch.setenv("PATH", f"{refused}:{os.environ['PATH']}")
        async with EmbeddedPostgres(data_directory) as server:
            assert await _fetch(server, "select 1") == 1
            assert psutil.Process(_postmaster_id(data_directory)).username() == "casewright"
    async with EmbeddedPostgres(data_directory) as server:
        assert await _fetch(server, "select 1") == 1
    if not existed:
        subprocess.run(["userdel", "casewright"], check=True, capture_output=True)
