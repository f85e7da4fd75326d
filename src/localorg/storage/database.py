"""SQLite behind threads: one connection writes, a few read, nothing waits on the event loop."""

import asyncio
import fcntl
import os
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar


class FileInUseError(Exception):
    """Another process serves this file."""


Result = TypeVar("Result")
Work = Callable[[sqlite3.Connection], Result]
_READERS = 4


class Database:
    """`read` and `write` run a function on a connection; what `write` returns is committed, what raises is undone."""

    def __init__(self, path: Path) -> None:
        """Raises FileInUseError if another process has the file."""
        self.path = path
        self._lock = _lock(path)
        self._connections: list[sqlite3.Connection] = []
        self._local = threading.local()
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="localorg-writer")
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="localorg-reader")

    async def read(self, work: Work[Result]) -> Result:
        """Runs `work` on one unchanging view of the data."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._in_transaction, "BEGIN", work)

    async def write(self, work: Work[Result]) -> Result:
        """Runs `work` alone; it is committed before this returns."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writer, self._in_transaction, "BEGIN IMMEDIATE", work)

    def close(self) -> None:
        """Waits for what is running, then closes the file."""
        self._writer.shutdown()
        self._readers.shutdown()
        for connection in self._connections:
            connection.close()
        os.close(self._lock)

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

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = connect(self.path)
            self._local.connection = connection
            self._connections.append(connection)
        return connection


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
    connection.create_collation("salesforce", _compare_without_case)
    connection.create_function("matches_like", 2, matches_like, deterministic=True)
    connection.create_function("includes_all", 2, _includes_all, deterministic=True)
    return connection


def _compare_without_case(left: str, right: str) -> int:
    folded_left, folded_right = left.casefold(), right.casefold()
    return (folded_left > folded_right) - (folded_left < folded_right)


def matches_like(pattern: str, text: str | None) -> bool:
    """SOQL's LIKE: `%` any run, `_` any one character, after a backslash either is itself; case is ignored."""
    return text is not None and _matches(_like_tokens(pattern.casefold()), text.casefold())


_ANY_RUN, _ANY_ONE = object(), object()


def _like_tokens(pattern: str) -> list[object]:
    tokens: list[object] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            tokens.append(next(characters, "\\"))
        else:
            tokens.append({"%": _ANY_RUN, "_": _ANY_ONE}.get(character, character))
    return tokens


def _matches(tokens: list[object], text: str) -> bool:
    """Greedy with one point to return to: linear in practice, never exponential."""
    token = position = 0
    run_at, resume_at = -1, 0
    while position < len(text):
        if token < len(tokens) and tokens[token] is _ANY_RUN:
            run_at, resume_at = token, position
            token += 1
        elif token < len(tokens) and (tokens[token] is _ANY_ONE or tokens[token] == text[position]):
            token, position = token + 1, position + 1
        elif run_at >= 0:
            resume_at += 1
            token, position = run_at + 1, resume_at
        else:
            return False
    return all(rest is _ANY_RUN for rest in tokens[token:])


def _includes_all(wanted: str, chosen: str | None) -> bool:
    """True if each of `wanted` (separated by semicolons) is among the chosen values of a multi-select picklist."""
    return chosen is not None and set(wanted.casefold().split(";")) <= set(chosen.casefold().split(";"))
