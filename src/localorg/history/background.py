"""Writes an org's history beside the org: in a process of its own, while the org already answers."""

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import orjson

from localorg.history.making import Progress
from localorg.history.reservation import due
from localorg.storage.database import Database

_COMMAND = "write-history"
_STOP_SECONDS = 5
_NOTHING = Progress(0, 0)


class State(StrEnum):
    NONE = "none"
    """The org has no history."""
    WRITING = "writing"
    COMPLETE = "complete"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Report:
    """How far it is; `error` says why it failed."""

    state: State
    progress: Progress = _NOTHING
    error: str = ""


class HistoryWriter:
    """One for each org. `run` returns only when cancelled; then the process ends with it."""

    def __init__(self, org_name: str, document: Path | None, database: Database) -> None:
        self._org_name = org_name
        self._document = document
        self._database = database
        self._wake = asyncio.Event()
        self._wake.set()
        self.report = Report(State.WRITING if document else State.NONE)

    def look_again(self) -> None:
        """Something of the history went missing."""
        self._wake.set()

    async def run(self) -> None:
        """Writes what is due, as often as something is."""
        if self._document is None:
            return
        while True:
            await self._wake.wait()
            self._wake.clear()
            if await self._database.read(due):
                self.report = Report(State.WRITING)
                await self._write(self._document)
            else:
                self.report = Report(State.COMPLETE, self.report.progress)

    async def _write(self, document: Path) -> None:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "localorg", _COMMAND, str(self._database.path), self._org_name, str(document)),
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            assert process.stdout is not None and process.stderr is not None
            async for line in process.stdout:
                self.report = Report(State.WRITING, Progress(**orjson.loads(line)))
            complaint = (await process.stderr.read()).decode(errors="replace").strip()
            if await process.wait():
                self.report = Report(State.FAILED, self.report.progress, complaint.rpartition("\n")[2])
                sys.stderr.write(f"The history of {self._org_name} was not written: {complaint}\n")
            else:
                self._wake.set()
        finally:
            await _stop(process)


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _STOP_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
