"""The folder where an installation keeps what must survive: database, secrets, models."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import platformdirs

from casewright.kit.errors import SetupError
from casewright.kit.private_file import write_private_file

ENVIRONMENT_VARIABLE: Final = "CASEWRIGHT_DATA_DIR"
LAYOUT_VERSION: Final = 1
"""Raised when an older Casewright could no longer work with what this one writes into the folder."""


class DataDirectoryUnusable(SetupError):
    """It cannot be created or written."""


class DataDirectoryVersionMismatch(SetupError):
    """Another version of Casewright made it."""


class DataDirectoryInUse(SetupError):
    """Another running process holds it."""


def default_data_directory() -> Path:
    """`CASEWRIGHT_DATA_DIR`, else the user's data folder of this operating system."""
    chosen = os.environ.get(ENVIRONMENT_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_data_path("casewright")


def require_writable(directory: Path) -> None:
    """Create `directory` (0700) if it is missing, and raise `DataDirectoryUnusable` unless files can be made in it."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=directory):
            pass
    except OSError as error:
        raise DataDirectoryUnusable(
            f"The data directory {directory} cannot be used ({error.strerror}). "
            f"Make it writable for this user, or set {ENVIRONMENT_VARIABLE} to a folder that is."
        ) from error


class DataDirectory:
    """A writable data directory of this layout version.

    Raises `DataDirectoryUnusable` or `DataDirectoryVersionMismatch`.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path.expanduser().absolute() if path else default_data_directory()
        require_writable(self.path)
        self._require_version()

    def _require_version(self) -> None:
        record = self.path / "version"
        if not record.exists():
            write_private_file(record, f"{LAYOUT_VERSION}\n".encode())
        found = record.read_text().strip()
        if found != str(LAYOUT_VERSION):
            raise DataDirectoryVersionMismatch(
                f"The data directory {self.path} has layout version {found[:20]!r}, this Casewright works with "
                f"{str(LAYOUT_VERSION)!r}. Start the Casewright that made it, or set {ENVIRONMENT_VARIABLE} "
                "to another folder to begin afresh."
            )

    @contextmanager
    def exclusive(self, purpose: str) -> Iterator[bool]:
        """Hold the directory for one process; `purpose` names it to others. Raises `DataDirectoryInUse`.

        Yields whether the holder before was killed. The operating system lets go when a process dies, however it dies.
        """
        with (self.path / "in-use.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip() or "another process"
                raise DataDirectoryInUse(
                    f"The data directory {self.path} is in use by {holder}. "
                    f"Stop that one first, or set {ENVIRONMENT_VARIABLE} to another folder."
                ) from None
            lock.seek(0)
            was_killed = bool(lock.read())
            lock.truncate(0)
            lock.write(f"{purpose} (process {os.getpid()})\n")
            lock.flush()
            try:
                yield was_killed
            finally:
                lock.truncate(0)
