"""composite/tree: records with their children, all or none."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.errors import ApiError, json_parser_error
from localorg.ids import RecordId
from localorg.outcomes import Outcome, attempt, error_json
from localorg.records.service import Records
from localorg.records.values import JsonValue
from localorg.rest.collections import MOST_RECORDS, Values, type_name
from localorg.rest.context import caller, json_object, org_of, sobject_of
from localorg.schema.models import Schema, SObject

_DEEPEST = 5


@dataclass
class _Node:
    definition: SObject
    reference: str
    values: dict[str, JsonValue]
    children: list[tuple[str, "_Node"]] = field(default_factory=list)
    """Each with the field that points to this node."""


class _RefusedError(Exception):
    def __init__(self, node: _Node, error: ApiError) -> None:
        super().__init__(node.reference)
        self.node = node
        self.error = error


async def create_tree(request: Request) -> Response:
    definition = sobject_of(request)
    body = await json_object(request)
    roots = _nodes(body.get("records"), definition, org_of(request).schema, 1)
    nodes = [node for root in roots for node in _walk(root)]
    _check(nodes)

    def create(records: Records) -> list[tuple[str, RecordId]]:
        created: list[tuple[str, RecordId]] = []
        for root in roots:
            _create(records, root, {}, created)
        return created

    try:
        created = await org_of(request).write(caller(request), create)
    except _RefusedError as refused:
        results = [{"referenceId": refused.node.reference, "errors": [error_json(refused.error)]}]
        return json_answer({"hasErrors": True, "results": results}, 400)
    results = [{"referenceId": reference, "id": record_id} for reference, record_id in created]
    return json_answer({"hasErrors": False, "results": results}, 201)


def _create(records: Records, node: _Node, parent: dict[str, JsonValue], created: list[tuple[str, RecordId]]) -> None:
    values = node.values | parent
    outcome = attempt(records, lambda r: Outcome(r.create(node.definition, values)))
    if outcome.error is not None or outcome.id is None:
        raise _RefusedError(node, outcome.error or ApiError("UNKNOWN_EXCEPTION", "The record was not created"))
    created.append((node.reference, outcome.id))
    for reference_field, child in node.children:
        _create(records, child, {reference_field: outcome.id}, created)


def _nodes(given: JsonValue, expected: SObject, schema: Schema, depth: int) -> list[_Node]:
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise json_parser_error("The request must contain at least one item in 'records'.")
    if depth > _DEEPEST:
        raise ApiError("LIMIT_EXCEEDED", f"A tree may be at most {_DEEPEST} records deep")
    return [_node(one, expected, schema, depth) for one in given]


def _node(given: Values, expected: SObject, schema: Schema, depth: int) -> _Node:
    attributes = given.get("attributes")
    reference = attributes.get("referenceId") if isinstance(attributes, dict) else None
    if type_name(given).lower() != expected.name.lower():
        raise ApiError("INVALID_INPUT", f"The record must be of the type {expected.name}")
    if not isinstance(reference, str) or not reference:
        raise ApiError("INVALID_INPUT", "Include a reference ID for each record in the request.")
    node = _Node(expected, reference, {})
    for name, value in given.items():
        child = schema.child_relationship(expected, name)
        if isinstance(value, dict) and "records" in value and child is not None:
            below = _nodes(value["records"], schema.get(child.child), schema, depth + 1)
            node.children += [(child.field.name, one) for one in below]
        elif name.lower() != "attributes":
            node.values[name] = value
    return node


def _walk(node: _Node) -> list[_Node]:
    return [node, *(found for _, child in node.children for found in _walk(child))]


def _check(nodes: list[_Node]) -> None:
    if len(nodes) > MOST_RECORDS:
        raise ApiError("LIMIT_EXCEEDED", f"A tree may have at most {MOST_RECORDS} records")
    references = [node.reference for node in nodes]
    if twice := {name for name in references if references.count(name) > 1}:
        raise ApiError("INVALID_INPUT", f"Duplicate ReferenceId provided in the request: {min(twice)}")
