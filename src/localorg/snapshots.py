"""Copies of a whole org under a name, beside its file, to come back to."""

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localorg.errors import ApiError, not_found
from localorg.history import reservation
from localorg.org import Org

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`at` by the machine's own clock."""

    name: str
    at: str
    bytes: int

    def to_json(self) -> dict[str, Any]:
        return {"name": self.name, "at": self.at, "bytes": self.bytes}


async def take(org: Org, name: str) -> Snapshot:
    """Replaces one of the same name. Raises ApiError."""
    path = _path(org, name)

    def copy(connection: sqlite3.Connection) -> Snapshot:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        # Not VACUUM INTO: it may number rows anew, and the full-text index knows them by their numbers.
        with closing(sqlite3.connect(unfinished)) as target:
            connection.backup(target)
        unfinished.replace(path)
        return _snapshot(path)

    return await org.database.alone(copy)


async def all_of(org: Org) -> list[Snapshot]:
    return await org.database.read(lambda _: [_snapshot(path) for path in sorted(_folder(org).glob("*.sqlite3"))])


async def restore(org: Org, name: str) -> None:
    """Raises ApiError, also while the org's history is still being written."""
    path = await _known(org, name)
    if await org.database.read(reservation.due):
        raise ApiError("INVALID_OPERATION", "The org's history is being written: wait until it is complete", status=409)
    await org.take_back(path)


async def discard(org: Org, name: str) -> None:
    path = await _known(org, name)
    await org.database.alone(lambda _: path.unlink())


def _folder(org: Org) -> Path:
    return org.database.path.with_suffix(".snapshots")


def _path(org: Org, name: str) -> Path:
    if not _NAME.fullmatch(name):
        message = f"The name is {name!r}, but must be up to 64 letters, digits, hyphens and underscores"
        raise ApiError("INVALID_PARAMETER", message)
    return _folder(org) / f"{name}.sqlite3"


async def _known(org: Org, name: str) -> Path:
    path = _path(org, name)
    if not await org.database.read(lambda _: path.exists()):
        raise not_found()
    return path


def _snapshot(path: Path) -> Snapshot:
    told = path.stat()
    return Snapshot(path.stem, datetime.fromtimestamp(told.st_mtime, UTC).isoformat(timespec="seconds"), told.st_size)
