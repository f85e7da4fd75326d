"""Where things lie inside a data directory, and how a client gets to the server.

secrets/casewright_owner.password      0600
secrets/casewright_app.password        0600
postgres/cluster/                      PGDATA
postgres/run/                          sockets, if the path is short enough for one
postgres/socket_directory              where the sockets really are
postgres/server.log  keeper.log  keeper.lock
"""

import hashlib
import os
import secrets
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote

from casewright.kit.embedded_postgres.errors import DatabaseDidNotStart
from casewright.kit.private_file import write_private_file

PORT: Final = 5432
DATABASE: Final = "casewright"
_LONGEST_SOCKET_PATH: Final = 103
"""`sun_path` holds 104 bytes on macOS and 108 on Linux, the closing zero included."""


class Role(StrEnum):
    OWNER = "casewright_owner"
    """Bootstrap superuser: migrations and administration."""
    APPLICATION = "casewright_app"
    """Owns nothing and is bound by row-level security."""


@dataclass(frozen=True)
class Layout:
    data_directory: Path

    @property
    def postgres(self) -> Path:
        return self.data_directory / "postgres"

    @property
    def cluster(self) -> Path:
        return self.postgres / "cluster"

    @property
    def server_log(self) -> Path:
        return self.postgres / "server.log"

    @property
    def keeper_log(self) -> Path:
        return self.postgres / "keeper.log"

    @property
    def keeper_lock(self) -> Path:
        return self.postgres / "keeper.lock"

    @property
    def _socket_record(self) -> Path:
        return self.postgres / "socket_directory"

    def password_file(self, role: Role) -> Path:
        return self.data_directory / "secrets" / f"{role}.password"

    def password(self, role: Role) -> str:
        return self.password_file(role).read_text().strip()

    def ensure_password(self, role: Role) -> None:
        """Make a random password unless there is one. Call under the keeper's lock."""
        file = self.password_file(role)
        if file.exists():
            return
        file.parent.mkdir(mode=0o700, exist_ok=True)
        write_private_file(file, secrets.token_urlsafe(32).encode())

    def socket_directory(self) -> Path | None:
        """Where the present or last server's sockets are, or `None` before the first start."""
        try:
            return Path(os.fsdecode(self._socket_record.read_bytes()))
        except OSError:
            return None

    def prepare_socket_directory(self) -> Path:
        """Make and record a private directory whose socket paths are short enough. Call under the keeper's lock."""
        recorded = self.socket_directory()
        if recorded is not None and _is_private(recorded):
            return recorded
        chosen = self._choose_socket_directory()
        chosen.mkdir(mode=0o700, exist_ok=True)
        if not _is_private(chosen):
            raise DatabaseDidNotStart(
                f"The folder {chosen} for the database's sockets is not private to you. Remove it and start again."
            )
        write_private_file(self._socket_record, os.fsencode(chosen))
        return chosen

    def clear_socket_directory(self) -> None:
        """Leave nothing in the system's temporary folders. Call under the keeper's lock, after the server's end."""
        directory = self.socket_directory()
        if directory is not None and not directory.is_relative_to(self.data_directory):
            with suppress(OSError):
                directory.rmdir()

    def _choose_socket_directory(self) -> Path:
        inside = self.postgres / "run"
        if _is_short(inside):
            return inside
        name = "casewright-" + hashlib.sha256(os.fsencode(self.data_directory)).hexdigest()[:12]
        candidates = [Path(base) / name for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir()) if base]
        for candidate in candidates:
            if _is_short(candidate) and os.access(candidate.parent, os.W_OK | os.X_OK):
                return candidate
        raise DatabaseDidNotStart(
            f"No folder with a path short enough for a socket was found (tried {inside} and the temporary folder). "
            "Choose a data directory with a shorter path."
        )

    def dsn(self, role: Role, database: str) -> str:
        """A libpq URL which asyncpg, psycopg and, with its own scheme, SQLAlchemy understand. It holds the password."""
        host = quote(str(self.socket_directory()), safe="/")
        password = quote(self.password(role), safe="")
        return f"postgresql://{role}:{password}@/{quote(database, safe='')}?host={host}&port={PORT}"


def keeper_socket(socket_directory: Path) -> Path:
    return socket_directory / "keeper.sock"


def _is_short(directory: Path) -> bool:
    sockets = (directory / f".s.PGSQL.{PORT}", keeper_socket(directory))
    return all(len(os.fsencode(socket)) <= _LONGEST_SOCKET_PATH for socket in sockets)


def _is_private(directory: Path) -> bool:
    try:
        status = directory.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077
