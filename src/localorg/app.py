"""The ASGI application of one org."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp

from localorg.answers import error_answer, json_answer
from localorg.bulk.endpoints import BULK_ROUTES
from localorg.bulk.worker import BulkWorker
from localorg.errors import ApiError, DuplicateExternalIdError, method_not_allowed, not_found
from localorg.gateway import Gateway
from localorg.history.endpoints import HISTORY_ROUTES
from localorg.metadata.endpoints import METADATA_ROUTES
from localorg.oauth.endpoints import OAUTH_ROUTES
from localorg.oauth.errors import OAuthError
from localorg.org import Org
from localorg.rest.context import data_path
from localorg.rest.routes import REST_ROUTES
from localorg.side_door.endpoints import SIDE_DOOR_ROUTES
from localorg.side_door.pages import PAGE_ROUTES
from localorg.soap.endpoints import SOAP_ROUTES
from localorg.tooling.endpoints import TOOLING_ROUTES

_METHODS = ("HEAD", "GET", "POST", "PUT", "PATCH", "DELETE")


def create_app(org: Org) -> ASGIApp:
    app = Starlette(
        routes=[
            *OAUTH_ROUTES,
            *SOAP_ROUTES,
            *METADATA_ROUTES,
            *BULK_ROUTES,
            *TOOLING_ROUTES,
            *REST_ROUTES,
            *SIDE_DOOR_ROUTES,
            *HISTORY_ROUTES,
            *PAGE_ROUTES,
        ],
        exception_handlers={
            ApiError: _api_error,
            OAuthError: _oauth_error,
            DuplicateExternalIdError: _several_records,
            HTTPException: _http_error,
            Exception: _unforeseen_error,
        },
    )
    app.router.redirect_slashes = False
    app.state.org = org
    app.state.bulk = BulkWorker(org)
    return Gateway(app, org)


async def _api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error_answer(error)


async def _oauth_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, OAuthError)
    return json_answer(error.body(), error.status)


async def _several_records(request: Request, error: Exception) -> Response:
    assert isinstance(error, DuplicateExternalIdError)
    path = data_path(request)
    return json_answer([f"{path}/sobjects/{error.object_name}/{record_id}" for record_id in error.ids], 300)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return error_answer(method_not_allowed(request.method, _allowed(request)))
    if error.status_code == 404:
        return error_answer(not_found())
    return error_answer(ApiError("UNKNOWN_EXCEPTION", error.detail, status=error.status_code))


def _allowed(request: Request) -> str:
    """Of all routes with this path, for each method has a route of its own."""
    routes = request.app.routes
    return ",".join(method for method in _METHODS if any(_serves(route, request, method) for route in routes))


def _serves(route: object, request: Request, method: str) -> bool:
    if not isinstance(route, Route):
        return False
    return route.matches({**request.scope, "method": method})[0] is Match.FULL


async def _unforeseen_error(request: Request, error: Exception) -> Response:
    """The server raises it again for its own log."""
    message = "An unexpected error occurred. Please include this ErrorId if you contact support"
    return error_answer(ApiError("UNKNOWN_EXCEPTION", message, status=500))
