"""ZIP archives: what is in them, read one by one and never written to a disk."""

import stat
import zipfile
from pathlib import PurePosixPath
from typing import BinaryIO, Final
from zlib import error as DamagedStream

from casewright.knowledge.sources.errors import ArchiveRefused, DocumentUnreadable

MOST_FILES: Final = 10_000
MOST_FILE_BYTES: Final = 50 * 1024 * 1024
MOST_BYTES: Final = 500 * 1024 * 1024
"""Of all files of an archive, unpacked."""
MOST_RATIO: Final = 200
"""Unpacked to packed, of what is large: text is packed ten- to thirtyfold."""
LARGE: Final = 10 * 1024 * 1024
_ENCRYPTED: Final = 0x1


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """Raises `ArchiveRefused`."""
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError):
        raise ArchiveRefused("this is no ZIP archive, or a damaged one") from None
    check_size(archive)
    return archive


def check_size(archive: zipfile.ZipFile) -> None:
    """What the archive says of itself; `read_entry` holds it to that. Raises `ArchiveRefused`."""
    entries = archive.infolist()
    unpacked, packed = sum(one.file_size for one in entries), sum(one.compress_size for one in entries)
    if len(entries) > MOST_FILES:
        raise ArchiveRefused(f"it holds {len(entries):,} files; {MOST_FILES:,} are the most, so divide it")
    if unpacked > MOST_BYTES:
        raise ArchiveRefused(f"it unpacks to {_size(unpacked)}; {_size(MOST_BYTES)} is the most, so divide it")
    if unpacked > LARGE and unpacked > MOST_RATIO * max(packed, 1):
        raise ArchiveRefused(f"it unpacks to {_size(unpacked)} from {_size(packed)}, which no articles do")


def entries(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The files, without folders and what systems add for themselves."""
    return [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one.filename)]


def read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Raises `DocumentUnreadable`."""
    path = _path(entry.filename)
    if path.is_absolute() or ".." in path.parts or (path.parts and ":" in path.parts[0]):
        raise DocumentUnreadable("its path leads outside the archive; pack the folder again")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise DocumentUnreadable("this is a link to another file; pack that file itself")
    if entry.flag_bits & _ENCRYPTED:
        raise DocumentUnreadable("it is locked by a password; pack it without one")
    if entry.file_size > MOST_FILE_BYTES:
        raise DocumentUnreadable(too_large(entry.file_size))
    try:
        with archive.open(entry) as file:
            content = file.read(entry.file_size + 1)
    except (zipfile.BadZipFile, DamagedStream, EOFError, NotImplementedError):
        raise DocumentUnreadable("it is damaged within the archive; pack it again") from None
    if len(content) != entry.file_size:
        raise DocumentUnreadable("it is not as large as the archive says; pack it again")
    return content


def too_large(size: int) -> str:
    return f"it has {_size(size)}; {_size(MOST_FILE_BYTES)} is the most for one file, so divide it"


def _path(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))


def _is_hidden(name: str) -> bool:
    return any((part.startswith(".") and part not in (".", "..")) or part == "__MACOSX" for part in _path(name).parts)


def _size(size: int) -> str:
    return f"{size / 1024 / 1024:,.1f} MB"
