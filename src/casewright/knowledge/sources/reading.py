"""A file in, whatever kind it is; articles out, or what is wrong with it."""

from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import Final

from casewright.knowledge.errors import ArticleInvalid
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources import markdown_file, pdf, question_table, web_page, word_document
from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document, ImportProblem, Reading

LONGEST_ARTICLE: Final = 1_000_000
"""Characters of its text."""

_ONE_ARTICLE: Final[Mapping[str, Callable[[Document, Defaults], ArticleDraft]]] = {
    ".md": markdown_file.read,
    ".markdown": markdown_file.read,
    ".html": web_page.read,
    ".htm": web_page.read,
    ".pdf": pdf.read,
    ".docx": word_document.read,
}
TABLE: Final = ".csv"
ARCHIVE: Final = ".zip"
READABLE: Final = frozenset({*_ONE_ARTICLE, TABLE})


def ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def read_document(document: Document, defaults: Defaults) -> Reading:
    """Never raises for what is in the document. Blocking: run it in a thread."""
    try:
        if ending(document.name) == TABLE and not document.address:
            return question_table.read(document, defaults)
        read = web_page.read if document.address and not _is_pdf(document) else _ONE_ARTICLE[ending(document.name)]
        draft = read(document, defaults)
        if len(draft.body) > LONGEST_ARTICLE:
            raise DocumentUnreadable(f"its text has more than {LONGEST_ARTICLE:,} characters; divide it")
    except DocumentUnreadable as error:
        return _unreadable(document.name, error.message)
    except ArticleInvalid as error:
        return _unreadable(document.name, "; ".join(map(str, error.problems)))
    return Reading(document.name, (draft,))


def _is_pdf(document: Document) -> bool:
    return ending(document.name) == ".pdf"


def _unreadable(name: str, message: str) -> Reading:
    return Reading(name, problems=(ImportProblem(name=name, message=message),))
