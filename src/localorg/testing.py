"""For tests: an org in a process of its own, and its side door as methods.

async with start_org("aurora", seed, tmp_path) as org:
    ...  # org.url, org.client_id, org.client_secret, await org.mailbox(to="dana@example.com")
"""

import asyncio
import os
import ssl
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import httpx2
import orjson

from localorg.mailbox import Mail
from localorg.settings import load_credentials
from localorg.tls import tls_files
from localorg.usage import ReceivedRequest

_READY_SECONDS = 30
_STOP_SECONDS = 10
_SOURCE = str(Path(__file__).resolve().parent.parent)
_NO_VARIABLES: Mapping[str, str] = {}


class OrgDidNotStartError(Exception):
    """The process ended instead of becoming ready; the message is what it said."""


@dataclass(frozen=True)
class RunningOrg:
    """An org that answers at `url`."""

    name: str
    url: str
    client_id: str
    client_secret: str = field(repr=False)
    process: Process = field(repr=False)
    _http: httpx2.AsyncClient = field(repr=False)

    async def mailbox(self, to: str | None = None) -> list[Mail]:
        """Newest first."""
        answer = await self._call("GET", "mailbox", params={"to": to} if to else None)
        return [Mail(**mail) for mail in answer]

    async def requests(
        self, since: int = 0, *, method: str | None = None, path_contains: str = ""
    ) -> list[ReceivedRequest]:
        """API requests received after the one with the id `since`, oldest first."""
        received = [ReceivedRequest(**r) for r in await self._call("GET", "requests", params={"since": since})]
        return [r for r in received if path_contains in r.path and method in (None, r.method)]

    async def fault(
        self,
        kind: str,
        *,
        times: int | None = None,
        path_contains: str = "",
        method: str | None = None,
        seconds: float | None = None,
        status: int = 503,
    ) -> None:
        """Switches a fault on, until it is cleared or has met `times` requests; see localorg.faults."""
        body = {"kind": kind, "times": times, "path_contains": path_contains, "method": method}
        await self._call("POST", "faults", json={**body, "seconds": seconds, "status": status})

    async def faults(self) -> list[dict[str, Any]]:
        """Those that are on."""
        found: list[dict[str, Any]] = await self._call("GET", "faults")
        return found

    async def clear_faults(self) -> None:
        await self._call("DELETE", "faults")

    async def reset(self) -> None:
        """Back to the seed: records, mailbox, faults, received requests. Tokens stay valid."""
        await self._call("POST", "reset")

    async def access_token(self) -> str:
        """A new token by the client credentials grant."""
        form = {"grant_type": "client_credentials", "client_id": self.client_id, "client_secret": self.client_secret}
        answer = await self._http.post("/services/oauth2/token", data=form)
        answer.raise_for_status()
        return str(answer.json()["access_token"])

    async def query(self, soql: str) -> list[dict[str, Any]]:
        """All records at once, by the side door: no fault meets it and it counts as no API request."""
        records: list[dict[str, Any]] = await self._call("GET", "query", params={"q": soql})
        return records

    async def _call(self, method: str, name: str, **arguments: Any) -> Any:
        answer = await self._http.request(method, f"/localorg/{name}", **arguments)
        answer.raise_for_status()
        return answer.json() if answer.content else None


@asynccontextmanager
async def start_org(
    name: str,
    seed: Path,
    data_directory: Path,
    *,
    port: int = 0,
    options: Sequence[str] = (),
    environment: Mapping[str, str] = _NO_VARIABLES,
    ready_seconds: float = _READY_SECONDS,
) -> AsyncIterator[RunningOrg]:
    """Serves one org until the block ends; it also ends when this process does. Raises OrgDidNotStartError."""
    variables = {**os.environ, **environment}
    log = data_directory / f"{name}.log"
    process = await _start(name, seed, log, port, options, variables)
    try:
        url = await _ready(process, log, ready_seconds)
        credentials = await asyncio.to_thread(load_credentials, data_directory, name, variables)
        trust = _trust(url, data_directory)
        async with httpx2.AsyncClient(base_url=url, timeout=30, trust_env=False, verify=trust) as http:
            yield RunningOrg(name, url, credentials.client_id, credentials.client_secret, process, http)
    finally:
        await _stop(process)


def _trust(url: str, data_directory: Path) -> ssl.SSLContext | bool:
    """An org that serves https made its own certificate."""
    if not url.startswith("https:"):
        return True
    return ssl.create_default_context(cafile=str(tls_files(data_directory).certificate))


async def _start(
    name: str, seed: Path, log: Path, port: int, options: Sequence[str], variables: Mapping[str, str]
) -> Process:
    command = [sys.executable, "-m", "localorg", "serve", "--lifeline-stdin", "--data", str(log.parent)]
    command += ["--org", f"{name}:{port}={seed}", *options]
    path = os.pathsep.join(filter(None, (_SOURCE, variables.get("PYTHONPATH"))))
    with await asyncio.to_thread(_open_log, log) as errors:
        return await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=errors, env={**variables, "PYTHONPATH": path}
        )


def _open_log(log: Path) -> IO[bytes]:
    """What the org says goes to a file: nobody reads a pipe while the tests run."""
    log.parent.mkdir(parents=True, exist_ok=True)
    return log.open("wb")


async def _ready(process: Process, log: Path, seconds: float) -> str:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), seconds)
    except TimeoutError:
        raise OrgDidNotStartError(f"the org was not ready after {seconds:g} s") from None
    if not line:
        raise OrgDidNotStartError((await asyncio.to_thread(log.read_text)).strip())
    return str(orjson.loads(line)["url"])


async def _stop(process: Process) -> None:
    """Closes its lifeline; kills it only if that is not enough."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        await asyncio.wait_for(process.communicate(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
