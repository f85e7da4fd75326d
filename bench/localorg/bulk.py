"""Records a second through Bulk API 2.0, from the job's creation to its end, and the org's memory and CPU meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from time import perf_counter
from typing import Any

import httpx2
import psutil

from bench.figures import Figure
from localorg.testing import RunningOrg

EXPORT_ROWS_A_SECOND = 10_000.0
INGEST_ROWS_A_SECOND = 3_000.0
MOST_MEMORY_MB = 64.0
"""Of growth, whatever the number of rows."""
_INGESTED = 60_000
_LINES_A_PIECE = 500
_POLL_SECONDS = 0.05
_FIELDS = "Id, CaseNumber, Subject, Status, Priority, Origin, ContactId, Contact.Name, AccountId, OwnerId, CreatedDate, IsClosed"


async def measure_bulk(org: RunningOrg) -> list[Figure]:
    headers = {"Authorization": f"Bearer {await org.access_token()}"}
    base = f"{org.url}/services/data/v67.0/"
    process = psutil.Process(org.process.pid)
    memory = _Memory(process)
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=120, trust_env=False) as client:
        watching = asyncio.create_task(memory.watch())
        exported, export_seconds = await _export(client)
        export_growth = memory.growth()
        before = _cpu_seconds(process)
        ingested, ingest_seconds = await _ingest(client)
        ingest_cpu = _cpu_seconds(process) - before
        ingest_growth = memory.growth()
        watching.cancel()
    return [
        Figure("Bulk query export", exported / export_seconds, "rows/s", EXPORT_ROWS_A_SECOND, f"{exported:,} rows"),
        Figure("Bulk query export, memory", export_growth, "MB", MOST_MEMORY_MB, better="lower"),
        Figure("Bulk ingest", ingested / ingest_seconds, "rows/s", INGEST_ROWS_A_SECOND, f"{ingested:,} rows"),
        Figure("Bulk ingest, CPU a row", ingest_cpu / ingested * 1e6, "µs", better="lower"),
        Figure("Bulk ingest, memory", ingest_growth, "MB", MOST_MEMORY_MB, better="lower"),
    ]  # fmt: skip


def _cpu_seconds(process: psutil.Process) -> float:
    """Of the whole process: what a busy machine changes least."""
    times = process.cpu_times()
    return float(times.user + times.system)


class _Memory:
    """How much the resident memory of the org grew since it was last asked."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process
        self._before = self._most = process.memory_info().rss

    async def watch(self) -> None:
        while True:
            self._most = max(self._most, self._process.memory_info().rss)
            await asyncio.sleep(_POLL_SECONDS)

    def growth(self) -> float:
        """In MB."""
        grown = (self._most - self._before) / 2**20
        self._before = self._most = self._process.memory_info().rss
        return grown


async def _export(client: httpx2.AsyncClient) -> tuple[int, float]:
    """To the last byte of the last page, read as it comes."""
    started = perf_counter()
    job = await _post(client, "jobs/query", {"operation": "query", "query": f"SELECT {_FIELDS} FROM Case"})
    ended = await _ended(client, f"jobs/query/{job['id']}")
    locator: str | None = None
    while locator != "null":
        parameters = {} if locator is None else {"locator": locator}
        async with client.stream("GET", f"jobs/query/{job['id']}/results", params=parameters) as answer:
            answer.raise_for_status()
            locator = answer.headers["Sforce-Locator"]
            async for _ in answer.aiter_bytes():
                pass
    return ended["numberRecordsProcessed"], perf_counter() - started


async def _ingest(client: httpx2.AsyncClient) -> tuple[int, float]:
    answer = await client.get("query", params={"q": "SELECT Id FROM Contact LIMIT 100"})
    contacts = [contact["Id"] for contact in answer.json()["records"]]
    started = perf_counter()
    job = await _post(client, "jobs/ingest", {"operation": "insert", "object": "Case"})
    path = f"jobs/ingest/{job['id']}"
    put = await client.put(f"{path}/batches", content=_stream(contacts), headers={"Content-Type": "text/csv"})
    put.raise_for_status()
    (await client.patch(path, json={"state": "UploadComplete"})).raise_for_status()
    ended = await _ended(client, path)
    assert ended["numberRecordsFailed"] == 0, ended
    return ended["numberRecordsProcessed"], perf_counter() - started


async def _stream(contacts: list[str]) -> AsyncIterator[bytes]:
    lines = _csv(contacts)
    while piece := b"".join(islice(lines, _LINES_A_PIECE)):
        yield piece


def _csv(contacts: list[str]) -> Iterator[bytes]:
    yield b"Subject,Status,Priority,Origin,ContactId,Description\n"
    for number in range(_INGESTED):
        contact = contacts[number % len(contacts)]
        description = f"The report of day {number} is empty and was not yesterday."
        yield f"Report {number} is empty,New,Medium,Email,{contact},{description}\n".encode()


async def _post(client: httpx2.AsyncClient, path: str, body: dict[str, str]) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    answer.raise_for_status()
    job: dict[str, Any] = answer.json()
    return job


async def _ended(client: httpx2.AsyncClient, path: str) -> dict[str, Any]:
    while True:
        job: dict[str, Any] = (await client.get(path)).json()
        if job["state"] in ("JobComplete", "Failed", "Aborted"):
            assert job["state"] == "JobComplete", job
            return job
        await asyncio.sleep(_POLL_SECONDS)
