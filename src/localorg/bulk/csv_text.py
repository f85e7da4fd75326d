"""CSV in and out, a piece at a time, whatever its size."""

import csv
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

_LONGEST_FIELD = 131_072
OFFSET_BYTES = 8
_KEPT_OFFSETS = 8_192

csv.field_size_limit(_LONGEST_FIELD + 1_024)


class CsvError(ValueError):
    """The text is not the CSV it should be; the message says where and why."""


class CsvReader:
    """The header and the rows of a file. A row has as many fields as the header, or it is refused."""

    def __init__(self, path: Path, delimiter: str) -> None:
        """Raises CsvError for a header that cannot be."""
        self._file = path.open(encoding="utf-8-sig", newline="")
        self._reader = csv.reader(self._file, delimiter=delimiter, strict=True)
        try:
            self.header = self._next() or []
        except CsvError:
            self._file.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def rows(self, most: int) -> list[list[str]]:
        """The next so many, fewer at the end, none after it. Raises CsvError."""
        found: list[list[str]] = []
        while len(found) < most:
            row = self._next()
            if row is None:
                break
            if not row:
                continue
            if len(row) != len(self.header):
                raise CsvError(
                    f"line {self._reader.line_num} has {len(row)} columns, but the header {len(self.header)}"
                )
            found.append(row)
        return found

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except (csv.Error, UnicodeDecodeError) as error:
            raise CsvError(f"line {self._reader.line_num + 1} cannot be read: {error}") from None


class CsvWriter:
    """Appends rows, all of them quoted, to a file."""

    def __init__(self, path: Path, delimiter: str, line_ending: str, *, offsets: Path | None = None) -> None:
        """With `offsets`, a file that tells for each row where it ends."""
        self._file: BinaryIO = path.open("ab")
        self._offsets_file: BinaryIO | None = offsets.open("ab") if offsets else None
        self._offsets = array("Q")
        self._end = self._file.tell()
        self._writer = csv.writer(self, delimiter=delimiter, lineterminator=line_ending, quoting=csv.QUOTE_ALL)

    def write(self, line: str) -> int:
        """For the csv module: it hands over one row at a time."""
        data = line.encode()
        self._file.write(data)
        self._end += len(data)
        if self._offsets_file is not None:
            self._offsets.append(self._end)
            if len(self._offsets) >= _KEPT_OFFSETS:
                self._flush_offsets()
        return len(line)

    def row(self, values: Sequence[str]) -> None:
        self._writer.writerow(values)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        if self._offsets_file is not None:
            self._flush_offsets()
            self._offsets_file.close()

    def _flush_offsets(self) -> None:
        if self._offsets_file is not None:
            self._offsets.tofile(self._offsets_file)
            self._offsets = array("Q")


def offset(path: Path, position: int) -> int | None:
    """The `position`-th entry of a file of offsets; None after its end."""
    with path.open("rb") as file:
        file.seek(position * OFFSET_BYTES)
        entry = file.read(OFFSET_BYTES)
    return array("Q", entry)[0] if len(entry) == OFFSET_BYTES else None


def pieces(path: Path, start: int, end: int, size: int = 262_144) -> Iterator[bytes]:
    """The bytes from `start` to `end`."""
    with path.open("rb") as file:
        file.seek(start)
        left = end - start
        while left > 0 and (piece := file.read(min(size, left))):
            left -= len(piece)
            yield piece
