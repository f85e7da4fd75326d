"""composite, composite/graph, composite/batch and composite/tree: several steps in one request."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.errors import ApiError, json_parser_error
from localorg.records.values import JsonValue
from localorg.rest.context import data_path, json_object, org_of
from localorg.rest.subrequests import Subanswer, subrequest

_MOST_STEPS = 25
_MOST_GRAPH_STEPS = 500
_MOST_LARGE_STEPS = 5
_LARGE_STEP = re.compile(r"/(query|queryAll|composite/sobjects)([/?]|$)")
"""Queries and collections"""
_REFERENCE = re.compile(r"@\{\s*([A-Za-z][\w]*)((?:\.\w+|\[\d+\])*)\s*\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_NAME = re.compile(r"[A-Za-z]\w*")
_HALTED = ApiError(
    "PROCESSING_HALTED",
    "The transaction was rolled back since another operation in the same transaction failed.",
)


async def list_kinds(request: Request) -> Response:
    path = f"{data_path(request)}/composite"
    return json_answer({kind: f"{path}/{kind}" for kind in ("tree", "batch", "sobjects", "graph")})


async def composite(request: Request) -> Response:
    body = await json_object(request)
    asked = body.get("compositeRequest")
    if isinstance(asked, list) and len(asked) > _MOST_STEPS:
        return _refused(f"The request can’t contain more than {_MOST_STEPS} operations.")
    steps = _steps(asked, _MOST_STEPS)
    if (
        sum(isinstance(step.url, str) and _LARGE_STEP.search(step.url) is not None for step in steps)
        > _MOST_LARGE_STEPS
    ):
        return _refused(f"The request can’t contain more than {_MOST_LARGE_STEPS} queries and collections.")
    answers = await _run(request, steps, all_or_none=body.get("allOrNone") is True)
    return json_answer({"compositeResponse": _response(steps, answers)})


def _refused(sentence: str) -> Response:
    """As a whole, but in the form of an answer to its steps."""
    error = ApiError("LIMIT_EXCEEDED", sentence)
    step = {"body": error.body(), "httpHeaders": {}, "httpStatusCode": error.status, "referenceId": None}
    return json_answer({"compositeResponse": [step]}, error.status)


async def graph(request: Request) -> Response:
    """Each graph is a transaction of its own."""
    body = await json_object(request)
    graphs = body.get("graphs")
    if not isinstance(graphs, list) or not graphs or not all(isinstance(one, dict) for one in graphs):
        raise json_parser_error("The request must contain at least one item in 'graphs'.")
    told = []
    for one in graphs:
        steps = _steps(one.get("compositeRequest"), _MOST_GRAPH_STEPS)
        answers = await _run(request, steps, all_or_none=True)
        response = {"compositeResponse": _response(steps, answers)}
        successful = not any(answer.failed for answer in answers)
        told.append({"graphId": one.get("graphId"), "graphResponse": response, "isSuccessful": successful})
    return json_answer({"graphs": told})


async def batch(request: Request) -> Response:
    """Independent requests; with haltOnError those after a failure are not begun."""
    body = await json_object(request)
    asked = _list_of_objects(body.get("batchRequests"), "batchRequests", _MOST_STEPS)
    halts = body.get("haltOnError") is True
    results: list[dict[str, Any]] = []
    failed = False
    for one in asked:
        if failed and halts:
            halted = ApiError("BATCH_PROCESSING_HALTED", "Batch processing halted per request")
            results.append({"statusCode": 412, "result": halted.body()})
            continue
        try:
            answer = await subrequest(request, one.get("method"), one.get("url"), one.get("richInput"))
        except ApiError as error:
            answer = Subanswer(error.status, error.body(), {})
        failed = failed or answer.failed
        results.append({"statusCode": answer.status, "result": answer.body})
    return json_answer({"hasErrors": failed, "results": results})


@dataclass(frozen=True, slots=True)
class _Step:
    method: JsonValue
    url: JsonValue
    body: JsonValue
    reference: str
    headers: Mapping[str, str]


@dataclass
class _References:
    """What the steps so far answered, by their names."""

    answers: dict[str, Subanswer] = field(default_factory=dict)

    def filled(self, value: JsonValue) -> JsonValue:
        match value:
            case str():
                whole = _REFERENCE.fullmatch(value)
                if whole:
                    return self._value(whole)
                return _REFERENCE.sub(lambda found: str(self._value(found)), value)
            case list():
                return [self.filled(one) for one in value]
            case dict():
                return {key: self.filled(one) for key, one in value.items()}
            case _:
                return value

    def _value(self, found: re.Match[str]) -> JsonValue:
        name, path = found.groups()
        answer = self.answers.get(name)
        value: Any = answer.body if answer and not answer.failed else None
        for key, index in _STEP.findall(path):
            if key and isinstance(value, dict):
                value = next((value[known] for known in value if known.lower() == key.lower()), None)
            elif index and isinstance(value, list) and int(index) < len(value):
                value = value[int(index)]
            else:
                value = None
        if value is None:
            message = f"Invalid reference specified. No value for {name}{path} found in {name}."
            raise ApiError("INVALID_INPUT", message)
        return value


def _list_of_objects(given: JsonValue, name: str, most: int) -> list[dict[str, JsonValue]]:
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise json_parser_error(f"The request must contain at least one item in '{name}'.")
    if len(given) > most:
        raise ApiError(
            "LIMIT_EXCEEDED", f"The request has {len(given)} items in '{name}', but at most {most} are allowed"
        )
    return given


def _steps(given: JsonValue, most: int) -> list[_Step]:
    steps = [_step(one) for one in _list_of_objects(given, "compositeRequest", most)]
    names = [step.reference for step in steps]
    if twice := {name for name in names if names.count(name) > 1}:
        raise ApiError("INVALID_INPUT", f"Duplicate reference id: {min(twice)}")
    return steps


def _step(given: dict[str, JsonValue]) -> _Step:
    reference = given.get("referenceId")
    if not isinstance(reference, str) or not _NAME.fullmatch(reference):
        raise ApiError("INVALID_INPUT", "Each subrequest needs a referenceId of letters, digits and underscores")
    headers = given.get("httpHeaders")
    texts = {str(name): str(text) for name, text in headers.items()} if isinstance(headers, dict) else {}
    return _Step(given.get("method"), given.get("url"), given.get("body"), reference, texts)


class _UndoneError(Exception):
    """A step failed, so all of them are undone."""


async def _run(request: Request, steps: list[_Step], *, all_or_none: bool) -> list[Subanswer]:
    answers: list[Subanswer] = []
    references = _References()
    try:
        async with _transaction(request, all_or_none):
            for step in steps:
                answer = await _answer(request, step, references)
                references.answers[step.reference] = answer
                answers.append(answer)
                if answer.failed and all_or_none:
                    raise _UndoneError
    except _UndoneError:
        halted = Subanswer(400, _HALTED.body(), {})
        return [*(halted for _ in answers[:-1]), answers[-1], *(halted for _ in steps[len(answers) :])]
    return answers


@asynccontextmanager
async def _transaction(request: Request, all_or_none: bool) -> AsyncIterator[None]:
    if not all_or_none:
        yield
        return
    async with org_of(request).database.together():
        yield


async def _answer(request: Request, step: _Step, references: _References) -> Subanswer:
    try:
        url, body = references.filled(step.url), references.filled(step.body)
        return await subrequest(request, step.method, url, body, step.headers)
    except ApiError as error:
        return Subanswer(error.status, error.body(), {})


def _response(steps: list[_Step], answers: list[Subanswer]) -> list[dict[str, Any]]:
    return [
        {
            "body": answer.body,
            "httpHeaders": dict(answer.headers),
            "httpStatusCode": answer.status,
            "referenceId": step.reference,
        }
        for step, answer in zip(steps, answers, strict=True)
    ]
