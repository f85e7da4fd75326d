"""Which TCP ports can be listened on."""

import asyncio
import errno
import os
import shutil
import socket
import sys
import time
from pathlib import Path

from casewright.kit.errors import SetupError


class PortUnusable(SetupError):
    """Another program listens on it, or this user may not."""


def program_name() -> str:
    """How this program is called from here: its name where the shell finds it, else its path."""
    path = Path(sys.argv[0])
    if shutil.which("casewright") or path.name != "casewright":
        return "casewright"
    return os.path.relpath(path)


def free_port(host: str, preferred: int) -> int:
    """`preferred` if nobody listens on it, else one the operating system chooses."""
    try:
        return _bind(host, preferred)
    except OSError:
        return _bind(host, 0)


async def require_free_port(host: str, port: int, patience: float = 0.0) -> int:
    """`port`, or a free one if it is 0; waits up to `patience` seconds for it. Raises `PortUnusable`."""
    give_up_at = time.monotonic() + patience
    while True:
        try:
            return _bind(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > give_up_at:
                raise PortUnusable(_advice(host, port, error)) from error
        await asyncio.sleep(0.1)


def _advice(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        other = free_port(host, port + 1)
        return (
            f"Port {port} on {host} is taken by another program. Stop that one, or choose another port: "
            f"`{program_name()} demo --port {other}`, or CASEWRIGHT_PORT={other}."
        )
    return (
        f"Port {port} on {host} cannot be used ({error.strerror}). "
        f"Choose another with `{program_name()} demo --port` or CASEWRIGHT_PORT, or another address with CASEWRIGHT_HOST."
    )


def _bind(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Without it a port whose last connections are only fading out would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        bound: int = probe.getsockname()[1]
        return bound
