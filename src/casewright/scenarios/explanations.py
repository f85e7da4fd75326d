"""pydantic's errors in the words of who writes scenarios."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from casewright.kit.model import Model
from casewright.scenarios.documents import Location
from casewright.scenarios.models import STEPS, Scenario


def _place(error: ErrorDetails) -> Location:
    return tuple(part for part in error["loc"] if not _is_tag(part))


def _is_tag(part: str | int) -> bool:
    return isinstance(part, str) and part.startswith("kind:")


def explanations(failure: ValidationError) -> Iterator[tuple[Location, str]]:
    """For each thing that is wrong: where, and a sentence with what would be right."""
    for error in failure.errors():
        if not (error["type"] == "too_short" and error["input"]):  # else only said because its items are wrong
            yield _place(error), _explanation(error)


def _explanation(error: ErrorDetails) -> str:
    location = _place(error)
    if error["type"] == "missing":
        return f"{_words(location[:-1]) or 'the scenario'} needs {str(location[-1])!r}."
    where = _words(location)
    return f"{where}: {_reason(error, location)}" if where else _reason(error, location)


def _words(location: Location) -> str:
    """`("steps", 2, "expect")` → `step 3 → expect`."""
    words = [
        f"step {part + 1}" if isinstance(part, int) and location[index - 1] == "steps" else str(part)
        for index, part in enumerate(location)
        if part != "steps" or len(location) == 1
    ]
    return " → ".join(words)


def _reason(error: ErrorDetails, location: Location) -> str:
    given = _shown(error["input"])
    context = error.get("ctx", {})
    last = str(location[-1]) if location else ""
    reasons: dict[str, Callable[[], str]] = {
        "extra_forbidden": lambda: _unknown_key(last, _keys_at(error["loc"][:-1])),
        "union_tag_not_found": lambda: _unknown_kind(error["input"], location),
        "string_type": lambda: f"must be text, not {given}; put it in quotes.",
        "tuple_type": lambda: f"must be a list, not {given}; write [ … ].",
        "model_type": lambda: f"must be a mapping with keys, not {given}.",
        "dict_type": lambda: f"must be a mapping with keys, not {given}.",
        "literal_error": lambda: f"must be {str(context['expected']).replace('True', 'true')}, not {given}.",
        "string_pattern_mismatch": lambda: f"{given} has not the right form; {_form(last)}.",
        "value_error": lambda: f"{context['error']}.",
    }
    known = reasons.get(error["type"])
    return known() if known else f"{error['msg'][:1].lower()}{error['msg'][1:]}, not {given}."


def _shown(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 60 else f"{shown[:57]}…"


def _form(key: str) -> str:
    return {
        "name": "write lower-case words joined by hyphens, such as 'password-reset'",
        "language": "write a code of two letters, such as 'en'",
        "clock": "write a plus sign, a number and s, m, h or d, such as '+31m'",
        "save_as": "write a word of lower-case letters, digits and underscores, such as 'first_case'",
    }.get(key, "see docs/reference/scenario.schema.json")


def _unknown_key(key: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else f" Known are: {', '.join(known)}." if known else ""
    return f"the key is not known.{hint}"


def _unknown_kind(value: Any, location: Location) -> str:
    if location[-1] == "org":
        return "needs one of 'query', 'create', 'change' and 'fault'."
    if location[-2:-1] != ("steps",):
        return f"must be text, a number, true, false or null, not {_shown(value)}."
    if not isinstance(value, dict):
        return f"a step is a mapping such as 'customer: \"Hello\"', not {_shown(value)}."
    near = [match for name in value for match in difflib.get_close_matches(str(name), STEPS, n=1)]
    hint = f"Did you mean {near[0]!r}?" if near else f"A step has one of these keys: {', '.join(STEPS)}."
    return f"this kind of step is not known. {hint}"


def _keys_at(location: Location) -> tuple[str, ...]:
    """Keys that the models allow at `location`, given with its tags."""
    models: list[type[Model]] = [Scenario]
    for part in location:
        if _is_tag(part):
            models = [
                model for model in models if str(part).removeprefix("kind:") in (*model.model_fields, "comparison")
            ]
        elif isinstance(part, str):
            models = [inner for model in models if part in model.model_fields
                      for inner in _models_in(model.model_fields[part].annotation)] or models  # fmt: skip
    return tuple(sorted({key for model in models for key in model.model_fields}))


def _models_in(annotation: Any) -> list[type[Model]]:
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return [annotation]
    return [model for argument in get_args(annotation) for model in _models_in(argument)]
