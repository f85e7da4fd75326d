"""Invocable actions: what there is, what each takes, and calling one with many inputs."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localorg.actions import STANDARD_ACTIONS
from localorg.actions.base import Action, Asked, Result
from localorg.actions.custom import KINDS, custom_actions
from localorg.answers import json_answer
from localorg.errors import json_parser_error, not_found
from localorg.outcomes import error_json
from localorg.rest.context import caller, data_path, json_object, org_of

_MOST_INPUTS = 200


async def list_kinds(request: Request) -> Response:
    path = f"{data_path(request)}/actions"
    return json_answer({"standard": f"{path}/standard", "custom": f"{path}/custom"})


async def list_standard(request: Request) -> Response:
    return _listed(f"{data_path(request)}/actions/standard", tuple(STANDARD_ACTIONS.values()))


async def list_custom_kinds(request: Request) -> Response:
    return json_answer({kind: f"{data_path(request)}/actions/custom/{kind}" for kind in KINDS})


async def list_custom(request: Request) -> Response:
    kind = _kind(request)
    found = await org_of(request).database.read(lambda c: tuple(custom_actions(c, kind)))
    return _listed(f"{data_path(request)}/actions/custom/{kind}", found)


async def describe_action(request: Request) -> Response:
    return json_answer((await _action(request)).to_json())


async def invoke(request: Request) -> Response:
    """One result an input; 400 if any input is refused, and then nothing is done."""
    action, body = await _action(request), await json_object(request)
    inputs = body.get("inputs")
    if not isinstance(inputs, list) or not inputs or not all(isinstance(one, dict) for one in inputs):
        raise json_parser_error("The request must contain at least one item in 'inputs'.")
    if len(inputs) > _MOST_INPUTS:
        raise json_parser_error(f"The request must contain at most {_MOST_INPUTS} items in 'inputs'.")
    org, called_by = org_of(request), caller(request)

    def perform(connection: sqlite3.Connection) -> Sequence[Result]:
        results = action.perform(Asked(org, connection, called_by, inputs))
        if any(result.error for result in results):
            raise _RefusedError(results)
        return results

    try:
        results, status = await org.database.write(perform), 200
    except _RefusedError as refused:
        results, status = refused.results, 400
    return json_answer([_result(action, result) for result in results], status)


class _RefusedError(Exception):
    def __init__(self, results: Sequence[Result]) -> None:
        super().__init__("an input was refused")
        self.results = results


async def _action(request: Request) -> Action:
    name = request.path_params["name"]
    if "kind" not in request.path_params:
        found = STANDARD_ACTIONS.get(name)
    else:
        kind = _kind(request)
        customs = await org_of(request).database.read(lambda c: tuple(custom_actions(c, kind)))
        found = next((action for action in customs if action.name == name), None)
    if found is None:
        raise not_found()
    return found


def _kind(request: Request) -> str:
    kind = str(request.path_params["kind"])
    if kind not in KINDS:
        raise not_found()
    return kind


def _listed(path: str, actions: Sequence[Action]) -> Response:
    told = [
        {"label": action.label, "name": action.name, "type": action.type, "url": f"{path}/{action.name}"}
        for action in actions
    ]
    return json_answer({"actions": told})


def _result(action: Action, result: Result) -> dict[str, Any]:
    return {
        "actionName": action.name,
        "errors": [error_json(result.error)] if result.error else None,
        "invocationId": None,
        "isSuccess": result.error is None and not result.partly_refused,
        "outcome": None,
        "outputValues": result.outputs,
        "sortOrder": -1,
        "version": 1,
    }
