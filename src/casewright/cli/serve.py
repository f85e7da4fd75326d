"""`casewright serve`: the HTTP server."""

import asyncio
import json
import logging
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Final

import typer

from casewright.cli.interruption import run_until_interrupted
from casewright.cli.ports import require_free_port
from casewright.cli.readiness import wait_for_database
from casewright.cli.supervisor import Program, Supervisor
from casewright.kit import lifeline
from casewright.kit.data_directory import DataDirectory
from casewright.kit.telemetry import SHARED_METRICS, configure_logging
from casewright.settings import Settings, load_settings

SOCKET_OPTION: Final = "--socket-descriptor"
BACKLOG: Final = 2048

logger = logging.getLogger(__name__)


def serve(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="Port to listen on. Default: 8765.")] = None,
    processes: Annotated[
        int | None, typer.Option(min=1, max=64, help="Processes that share the port. Default: 1.")
    ] = None,
    lifeline_stdin: Annotated[bool, typer.Option("--lifeline-stdin", help="End when standard input does.")] = False,
    socket_descriptor: Annotated[
        int | None, typer.Option(SOCKET_OPTION, help="Take connections from this socket, which the parent listens on.")
    ] = None,
) -> None:
    """Serve the API and the pages until Ctrl-C or SIGTERM."""
    settings = load_settings(port)
    configure_logging(settings.log_level)
    if lifeline_stdin:
        lifeline.follow_parent()
    if socket_descriptor is None and (processes or settings.processes) > 1:
        asyncio.run(run_until_interrupted(_serve_together(settings, processes or settings.processes), lambda: None))
        return
    asyncio.run(wait_for_database(settings))
    _serve(settings, socket.socket(fileno=socket_descriptor) if socket_descriptor is not None else None)


def _serve(settings: Settings, listening: socket.socket | None) -> None:
    import uvicorn

    from casewright.app import create_app

    config = uvicorn.Config(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):
        server.run([listening] if listening else None)
    if not server.started:
        raise typer.Exit(3)


async def _serve_together(settings: Settings, processes: int) -> None:
    """Processes that take their connections from one socket: whichever is idle takes the next. Raises `PortUnusable`."""
    await require_free_port(settings.host, settings.port)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    supervisors = [Supervisor(logger.warning) for _ in range(processes)]
    with (
        socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG) as listening,
        TemporaryDirectory(prefix="metrics-", dir=DataDirectory(settings.data_dir).path) as metrics,
    ):
        descriptor = listening.fileno()
        command = (sys.executable, "-m", "casewright", "serve", lifeline.OPTION, SOCKET_OPTION, str(descriptor))
        environment = {**os.environ, SHARED_METRICS: metrics}
        try:
            for number, supervisor in enumerate(supervisors, 1):
                name = f"server process {number}"
                await supervisor.start(Program(name, command, None, environment, inherits=(descriptor,)))
            await asyncio.Event().wait()
        finally:
            await asyncio.gather(*(supervisor.stop() for supervisor in supervisors))


def openapi(file: Annotated[Path, typer.Argument(help="Where to write the OpenAPI document.")]) -> None:
    """Write the API's description, from which clients are generated."""
    from casewright.app import describe_api

    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(describe_api(), indent=1, sort_keys=True) + "\n", encoding="utf8")
