"""A small grammar for text with choices: `I [can't|cannot] open the {report} [since {weekday}|]`.

`[a|b]` is one of several, which may be empty and may hold others; `{name}` is a value that stays the same throughout a
case; `{name'}` is another of its kind; `{20-400}` is a number, `{rows=20-400}` one that `{rows}` repeats,
`{rows*50-80}` so many per cent of it, `{rows+100}` a hundred more. A `\\n` in the source is a new line, and `\\[` a bracket. A line may begin with
a mark, `#phone The app crashes.`: in one case, lines with different marks do not meet.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Annotated, Any

from pydantic import BeforeValidator, InstanceOf

from localorg.history.errors import HistoryError

Value = Callable[[str], str]
"""Answers the text of a named value."""


@dataclass(frozen=True, slots=True)
class _Choice:
    options: tuple["_Sequence", ...]


@dataclass(frozen=True, slots=True)
class _Named:
    name: str


@dataclass(frozen=True, slots=True)
class _Number:
    lowest: int
    highest: int
    name: str


_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
"""A date or abbreviation at the end of a sentence."""
_MARK = re.compile(r"#(\w+) ")
_SLOT = re.compile(r"([A-Za-z]\w*'*(?:[=*]\d+-\d+|\+\d+)?|\d+-\d+)\}")
"""Any other brace is a brace, for people paste JSON."""
_Sequence = tuple["str | _Choice | _Named | _Number", ...]


@dataclass(slots=True)
class Piece:
    """One line of the document; understood when it is first needed, for most lines never are."""

    source: str
    mark: str = ""
    _compiled: _Sequence | None = field(default=None, repr=False, compare=False)

    def expand(self, random: Random, value: Value) -> str:
        """Raises HistoryError if the line is malformed or names an unknown value."""
        text = "".join(_expanded(self.compiled(), random, value)).strip()
        if "  " in text:
            text = "\n".join(" ".join(line.split()) for line in text.split("\n"))
        for mark in (" ,", " .", " ?"):
            # Left behind by an empty choice, unless the language writes it so.
            if mark in text and mark not in self.source:
                text = text.replace(mark, mark[1])
        return _TWO_STOPS.sub(".", text) if ".." in text else text

    def compiled(self) -> _Sequence:
        if self._compiled is None:
            self._compiled = _Parser(self.source).parse()
        return self._compiled

    def names(self) -> Iterator[str]:
        """Of all values the line may ask for."""
        yield from _names(self.compiled())


def lines(text: object) -> tuple[Piece, ...]:
    """A piece for each line that is not empty."""
    if isinstance(text, tuple):
        return text
    if not isinstance(text, str):
        raise ValueError(f"expected lines of text, not {text!r}")
    return tuple(_piece(line.strip()) for line in text.splitlines() if line.strip())


def _piece(line: str) -> Piece:
    marked = _MARK.match(line)
    return Piece(line[marked.end() :], marked[1]) if marked else Piece(line)


Pieces = Annotated[tuple[InstanceOf[Piece], ...], BeforeValidator(lines)]


def pick(random: Random, pieces: tuple[Any, ...]) -> Any:
    return pieces[int(random.random() * len(pieces))]


def _expanded(sequence: _Sequence, random: Random, value: Value) -> Iterator[str]:
    for part in sequence:
        if isinstance(part, str):
            yield part
        elif isinstance(part, _Choice):
            yield from _expanded(pick(random, part.options), random, value)
        elif isinstance(part, _Named):
            yield value(part.name)
        else:
            yield _number(part, random, value)


def _number(part: _Number, random: Random, value: Value) -> str:
    if part.name:
        return value(f"{part.name}={part.lowest}-{part.highest}")
    return str(random.randint(part.lowest, part.highest))


def _names(sequence: _Sequence) -> Iterator[str]:
    for part in sequence:
        if isinstance(part, _Named):
            yield part.name
        elif isinstance(part, _Choice):
            for option in part.options:
                yield from _names(option)


def _slot(name: str) -> _Named | _Number:
    given, _, bounds = name.rpartition("=")
    lowest, dash, highest = bounds.partition("-")
    if dash and lowest.isdigit() and highest.isdigit():
        return _Number(int(lowest), int(highest), given)
    return _Named(name)


class _Parser:
    def __init__(self, source: str) -> None:
        self._source = source
        self._text = source.replace("\\n", "\n")
        self._at = 0

    def parse(self) -> _Sequence:
        sequence = self._sequence(inside=False)
        if self._at < len(self._text):
            raise self._wrong(f"an unexpected {self._text[self._at]!r}")
        return sequence

    def _sequence(self, *, inside: bool) -> _Sequence:
        parts: list[str | _Choice | _Named | _Number] = []
        plain: list[str] = []

        def finish_plain() -> None:
            if plain:
                parts.append("".join(plain))
                plain.clear()

        while self._at < len(self._text):
            character = self._text[self._at]
            if inside and character in "|]":
                break
            self._at += 1
            if character == "\\" and self._text[self._at : self._at + 1] in ("[", "]", "{", "}", "|"):
                plain.append(self._text[self._at])
                self._at += 1
            elif character == "[":
                finish_plain()
                parts.append(self._choice())
            elif character == "{" and (named := _SLOT.match(self._text, self._at)):
                finish_plain()
                self._at = named.end()
                parts.append(_slot(named[1]))
            elif character == "]":
                raise self._wrong("a ] without its [")
            else:
                plain.append(character)
        finish_plain()
        return tuple(parts)

    def _choice(self) -> _Choice:
        options = [self._sequence(inside=True)]
        while self._text[self._at : self._at + 1] == "|":
            self._at += 1
            options.append(self._sequence(inside=True))
        if self._text[self._at : self._at + 1] != "]":
            raise self._wrong("a [ without its ]")
        self._at += 1
        return _Choice(tuple(options))

    def _wrong(self, what: str) -> HistoryError:
        return HistoryError(f"the line {self._source!r} has {what}")
