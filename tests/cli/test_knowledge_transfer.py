"""`casewright knowledge import` and `export`, on a company in a real database."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from casewright.assembly import Parts
from casewright.kit.principal import system
from casewright.settings import Settings
from casewright.tenants.models import Tenant, TenantProfile
from tests.cli.test_company import Casewright, casewright, installation, parts
from tests.running import CASEWRIGHT

__all__ = ["casewright", "installation", "parts"]

SHOP = "hat-shop"


@pytest.fixture
async def shop(parts: Parts) -> Tenant:
    return await parts.tenants.save(SHOP, "Hat Shop", TenantProfile(default_language="de"))


async def keys(parts: Parts, tenant: Tenant) -> list[str]:
    async with parts.database.begin(system(tenant.id)) as tx:
        return [row["key"] for row in await tx.fetch("select key from article order by key")]


async def test_a_folder_is_imported_told_and_exported(
    casewright: Casewright, parts: Parts, shop: Tenant, tmp_path: Path
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "Hut waschen.md").write_text("# Hut waschen\n\nMit der Hand.")
    first = await casewright("knowledge", "import", folder, "--company", SHOP)
    assert (first.exit_code, "1 articles are new" in first.printed) == (0, True)
    (folder / "broken.pdf").write_bytes(b"nothing")
    second = await casewright("knowledge", "import", folder, "--company", SHOP)
    assert (second.exit_code, "1 were known" in second.printed) == (1, True)
    assert "broken.pdf: this is no PDF" in second.complained
    out = await casewright("knowledge", "export", tmp_path / "out", "--company", SHOP)
    assert (out.exit_code, "1 articles are in" in out.printed) == (0, True)
    assert (tmp_path / "out" / "hut-waschen.md").read_text() == (
        "---\ntitle: Hut waschen\nlanguage: de\naudience: public\n---\nMit der Hand.\n"
    )


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("nowhere", "There is no file or folder nowhere; else give an address with https://, or: salesforce"),
        ("salesforce", "No Salesforce org is connected yet"),
        ("https://me:secret@help.example/", "must be an address such as"),
    ],
)
async def test_what_cannot_be_read_says_why(casewright: Casewright, shop: Tenant, source: str, advice: str) -> None:
    done = await casewright("knowledge", "import", source, "--company", SHOP)
    assert (done.exit_code, advice in done.complained) == (2, True)


@pytest.mark.slow
async def test_an_import_that_is_killed_goes_on_where_it_was_and_doubles_nothing(
    casewright: Casewright, parts: Parts, installation: Settings, tmp_path: Path
) -> None:
    company = await parts.tenants.save("killed-shop", "Killed Shop", TenantProfile())
    folder, log = tmp_path / "in", tmp_path / "log"
    folder.mkdir()
    for number in range(240):
        steps = "\n".join(f"{step}. Turn screw {step} of hat {number} by {step} turns." for step in range(1, 9))
        (folder / f"hat-{number:03}.md").write_text(f"# Hat {number}\n\n## Mend\n\n{steps}\n\n## Wash\n\nBy hand.")
    assert installation.database_url is not None
    environment = {
        **os.environ,
        "CASEWRIGHT_DATA_DIR": str(installation.data_dir),
        "CASEWRIGHT_DATABASE_URL": installation.database_url.get_secret_value(),
    }
    command = [*CASEWRIGHT, "knowledge", "import", str(folder), "--company", "killed-shop"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=tmp_path)
    until = time.monotonic() + 120
    while not 24 <= len(await keys(parts, company)) < 240:
        assert process.poll() is None and time.monotonic() < until, log.read_text()[-2000:]
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = await keys(parts, company)
    (interrupted,) = await parts.imports.newest(system(company.id))
    done = await casewright("knowledge", "import", folder, "--company", "killed-shop")
    assert done.exit_code == 0, done.complained
    (finished,) = await parts.imports.newest(system(company.id))
    assert (finished.id, finished.state, finished.done) == (interrupted.id, "succeeded", 240)
    assert finished.counts.unchanged == 0
    assert finished.counts.added == 240
    assert len(before) < 240
    assert await keys(parts, company) == [f"hat-{number:03}" for number in range(240)]
    async with parts.database.begin(system(company.id)) as tx:
        assert await tx.fetchval("select count(*) from article_version") == 240
