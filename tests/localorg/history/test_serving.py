"""A history from outside: written while the org answers, gone on with after a kill, put right by a reset."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from localorg.testing import RunningOrg, start_org
from tests.localorg.history.orgs import EXAMPLES

SEED = EXAMPLES / "brueckner" / "org.yaml"
AURORA = EXAMPLES / "aurora" / "org.yaml"


async def history(org: RunningOrg) -> dict[str, Any]:
    async with httpx2.AsyncClient(base_url=org.url, trust_env=False) as client:
        report: dict[str, Any] = (await client.get("/localorg/history")).json()
        return report


async def written(org: RunningOrg) -> dict[str, Any]:
    """Its report, once there is nothing left to write."""
    while (report := await history(org))["state"] == "writing":
        await asyncio.sleep(0.05)
    return report


async def count(org: RunningOrg, name: str = "Case") -> int:
    (row,) = await org.query(f"SELECT COUNT(Id) number FROM {name}")
    return int(row["number"])


async def test_an_org_started_without_has_no_history(tmp_path: Path) -> None:
    async with start_org("brueckner", SEED, tmp_path) as org:
        assert (await history(org))["state"] == "none"
        assert await count(org) == 10


async def test_a_new_org_answers_while_its_history_is_written(tmp_path: Path) -> None:
    async with start_org("aurora", AURORA, tmp_path, options=["--history"]) as org:
        (dana,) = await org.query("SELECT Name FROM Contact WHERE Email = 'dana.whitfield@harborlight.example'")
        assert dana["Name"] == "Dana Whitfield"
        assert (await history(org))["state"] == "writing"


async def test_a_written_history_is_whole_and_not_written_again(tmp_path: Path) -> None:
    async with start_org("brueckner", SEED, tmp_path, options=["--history"]) as org:
        report = await written(org)
        assert (report["state"], report["done"], report["total"], report["percent"]) == ("complete", 900, 900, 100)
        assert await count(org) == 910
    async with start_org("brueckner", SEED, tmp_path, options=["--history"]) as again:
        assert (await history(again))["state"] in ("writing", "complete")
        assert (await written(again))["done"] == 0
        assert await count(again) == 910


async def test_killed_while_writing_it_goes_on_at_the_next_start(tmp_path: Path) -> None:
    async with start_org("brueckner", SEED, tmp_path, options=["--history"]) as org:
        while (await history(org))["done"] == 0:
            await asyncio.sleep(0.01)
        org.process.send_signal(signal.SIGKILL)
        await org.process.wait()
    async with start_org("brueckner", SEED, tmp_path, options=["--history"]) as again:
        assert (await written(again))["state"] == "complete"
        assert await count(again) == 910


@pytest.mark.slow
async def test_a_reset_brings_back_seed_and_history_as_they_were(tmp_path: Path) -> None:
    async with start_org("brueckner", SEED, tmp_path, options=["--history"]) as org:
        await written(org)
        soql = "SELECT Id, Subject, Status FROM Case WHERE CaseNumber = '00001500'"
        (before,) = await org.query(soql)
        headers = {"Authorization": f"Bearer {await org.access_token()}"}
        base = f"{org.url}/services/data/v67.0/sobjects/"
        async with httpx2.AsyncClient(base_url=base, headers=headers, trust_env=False) as api:
            assert (await api.patch(f"Case/{before['Id']}", json={"Subject": "Changed"})).status_code == 204
            created = await api.post("Case", json={"Subject": "New"})
            assert created.status_code == 201
        (new,) = await org.query(f"SELECT CaseNumber FROM Case WHERE Id = '{created.json()['id']}'")
        assert new["CaseNumber"] == "00001911"
        await org.reset()
        assert (await written(org))["state"] == "complete"
        assert await org.query(soql) == [before]
        assert await count(org) == 910
        (first,) = await org.query("SELECT CaseNumber FROM Case WHERE Subject = 'Brandgeruch am Wechselrichter'")
        assert first["CaseNumber"] == "00001910"


@pytest.mark.slow
async def test_each_org_of_a_process_has_its_own_history(tmp_path: Path) -> None:
    options = ["--history", "--org", f"other={SEED}"]
    async with start_org("brueckner", SEED, tmp_path, options=options) as org:
        assert org.process.stdout is not None
        other = orjson.loads(await org.process.stdout.readline())
        await written(org)
        async with httpx2.AsyncClient(base_url=other["url"], trust_env=False, timeout=30) as client:
            while (await client.get("/localorg/history")).json()["state"] == "writing":
                await asyncio.sleep(0.05)
            soql = "SELECT Id FROM Case"
            theirs = {row["Id"] for row in (await client.get("/localorg/query", params={"q": soql})).json()}
        ours = {row["Id"] for row in await org.query(soql)}
        assert len(ours) == len(theirs) == 910
        assert not ours & theirs


async def test_a_history_that_cannot_be_ends_the_start_with_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "org.yaml").write_text(SEED.read_text())
    (tmp_path / "history.yaml").write_text("cases: many\n")
    source = str(Path(__file__).resolve().parents[3] / "src")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "localorg", "serve", "--history", "--data", "data", "--org", "a=org.yaml"),
        cwd=tmp_path,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert "Org a cannot be filled: the history history.yaml has no topics" in errors.decode()
