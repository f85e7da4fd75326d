"""`casewright demo` as a newcomer meets it."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil

from tests.running import RunningDemo, copy_of, start


def run(data_directory: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "casewright", "demo", "--no-browser", *options],
        env={**os.environ, "CASEWRIGHT_DATA_DIR": str(data_directory)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_running_demo_leaves_a_private_file_that_says_how_to_reach_it(live_server: RunningDemo) -> None:
    file = live_server.data_directory / "demo.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    content = json.loads(file.read_text())
    assert set(content) == {"url", "tenants"}
    assert set(content["tenants"][0]) == {"id", "name", "publishable_key", "operator_key", "org"}
    assert set(content["tenants"][0]["org"]) == {"url", "client_id", "client_secret"}
    assert len(content["tenants"]) == 2


def test_a_taken_port_gets_a_sentence_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = run(tmp_path / "data", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "--port" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_data_directory_of_another_version_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "version").write_text("999\n")
    result = run(tmp_path, "--port", "0")
    assert result.returncode == 2
    assert "CASEWRIGHT_DATA_DIR" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_data_directory_that_cannot_be_made_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run(tmp_path / "file" / "data", "--port", "0")
    assert result.returncode == 2
    assert "CASEWRIGHT_DATA_DIR" in result.stderr


def test_a_second_demo_in_the_same_directory_is_refused(live_server: RunningDemo) -> None:
    result = run(live_server.data_directory, "--port", "0")
    assert result.returncode == 2
    assert "in use" in result.stderr


def test_ctrl_c_stops_every_process_and_removes_the_connection_file(tmp_path: Path, prepared_data: Path) -> None:
    demo = start(copy_of(prepared_data, tmp_path / "data"))
    children = psutil.Process(demo.process.pid).children(recursive=True)
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(30) == 0
    _, alive = psutil.wait_procs(children, timeout=10)
    assert alive == []
    assert not (tmp_path / "data" / "demo.json").exists()
