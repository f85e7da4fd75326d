"""`casewright serve`: the HTTP server."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from casewright.cli.readiness import wait_for_database
from casewright.kit.lifeline import follow_parent
from casewright.kit.telemetry import configure_logging
from casewright.settings import load_settings


def serve(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on. Default: 8765.")] = None,
    lifeline_stdin: Annotated[bool, typer.Option("--lifeline-stdin", help="End when standard input does.")] = False,
) -> None:
    """Serve the API and the pages until Ctrl-C or SIGTERM."""
    import uvicorn

    from casewright.app import create_app

    settings = load_settings(port)
    configure_logging(settings.log_level)
    if lifeline_stdin:
        follow_parent()
    asyncio.run(wait_for_database(settings))
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )


def openapi(file: Annotated[Path, typer.Argument(help="Where to write the OpenAPI document.")]) -> None:
    """Write the API's description, from which clients are generated."""
    from casewright.app import describe_api

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(describe_api(), indent=1, sort_keys=True) + "\n", encoding="utf8")
