"""`casewright knowledge search`, as another program meets it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
def test_queries_are_answered_in_order_up_to_a_bad_line_and_again_from_what_was_kept(tmp_path: Path) -> None:
    (tmp_path / "collection").mkdir()
    (tmp_path / "collection" / "faq.jsonl").write_text(
        '{"id": "bill", "question": "Where is my bill?", "text": "Under Billing."}\n'
        '{"id": "door", "question": "Who opens the door?", "text": "The caretaker."}\n'
    )
    (tmp_path / "queries.jsonl").write_text(
        '{"id": 1, "query": "I need last month\'s invoice"}\n{"id": "b", "query": "locked out of the house"}\n{"id": 3}\n'
    )
    command = (sys.executable, "-m", "casewright", "knowledge", "search", "--limit", "1")
    options = ("--collection", str(tmp_path / "collection"), "--queries", str(tmp_path / "queries.jsonl"))
    environment = {**os.environ, "CASEWRIGHT_DATA_DIR": str(tmp_path / "data")}

    ran = [
        subprocess.run([*command, *options], capture_output=True, timeout=120, check=False, env=environment)
        for _ in range(2)
    ]

    answers = [json.loads(line) for line in ran[0].stdout.splitlines()]
    assert [(answer["id"], [hit["document"] for hit in answer["hits"]]) for answer in answers] == [
        (1, ["bill"]),
        ("b", ["door"]),
    ]
    assert ran[0].stdout == ran[1].stdout
    assert ran[0].returncode == 2
    assert b"line 3: query: field required" in ran[0].stderr
    assert len(list((tmp_path / "data" / "collections").glob("*.npy"))) == 2
