"""SQLite behind threads: one connection writes, a few read, nothing waits on the event loop."""

import asyncio
import fcntl
import os
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeVar

from localorg.storage.functions import register


class FileInUseError(Exception):
    """Another process serves this file."""


Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]
_READERS = 4
_WRITER_CACHE_KILOBYTES = 16_384
"""A batch of records touches more pages than SQLite's 2 MB hold."""
_in_together: ContextVar[bool] = ContextVar("_in_together", default=False)


class Database:
    """`read` and `write` run a function on a connection; what `write` returns is committed, what raises is undone."""

    def __init__(self, path: Path) -> None:
        """Raises FileInUseError if another process has the file."""
        self.path = path
        self._lock = _lock(path)
        self._connections: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="localorg-writer", initializer=self._prepare_writer)
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="localorg-reader")
        self._writing = asyncio.Lock()

    async def read(self, work: Work[Result]) -> Result:
        """Runs `work` on one unchanging view of the data."""
        loop = asyncio.get_running_loop()
        if _in_together.get():
            return await loop.run_in_executor(self._writer, self._in_savepoint, work)
        return await loop.run_in_executor(self._readers, self._in_transaction, "BEGIN", work)

    async def write(self, work: Work[Result]) -> Result:
        """Runs `work` alone; it is committed before this returns."""
        loop = asyncio.get_running_loop()
        if _in_together.get():
            return await loop.run_in_executor(self._writer, self._in_savepoint, work)
        async with self._writing:
            return await loop.run_in_executor(self._writer, self._in_transaction, "BEGIN IMMEDIATE", work)

    async def alone(self, work: Work[Result]) -> Result:
        """Runs `work` on the writing connection, outside of any transaction, while nobody else writes."""
        loop = asyncio.get_running_loop()
        async with self._writing:
            return await loop.run_in_executor(self._writer, lambda: work(self._connection()))

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """All that this task reads and writes inside is one transaction: committed at the end, undone by an exception."""
        async with self._writing:
            await self._execute("BEGIN IMMEDIATE")
            token = _in_together.set(True)
            try:
                yield
            except BaseException:
                await asyncio.shield(self._execute("ROLLBACK"))
                raise
            else:
                await asyncio.shield(self._execute("COMMIT"))
            finally:
                _in_together.reset(token)

    async def _execute(self, statement: str) -> None:
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, lambda: self._connection().execute(statement))

    def close(self) -> None:
        """Waits for what is running, then closes the file."""
        self._writer.shutdown()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
        os.close(self._lock)

    def _prepare_writer(self) -> None:
        connection = self._connection()
        connection.execute(f"PRAGMA cache_size = -{_WRITER_CACHE_KILOBYTES}")
        # Each page that a savepoint may have to take back is copied; into a file, that was a tenth of a bulk job.
        connection.execute("PRAGMA temp_store = MEMORY")

    def _in_transaction(self, begin: str, work: Work[Result]) -> Result:
        connection = self._connection()
        connection.execute(begin)
        try:
            result = work(connection)
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        return result

    def _in_savepoint(self, work: Work[Result]) -> Result:
        connection = self._connection()
        with savepoint(connection):
            return work(connection)

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path)
            self._local.connection = connection
            self._connections.append(connection)
        return connection


@contextmanager
def savepoint(connection: sqlite3.Connection) -> Iterator[None]:
    """What the block writes is undone if it raises, and nothing else of the transaction."""
    connection.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        connection.execute("ROLLBACK TO part")
        connection.execute("RELEASE part")
        raise
    connection.execute("RELEASE part")


def _lock(path: Path) -> int:
    """Held until closed, or until the process is gone however it ended."""
    descriptor = os.open(path.with_suffix(".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        raise FileInUseError(f"{path} is in use by another process") from error
    return descriptor


def connect(path: Path) -> sqlite3.Connection:
    """With the collation and functions that the tables and compiled queries rely on."""
    connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    # NORMAL: a commit is with the operating system when it is acknowledged, so a killed process loses nothing;
    # only a power cut could, and that is not worth an fsync a write for an org that stands in for the real one.
    connection.execute("PRAGMA synchronous = NORMAL")
    register(connection)
    return connection
