"""The program from outside: starting, stopping, being killed."""

import asyncio
import os
import signal
import socket
import stat
import sys
from pathlib import Path

import httpx2
import orjson
import pytest

from localorg.testing import OrgDidNotStartError, RunningOrg, start_org


async def create_account(org: RunningOrg, client: httpx2.AsyncClient, token: str, name: str) -> None:
    answer = await client.post(
        f"{org.url}/services/data/v67.0/sobjects/Account",
        json={"Name": name},
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.status_code == 201


async def test_killed_without_warning_it_keeps_every_acknowledged_record(aurora_seed: Path, tmp_path: Path) -> None:
    acknowledged: list[str] = []
    async with start_org("aurora", aurora_seed, tmp_path) as org, httpx2.AsyncClient(trust_env=False) as client:
        token = await org.access_token()

        async def write(writer: int) -> None:
            for number in range(1000):
                name = f"{writer}-{number}"
                await create_account(org, client, token, name)
                acknowledged.append(name)
                if len(acknowledged) == 60:
                    org.process.kill()

        await asyncio.gather(*(write(writer) for writer in range(3)), return_exceptions=True)
        assert await org.process.wait() == -signal.SIGKILL
    async with start_org("aurora", aurora_seed, tmp_path) as again, httpx2.AsyncClient(trust_env=False) as client:
        kept = {record["Name"] for record in await again.query("SELECT Name FROM Account")}
        assert set(acknowledged) <= kept
        await create_account(again, client, token, "after")


async def test_it_ends_when_its_parents_line_closes(aurora_seed: Path, tmp_path: Path) -> None:
    async with start_org("aurora", aurora_seed, tmp_path) as org:
        assert org.process.stdin is not None
        org.process.stdin.close()
        assert await asyncio.wait_for(org.process.wait(), 10) == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_ends_cleanly_on_a_signal(aurora_seed: Path, tmp_path: Path, number: signal.Signals) -> None:
    async with start_org("aurora", aurora_seed, tmp_path) as org:
        org.process.send_signal(number)
        assert await asyncio.wait_for(org.process.wait(), 10) == 0
    assert (tmp_path / "aurora.log").read_text() == ""


async def test_several_orgs_share_a_process_and_nothing_else(aurora_seed: Path, tmp_path: Path) -> None:
    other = aurora_seed.parents[1] / "brueckner" / "org.yaml"
    async with start_org("aurora", aurora_seed, tmp_path, options=["--org", f"brueckner={other}"]) as org:
        assert org.process.stdout is not None
        second = orjson.loads(await org.process.stdout.readline())
        assert second["org"] == "brueckner"
        async with httpx2.AsyncClient(base_url=second["url"], trust_env=False) as client:
            soql = "SELECT Id FROM Contact WHERE Email = '{}'"
            assert (
                len(
                    (
                        await client.get(
                            "/localorg/query", params={"q": soql.format("jonas.keller@keller-holzbau.example")}
                        )
                    ).json()
                )
                == 1
            )
            assert (
                await client.get("/localorg/query", params={"q": soql.format("dana.whitfield@harborlight.example")})
            ).json() == []
            headers = {"Authorization": f"Bearer {await org.access_token()}"}
            assert (await client.get("/services/data/v67.0/limits", headers=headers)).status_code == 401


async def test_credentials_are_made_once_and_for_the_owner_only(aurora_seed: Path, tmp_path: Path) -> None:
    async with start_org("aurora", aurora_seed, tmp_path) as first:
        pass
    async with start_org("aurora", aurora_seed, tmp_path) as second:
        assert (second.client_id, second.client_secret) == (first.client_id, first.client_secret)
    assert stat.S_IMODE((tmp_path / "aurora.credentials.json").stat().st_mode) == 0o600


async def test_credentials_from_the_environment_are_used_and_not_written(aurora_seed: Path, tmp_path: Path) -> None:
    environment = {"LOCALORG_MY_ORG_CLIENT_ID": "the-id", "LOCALORG_MY_ORG_CLIENT_SECRET": "the-secret"}
    async with start_org("my-org", aurora_seed, tmp_path, environment=environment) as org:
        assert (org.client_id, org.client_secret) == ("the-id", "the-secret")
        assert (await org.access_token()).startswith("00D")
    assert not (tmp_path / "my-org.credentials.json").exists()


async def test_a_taken_port_is_reported_with_what_to_do(aurora_seed: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(OrgDidNotStartError) as caught:
            async with start_org("aurora", aurora_seed, tmp_path, port=port):
                pass
    assert f"Org aurora cannot listen on 127.0.0.1 port {port}: Address already in use" in str(caught.value)
    assert "--org aurora:PORT=" in str(caught.value)


async def test_a_file_is_served_by_one_process_only(aurora_seed: Path, tmp_path: Path) -> None:
    async with start_org("aurora", aurora_seed, tmp_path):
        with pytest.raises(OrgDidNotStartError, match="Org aurora is already being served"):
            async with start_org("aurora", aurora_seed, tmp_path):
                pass


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--org", "aurora"], "--org is 'aurora', but must look like"),
        (["--org", "a=none.yaml"], "Org a cannot be filled: the seed none.yaml cannot be read: No such file"),
        (["--org", "a:70000=none.yaml"], "The port 70000 of org a is not between 0 and 65535."),
        (["--org", "a=x.yaml", "--org", "a=y.yaml"], "The org a is given twice"),
        (["--org", "a=x.yaml", "--jwt-key", "b=none.pem"], "The key none.pem of org b cannot be read"),
    ],
)
async def test_arguments_that_cannot_be_end_it_with_one_sentence(
    tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    source = str(Path(__file__).resolve().parents[2] / "src")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "localorg", "serve", "--data", "data", *arguments),
        cwd=tmp_path,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": source},
    )
    _, errors = await process.communicate()
    assert process.returncode == 2
    assert errors.decode().startswith(sentence)
    assert errors.decode().count("\n") == 1
