"""`casewright demo` as a process: PostgreSQL, the orgs and supervision are real, the server and worker are stand-ins."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import httpx2
import psutil
import pytest
from rich.console import Console

from casewright.cli.demo import _has_display
from casewright.cli.progress import Progress
from casewright.kit.errors import SetupError

DEMO = '''
import asyncio, os, sys
from rich.console import Console
from casewright.cli.demo import Commands, Demo
from casewright.cli.interruption import run_until_interrupted
from casewright.kit.errors import CasewrightError
from casewright.scenarios.schemas import TenantAccess
from casewright.settings import Settings

SERVER = """
import os, signal, sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from casewright.kit.lifeline import follow_parent
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
follow_parent()
class Ready(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
HTTPServer(("127.0.0.1", int(os.environ["CASEWRIGHT_PORT"])), Ready).serve_forever()
"""

WORKER = """
import os, signal, threading
from casewright.kit.lifeline import follow_parent
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
follow_parent()
threading.Event().wait()
"""

async def install(settings, orgs):
    return tuple(
        TenantAccess(id=name, name=name, publishable_key=f"pk_{name}", operator_key=f"ok_{name}", org=org)
        for name, org in orgs.items()
    )

commands = Commands(server=(sys.executable, "-c", SERVER), worker=(sys.executable, "-c", WORKER))
try:
    tour = "--tour" in sys.argv
    browser = "BROWSER" in os.environ
    demo = Demo(Settings(), Console(width=300), install, browser=browser, tour=tour, commands=commands)
    asyncio.run(run_until_interrupted(demo.run(), lambda: print("Stopping", flush=True)))
except CasewrightError as error:
    sys.exit(error.message)
'''


class RunningDemo:
    def __init__(
        self, data_directory: Path, port: int = 0, options: Sequence[str] = (), browser: Mapping[str, str] | None = None
    ) -> None:
        self._data_directory = data_directory
        environment = os.environ | {"CASEWRIGHT_DATA_DIR": str(data_directory), "CASEWRIGHT_PORT": str(port)}
        environment.pop("BROWSER", None)
        environment |= browser or {}
        command = [sys.executable, "-c", DEMO, *options]
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.output = ""

    def read_until(self, pattern: str) -> None:
        assert self.process.stdout is not None
        while not re.search(pattern, self.output):
            line = self.process.stdout.readline()
            assert line, f"the demo ended, having said:\n{self.output}"
            self.output += line

    @property
    def connection_file(self) -> Path:
        return self._data_directory / "demo.json"

    @property
    def url(self) -> str:
        return str(json.loads(self.connection_file.read_text())["url"])

    def descendants(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def wait(self) -> int:
        return self.process.wait(60)


StartDemo = Callable[..., RunningDemo]


@pytest.fixture
def start_demo(tmp_path: Path) -> Iterator[StartDemo]:
    demos: list[RunningDemo] = []

    def start(port: int = 0, options: Sequence[str] = (), browser: Mapping[str, str] | None = None) -> RunningDemo:
        demo = RunningDemo(tmp_path / "data", port, options, browser)
        demos.append(demo)
        return demo

    yield start
    for demo in demos:
        demo.process.terminate()
        demo.wait()
        if demo.process.stdout is not None:
            demo.process.stdout.close()


def _wait_until_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=30)
    assert not alive


def test_from_nothing_to_a_page_and_two_orgs_and_back(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.read_until("Ctrl-C stops everything")
    connection = json.loads(demo.connection_file.read_text())
    assert demo.connection_file.stat().st_mode & 0o777 == 0o600
    assert httpx2.get(f"{connection['url']}/readyz").status_code == 200
    assert [tenant["name"] for tenant in connection["tenants"]] == ["aurora", "brueckner"]
    for tenant in connection["tenants"]:
        org = tenant["org"]
        form = {"grant_type": "client_credentials"} | {name: org[name] for name in ("client_id", "client_secret")}
        assert "access_token" in httpx2.post(f"{org['url']}/services/oauth2/token", data=form).json()
    descendants = demo.descendants()
    demo.process.send_signal(signal.SIGINT)
    assert demo.wait() == 0
    _wait_until_gone(descendants)
    assert not demo.connection_file.exists()


@pytest.mark.slow
def test_after_a_kill_everything_ends_and_the_next_start_works(start_demo: StartDemo) -> None:
    killed = start_demo()
    killed.read_until("Ctrl-C stops everything")
    port = int(killed.url.rsplit(":", 1)[1])
    descendants = killed.descendants()
    killed.process.kill()
    killed.wait()
    following = start_demo(port)
    following.read_until("Ctrl-C stops everything")
    _wait_until_gone(descendants)
    assert httpx2.get(following.url).status_code == 200


@pytest.mark.slow
def test_a_crashed_server_is_started_again_and_that_is_said(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.read_until("Ctrl-C stops everything")
    psutil.Process(int(httpx2.get(demo.url).text)).kill()
    demo.read_until("server ended unexpectedly .signal 9")
    demo.read_until("The server is back")
    assert httpx2.get(demo.url).status_code == 200


def test_ctrl_c_during_the_start_leaves_nothing_behind(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.read_until("Port and data directory")
    while not demo.descendants():
        time.sleep(0.01)
    descendants = demo.descendants()
    demo.process.send_signal(signal.SIGINT)
    assert demo.wait() == 0
    _wait_until_gone(descendants)


def test_a_taken_port_is_reported_with_what_to_do(start_demo: StartDemo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = start_demo(port)
        demo.read_until(rf"Port {port} on 127\.0\.0\.1 is taken.*casewright demo --port \d+.*CASEWRIGHT_PORT")
        assert demo.wait() == 1


@pytest.mark.slow
def test_a_second_demo_on_the_same_data_is_told_about_the_first(start_demo: StartDemo) -> None:
    start_demo().read_until("Ctrl-C stops everything")
    second = start_demo()
    second.read_until(r"in use by `casewright demo` \(process \d+\)")
    assert second.wait() == 1


HOME = "/#pk_aurora=ok_aurora&pk_brueckner=ok_brueckner"
TOUR = "/chat#key=pk_aurora&language=en&operator=ok_aurora&tour=1"


@pytest.mark.slow
def test_it_prints_the_links_to_the_inspector_and_the_tour_with_the_keys_they_need(start_demo: StartDemo) -> None:
    demo = start_demo()
    demo.read_until("Ctrl-C stops everything")
    printed = demo.output.split()
    assert demo.url + HOME in printed
    assert demo.url + TOUR in printed


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the opener is found as on Linux")
@pytest.mark.parametrize(("options", "opened"), [((), HOME), (("--tour",), TOUR)])
def test_the_browser_is_opened_on_the_companies_or_on_the_tour(
    start_demo: StartDemo, tmp_path: Path, options: Sequence[str], opened: str
) -> None:
    note = tmp_path / "opened"
    opener = tmp_path / "browser"
    opener.write_text(f'#!/bin/sh\necho "$1" > "{note}.new" && mv "{note}.new" "{note}"\n')
    opener.chmod(0o755)
    demo = start_demo(options=options, browser={"BROWSER": f"{opener} %s", "DISPLAY": ":0"})
    demo.read_until("Ctrl-C stops everything")
    until = time.monotonic() + 10
    while not note.exists() and time.monotonic() < until:
        time.sleep(0.05)
    assert note.read_text().strip() == demo.url + opened


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
@pytest.mark.parametrize(("variable", "value"), [("DISPLAY", ":0"), ("WAYLAND_DISPLAY", "wayland-0")])
def test_a_browser_is_opened_only_where_there_is_a_display(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    assert not _has_display()
    monkeypatch.setenv(variable, value)
    assert _has_display()


def test_a_failed_step_is_marked_and_its_error_goes_on() -> None:
    console = Console(record=True, width=100)
    with pytest.raises(SetupError), Progress(console).step("Local [orgs]"):
        raise SetupError("No.")
    assert re.search(r"✗ Local \[orgs\] +\d+\.\d s", console.export_text())
