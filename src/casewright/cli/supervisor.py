"""Runs other programs as children: starts them, starts a crashed one again, stops them in order."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final
from urllib.parse import urljoin, urlsplit

from casewright.kit.errors import SetupError
from casewright.kit.http import HttpClient, OutgoingError, Retries
from casewright.kit.log_file import open_log_file
from casewright.kit.resilience import CircuitBreaker

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 30.0
_HEALTHY_AFTER: Final = 60.0


class ProgramDidNotStart(SetupError):
    """It ended, or did not answer in time; its log says why."""


@dataclass(frozen=True)
class Program:
    """`command` must end by itself when its standard input does (see `casewright.kit.lifeline`).

    `log` None: it writes where the supervisor does. `ready_url` answers 200 as soon as the program can be used; without one it
    counts as ready at once. `inherits`: file descriptors that it is given under the same numbers.
    """

    name: str
    command: tuple[str, ...]
    log: Path | None
    environment: Mapping[str, str] = field(repr=False)
    ready_url: str | None = None
    inherits: tuple[int, ...] = ()
    start_seconds: float = 60.0
    stop_seconds: float = 8.0


class Supervisor:
    """`tell` is given a sentence whenever something happens that a person should know."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._children: list[_Child] = []

    async def start(self, program: Program) -> None:
        """Return when it is ready; from then on it is started again whenever it ends. Raises `ProgramDidNotStart`."""
        child = _Child(program, self._tell)
        self._children.append(child)
        await child.start()

    async def stop(self) -> None:
        """End all programs, the one started last first, and each only after the one before is gone."""
        while self._children:
            await self._children.pop().stop()


class _Child:
    def __init__(self, program: Program, tell: Callable[[str], None]) -> None:
        self._program = program
        self._tell = tell
        self._process: asyncio.subprocess.Process | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        process = await self._spawn()
        await self._until_ready(process)
        self._watching = asyncio.create_task(self._keep_running(process))

    async def stop(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait((self._watching,))
        process = self._process
        if process is None or process.returncode is not None:
            return
        assert process.stdin is not None
        process.stdin.close()
        for end in (process.terminate, process.kill):
            try:
                await asyncio.wait_for(process.wait(), self._program.stop_seconds)
            except TimeoutError:
                end()
        await process.wait()

    async def _spawn(self) -> asyncio.subprocess.Process:
        with self._output() as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._program.command,
                env=self._program.environment,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                pass_fds=self._program.inherits,
                # Ctrl-C in the terminal is for the supervisor, which stops its children in order.
                start_new_session=True,
            )
        return self._process

    def _output(self) -> AbstractContextManager[IO[bytes] | None]:
        if self._program.log is None:
            return nullcontext()
        self._program.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return open_log_file(self._program.log)

    async def _until_ready(self, process: asyncio.subprocess.Process) -> None:
        if self._program.ready_url is None:
            return
        answered = asyncio.create_task(self._until_it_answers(self._program.ready_url))
        ended = asyncio.create_task(process.wait())
        try:
            await asyncio.wait(
                (answered, ended), timeout=self._program.start_seconds, return_when=asyncio.FIRST_COMPLETED
            )
            if ended.done():
                raise self._failure(f"ended at once ({_how_it_ended(process)})")
            if not answered.done():
                raise self._failure(f"was not ready within {self._program.start_seconds:g} seconds")
        finally:
            answered.cancel()
            ended.cancel()

    async def _until_it_answers(self, url: str) -> None:
        never_opening = CircuitBreaker(self._program.name, threshold=sys.maxsize)
        once = Retries(attempts=1)
        base, path = urljoin(url, "/"), urlsplit(url).path
        async with HttpClient(self._program.name, base, timeout=5, retries=once, breaker=never_opening) as http:
            while True:
                try:
                    await http.request("GET", path)
                    return
                except OutgoingError:
                    await asyncio.sleep(0.05)

    def _failure(self, what: str) -> ProgramDidNotStart:
        where = f" Its log says why: {self._program.log}" if self._program.log else ""
        return ProgramDidNotStart(f"The {self._program.name} {what}.{where}")

    async def _keep_running(self, process: asyncio.subprocess.Process) -> None:
        name, pause, began = self._program.name, _FIRST_PAUSE, time.monotonic()
        while True:
            await process.wait()
            if time.monotonic() - began > _HEALTHY_AFTER:
                pause = _FIRST_PAUSE
            where = f" Its log: {self._program.log}" if self._program.log else ""
            self._tell(f"The {name} ended unexpectedly ({_how_it_ended(process)}) and is started again.{where}")
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
            process = await self._spawn()
            began = time.monotonic()
            try:
                await self._until_ready(process)
                self._tell(f"The {name} is back.")
            except ProgramDidNotStart as error:
                self._tell(error.message)
                if process.returncode is None:
                    process.kill()


def _how_it_ended(process: asyncio.subprocess.Process) -> str:
    code = process.returncode
    return f"signal {-code}" if code is not None and code < 0 else f"exit code {code}"
