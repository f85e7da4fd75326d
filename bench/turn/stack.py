"""A Casewright of its own for the bench: the whole demo, in a folder of its own, without limits in the way."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from casewright.scenarios.schemas import Connection

START_SECONDS: Final = 900.0
STOP_SECONDS: Final = 30.0
LIMITS: Final = {
    "CASEWRIGHT_LIMITS__REQUESTS_PER_MINUTE": "100000000",
    "CASEWRIGHT_LIMITS__CONCURRENT_CONVERSATIONS": "100000000",
}


@dataclass(frozen=True, slots=True)
class Stack:
    """`pid` of the demo; every process of the stack descends from it."""

    connection: Connection
    pid: int


@contextmanager
def running_stack(data_directory: Path, processes: int = 1) -> Iterator[Stack]:
    """Starts the demo, its server as so many processes, and stops it in the end. Raises `RuntimeError` with the end of its output
    if it does not start."""
    own = {"CASEWRIGHT_DATA_DIR": str(data_directory), "CASEWRIGHT_PROCESSES": str(processes)}
    environment = {**os.environ, **LIMITS, **own}
    data_directory.mkdir(parents=True, exist_ok=True)
    output = data_directory / "bench-demo.log"
    connection_file = data_directory / "demo.json"
    connection_file.unlink(missing_ok=True)
    with output.open("wb") as log:
        command = (sys.executable, "-m", "casewright", "demo", "--no-browser", "--no-history", "--port", "0")
        demo = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        _wait_for(connection_file, demo, output)
        yield Stack(Connection.model_validate_json(connection_file.read_bytes()), demo.pid)
    finally:
        _stop(demo)


def _wait_for(file: Path, demo: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not file.exists():
        if demo.poll() is not None or time.monotonic() > deadline:
            told = output.read_text(encoding="utf-8", errors="replace")[-2000:]
            raise RuntimeError(f"The demo did not start:\n{told}")
        time.sleep(0.1)


def _stop(demo: subprocess.Popen[bytes]) -> None:
    for end in (signal.SIGINT, signal.SIGKILL):
        if demo.poll() is None:
            demo.send_signal(end)
            try:
                demo.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
