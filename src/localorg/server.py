"""Serves several orgs in one process until a signal, or the end of standard input, stops it."""

import asyncio
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from localorg.app import create_app
from localorg.org import Org
from localorg.tls import TlsFiles

_STDIN = 0
_GRACE_SECONDS = 3
_KEEP_ALIVE_SECONDS = 75
"""Clients that ask for a job's state every five seconds do it on one connection."""
_STARTUP_POLL_SECONDS = 0.01


class AbortableProtocol(HttpToolsProtocol):
    """Hands each request the means to cut its own connection, for the faults that need it."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"]["abort_connection"] = self.transport.abort


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals belong to the process, not to one of its servers."""
        yield


@dataclass(frozen=True, slots=True)
class Listener:
    """An org and the socket on which it will answer."""

    org: Org
    socket: socket.socket
    tls: TlsFiles | None = None

    @property
    def url(self) -> str:
        host, port = self.socket.getsockname()[:2]
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}"


def listen(host: str, port: int) -> socket.socket:
    """Raises OSError when the port is taken; 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Naming TCP makes asyncio send small answers at once; without it each would wait 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening


async def serve(listeners: list[Listener], *, lifeline_stdin: bool) -> None:
    """Prints one JSON line for each org once it answers; returns when told to stop, with all files closed."""
    servers = [_server(listener) for listener in listeners]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    _on_signals(stop)
    if lifeline_stdin:
        _on_end_of_stdin(stop)
    runs = [
        asyncio.create_task(server.serve([listener.socket]))
        for server, listener in zip(servers, listeners, strict=True)
    ]
    await _announce(servers, listeners, runs)
    gc.freeze()  # schemas, routes and grammars stay: no collection needs to look through them
    background = [asyncio.create_task(listener.org.history.run()) for listener in listeners]
    background += [asyncio.create_task(listener.org.watch()) for listener in listeners]
    try:
        await asyncio.gather(*runs)
    finally:
        for task in background:
            task.cancel()
        await asyncio.gather(*background, return_exceptions=True)
        for listener in listeners:
            listener.org.close()


async def _announce(servers: list[_Server], listeners: list[Listener], runs: list[asyncio.Task[None]]) -> None:
    # Uvicorn offers no event to wait for.
    while not all(server.started for server in servers) and not any(run.done() for run in runs):  # noqa: ASYNC110
        await asyncio.sleep(_STARTUP_POLL_SECONDS)
    for listener in listeners:
        sys.stdout.write(orjson.dumps({"org": listener.org.name, "url": listener.url}).decode() + "\n")
    sys.stdout.flush()


def _server(listener: Listener) -> _Server:
    config = uvicorn.Config(
        create_app(listener.org),
        http=AbortableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        ssl_certfile=listener.tls.certificate if listener.tls else None,
        ssl_keyfile=listener.tls.key if listener.tls else None,
    )
    return _Server(config)


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)


def _on_end_of_stdin(stop: Callable[[], None]) -> None:
    """A thread that dies with the process: reading standard input cannot be cancelled."""
    loop = asyncio.get_running_loop()

    def wait() -> None:
        # Not through sys.stdin: its lock, held by a waiting read, would abort the interpreter's own end.
        while sys.stdin is not None and os.read(_STDIN, 4096):
            pass
        loop.call_soon_threadsafe(stop)

    threading.Thread(target=wait, name="localorg-lifeline", daemon=True).start()
