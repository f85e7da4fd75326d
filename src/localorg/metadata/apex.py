"""What can be said of Apex without compiling it: a class or trigger has the name of its file; what a test is."""

import re
from collections.abc import Iterator
from typing import Any

from localorg.metadata.models import Component, Problem

NO_RUNTIME = "This org has no Apex runtime: it neither compiles, runs nor tests Apex. Use a sandbox for that."
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|'(?:\\.|[^'\\\n])*'", re.DOTALL)
_CLASS = re.compile(r"\b(?:class|interface|enum)\s+(\w+)", re.IGNORECASE)
_TRIGGER = re.compile(r"\btrigger\s+(\w+)\s+on\s+\w+\s*\(", re.IGNORECASE)
_TEST = re.compile(r"@istest\b|\btestmethod\b", re.IGNORECASE)
_DECLARATIONS = {"ApexClass": _CLASS, "ApexTrigger": _TRIGGER}


def declared_name(body: str, kind: str = "ApexClass") -> str | None:
    found = _DECLARATIONS[kind].search(_COMMENT.sub(" ", body))
    return found.group(1) if found else None


def check(component: Component) -> Iterator[Problem]:
    kind = component.name.type
    if kind not in _DECLARATIONS:
        return
    body = component.files.get(component.file_name, b"").decode(errors="replace")
    declared = declared_name(body, kind)
    short = component.name.full_name.rsplit("/", 1)[-1]
    if declared is None:
        what = "class" if kind == "ApexClass" else "trigger"
        yield Problem(component.name, component.file_name, f"Expected a {what} declaration", 1, 1)
    elif declared.lower() != short.lower():
        text = f"Name of the declared type, {declared}, does not match the file's, {short}"
        yield Problem(component.name, component.file_name, text, 1, 1)


def is_test(component: Component) -> bool:
    body = component.files.get(component.file_name, b"").decode(errors="replace")
    return _TEST.search(_COMMENT.sub(" ", body)) is not None


def test_failure(name: str) -> dict[str, Any]:
    return {
        "id": None,
        "message": NO_RUNTIME,
        "methodName": None,
        "name": name,
        "namespace": None,
        "packageName": name,
        "seeAllData": False,
        "stackTrace": None,
        "time": 0,
        "type": "Class",
    }
