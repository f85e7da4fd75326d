"""What stands on a PDF's page: lines of text, each with its size and place, and tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from pdfplumber.page import Page

from casewright.kit.model import Model

_EDGE: Final = 0.08
"""Of a page's height, above and below: where what is said on each page stands."""
_SMALL_PRINT: Final = 0.85
"""Of the running text's size."""
_SAME_LINE: Final = 0.5
"""Of a letter's height."""
_TYPEWRITER: Final = re.compile(r"mono|courier|consolas|menlo|typewriter|cmtt", re.IGNORECASE)
_BOLD: Final = re.compile(r"bold|black|heavy", re.IGNORECASE)
_MARKS: Final = re.compile(r"([\\`*\[\]]|<(?=[A-Za-z/!?])|(?<![^\W_])_|_(?![^\W_]))")
_NEW_PAGE: Final = 99.0

_NO_SPACE: Final = 0.12
"""Of a letter's size."""
_BEFORE: Final = 1.6
"""Of a line's height: how far a list's dot is from it at most."""
_DOT: Final = 6.0
"""Points: dots are no larger."""

Box = tuple[float, float, float, float]


class _Word(Model):
    """A word, in points from the page's top left."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    fontname: str

    @property
    def is_code(self) -> bool:
        return _TYPEWRITER.search(self.fontname) is not None


@dataclass(frozen=True, slots=True)
class Line:
    """`text`: as it reads; `markdown`: the same, with its marks. `gap`: to the line before on the page, in letters' heights,
    `_NEW_PAGE` for the first. `left`: where it begins, with the dot that may be drawn before it (`is_marked`); `after_mark`: where
    what follows a first word or that dot begins; `width`: of one of its letters; all in points."""

    text: str
    markdown: str
    size: float
    left: float
    after_mark: float
    width: float
    gap: float
    is_marked: bool
    is_code: bool
    is_bold: bool
    is_edge: bool

    @property
    def begins_page(self) -> bool:
        return self.gap == _NEW_PAGE


@dataclass(frozen=True, slots=True)
class _Dot:
    left: float
    right: float
    middle: float


@dataclass(frozen=True, slots=True)
class Table:
    rows: tuple[tuple[str, ...], ...]


Piece = Line | Table


def pieces_of(page: Page) -> list[Piece]:
    """In the order in which they were written, which is that of reading."""
    found = [(table.bbox, Table(_cells(table.extract()))) for table in page.find_tables()]
    tables = [(box, table) for box, table in found if _is_table(table)]
    words = page.extract_words(use_text_flow=True, extra_attrs=["size", "fontname"], x_tolerance_ratio=0.2)
    pieces: list[Piece] = []
    dots = _dots(page)
    told: set[int] = set()
    before: tuple[float, float] | None = None
    for number, line in _lines([_word(word) for word in words], [box for box, _ in tables]):
        if number is None:
            pieces.append(_line(line, before, float(page.height), dots))
            before = min(one.top for one in line), max(one.bottom for one in line)
        elif number not in told:
            told.add(number)
            pieces.append(tables[number][1])
    return pieces


def without_edges(pages: Sequence[Sequence[Piece]]) -> Iterator[Piece]:
    """All pages' pieces without the lines at the edges that stand on most pages, but for their numbers, that are numbers alone, or
    that are in small print."""
    running = running_size([piece for page in pages for piece in page if isinstance(piece, Line)])
    counts = Counter(text for page in pages for text in set(map(_at_edge, page)) if text is not None)
    common = {text for text, count in counts.items() if count > max(1, len(pages) / 2) or not text}
    for piece in (piece for page in pages for piece in page):
        text = _at_edge(piece)
        if text is None or (text not in common and isinstance(piece, Line) and piece.size > _SMALL_PRINT * running):
            yield piece


def running_size(lines: Sequence[Line]) -> float:
    """That of most letters."""
    letters = Counter[float]()
    for line in lines:
        letters[line.size] += 0 if line.is_code else len(line.text)
    return max(letters, key=lambda size: letters[size], default=0.0)


def _at_edge(piece: Piece) -> str | None:
    return re.sub(r"[\d/.:\s-]+", "", piece.text) if isinstance(piece, Line) and piece.is_edge else None


# --- tables -------------------------------------------------------------------------------------------------------------


def _cells(rows: Sequence[Sequence[str | None]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(" ".join((cell or "").split()) for cell in row) for row in rows if any(row))


def _is_table(table: Table) -> bool:
    """Boxes are drawn around single texts too."""
    return len(table.rows) > 1 and any(sum(map(bool, row)) > 1 for row in table.rows)


def _lies_in(word: _Word, box: Box) -> bool:
    across, down = (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2
    return box[0] <= across <= box[2] and box[1] <= down <= box[3]


# --- lines --------------------------------------------------------------------------------------------------------------


def _dots(page: Page) -> list[_Dot]:
    """Small round or square things: what lists are marked by where it is no letter."""
    drawn = [one for one in (*page.curves, *page.rects) if one["width"] <= _DOT and one["height"] <= _DOT]
    return [
        _Dot(left=one["x0"], right=one["x1"], middle=(one["top"] + one["bottom"]) / 2)
        for one in drawn
        if abs(one["width"] - one["height"]) < 1 < one["width"]
    ]


def _word(found: dict[str, Any]) -> _Word:
    return _Word(**{name: found[name] for name in _Word.model_fields})


def _lines(words: Sequence[_Word], tables: Sequence[Box]) -> Iterator[tuple[int | None, list[_Word]]]:
    """The words of each line, with the number of the table that they lie in."""
    line: list[_Word] = []
    inside: int | None = None
    for word in words:
        number = next((number for number, box in enumerate(tables) if _lies_in(word, box)), None)
        if line and (number != inside or not _goes_on(line[-1], word)):
            yield inside, line
            line = []
        inside = number
        line.append(word)
    if line:
        yield inside, line


def _goes_on(last: _Word, word: _Word) -> bool:
    """Letters of two sizes in one line stand on one foot."""
    height = max(last.bottom - last.top, word.bottom - word.top)
    return abs(last.bottom - word.bottom) < _SAME_LINE * height and word.x0 >= last.x0


def _line(words: Sequence[_Word], before: tuple[float, float] | None, page_height: float, dots: Sequence[_Dot]) -> Line:
    top, bottom = min(one.top for one in words), max(one.bottom for one in words)
    sizes = Counter[float]()
    for one in words:
        sizes[round(one.size * 2) / 2] += len(one.text)
    width = max(sum(one.x1 - one.x0 for one in words) / sum(len(one.text) for one in words), 1.0)
    is_code = all(one.is_code for one in words)
    near = _BEFORE * (bottom - top)
    dot = next((one for one in dots if top < one.middle < bottom and 0 < words[0].x0 - one.right < near), None)
    return Line(
        text=_in_columns(words, width) if is_code else _joined(words, [one.text for one in words]),
        markdown=_markdown(words),
        size=max(sizes, key=lambda size: sizes[size]),
        left=dot.left if dot else words[0].x0,
        after_mark=words[0].x0 if dot else words[min(1, len(words) - 1)].x0,
        width=width,
        gap=(top - before[1]) / max(bottom - top, 1.0) if before and top >= before[0] else _NEW_PAGE,
        is_marked=dot is not None,
        is_code=is_code,
        is_bold=all(_BOLD.search(one.fontname) for one in words),
        is_edge=bottom < _EDGE * page_height or top > (1 - _EDGE) * page_height,
    )


def _in_columns(words: Sequence[_Word], width: float) -> str:
    """A typewriter's letters are all as wide, so that gaps can be counted."""
    text, end = "", words[0].x0
    for one in words:
        text += " " * round((one.x0 - end) / width) + one.text
        end = one.x1
    return text


def _markdown(words: Sequence[_Word]) -> str:
    runs = [list(run) for _, run in groupby(words, key=lambda one: one.is_code)]
    return _joined([_around(run) for run in runs], list(map(_marked, runs)))


def _around(words: Sequence[_Word]) -> _Word:
    return words[0].model_copy(update={"x1": words[-1].x1})


def _joined(words: Sequence[_Word], texts: Sequence[str]) -> str:
    """A word that changes its letters in the middle comes in two, without room between them."""
    joined = texts[0]
    for last, word, text in zip(words, words[1:], texts[1:], strict=False):
        joined += text if word.x0 - last.x1 < _NO_SPACE * word.size else f" {text}"
    return joined


def _marked(words: Sequence[_Word]) -> str:
    text = _joined(words, [one.text for one in words])
    return f"`{text}`" if words[0].is_code and "`" not in text else escaped(text)


def escaped(text: str) -> str:
    """Text that means in Markdown what it says."""
    return _MARKS.sub(r"\\\1", text)
