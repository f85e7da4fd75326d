"""JSON answers."""

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from localorg.errors import NO_HEADERS, ApiError

_JSON = "application/json;charset=UTF-8"


def json_answer(body: Any, status: int = 200, headers: Mapping[str, str] = NO_HEADERS) -> Response:
    return Response(orjson.dumps(body), status, dict(headers), _JSON)


def no_content() -> Response:
    return Response(status_code=204)


def error_answer(error: ApiError) -> Response:
    return json_answer(error.body(), error.status, error.headers)
