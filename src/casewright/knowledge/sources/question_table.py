"""A table of questions and answers (CSV) in, one article an answer out.

question,answer,audience                     the first line names the columns; comma, semicolon or tab between them
How do I export?,"Open **Data**, then …",public
Where is my data?,"Open **Data**, then …",   the same answer: another way to ask for the same article
"""

import csv
import io
import re
from collections.abc import Hashable, Iterator, Mapping
from typing import Final

from casewright.knowledge.errors import ArticleInvalid
from casewright.knowledge.importing import check_article
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document, ImportProblem, Reading
from casewright.knowledge.sources.naming import key_from

_NEEDED: Final = {"question": ("question", "frage", "q"), "answer": ("answer", "antwort", "a")}
_FIELDS: Final = ("key", "language", "audience", "product", "source", "editions", "error_codes")
_LISTS: Final = ("editions", "error_codes")
MOST_ROWS: Final = 20_000


def read(document: Document, defaults: Defaults) -> Reading:
    """Rows that cannot be read are told by their number. Raises `DocumentUnreadable` where none can."""
    drafts: dict[tuple[str, str], ArticleDraft] = {}
    problems: list[ImportProblem] = []
    for line, row in _rows(_text(document.content)):
        try:
            draft = _draft(document, row, defaults)
        except ArticleInvalid as error:
            problems += (
                ImportProblem(name=f"{document.name}, line {line}", message=str(one)) for one in error.problems
            )
            continue
        known = drafts.get((draft.language, draft.body))
        drafts[draft.language, draft.body] = _also_asked(known, draft.title) if known else draft
    unique = {draft.key: draft for draft in drafts.values()}
    for draft in drafts.values():
        if unique[draft.key] is not draft:
            message = f'"{draft.title}" has another answer further down; give each of them a "key" of its own'
            problems.append(ImportProblem(name=document.name, message=message))
    return Reading(document.name, tuple(unique.values()), tuple(problems))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DocumentUnreadable("save the table as CSV in UTF-8") from None


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """With the number of the line that each ends in."""
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        columns = [_column(name) for name in next(reader, [])]
        if missing := [name for name in _NEEDED if name not in columns]:
            raise DocumentUnreadable(
                f"its first line names no column {' and no '.join(missing)}; begin it with: question,answer"
            )
        if unknown := [name for name in columns if name not in (*_NEEDED, *_FIELDS)]:
            others = ", ".join((*_NEEDED, *_FIELDS))
            raise DocumentUnreadable(f"there is no column {', '.join(unknown)}; the columns are {others}")
        for number, row in enumerate(reader):
            if number >= MOST_ROWS:
                raise DocumentUnreadable(f"it has more than {MOST_ROWS:,} rows; divide it")
            if any(cell.strip() for cell in row):
                yield reader.line_num, dict(zip(columns, (cell.strip() for cell in row), strict=False))
    except csv.Error:
        raise DocumentUnreadable(
            f"line {reader.line_num} is no CSV; put quotes around cells with quotes or lines"
        ) from None


def _column(name: str) -> str:
    plain = re.sub(r"[\s-]+", "_", name.strip().lower())
    return next((field for field, names in _NEEDED.items() if plain in names), plain)


def _draft(document: Document, row: Mapping[str, str], defaults: Defaults) -> ArticleDraft:
    question = row["question"]
    given: dict[Hashable, object] = {name: row[name] for name in _FIELDS if row.get(name)}
    given |= {name: [one.strip() for one in re.split(r"[,;|]", row[name])] for name in _LISTS if row.get(name)}
    content: dict[Hashable, object] = {
        "key": key_from(question),
        **dict(defaults),
        **given,
        "title": question,
        "body": row.get("answer", ""),
    }
    return check_article(document.name, content)


def _also_asked(draft: ArticleDraft, question: str) -> ArticleDraft:
    asked = tuple(dict.fromkeys((*draft.asked_as.get("", ()), question)))
    return draft.model_copy(update={"asked_as": {**draft.asked_as, "": asked}})
