"""Queries made at random are read as @jetstreamapp/soql-parser-js reads them."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localorg.soql.parser import parse
from tests.conformance.soql.texts import Writer
from tests.conformance.soql.trees import ours, theirs

HERE = Path(__file__).parent
ORACLE = HERE.parent / "node_modules" / "@jetstreamapp" / "soql-parser-js"
QUERIES = 2_400
_READ_AT_ONCE = 600

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not ORACLE.is_dir() or shutil.which("node") is None,
        reason="the SOQL oracle is not installed: run `npm ci` in tests/conformance, with Node 20 or newer",
    ),
]


def answers_of_oracle(queries: list[str]) -> Iterator[dict[str, Any]]:
    for start in range(0, len(queries), _READ_AT_ONCE):
        given = json.dumps(queries[start : start + _READ_AT_ONCE])
        read = subprocess.run(
            ["node", str(HERE / "parse.mjs")], input=given, capture_output=True, text=True, check=True
        )
        yield from json.loads(read.stdout)


def test_every_query_has_the_oracles_structure() -> None:
    writer = Writer(seed=7)
    queries = list(dict.fromkeys(writer.query() for _ in range(QUERIES + 200)))[:QUERIES]
    assert len(queries) == QUERIES
    for query, answer in zip(queries, answers_of_oracle(queries), strict=True):
        assert "tree" in answer, f"the oracle cannot read {query}: {answer}"
        assert ours(parse(query)) == theirs(answer["tree"]), query
