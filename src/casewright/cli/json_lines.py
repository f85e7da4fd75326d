"""JSON Lines in, JSON Lines out, in order: what the commands that other programs call have in common.

Lines are answered as they come, in batches of what is there: a program that writes one line and waits gets its answer.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, TypeVar

import orjson
import typer
from pydantic import BaseModel, ConfigDict, ValidationError

from casewright.kit.errors import InvalidInput

BATCH = 64
CHUNK = 1 << 16
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

File = Annotated[
    Path | None,
    typer.Argument(help='One JSON object a line, such as {"text": "…"}. Default: standard input.', show_default=False),
]


class InvalidLine(InvalidInput):
    """A line that is not what it should be, by its number from 1. Lines before it have been answered."""

    def __init__(self, number: int, what: str) -> None:
        super().__init__(f"line {number}: {what}")


class Line(BaseModel):
    """The shape of a line: subclasses add fields. Fields of the caller's own are allowed and left aside."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class TextLine(Line):
    text: str


Shape = TypeVar("Shape", bound=Line)


def read_lines(file: Path | None, shape: type[Shape]) -> Iterator[Shape]:
    """The lines of `file`, or of standard input. Raises `InvalidLine`, and `InvalidInput` for a file that cannot be read."""
    for batch in read_batches(file, shape):
        yield from batch


def read_batches(file: Path | None, shape: type[Shape], size: int = BATCH) -> Iterator[list[Shape]]:
    """The same in batches of at most `size`, each of what is there without waiting."""
    batch: list[Shape] = []
    try:
        with _opened(file) as source:
            for lines in _arriving(source):
                for number, line in lines:
                    batch.append(_parsed(number, line, shape))
                    if len(batch) == size:
                        yield batch
                        batch = []
                if batch:
                    yield batch
                    batch = []
    except InvalidLine:
        if batch:
            yield batch
        raise


def write_lines(objects: Iterable[BaseModel]) -> None:
    """One line of UTF-8 an object, its fields in the order of their declaration, to standard output."""
    for one in objects:
        sys.stdout.buffer.write(orjson.dumps(one.model_dump(mode="json"), option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def answer_texts(file: Path | None, answer: Callable[[list[str]], Iterable[BaseModel]], size: int = BATCH) -> None:
    """Answers each `{"text": …}` by one object. Raises what `read_batches` raises."""
    for batch in read_batches(file, TextLine, size):
        write_lines(answer([line.text for line in batch]))


@contextmanager
def _opened(file: Path | None) -> Iterator[BinaryIO]:
    if file is None:
        if sys.stdin.isatty():
            typer.echo("Reading lines from the keyboard; Ctrl-D ends them.", err=True)
        yield sys.stdin.buffer
        return
    try:
        opened = file.open("rb")
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read ({error.strerror}).") from None
    with opened:
        yield opened


def _arriving(source: BinaryIO) -> Iterator[list[tuple[int, bytes]]]:
    """Numbered lines, as many as each read brings; blank ones count and are left out."""
    number, rest = 0, b""
    while chunk := source.read1(CHUNK):  # type: ignore[attr-defined]
        *lines, rest = (rest + chunk).split(b"\n")
        yield [(number + index, line) for index, line in enumerate(lines, 1) if line.strip()]
        number += len(lines)
    if rest.strip():
        yield [(number + 1, rest)]


def _parsed(number: int, line: bytes, shape: type[Shape]) -> Shape:
    example = "{" + ", ".join(f'"{name}": …' for name in shape.model_fields) + "}"
    try:
        value = orjson.loads(line.removeprefix(BYTE_ORDER_MARK) if number == 1 else line)
    except orjson.JSONDecodeError as error:
        raise InvalidLine(number, f"not JSON ({error.msg}, column {error.colno}); expected {example}.") from None
    if not isinstance(value, dict):
        raise InvalidLine(number, f"not a JSON object; expected {example}.")
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(map(str, first["loc"]))
        raise InvalidLine(number, f"{field}: {first['msg'].lower()}; expected {example}.") from None
