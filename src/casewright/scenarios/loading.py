"""From YAML files to scenarios, with errors that name the line and what would be right."""

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from casewright.scenarios.documents import Document
from casewright.scenarios.errors import CannotRun, InvalidScenario, Problem
from casewright.scenarios.explanations import explanations
from casewright.scenarios.models import LoadedScenario, OrgCreate, OrgQuery, OrgStep, Scenario
from casewright.scenarios.placeholders import ALWAYS_KNOWN, names_in

LARGEST_FILE: Final = 1_000_000


def scenario_files(paths: Sequence[Path]) -> tuple[Path, ...]:
    """The YAML files among `paths`, and those in a folder called `scenarios` anywhere under a folder among them.

    Raises `CannotRun` when a path does not exist or nothing is found.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_file():
            found[path] = None
        elif path.is_dir():
            found.update(dict.fromkeys(_in_folder(path)))
        else:
            raise CannotRun(f"There is no file or folder {path}.")
    if not found:
        where = ", ".join(str(path) for path in paths)
        raise CannotRun(f"No scenarios found in {where}: they are *.yaml files in a folder called 'scenarios'.")
    return tuple(found)


def _in_folder(folder: Path) -> Iterator[Path]:
    if folder.name == "scenarios":
        yield from sorted(folder.glob("*.yaml"))
    else:
        yield from sorted(folder.glob("**/scenarios/*.yaml"))


def load_all(files: Iterable[Path]) -> tuple[LoadedScenario, ...]:
    """All scenarios. Raises `InvalidScenario` for the first file that is wrong or has a name that is taken."""
    loaded: dict[str, LoadedScenario] = {}
    for file in files:
        scenario = load(file)
        name = scenario.scenario.name
        if name in loaded:
            raise InvalidScenario(file, (Problem(1, f"the name {name!r} is already taken by {loaded[name].file}."),))
        loaded[name] = scenario
    return tuple(loaded.values())


def load(file: Path) -> LoadedScenario:
    """The scenario in `file`. Raises `InvalidScenario` with everything that is wrong in it."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InvalidScenario(file, (Problem(1, f"cannot be read: {reason}."),)) from error
    if len(text) > LARGEST_FILE:
        raise InvalidScenario(file, (Problem(1, f"is longer than {LARGEST_FILE:,} characters."),))
    document = Document(file, text)
    try:
        scenario = Scenario.model_validate(document.data)
    except ValidationError as failure:
        raise InvalidScenario(
            file, tuple(Problem(document.line(place), sentence) for place, sentence in explanations(failure))
        ) from failure
    lines = tuple(document.line(("steps", index)) for index in range(len(scenario.steps)))
    problems = tuple(_unknown_placeholders(scenario, lines))
    if problems:
        raise InvalidScenario(file, problems)
    return LoadedScenario(scenario=scenario, file=file, lines=lines)


def _unknown_placeholders(scenario: Scenario, lines: tuple[int, ...]) -> Iterator[Problem]:
    known = set(ALWAYS_KNOWN)
    for step, line in zip(scenario.steps, lines, strict=True):
        for name in names_in(step.model_dump()):
            record, dot, _ = name.partition(".")
            if record not in known or (record in ALWAYS_KNOWN) == bool(dot):
                choices = ", ".join(
                    sorted(f"${{{one}}}" if one in ALWAYS_KNOWN else f"${{{one}.Field}}" for one in known)
                )
                yield Problem(line, f"nothing is known as ${{{name}}} at this step; known are {choices}.")
        if isinstance(step, OrgStep) and isinstance(step.org, OrgCreate | OrgQuery) and step.org.save_as:
            known.add(step.org.save_as)


def schema_text() -> str:
    """The JSON Schema of a scenario file, for editors."""
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Scenario.model_json_schema()}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
