"""PDFs in, Markdown out.

A PDF says where letters stand and no more. What is larger or heavier than the running text is a heading, what is written in a
typewriter's letters is code, what lies between ruled lines is a table, and what stands at the edge of many pages belongs to none.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import pdfplumber
from pdfminer.pdfdocument import PDFPasswordIncorrect
from pdfplumber.utils.exceptions import PdfminerException

from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.naming import key_of, title_of
from casewright.knowledge.sources.pdf_page import Line, Piece, Table, escaped, pieces_of, running_size, without_edges

MOST_PAGES: Final = 1000
_LARGER: Final = 1.12
"""Than the running text: then it is a heading."""
_DEEPEST: Final = 5
_LONGEST_HEADING: Final = 140
_BULLET: Final = re.compile(r"^[•◦▪▫‣●○■–∙·\uf0b7](?:\s+|$)")
_NUMBER: Final = re.compile(r"^(\d{1,2})[.)]\s+(?=\S)")
_LIKE_A_MARK: Final = re.compile(r"^(?:#{1,6}\s|[-+>]|\d+[.)]\s|\||~{3})")
_INDENTED: Final = 2
"""Letters: what begins that far to the right of an item lies within it."""
_ENDS: Final = (".", "!", "?", ":", ";")


def read(document: Document, defaults: Defaults) -> ArticleDraft:
    """Raises `DocumentUnreadable`."""
    try:
        with pdfplumber.open(io.BytesIO(document.content)) as file:
            if len(file.pages) > MOST_PAGES:
                raise DocumentUnreadable(f"it has {len(file.pages)} pages; {MOST_PAGES} are the most, so divide it")
            pages = []
            for page in file.pages:
                pages.append(pieces_of(page))
                page.close()
            named = str((file.metadata or {}).get("Title") or "")
    except DocumentUnreadable:
        raise
    except Exception as error:
        # The library raises whatever its parsers do.
        raise DocumentUnreadable(_why(error)) from error
    writer = _Writer(tuple(without_edges(pages)))
    if not writer.body and not writer.title:
        raise DocumentUnreadable("it holds pictures and no text; save it with text, by OCR if it is a scan")
    return ArticleDraft(
        key=key_of(document.name),
        title=writer.title or (named if " " in named else "") or title_of(document.name),
        body=writer.body or writer.title,
        language=defaults.language,
        audience=defaults.audience,
        product=defaults.product,
    )


def _why(error: Exception) -> str:
    cause = error.args[0] if isinstance(error, PdfminerException) and error.args else error
    if isinstance(cause, PDFPasswordIncorrect):
        return "it is locked by a password; save it without one"
    return "this is no PDF that can be read; print the document to PDF again"


@dataclass(slots=True)
class _Open:
    """The block that is being written. `lefts`: where the items of a list and of those around it begin; `text_left`: where the
    text of the last one does."""

    kind: str = ""
    lines: list[str] = field(default_factory=list)
    size: float = 0.0
    lefts: list[float] = field(default_factory=list)
    text_left: float = 0.0


class _Writer:
    """`title`: "" if nothing stands out first."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        lines = [piece for piece in pieces if isinstance(piece, Line)]
        self._running = running_size(lines)
        self._levels = _levels(lines, self._running)
        self._one_title = sum(self._levels.get(line.size) == 1 for line in lines) == 1
        self._next_paragraph = _next_paragraph(lines, self._running)
        self._blocks: list[str] = []
        self._open = _Open()
        self.title = ""
        for piece in pieces:
            if isinstance(piece, Table):
                self._close()
                self._blocks.append(_written_table(piece))
            elif piece.is_code:
                self._code(piece)
            elif level := self._level(piece):
                self._heading(piece, level)
            else:
                self._text(piece)
        self._close()
        self.body = "\n\n".join(self._blocks)

    def _level(self, line: Line) -> int:
        """0: running text."""
        if len(line.text) > _LONGEST_HEADING or line.is_marked or _BULLET.match(line.text):
            return 0
        if line.size in self._levels:
            return self._levels[line.size]
        alone = line.gap > self._next_paragraph and not line.text.endswith((*_ENDS, ","))
        return min(_DEEPEST, len(self._levels) + 2) if line.is_bold and alone and line.size >= self._running else 0

    def _heading(self, line: Line, level: int) -> None:
        goes_on = self._open.kind == f"heading {level}" and self._open.size == line.size and line.gap < 1
        if not goes_on:
            self._close()
            self._open = _Open(f"heading {level}", size=line.size)
        self._open.lines.append(line.markdown)

    def _code(self, line: Line) -> None:
        if self._open.kind != "code":
            self._close()
            self._open = _Open("code", lefts=[line.left])
        elif not line.begins_page and line.gap > 1.0:
            self._open.lines.append("")
        self._open.lines.append(" " * max(0, round((line.left - self._open.lefts[0]) / line.width)) + line.text)

    def _text(self, line: Line) -> None:
        number = _NUMBER.match(line.text)
        if number or line.is_marked or _BULLET.match(line.text):
            self._item(line, f"{number[1]}. " if number else "- ")
        elif self._open.kind in ("text", "list") and self._goes_on(line):
            self._append(line.markdown)
        else:
            self._close()
            text = line.markdown
            self._open = _Open("text", [f"\\{text}" if _LIKE_A_MARK.match(text) else text], lefts=[line.left])

    def _goes_on(self, line: Line) -> bool:
        """With the paragraph or the item before, which may be on the page before."""
        if line.begins_page:
            return not self._open.lines[-1].endswith(_ENDS) and line.text[:1].islower()
        if self._open.kind == "list" and line.left < self._open.text_left - line.width:
            return False
        return line.gap <= self._next_paragraph

    def _item(self, line: Line, mark: str) -> None:
        if self._open.kind != "list":
            self._close()
            self._open = _Open("list", lefts=[line.left])
        lefts = self._open.lefts
        while len(lefts) > 1 and line.left < lefts[-1] - _INDENTED * line.width:
            lefts.pop()
        if line.left > lefts[-1] + _INDENTED * line.width:
            lefts.append(line.left)
        self._open.text_left = line.after_mark
        text = _NUMBER.sub("", _BULLET.sub("", line.markdown, count=1), count=1)
        self._open.lines.append(f"{'   ' * (len(lefts) - 1)}{mark}{text}")

    def _append(self, text: str) -> None:
        last = self._open.lines[-1]
        if re.search(r"[^\W\d_]-$", last) and text[:1].islower():
            self._open.lines[-1] = last[:-1] + text
        else:
            self._open.lines[-1] = f"{last} {text}" if last.strip(" -") else last + text

    def _close(self) -> None:
        kind, lines = self._open.kind, self._open.lines
        if kind.startswith("heading"):
            self._close_heading(int(kind[-1]), " ".join(lines))
        elif kind == "code":
            fence = "```" if not any("```" in line for line in lines) else "~~~~"
            self._blocks.append("\n".join([fence, *lines, fence]))
        elif lines:
            self._blocks.append("\n".join(lines))
        self._open = _Open()

    def _close_heading(self, level: int, text: str) -> None:
        if not self.title and level == 1 and (self._one_title or not self._blocks):
            self.title = re.sub(r"\\(\W)", r"\1", text).replace("`", "").rstrip("¶#🔗 ")
        else:
            self._blocks.append(f"{'#' * max(2, level)} {text}")


def _levels(lines: Sequence[Line], running: float) -> dict[float, int]:
    sizes = {line.size for line in lines if line.size >= _LARGER * running and not line.is_code}
    return {size: min(_DEEPEST, level) for level, size in enumerate(sorted(sizes, reverse=True), start=1)}


def _next_paragraph(lines: Sequence[Line], running: float) -> float:
    """The gap from which on another paragraph begins, in letters' heights: clearly more than between most lines."""
    gaps = sorted(line.gap for line in lines if line.size == running and not line.begins_page and not line.is_code)
    usual = gaps[len(gaps) // 4] if gaps else 0.2
    return max(usual * 1.35, usual + 0.25)


def _written_table(table: Table) -> str:
    width = max(map(len, table.rows))
    rows = [[*row, *("" for _ in range(width - len(row)))] for row in table.rows]
    written = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join([written[0], "|" + " --- |" * width, *written[1:]])


def _cell(text: str) -> str:
    return escaped(text).replace("|", "\\|")
