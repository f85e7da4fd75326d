"""metadata/deployRequest: deployments by REST."""

import orjson
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localorg.answers import json_answer
from localorg.errors import ApiError, json_parser_error
from localorg.metadata import service
from localorg.metadata.models import DeployOptions
from localorg.records.values import JsonValue
from localorg.rest.context import data_path, json_object, org_of, user_id


async def list_resources(request: Request) -> Response:
    return json_answer({"deployRequest": f"{data_path(request)}/metadata/deployRequest"})


async def start(request: Request) -> Response:
    """A form of a JSON part with the options and a file with the zip."""
    options, content = await _parts(request)
    report = await service.start_deployment(org_of(request), user_id(request), content, _options(options))
    result = {**report, "details": None, "done": False, "status": "Pending", "success": False}
    body = {"id": report["id"], "deployOptions": options, "deployResult": result}
    return json_answer(body, 201)


async def status(request: Request) -> Response:
    try:
        report = await service.deployment(org_of(request), request.path_params["id"])
    except ApiError as error:
        raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404) from error
    if request.query_params.get("includeDetails", "").lower() != "true":
        report = report | {"details": None}
    return json_answer({"id": report["id"], "deployResult": report, "deployOptions": None})


async def cancel(request: Request) -> Response:
    body = await json_object(request)
    asked = body.get("deployResult")
    if not isinstance(asked, dict) or asked.get("status") != "Canceling":
        raise ApiError("INVALID_INPUT", "A deployment can only be changed to the status Canceling")
    report = await service.deployment(org_of(request), request.path_params["id"])
    raise ApiError("INVALID_ID_FIELD", f"Deployment {report['id']} is already completed")


async def _parts(request: Request) -> tuple[dict[str, JsonValue], bytes]:
    try:
        form = await request.form(max_part_size=service.LARGEST_ZIP + 2**20)
    except (HTTPException, ValueError, KeyError):
        raise ApiError("INVALID_MULTIPART_REQUEST", "The form cannot be read") from None
    options: dict[str, JsonValue] | None = None
    content: bytes | None = None
    try:
        for name, part in form.multi_items():
            data = await part.read() if isinstance(part, UploadFile) else part.encode()
            if name in ("json", "entity_content") or data[:1] == b"{":
                options = _read_options(data)
            else:
                content = data
    finally:
        await form.close()
    if options is None or content is None:
        message = "The request must be a form with a part json and a part file"
        raise ApiError("INVALID_MULTIPART_REQUEST", message)
    return options, content


def _read_options(data: bytes) -> dict[str, JsonValue]:
    try:
        parsed = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise json_parser_error("The JSON part of the form cannot be read at [line:1, column:1]") from None
    options = parsed.get("deployOptions") if isinstance(parsed, dict) else None
    if not isinstance(options, dict):
        raise json_parser_error("The JSON part of the form must hold an object deployOptions")
    return options


def _options(given: dict[str, JsonValue]) -> DeployOptions:
    tests = given.get("runTests")
    return DeployOptions(
        check_only=given.get("checkOnly") is True,
        rollback_on_error=given.get("rollbackOnError") is not False,
        ignore_warnings=given.get("ignoreWarnings") is True,
        test_level=str(given.get("testLevel") or ""),
        run_tests=tuple(str(test) for test in tests) if isinstance(tests, list) else (),
    )


_DEPLOY_REQUEST = "/services/data/v{version}/metadata/deployRequest"
METADATA_ROUTES = [
    Route("/services/data/v{version}/metadata", list_resources),
    Route(_DEPLOY_REQUEST, start, methods=["POST"]),
    Route(_DEPLOY_REQUEST + "/{id}", status),
    Route(_DEPLOY_REQUEST + "/{id}", cancel, methods=["PATCH"]),
]
