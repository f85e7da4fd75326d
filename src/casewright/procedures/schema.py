"""The JSON Schema of a procedure's file, for editors: `python -m casewright.procedures.schema` prints it."""

import json
import sys
from typing import Any

from casewright.procedures.models import Procedure


def procedure_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the YAML. What it cannot say (reachable steps, known actions) loading checks."""
    schema = Procedure.model_json_schema(by_alias=True)
    del schema["properties"]["digest"]
    schema["description"] = "A procedure: what the agent asks, does and says, step by step."
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def as_text() -> str:
    return json.dumps(procedure_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(as_text())
