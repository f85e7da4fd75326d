"""From YAML to a procedure that may be run, or to a list of everything that is wrong with the file."""

import hashlib
import json
from collections.abc import Hashable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from casewright.procedures.checking import problems_of
from casewright.procedures.errors import Problem, ProcedureInvalid
from casewright.procedures.models import (
    ActionDefinition,
    ActionStep,
    AnswerStep,
    BranchStep,
    CollectStep,
    Compensation,
    EndStep,
    HandOffStep,
    Procedure,
    SayStep,
    SlotDefinition,
    StepBase,
    VerifyStep,
)
from casewright.procedures.yaml12 import StrictLoader

Actions = Mapping[str, ActionDefinition]

BUILTIN = Path(__file__).parent / "builtin"

_STEP_KINDS: dict[str, type[StepBase]] = {
    "collect": CollectStep,
    "verify": VerifyStep,
    "action": ActionStep,
    "say": SayStep,
    "answer": AnswerStep,
    "branch": BranchStep,
    "hand_off": HandOffStep,
    "end": EndStep,
}


def load_text(
    text: str, *, source: str, actions: Actions, default_locale: str = "en", builtin: bool = False
) -> Procedure:
    """One procedure from YAML. `source` names it in messages. Raises `ProcedureInvalid` with every problem found."""
    content = _parse(text, source)
    try:
        procedure = Procedure.model_validate(content)
    except ValidationError as error:
        raise ProcedureInvalid(source, tuple(_in_words(content, detail) for detail in error.errors())) from None
    if problems := problems_of(procedure, actions, default_locale=default_locale, builtin=builtin):
        raise ProcedureInvalid(source, problems)
    return procedure.model_copy(update={"digest": digest_of(procedure)})


def load_file(path: Path, *, actions: Actions, default_locale: str = "en", builtin: bool = False) -> Procedure:
    """Raises `ProcedureInvalid`."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ProcedureInvalid(path.name, (Problem(step="", message="cannot be read as UTF-8 text"),)) from None
    return load_text(text, source=path.name, actions=actions, default_locale=default_locale, builtin=builtin)


def load_directory(directory: Path, *, actions: Actions, default_locale: str = "en") -> tuple[Procedure, ...]:
    """Every `*.yaml` of a folder, by file name. Raises `ProcedureInvalid` for the first bad file and for a name given twice."""
    loaded: dict[str, Procedure] = {}
    for path in sorted(directory.glob("*.yaml")):
        procedure = load_file(path, actions=actions, default_locale=default_locale)
        if procedure.name in loaded:
            message = f'another file of this folder has the name "{procedure.name}" already; names must differ'
            raise ProcedureInvalid(path.name, (Problem(step="", message=message),))
        loaded[procedure.name] = procedure
    return tuple(loaded.values())


def load_builtin(actions: Actions) -> tuple[Procedure, ...]:
    """The procedures that the engine itself relies on, such as `verify_identity`."""
    return tuple(load_file(path, actions=actions, builtin=True) for path in sorted(BUILTIN.glob("*.yaml")))


def digest_of(procedure: Procedure) -> str:
    """SHA-256, in hexadecimal, of the content as canonical JSON."""
    content = procedure.model_dump(mode="json", by_alias=True, exclude={"digest"})
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _parse(text: str, source: str) -> dict[str, Any]:
    try:
        content = yaml.load(text, Loader=StrictLoader)  # noqa: S506 (it is a SafeLoader)
    except yaml.YAMLError as error:
        raise ProcedureInvalid(source, (Problem(step="", message=_yaml_message(error)),)) from None
    if not isinstance(content, dict):
        message = "must be a mapping with name, title, slots and steps"
        raise ProcedureInvalid(source, (Problem(step="", message=message),))
    if "digest" in content:
        message = 'unknown key "digest"; it is computed from the content'
        raise ProcedureInvalid(source, (Problem(step="", message=message),))
    return content


def _yaml_message(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    what = getattr(error, "problem", None) or "it cannot be read"
    return f"is not valid YAML: {what}" + (f" (line {mark.line + 1}, column {mark.column + 1})" if mark else "")


def _in_words(content: dict[str, Any], error: Any) -> Problem:
    location = list(error["loc"])
    step = ""
    known: list[str] = list(Procedure.model_fields)
    match location:
        case ["steps", int() as index, *rest]:
            step = _step_name(content, index)
            kind = rest.pop(0) if rest and rest[0] in _STEP_KINDS else ""
            known = list(_STEP_KINDS[str(kind)].model_fields) if kind else []
            location = rest
            if rest and rest[0] == "compensate":
                known = list(Compensation.model_fields)
        case ["slots", _, _]:
            known = list(SlotDefinition.model_fields)
    return Problem(step=step, message=_message(error, ".".join(str(part) for part in location), known))


def _message(error: Any, where: str, known: list[str]) -> str:
    match error["type"]:
        case "extra_forbidden":
            key = where.rpartition(".")[2]
            close = get_close_matches(key, known, n=1)
            remedy = f'did you mean "{close[0]}"?' if close else f"known: {', '.join(known)}"
            return f'unknown key "{where}"; {remedy}'
        case "missing":
            return f'"{where}" is missing'
        case "dict_type" if error["input"] is not None and isinstance(error["input"], str):
            return f'"{where}" must be a mapping, texts by locale: {{en: "…", de: "…"}}'
        case _:
            return f'"{where}": {error["msg"]}' if where else str(error["msg"])


def _step_name(content: dict[str, Any], index: int) -> str:
    step = content["steps"][index]
    name: Hashable = step.get("id") if isinstance(step, dict) else None
    return str(name) if name else f"number {index + 1}"
