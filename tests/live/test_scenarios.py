"""The shipped scenarios, played as a user plays them."""

import subprocess
import sys
from pathlib import Path

from tests.running import RunningDemo

PROJECT = Path(__file__).parents[2]


def test_all_shipped_scenarios_pass(live_server: RunningDemo, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "casewright", "scenarios", "run", "--data-dir", str(live_server.data_directory),
         "--junit", str(tmp_path / "junit.xml")],
        cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr
    assert 'failures="0"' in (tmp_path / "junit.xml").read_text()
