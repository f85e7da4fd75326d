"""Casewright's own programs as processes, each with the log it writes."""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.clusters import free_port
from tests.running import CASEWRIGHT

PATIENCE_SECONDS = 180.0


@dataclass(frozen=True)
class RunningProgram:
    process: subprocess.Popen[bytes]
    log: Path
    url: str

    def wait_until_it_says(self, words: str) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while words not in self.log.read_text():
            self._require_alive(until, f"it never said {words!r}")
            time.sleep(0.1)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                if httpx2.get(f"{self.url}/readyz", timeout=5).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            self._require_alive(until, "it never became ready")
            time.sleep(0.1)

    def _require_alive(self, until: float, complaint: str) -> None:
        if self.process.poll() is not None or time.monotonic() > until:
            raise AssertionError(f"{complaint}; its log ends so:\n{self.log.read_text()[-3000:]}")


@contextmanager
def running_program(
    command: str,
    log: Path,
    environment: Mapping[str, str],
    program: Sequence[str] = CASEWRIGHT,
) -> Iterator[RunningProgram]:
    """`serve` or `worker` in a process of its own, on a free port; ended with SIGTERM."""
    port = free_port()
    environment = {**environment, "CASEWRIGHT_PORT": str(port)}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*program, command],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=log.parent,
            # Where the tests run in the background, Ctrl-C is ignored, and children inherit that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        )
    try:
        yield RunningProgram(process, log, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
