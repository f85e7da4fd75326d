"""One server as several processes, on the real PostgreSQL."""

import os
import signal
import subprocess
import time
from pathlib import Path

import httpx2
import psutil
import pytest

from tests.programs import PATIENCE_SECONDS, RunningProgram, running_program
from tests.running import CASEWRIGHT


@pytest.mark.slow
def test_processes_that_share_a_port_start_again_and_end_together(tmp_path: Path) -> None:
    environment = {**os.environ, "CASEWRIGHT_DATA_DIR": str(tmp_path / "data"), "CASEWRIGHT_PROCESSES": "2"}
    subprocess.run([*CASEWRIGHT, "db", "upgrade"], env=environment, check=True, capture_output=True)
    with running_program("serve", tmp_path / "serve.log", environment) as program:
        program.wait_until_ready()
        first = servers(program, 2)
        os.kill(first[0], signal.SIGKILL)
        program.wait_until_it_says("is started again")
        second = servers(program, 2)
        assert set(second) != set(first)
        assert httpx2.get(f"{program.url}/readyz").status_code == 200
        assert "casewright_stage_seconds" in httpx2.get(f"{program.url}/metrics").text
    assert not any(psutil.pid_exists(pid) for pid in second)


def servers(program: RunningProgram, count: int) -> list[int]:
    """The processes that serve, once there are so many."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        children = psutil.Process(program.process.pid).children()
        found = [child.pid for child in children if "--socket-descriptor" in child.cmdline()]
        if len(found) == count:
            return found
        assert time.monotonic() < until, program.log.read_text()[-3000:]
        time.sleep(0.1)
