"""Freezing a PostgreSQL server as a whole: it keeps its connections, and says nothing any more."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil


@contextmanager
def frozen(server: psutil.Process) -> Iterator[None]:
    """`server`: its first process."""
    processes = with_children(server)
    for process in processes:
        with suppress(psutil.Error):
            process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.Error):
                process.resume()


def with_children(server: psutil.Process) -> list[psutil.Process]:
    return [server, *server.children(recursive=True)]
