"""A tenant's `intents.yaml` as an `IntentSet`."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from casewright.kit.yaml_reading import read_yaml
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.models import IntentSet
from casewright.understanding.training import check


def load_intents(file: Path) -> IntentSet:
    """Reads and checks the file. Raises `TrainingDataInvalid`, which names the file and everything to change."""
    try:
        return parse_intents(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrainingDataInvalid(f"{file} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise TrainingDataInvalid(f"{file} is not UTF-8 text.") from None
    except TrainingDataInvalid as error:
        raise TrainingDataInvalid(*(f"{file}: {problem}" for problem in error.problems)) from None


def parse_intents(text: str) -> IntentSet:
    """Raises `TrainingDataInvalid`."""
    try:
        content = read_yaml(text)
        intents = IntentSet.model_validate(content)
    except yaml.YAMLError as error:
        raise TrainingDataInvalid(f"It is not valid YAML: look near {_place(error)}.") from None
    except ValidationError as error:
        raise TrainingDataInvalid(*(_in_words(content, fault) for fault in error.errors())) from None
    check(intents)
    return intents


def _place(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"line {mark.line + 1}" if mark else "its beginning"


def _in_words(content: Any, fault: Any) -> str:
    """An intent is called by its name rather than by its place in the list."""
    match fault["loc"]:
        case ("intents", int() as number, *rest):
            intent = content["intents"][number]
            name = intent.get("name") if isinstance(intent, dict) else None
            where = [f"the intent {name!r}" if name else f"intent number {number + 1}", *map(str, rest)]
        case location:
            where = [".".join(map(str, location))] if location else []
    return ": ".join([*where, _message(fault)]) + "."


def _message(fault: Any) -> str:
    known = {"extra_forbidden": "there is no such key", "missing": "it is missing"}
    return known.get(fault["type"], fault["msg"])
