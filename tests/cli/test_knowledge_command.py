"""`casewright knowledge`, as another program meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONTRADICTIONS = (sys.executable, "-m", "casewright", "knowledge", "contradictions")


@pytest.mark.slow
def test_pairs_are_judged_in_order_up_to_a_bad_line(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text(
        '{"id": "x", "a": "Files are kept for 14 days.", "b": "Files are kept for 30 days."}\n'
        '{"id": 7, "a": "Files are kept for 14 days.", "b": "Files are kept for two weeks."}\n'
        '{"id": "z", "a": "Files are kept for 14 days."}\n',
        encoding="utf-8",
    )
    environment = {**os.environ, "CASEWRIGHT_DATA_DIR": str(tmp_path / "data")}
    command = [*CONTRADICTIONS, "--pairs", str(pairs)]
    ran = subprocess.run(command, capture_output=True, timeout=120, check=False, env=environment)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["x", 7]
    assert answers[0]["contradiction"] > 0.5 > answers[1]["contradiction"]
    assert ran.returncode == 2
    assert b"line 3: b: field required" in ran.stderr
