"""A backup's file: a zip archive of COPY streams, with a manifest that says what they are.

Written beside its place under another name and moved there when it is whole, so that there is never half a backup.
"""

import asyncio
import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from pydantic import ValidationError

from casewright.backup.errors import BackupDamaged, BackupNotWritten, BackupTooNew
from casewright.backup.models import FORMAT, Manifest, TableContent
from casewright.backup.tables import Table

MANIFEST: Final = "manifest.json"
CHUNK_BYTES: Final = 1 << 20


class ArchiveWriter:
    """Raises `OSError` where the disk does not take it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    async def table(
        self, table: Table, copy: Callable[[Callable[[bytes], Awaitable[None]]], Awaitable[None]]
    ) -> TableContent:
        """Adds the table; `copy` is given a function that takes its bytes. Lines are rows in this form of COPY."""
        digest, rows = hashlib.sha256(), 0
        content = TableContent(table=table.name, columns=table.columns, rows=0, sha256="")
        with self._archive.open(content.entry, "w", force_zip64=True) as entry:

            def take(data: bytes) -> int:
                entry.write(data)
                digest.update(data)
                return data.count(b"\n")

            async def sink(data: bytes) -> None:
                nonlocal rows
                rows += await asyncio.to_thread(take, data)

            await copy(sink)
        return content.model_copy(update={"rows": rows, "sha256": digest.hexdigest()})

    def finish(self, manifest: Manifest) -> None:
        self._archive.writestr(MANIFEST, manifest.model_dump_json(indent=2))


@contextmanager
def writing(file: Path) -> Iterator[ArchiveWriter]:
    """`file` appears, readable by its owner only, when the block ends well. Raises `BackupNotWritten`."""
    part: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".part")
        part = Path(name)
        with os.fdopen(descriptor, "wb") as stream:
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
                yield ArchiveWriter(archive)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(file)
    except OSError as error:
        raise BackupNotWritten(
            f"The backup could not be written to {file} ({error.strerror or 'no reason given'}). Nothing was left there; "
            "make room or choose another place."
        ) from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


class ArchiveReader:
    def __init__(self, file: Path, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self.file = file
        self.manifest = manifest
        self._archive = archive

    async def chunks(self, content: TableContent) -> AsyncIterator[bytes]:
        """The table's bytes. Raises `BackupDamaged` where they are not those that were written, at the latest at their end."""
        digest, rows = hashlib.sha256(), 0
        try:
            with self._archive.open(content.entry) as entry:
                while data := await asyncio.to_thread(entry.read, CHUNK_BYTES):
                    digest.update(data)
                    rows += data.count(b"\n")
                    yield data
        except (KeyError, EOFError, OSError, zipfile.BadZipFile, zlib.error) as error:
            raise BackupDamaged(self.file, f"the table {content.table} cannot be read") from error
        if digest.hexdigest() != content.sha256 or rows != content.rows:
            raise BackupDamaged(self.file, f"the table {content.table} is not what was written")

    async def check(self) -> None:
        """Reads everything. Raises `BackupDamaged`."""
        for content in self.manifest.tables:
            async for _ in self.chunks(content):
                pass


@contextmanager
def reading(file: Path) -> Iterator[ArchiveReader]:
    """Raises `BackupDamaged`, `BackupTooNew`."""
    with _opened(file) as stream:
        try:
            archive = zipfile.ZipFile(stream)
            content = archive.read(MANIFEST)
        except (zipfile.BadZipFile, KeyError, EOFError, OSError, zlib.error) as error:
            raise BackupDamaged(file, "it is no whole backup of Casewright") from error
        with archive:
            yield ArchiveReader(file, archive, _manifest(file, content))


def _manifest(file: Path, content: bytes) -> Manifest:
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as error:
        if f'"format": {FORMAT},'.encode() not in content and b'"format"' in content:
            raise BackupTooNew(f"{file} has a format that a newer Casewright writes. Use that version.") from error
        raise BackupDamaged(file, "its manifest cannot be understood") from error


@contextmanager
def _opened(file: Path) -> Iterator[IO[bytes]]:
    try:
        stream = file.open("rb")
    except OSError as error:
        raise BackupDamaged(file, f"it cannot be opened ({error.strerror})") from error
    with stream:
        yield stream
