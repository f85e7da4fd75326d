"""The supervisor with real child processes."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import psutil
import pytest

from casewright.cli.supervisor import Program, ProgramDidNotStart, Supervisor

SERVER = """
import os, signal, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from casewright.kit.lifeline import follow_parent
name, port = sys.argv[1], int(sys.argv[2])

def leave(*_):
    with open("order", "a") as file:
        file.write(name + "\\n")
    os._exit(0)

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

if name == "stubborn":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
else:
    signal.signal(signal.SIGTERM, leave)
    follow_parent()
HTTPServer(("127.0.0.1", port), Handler).serve_forever()
"""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _server(name: str, directory: Path, **options: float) -> Program:
    port = _free_port()
    return Program(
        name=name,
        command=(sys.executable, "-c", f"import os\nos.chdir({str(directory)!r})\n{SERVER}", name, str(port)),
        log=directory / "logs" / f"{name}.log",
        environment=os.environ,
        ready_url=f"http://127.0.0.1:{port}/",
        **options,
    )


async def _process_of(program: Program) -> psutil.Process:
    async with httpx2.AsyncClient() as http:
        return psutil.Process(int((await http.get(str(program.ready_url))).text))


class Told:
    def __init__(self) -> None:
        self.sentences: asyncio.Queue[str] = asyncio.Queue()

    def __call__(self, sentence: str) -> None:
        self.sentences.put_nowait(sentence)

    async def next(self) -> str:
        return await asyncio.wait_for(self.sentences.get(), 30)


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def supervisor(told: Told) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(told)
    yield supervisor
    await supervisor.stop()


async def test_a_started_program_answers(supervisor: Supervisor, tmp_path: Path) -> None:
    program = _server("web", tmp_path)
    await supervisor.start(program)
    assert (await _process_of(program)).is_running()


async def test_a_program_that_ends_at_once_is_reported_with_its_log(supervisor: Supervisor, tmp_path: Path) -> None:
    log = tmp_path / "log"
    failing = Program("worker", (sys.executable, "-c", "exit('no keys')"), log, os.environ, "http://127.0.0.1:9/")
    with pytest.raises(ProgramDidNotStart, match=f"worker ended at once \\(exit code 1\\).*{log}"):
        await supervisor.start(failing)
    assert log.read_text() == "no keys\n"


async def test_a_program_that_never_answers_is_given_up(supervisor: Supervisor, tmp_path: Path) -> None:
    silent = Program(
        "worker",
        (sys.executable, "-c", "input()"),
        tmp_path / "log",
        os.environ,
        f"http://127.0.0.1:{_free_port()}/",
        start_seconds=0.3,
    )
    with pytest.raises(ProgramDidNotStart, match=r"not ready within 0\.3 seconds"):
        await supervisor.start(silent)


async def test_a_crashed_program_is_started_again_and_that_is_told(
    supervisor: Supervisor, told: Told, tmp_path: Path
) -> None:
    program = _server("web", tmp_path)
    await supervisor.start(program)
    first = await _process_of(program)
    first.send_signal(signal.SIGKILL)
    assert "web ended unexpectedly (signal 9)" in await told.next()
    assert await told.next() == "The web is back."
    assert (await _process_of(program)).pid != first.pid


async def test_programs_stop_in_order_the_last_started_first(supervisor: Supervisor, tmp_path: Path) -> None:
    for name in ("orgs", "worker", "web"):
        await supervisor.start(_server(name, tmp_path))
    await supervisor.stop()
    assert (tmp_path / "order").read_text().split() == ["web", "worker", "orgs"]


async def test_a_program_that_will_not_go_is_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    program = _server("stubborn", tmp_path, stop_seconds=0.1)
    await supervisor.start(program)
    process = await _process_of(program)
    await supervisor.stop()
    assert not process.is_running()


async def test_stopping_is_not_taken_for_a_crash(supervisor: Supervisor, told: Told, tmp_path: Path) -> None:
    await supervisor.start(_server("web", tmp_path))
    await supervisor.stop()
    assert told.sentences.empty()
