"""The shipped scenarios, played as a user plays them."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import UNHURRIED
from tests.running import copy_of, running_demo

PROJECT = Path(__file__).parents[2]


def test_all_shipped_scenarios_pass(prepared_data: Path, tmp_path: Path) -> None:
    """On a demo of their own: how conversations of other tests ended says something of the articles."""
    with running_demo(copy_of(prepared_data, tmp_path / "demo"), UNHURRIED) as demo:
        result = subprocess.run(
            [sys.executable, "-m", "casewright", "scenarios", "run", "--data-dir", str(demo.data_directory),
             "--junit", str(tmp_path / "junit.xml")],
            cwd=PROJECT, capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
    assert result.returncode == 0, result.stdout[-6000:] + result.stderr
    assert 'failures="0"' in (tmp_path / "junit.xml").read_text()
