import json
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from casewright.scenarios.loading import scenario_files, schema_text

ROOT = Path(__file__).parents[2]
VALIDATOR = Draft202012Validator(json.loads(schema_text()))


@pytest.mark.parametrize("file", scenario_files([ROOT / "examples"]), ids=lambda file: file.stem)
def test_an_editor_with_the_schema_accepts_a_shipped_scenario(file: Path) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(file.read_text(encoding="utf-8")))] == []


def test_an_editor_with_the_schema_marks_an_unknown_step() -> None:
    scenario = {"name": "a", "title": "A", "tenant": "aurora", "steps": [{"custmer": "Hello"}]}
    assert not VALIDATOR.is_valid(scenario)
