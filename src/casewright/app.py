"""The HTTP application: the parts behind their endpoints, the pages, health and metrics."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from casewright import __version__
from casewright.assembly import Parts, assembled
from casewright.assets import WEB
from casewright.conversations.endpoints import router as conversation_routes
from casewright.engine.dispatcher import Dispatcher
from casewright.greeting import Greeter
from casewright.integrations.webhooks.endpoints import router as webhook_routes
from casewright.kit.errors import TryLater
from casewright.kit.telemetry import METRICS_CONTENT_TYPE, configure_tracing, count_request, render_metrics, span
from casewright.kit.web import DescribedApi, add_problem_handlers
from casewright.knowledge.conflicts.endpoints import router as conflict_routes
from casewright.knowledge.endpoints import router as knowledge_routes
from casewright.knowledge.gaps.endpoints import router as gap_routes
from casewright.knowledge.graph.endpoints import router as graph_routes
from casewright.knowledge.sources.endpoints import router as import_routes
from casewright.people.endpoints import router as people_routes
from casewright.rehearsal import Demo
from casewright.settings import Settings
from casewright.tenants.endpoints import router as tenant_routes
from casewright.understanding.endpoints import router as understanding_routes

PAGES = {"/": "index.html", "/chat": "chat.html", "/operator": "operator.html"}


def create_app(settings: Settings) -> FastAPI:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        configure_tracing("casewright", __version__)
        async with AsyncExitStack() as stack:
            parts = await stack.enter_async_context(assembled(settings))
            await parts.database.watch()
            dispatcher = Dispatcher(parts.log, parts.engine, settings.dispatch_interval_seconds)
            dispatcher.start()
            stack.push_async_callback(dispatcher.stop)
            app.state.parts = parts
            _include_routes(app, parts)
            _serve_pages(app)
            yield

    app = DescribedApi(title="Casewright", version=__version__, lifespan=lifespan, docs_url=None, redoc_url=None)
    add_problem_handlers(app)
    app.add_middleware(CountRequests)
    _add_health(app)
    return app


def describe_api() -> dict[str, Any]:
    """The OpenAPI document, without starting anything: the routes need their parts only when they are called."""
    settings = Settings(rehearsal=True)
    app = DescribedApi(title="Casewright", version=__version__)
    _add_health(app)
    nothing: Any = None
    app.include_router(conversation_routes(nothing, nothing, nothing, nothing, nothing, nothing, settings))
    app.include_router(tenant_routes(nothing, settings, nothing, nothing))
    app.include_router(people_routes(nothing, nothing))
    app.include_router(understanding_routes(nothing, nothing, nothing, nothing, nothing))
    app.include_router(knowledge_routes(nothing, nothing, nothing, nothing))
    app.include_router(conflict_routes(nothing, nothing, nothing))
    app.include_router(graph_routes(nothing, nothing, nothing))
    app.include_router(import_routes(nothing, nothing, nothing))
    app.include_router(gap_routes(nothing, nothing))
    app.include_router(webhook_routes(nothing, nothing, nothing))
    return app.openapi()


def _include_routes(app: FastAPI, parts: Parts) -> None:
    settings, greeter = parts.settings, Greeter()
    app.include_router(
        conversation_routes(parts.conversations, parts.desk, parts.live, parts.tenants, parts.engine, greeter, settings)
    )
    app.include_router(tenant_routes(parts.tenants, settings, Demo(settings), greeter))
    app.include_router(people_routes(parts.people, parts.tenants))
    app.include_router(
        understanding_routes(parts.understanding, parts.trainings, parts.labelling, parts.explainer, parts.tenants)
    )
    app.include_router(knowledge_routes(parts.database, parts.articles, parts.inquiries, parts.tenants))
    app.include_router(conflict_routes(parts.database, parts.conflicts, parts.tenants))
    app.include_router(graph_routes(parts.database, parts.graph, parts.tenants))
    app.include_router(import_routes(parts.imports, parts.tenants, parts.tenants))
    app.include_router(gap_routes(parts.gaps, parts.tenants))
    app.include_router(webhook_routes(parts.webhooks, parts.deliverer, parts.tenants))


def _serve_pages(app: FastAPI) -> None:
    """The web build, where there is one; the API works without."""
    if not (WEB / "index.html").exists():
        return
    app.mount("/assets", StaticFiles(directory=WEB / "assets"), name="assets")
    for path, file in PAGES.items():
        page = WEB / file
        if page.exists():
            app.add_api_route(path, _page(page), include_in_schema=False, methods=["GET", "HEAD"])


def _page(file: Path) -> Callable[[], Awaitable[FileResponse]]:
    async def page() -> FileResponse:
        return FileResponse(file, headers={"Cache-Control": "no-cache", "Content-Security-Policy": CONTENT_POLICY})

    return page


CONTENT_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'self'"
)


class CountRequests:
    """Around the whole application: each request is a span, and is counted when its response begins, since one of live events
    goes on for hours."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                request.stop()
                route = getattr(scope.get("route"), "path", "unmatched")
                count_request(scope["method"], route, message["status"], request.seconds)
                MutableHeaders(scope=message).setdefault("X-Content-Type-Options", "nosniff")
            await send(message)

        with span("request", traceparent=Headers(scope=scope).get("traceparent")) as request:
            await self._app(scope, receive, send_counted)


def _add_health(app: FastAPI) -> None:
    @app.get("/healthz", summary="The process is alive")
    async def healthz() -> dict[str, str]:
        return {"status": "alive", "version": __version__}

    @app.get("/readyz", summary="The process can answer customers")
    async def readyz() -> Response:
        try:
            async with app.state.parts.database.control() as tx:
                await tx.fetchval("select 1")
        except TryLater:
            return JSONResponse({"status": "not ready", "database": "cannot be reached"}, 503, {"Retry-After": "1"})
        return JSONResponse({"status": "ready", "database": "reached"})

    @app.get("/metrics", include_in_schema=False)
    async def metrics() -> Response:
        return Response(render_metrics(), media_type=METRICS_CONTENT_TYPE)
