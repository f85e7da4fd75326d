"""Files that other programs' output is appended to."""

from pathlib import Path
from typing import BinaryIO, Final

_LARGEST: Final = 5_000_000


def open_log_file(file: Path) -> BinaryIO:
    """Append to it. One that has grown over 5 MB is first put aside as `….1`, in the place of the one before."""
    if file.exists() and file.stat().st_size > _LARGEST:
        file.replace(file.with_name(f"{file.name}.1"))
    return file.open("ab")
