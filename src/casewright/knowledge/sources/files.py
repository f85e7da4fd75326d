"""Files as a source of articles: one, a folder of them, an archive, or what was uploaded."""

import asyncio
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO

from casewright.knowledge.sources.archive import MOST_FILE_BYTES, entries, open_archive, read_entry, too_large
from casewright.knowledge.sources.errors import ArchiveRefused, DocumentUnreadable, SourceUnusable
from casewright.knowledge.sources.models import Defaults, Document, Fingerprints, ImportProblem, Reading
from casewright.knowledge.sources.reading import ARCHIVE, READABLE, ending, read_document


@dataclass(frozen=True, slots=True)
class _Entry:
    """`load` raises `DocumentUnreadable` and `OSError`."""

    fingerprint: str
    load: Callable[[], bytes]


class FileSource:
    """Archives stay open as long as it lives."""

    def __init__(self, defaults: Defaults, files: Callable[[], Iterator[tuple[str, _Entry]]]) -> None:
        self._defaults = defaults
        self._files = files
        self._entries: dict[str, _Entry] = {}

    async def fingerprints(self, cursor: str) -> Fingerprints:
        """Raises `SourceUnusable` where there is nothing to read."""
        self._entries = await asyncio.to_thread(lambda: dict(self._files()))
        if not self._entries:
            raise SourceUnusable(f"There is nothing to read: no file ends in {_endings()}.")
        return {name: entry.fingerprint for name, entry in self._entries.items()}

    async def read(self, names: Sequence[str]) -> Sequence[Reading]:
        return await asyncio.to_thread(lambda: [self._reading(name) for name in names])

    async def withdrawn(self, published: Sequence[str]) -> Sequence[str]:
        """A file that is gone says nothing of its article."""
        return ()

    def _reading(self, name: str) -> Reading:
        try:
            content = self._entries[name].load()
        except DocumentUnreadable as error:
            return _problem(name, error.message)
        except OSError as error:
            return _problem(name, f"it cannot be read ({error.strerror})")
        return read_document(Document(name, content), self._defaults)


def files_at(path: Path, defaults: Defaults) -> FileSource:
    """A file, an archive, or a folder with all folders within it. Hidden files are left out."""
    return FileSource(defaults, lambda: _on_disk(path))


def uploaded_file(name: str, content: bytes, defaults: Defaults) -> FileSource:
    return FileSource(defaults, lambda: _uploaded(name, content))


def check_kind(name: str) -> None:
    """Raises `SourceUnusable` for a single file that nothing can be made of."""
    if ending(name) not in (*READABLE, ARCHIVE):
        raise SourceUnusable(f"{name} is of no kind that can be read: it must end in {_endings()}.")


def _on_disk(path: Path) -> Iterator[tuple[str, _Entry]]:
    if path.is_dir():
        files = [one for one in sorted(path.rglob("*")) if one.is_file() and not _is_hidden(one.relative_to(path))]
        for file in files:
            yield from _entries_of(file, file.relative_to(path).as_posix())
    elif path.is_file():
        check_kind(path.name)
        yield from _entries_of(path, path.name)
    else:
        raise SourceUnusable(f"There is no file or folder {path}.")


def _entries_of(file: Path, name: str) -> Iterator[tuple[str, _Entry]]:
    if ending(name) == ARCHIVE:
        yield from _within(name, file.open("rb"))
    elif ending(name) in READABLE:
        status = file.stat()
        yield name, _Entry(f"{status.st_size}-{status.st_mtime_ns}", partial(_loaded, file))


def _loaded(file: Path) -> bytes:
    if (size := file.stat().st_size) > MOST_FILE_BYTES:
        raise DocumentUnreadable(too_large(size))
    return file.read_bytes()


def _uploaded(name: str, content: bytes) -> Iterator[tuple[str, _Entry]]:
    check_kind(name)
    if ending(name) == ARCHIVE:
        yield from _within("", io.BytesIO(content))
    else:
        yield name, _Entry(str(len(content)), lambda: content)


def _within(archive_name: str, file: BinaryIO) -> Iterator[tuple[str, _Entry]]:
    """An archive that is refused is one thing that cannot be read."""
    try:
        archive = open_archive(file)
    except ArchiveRefused as error:
        yield archive_name or "archive", _Entry("refused", _refusing(error.message))
        return
    for entry in entries(archive):
        name = "/".join(filter(None, (archive_name.removesuffix(ARCHIVE), entry.filename.replace("\\", "/"))))
        fingerprint = f"{entry.file_size}-{entry.CRC:08x}"
        if ending(name) in READABLE:
            yield name, _Entry(fingerprint, partial(read_entry, archive, entry))
        elif ending(name) == ARCHIVE:
            yield name, _Entry(fingerprint, _refusing("it lies within another archive; unpack that first"))


def _refusing(message: str) -> Callable[[], bytes]:
    def refuse() -> bytes:
        raise DocumentUnreadable(message)

    return refuse


def _problem(name: str, message: str) -> Reading:
    return Reading(name, problems=(ImportProblem(name=name, message=message),))


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in path.parts)


def _endings() -> str:
    return ", ".join(sorted((*READABLE, ARCHIVE)))
