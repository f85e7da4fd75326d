"""`casewright db backup`, `restore`, `verify` where something is wrong: what is said, and that nothing is left half done."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from casewright.backup.saving import save
from casewright.cli import main
from casewright.installation import KEY_FILE, load_key
from casewright.kit.data_directory import DataDirectory
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.settings import Settings
from casewright.tenants.models import Tenant
from tests.conftest import Cluster


@dataclass(frozen=True)
class Done:
    exit_code: int
    printed: str
    complained: str


Casewright = Callable[..., Awaitable[Done]]


@pytest.fixture
def installation(tmp_path: Path, cluster: Cluster, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory with a key; its database is the tests' own."""
    data = tmp_path / "installation"
    for name, value in {**cluster.environment(), "CASEWRIGHT_DATA_DIR": str(data)}.items():
        monkeypatch.setenv(name, value)
    load_key(Settings(data_dir=data), DataDirectory(data))
    return data


@pytest.fixture
async def backup(installation: Path, tmp_path: Path, cluster: Cluster) -> Path:
    (tmp_path / "backups").mkdir()
    key = load_key(Settings(data_dir=installation), DataDirectory(installation))
    file, _ = await save(cluster.owner, tmp_path / "backups", key)
    return file


@pytest.fixture
def casewright(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Casewright:
    """The program, as if typed into a terminal."""

    async def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["casewright", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            await asyncio.to_thread(main)
        printed, complained = capsys.readouterr()
        return Done(int(ended.value.code or 0), printed, complained)

    return run


async def test_a_new_data_directory_gets_the_key_that_opens_what_is_in_it(
    installation: Path, backup: Path, casewright: Casewright, tmp_path: Path
) -> None:
    done = await casewright("db", "restore", backup, "--to", tmp_path / "restored")
    assert (done.exit_code, "are back." in done.printed) == (0, True)
    own = tmp_path / "restored" / KEY_FILE
    assert own.read_bytes() == (installation / KEY_FILE).read_bytes()
    assert own.stat().st_mode & 0o777 == 0o600


async def test_a_directory_that_a_failed_restore_made_is_gone(
    backup: Path, casewright: Casewright, tmp_path: Path
) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[: len(content) // 2])
    done = await casewright("db", "restore", backup, "--to", tmp_path / "restored")
    assert (done.exit_code, "Take another backup." in done.complained) == (2, True)
    assert not (tmp_path / "restored").exists()


async def test_a_directory_with_companies_in_it_is_left_as_it_is(
    backup: Path, casewright: Casewright, tmp_path: Path
) -> None:
    await casewright("db", "restore", backup, "--to", tmp_path / "restored")
    again = await casewright("db", "restore", backup, "--to", tmp_path / "restored")
    assert (again.exit_code, "nothing was changed" in again.complained) == (2, True)
    async with EmbeddedPostgres(tmp_path / "restored") as server:
        assert server.dsn(Role.OWNER)


async def test_where_there_is_no_key_none_is_made_up(
    installation: Path, backup: Path, casewright: Casewright, tmp_path: Path
) -> None:
    key = (installation / KEY_FILE).rename(tmp_path / "key")
    without = await casewright("db", "restore", backup, "--to", tmp_path / "restored")
    assert (without.exit_code, "--key-file" in without.complained) == (2, True)
    assert not (installation / KEY_FILE).exists()
    given = await casewright("db", "restore", backup, "--to", tmp_path / "restored", "--key-file", key)
    assert given.exit_code == 0


async def test_a_damaged_backup_is_told_from_a_whole_one(backup: Path, casewright: Casewright) -> None:
    whole = await casewright("db", "verify", backup, "--digests-only")
    assert (whole.exit_code, whole.printed) == (0, "Every byte is as it was written.\n")
    content = bytearray(backup.read_bytes())
    content[len(content) // 3] ^= 0xFF
    backup.write_bytes(content)
    damaged = await casewright("db", "verify", backup, "--digests-only")
    assert (damaged.exit_code, str(backup) in damaged.complained) == (2, True)


async def test_a_folder_that_is_not_there_is_named(installation: Path, casewright: Casewright, tmp_path: Path) -> None:
    done = await casewright("db", "backup", tmp_path / "nowhere" / "file.backup")
    assert (done.exit_code, "There is no folder" in done.complained) == (2, True)
