"""The guide to backup and erasure, followed word for word on a database at work."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from casewright import migrations
from casewright.conversations import repository
from casewright.conversations.event_log import EventLog
from casewright.conversations.live import LiveEvents
from casewright.conversations.models import Part
from casewright.conversations.sealer import Sealer
from casewright.conversations.service import ConversationService
from casewright.conversations.writing import LogWriter
from casewright.installation import load_key
from casewright.kit.clock import SystemClock
from casewright.kit.data_directory import DataDirectory
from casewright.kit.database import Database
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.ids import new_id
from casewright.kit.principal import system
from casewright.settings import Limits, Settings
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

pytestmark = pytest.mark.slow

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "backup-and-erasure.md"
ADA = "ada@example.com"


@dataclass(frozen=True)
class Ran:
    commands: str
    exit_code: int
    printed: str


@pytest.fixture(scope="module")
async def ran(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[list[Ran]]:
    """What came of the guide's blocks of commands, in their order, in an empty folder."""
    folder, data = tmp_path_factory.mktemp("reader"), tmp_path_factory.mktemp("installation")
    async with EmbeddedPostgres(data) as server:
        await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
        await _let_ada_write(server.dsn(Role.APPLICATION), data)
        yield [await asyncio.to_thread(_run, block, folder, data) for block in _blocks()]


def _blocks() -> list[str]:
    tokens = MarkdownIt("commonmark").parse(GUIDE.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info == "sh"]


def _run(commands: str, folder: Path, data: Path) -> Ran:
    script = commands.replace(".venv/bin/casewright", f"{sys.executable} -m casewright")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CASEWRIGHT_")}
    done = subprocess.run(
        ["bash", "-e", "-c", script],
        cwd=folder,
        env={**environment, "CASEWRIGHT_DATA_DIR": str(data)},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(commands, done.returncode, done.stdout + done.stderr)


async def _let_ada_write(dsn: str, data: Path) -> None:
    """A company with one conversation, in which Ada gave her address."""
    database, clock = Database(dsn, pool_size=2), SystemClock()
    await database.open()
    sealer, live = Sealer(load_key(Settings(data_dir=data), DataDirectory(data))), LiveEvents()
    log = EventLog(database, sealer, clock, live, 10.0)
    service = ConversationService(database, sealer, log, LogWriter(sealer, log, clock), live, clock)
    tenant = await TenantService(database, clock, Limits()).save("my-company", "My Company", TenantProfile())
    key, _ = await service.open(
        system(tenant.id), tenant, language="en", time_zone="UTC", page="", consents={}, most_active=10,
        greeting=Part(text="Hello", kind="notice"), active_for=timedelta(minutes=1),
    )  # fmt: skip
    await service.accept(key, f"I am {ADA}", "first", 8000)
    async with database.begin(system(tenant.id)) as tx:
        row = await repository.find(tx, key)
        assert row is not None
        await repository.upsert_identity(
            tx,
            tenant.id,
            identity_id=new_id(),
            person_id=row["person_id"],
            kind="email",
            digest=sealer.identity_digest(tenant.id, "email", ADA),
            sealed=b"sealed",
            assurance="claimed",
        )
    await database.close()


async def test_every_command_of_the_guide_works(ran: list[Ran]) -> None:
    assert len(ran) == 5
    assert [one for one in ran if one.exit_code != 0] == []


async def test_the_commands_say_what_they_did(ran: list[Ran]) -> None:
    saved, checked, restored, erased, saved_again = [one.printed for one in ran]
    assert "1 conversations with 3 events" in saved
    assert "Keys of 1 persons" in saved
    assert checked.count("1 conversations with 3 events: all as they must be.") == 2
    assert "1 conversations with 3 events are back." in restored
    assert "all as they must be" in restored
    assert "Erased: 1 persons, 1 conversations." in erased
    assert "Keys of 0 persons" in saved_again
