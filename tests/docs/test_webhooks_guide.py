"""The guide to webhooks: its receiver is the one that gets what is sent, and its commands are followed word for word."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from markdown_it import MarkdownIt

from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.settings import Limits
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from tests.clusters import free_port
from tests.integrations.webhooks.conftest import Hub, hub, webhook_key

__all__ = ["hub", "webhook_key"]

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "webhooks.md"


def blocks(language: str) -> list[str]:
    tokens = MarkdownIt("commonmark").parse(GUIDE.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and token.info == language]


@contextmanager
def receiving(folder: Path, secret: str, port: int) -> Iterator[Path]:
    """The guide's receiver, and the file it prints to."""
    (receiver,) = blocks("python")
    (folder / "receiver.py").write_text(receiver, encoding="utf-8")
    environment = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port)}
    with (folder / "printed").open("wb") as printed:
        program = subprocess.Popen(
            [sys.executable, "receiver.py"], cwd=folder, env=environment, stdout=printed, stderr=subprocess.DEVNULL
        )
    try:
        yield folder / "printed"
    finally:
        program.kill()
        program.wait(10)


async def answers(url: str, **headers: str) -> int:
    """The status of an empty document, as soon as somebody listens."""
    async with httpx2.AsyncClient(trust_env=False) as client:
        for _ in range(100):
            try:
                return (await client.post(url, content=b"{}", headers=headers)).status_code
            except httpx2.ConnectError:
                await asyncio.sleep(0.1)
    raise AssertionError("the receiver did not begin to listen")


async def test_the_receiver_of_the_guide_takes_what_is_signed_once_and_refuses_the_rest(
    hub: Hub, tmp_path: Path
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hooks"
    added = await hub.subscribe(url)
    with receiving(tmp_path, added.secret.get_secret_value(), port) as printed:
        assert await answers(url) == 401
        await hub.happen()
        await hub.deliver()
        (delivered,) = await hub.deliveries()
        assert delivered.ended_with == "delivered"
        async with hub.database.begin(hub.operator) as tx:
            await tx.execute("update webhook_delivery set state = 'dead' where tenant_id = $1", hub.tenant.id)
        await hub.webhooks.retry(hub.operator, delivered.id)
        await hub.deliver()
        assert [one.state for one in await hub.deliveries()] == ["delivered"]
        assert printed.read_text().splitlines() == ["knowledge.gap {'gap_id': 'g1', 'volume': 7}"]


@pytest.mark.slow
async def test_the_commands_of_the_guide_work_word_for_word(tmp_path: Path) -> None:
    data, folder, port = tmp_path / "data", tmp_path / "reader", str(free_port())
    folder.mkdir()
    (receiver,) = blocks("python")
    (folder / "receiver.py").write_text(receiver, encoding="utf-8")
    script = "".join(one for one in blocks("sh")).replace("pip install standardwebhooks", "true").replace("9000", port)
    script = f'casewright() {{ "{sys.executable}" -m casewright "$@"; }}\npython() {{ exec "{sys.executable}" "$@"; }}\n{script}'
    async with EmbeddedPostgres(data) as server:
        await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
        database = Database(server.dsn(Role.APPLICATION), pool_size=2)
        await database.open()
        await TenantService(database, SystemClock(), Limits()).save("aurora", "Aurora Cloud", TenantProfile())
        await database.close()
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CASEWRIGHT_")}
        done = await asyncio.to_thread(
            subprocess.run,
            ["bash", "-e", "-c", script],
            cwd=folder,
            env={**environment, "CASEWRIGHT_DATA_DIR": str(data), "PORT": port},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    for told in ("delivered: delivered", "webhook.test {'webhook_id'", "It is removed.", "There are none."):
        assert told in done.stdout
