import json
from pathlib import Path

import jsonschema
import yaml

from casewright.procedures.schema import as_text, procedure_schema

ROOT = Path(__file__).parents[2]


def test_the_published_schema_is_up_to_date() -> None:
    published = (ROOT / "docs/reference/procedure.schema.json").read_text(encoding="utf-8")
    assert published == as_text(), "run: python -m casewright.procedures.schema > docs/reference/procedure.schema.json"


def test_the_schema_accepts_the_shipped_procedures_and_refuses_a_misspelt_key() -> None:
    validator = jsonschema.Draft202012Validator(procedure_schema())
    validator.check_schema(json.loads(as_text()))
    content = {}
    for path in sorted((ROOT / "examples").glob("*/procedures/*.yaml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_words_only())
        assert not list(validator.iter_errors(content)), path.name
    assert list(validator.iter_errors({**content, "stpes": []}))


def _words_only() -> type[yaml.SafeLoader]:
    from casewright.procedures.yaml12 import StrictLoader

    return StrictLoader
