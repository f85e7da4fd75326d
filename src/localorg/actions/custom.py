"""Actions that were deployed: Apex classes with an invocable method, and flows. They are told of, and cannot run here."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence

from localorg.actions.base import Action, Asked, Parameter, Result
from localorg.errors import ApiError
from localorg.metadata.apex import NO_RUNTIME
from localorg.metadata.models import StoredComponent
from localorg.metadata.store import Store
from localorg.soap.xml import XmlError, child, child_text, children, parse_xml

KINDS = {"apex": "ApexClass", "flow": "Flow"}
_NO_FLOWS = "This org does not run flows. Use a sandbox for that."
_METHOD = re.compile(r"@InvocableMethod\s*(\((?P<options>[^)]*)\))?", re.IGNORECASE)
_VARIABLE = re.compile(
    r"@InvocableVariable\s*(\((?P<options>[^)]*)\))?\s*(?:(?:public|global)\s+)(?P<type>[\w.<>]+)\s+(?P<name>\w+)",
    re.IGNORECASE,
)
_LABEL = re.compile(r"label\s*=\s*'([^']*)'", re.IGNORECASE)
_IS_REQUIRED = re.compile(r"required\s*=\s*true", re.IGNORECASE)


def custom_actions(connection: sqlite3.Connection, kind: str) -> Iterator[Action]:
    """`kind` is apex or flow."""
    for stored in Store(connection, "").of_type(KINDS[kind]):
        action = _apex(stored) if kind == "apex" else _flow(stored)
        if action is not None:
            yield action


def _apex(stored: StoredComponent) -> Action | None:
    component = stored.component
    body = component.files.get(component.file_name, b"").decode(errors="replace")
    method = _METHOD.search(body)
    if method is None:
        return None
    name = component.name.full_name
    label = _LABEL.search(method["options"] or "")
    inputs = tuple(
        Parameter(found["name"], _label(found["options"]) or found["name"], found["type"].upper(), _required(found))
        for found in _VARIABLE.finditer(body)
    )
    return Action(name, label[1] if label else name, "APEX", _refused(NO_RUNTIME), inputs, standard=False)


def _label(options: str | None) -> str | None:
    found = _LABEL.search(options or "")
    return found[1] if found else None


def _required(found: re.Match[str]) -> bool:
    return _IS_REQUIRED.search(found["options"] or "") is not None


def _flow(stored: StoredComponent) -> Action | None:
    """Record-triggered flows and the like are no actions."""
    component = stored.component
    try:
        element = parse_xml(component.files[component.file_name])
    except XmlError:
        return None
    if child_text(element, "processType") != "AutoLaunchedFlow" or child_text(child(element, "start"), "triggerType"):
        return None
    inputs, outputs = (
        tuple(
            Parameter(child_text(one, "name") or "", child_text(one, "name") or "", (child_text(one, "dataType") or "").upper())
            for one in children(element, "variables")
            if child_text(one, flag) == "true"
        )
        for flag in ("isInput", "isOutput")
    )  # fmt: skip
    name = component.name.full_name
    label = child_text(element, "label") or name
    return Action(name, label, "FLOW", _refused(_NO_FLOWS), inputs, outputs, standard=False)


def _refused(sentence: str) -> Callable[[Asked], Sequence[Result]]:
    def perform(asked: Asked) -> Sequence[Result]:
        return [Result(error=ApiError("FUNCTIONALITY_NOT_ENABLED", sentence, fields=())) for _ in asked.inputs]

    return perform
