"""Starts the whole demo as a user would, and kills parts of it on purpose."""

import atexit
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from tests.clusters import GivenCluster

CASEWRIGHT = (sys.executable, "-m", "casewright")
START_SECONDS = 180.0
PROJECT = Path(__file__).parents[1]
PREPARED_MODELS = PROJECT / ".pytest_cache" / "d" / "sentence-model"
"""Where the tests of knowledge and understanding keep their encoder."""
PREPARED_DEMOS = PROJECT / ".pytest_cache" / "d" / "prepared-demos"
GIVEN_DATABASE = "given_database"
"""The file that names a demo's database, where the tests were given a cluster for it."""
OF_ONE_PLACE = ("run", "socket_directory", "keeper.lock", "in-use.lock", "logs", "*.log", "demo.out", GIVEN_DATABASE)
"""What belongs to a data directory where it is, and not to a copy of it."""


@dataclass
class RunningDemo:
    """A demo in a data directory of its own. `tenants[i].publishable_key`, `.operator_key`, `.org.url` … as in demo.json."""

    data_directory: Path
    process: subprocess.Popen[bytes]
    url: str
    tenants: tuple[Any, ...]

    def server(self) -> psutil.Process:
        return self._child("serve")

    def worker(self) -> psutil.Process:
        return self._child("worker")

    def postgres(self) -> psutil.Process:
        """The server process of PostgreSQL itself, found by its data directory."""
        if GivenCluster.from_environment():
            pytest.skip("the cluster that the tests were given is not theirs to kill")
        for process in psutil.process_iter(["name", "cmdline"]):
            command = process.info["cmdline"] or []
            if process.info["name"] == "postgres" and any(str(self.data_directory) in part for part in command):
                return process
        raise AssertionError("no PostgreSQL process of this demo is running")

    def _child(self, command: str) -> psutil.Process:
        for child in psutil.Process(self.process.pid).children(recursive=True):
            try:
                line = child.cmdline()
            except psutil.Error:
                continue  # It is just ending.
            if "casewright" in line and command in line:
                return child
        raise AssertionError(f"no {command} process of this demo is running")


@contextmanager
def running_demo(
    data_directory: Path,
    environment: Mapping[str, str] | None = None,
    port: int = 0,
    program: Sequence[str] = CASEWRIGHT,
) -> Iterator[RunningDemo]:
    """A demo, ready to be written to; stopped with Ctrl-C at the end."""
    demo = start(data_directory, environment, port, program)
    try:
        yield demo
    finally:
        stop(demo)


def start(
    data_directory: Path,
    environment: Mapping[str, str] | None = None,
    port: int = 0,
    program: Sequence[str] = CASEWRIGHT,
) -> RunningDemo:
    """Starts a demo and waits until it says how to reach it."""
    data_directory.mkdir(parents=True, exist_ok=True)
    bring_models(data_directory / "models")
    (data_directory / "demo.json").unlink(missing_ok=True)
    output = (data_directory / "demo.out").open("ab")
    process = subprocess.Popen(
        [*program, "demo", "--no-browser", "--no-history", "--port", str(port)],
        env={**environment_of(data_directory), **(environment or {})},
        stdout=output,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    connection = data_directory / "demo.json"
    until = time.monotonic() + START_SECONDS
    while not connection.exists():
        if process.poll() is not None or time.monotonic() > until:
            process.kill()
            raise AssertionError(f"the demo did not start:\n{(data_directory / 'demo.out').read_text()[-3000:]}")
        time.sleep(0.1)
    content = json.loads(connection.read_text(), object_hook=lambda fields: SimpleNamespace(**fields))
    return RunningDemo(data_directory, process, content.url, tuple(content.tenants))


_databases = ExitStack()
_environments: dict[Path, dict[str, str]] = {}
atexit.register(_databases.close)


def environment_of(data_directory: Path) -> dict[str, str]:
    """For a program of Casewright's that works on it."""
    return {**os.environ, "CASEWRIGHT_DATA_DIR": str(data_directory), **given_database(data_directory)}


def given_database(data_directory: Path, template: str = "template1") -> dict[str, str]:
    """Variables that name the demo's own database on the cluster that the tests were given, if they were given one."""
    given = GivenCluster.from_environment()
    if given is not None and data_directory not in _environments:
        cluster = _databases.enter_context(given.database(template))
        _environments[data_directory] = cluster.environment()
        (data_directory / GIVEN_DATABASE).write_text(cluster.name)
    return _environments.get(data_directory, {})


def digest_of_code() -> str:
    """Of all that a demo is made of."""
    digest = hashlib.sha256()
    for folder in ("src", "examples"):
        for file in sorted((PROJECT / folder).rglob("*")):
            if file.is_file() and file.suffix != ".pyc":
                digest.update(f"{file.relative_to(PROJECT)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:12]


def prepared(template: Path) -> Path:
    """A data directory in which a demo was started once, to be copied: made by the first process that asks, others wait. Those of
    other code are removed."""
    template.parent.mkdir(parents=True, exist_ok=True)
    with (template.parent / "prepared.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.exists():
            making = template.with_suffix(".making")
            for other in (
                one for one in template.parent.iterdir() if one.is_dir() and template.parent == PREPARED_DEMOS
            ):
                shutil.rmtree(other, ignore_errors=True)
            shutil.rmtree(making, ignore_errors=True)
            demo = start(making)
            try:
                command = [sys.executable, "-m", "tests.working_ahead"]
                subprocess.run(command, env=environment_of(making), cwd=PROJECT, check=True, timeout=START_SECONDS)
            finally:
                stop(demo)
            making.rename(template)
    return template


def copy_of(template: Path, data_directory: Path) -> Path:
    """In a fraction of the time of a demo's first start, which imports all articles and trains."""
    shutil.copytree(template, data_directory, ignore=shutil.ignore_patterns(*OF_ONE_PLACE))
    if (template / GIVEN_DATABASE).exists():
        given_database(data_directory, (template / GIVEN_DATABASE).read_text())
    return data_directory


def bring_models(models: Path) -> None:
    """What other tests have prepared and encoded already; a demo without it makes it all anew."""
    if PREPARED_MODELS.exists() and not models.exists():
        # Another process may be writing: its side files come and go.
        shutil.copytree(
            PREPARED_MODELS, models, ignore=shutil.ignore_patterns("*-wal", "*-shm", "*.lock", "preparing-*")
        )


def stop(demo: RunningDemo) -> None:
    if demo.process.poll() is None:
        demo.process.send_signal(signal.SIGINT)
        try:
            demo.process.wait(30)
        except subprocess.TimeoutExpired:
            demo.process.kill()
            demo.process.wait(10)
