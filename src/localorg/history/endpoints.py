"""/localorg/history: how far the writing of the org's history is."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from localorg.answers import json_answer
from localorg.rest.context import org_of


async def history_progress(request: Request) -> Response:
    """`{"state", "done", "total", "percent", "error"}`; state is none, writing, complete or failed."""
    report = org_of(request).history.report
    progress = report.progress
    body = {"done": progress.done, "total": progress.total, "percent": progress.percent}
    return json_answer({"state": report.state, **body, "error": report.error})


HISTORY_ROUTES = [Route("/localorg/history", history_progress)]
