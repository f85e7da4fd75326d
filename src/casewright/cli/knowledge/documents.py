"""A folder of documents, as other programs have them: files of any kind that can be imported, text files, and JSON Lines."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from casewright.kit.errors import InvalidInput
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.reading import READABLE, ending, read_document
from casewright.understanding.language import detect

TITLES: Final = ("title", "question", "name", "heading", "subject")
"""Fields of a JSON object of which the first that it has is the document's title; all other text in it is the document's."""
SILENT: Final = frozenset({"id", "_id", "url", "language", "lang"})
TEXT: Final = frozenset({".txt", ".text", ".rst", ".adoc", ".log", ""})
_WORD: Final = re.compile(r"[^\W\d_]{2,}")
ENOUGH: Final = 1000
"""Characters of a text that tell its language."""


def read_documents(path: Path) -> tuple[list[ArticleDraft], list[str]]:
    """The documents of a folder with all folders in it, or of one file, and what could not be read. Files are named as the folder names
    them, lines by their `id`. Raises `InvalidInput`: there is nothing to read, or two are named alike. Blocking."""
    documents: dict[str, ArticleDraft] = {}
    problems: list[str] = []
    names: list[str] = []
    files = (
        [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file() and not _hidden(one, path))
    )
    for file in files:
        name = file.name if file == path else file.relative_to(path).as_posix()
        names.append(name)
        try:
            for document in _read(name, file.read_bytes()):
                if document.key in documents:
                    raise InvalidInput(
                        f"{name}: there is another document {document.key!r}; each needs a name of its own."
                    )
                documents[document.key] = document
        except OSError as error:
            raise InvalidInput(f"{file} cannot be read ({error.strerror}).") from None
        except Unreadable as error:
            problems.append(f"{name}: {error}")
    if not documents:
        raise InvalidInput(
            f"There is nothing to read in {path}: no text, JSON Lines, Markdown, HTML, PDF, DOCX or CSV."
        )
    for name, words in _telling_names(names):
        if name in documents:
            documents[name] = _under_its_name(documents[name], words)
    return list(documents.values()), problems


class Unreadable(Exception):
    """What is wrong with a file; the others are read."""


def _hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def _telling_names(names: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Names of files and the words of each, with those of its folders, that not all of them have."""
    words = {name: _WORD.findall(Path(name).with_suffix("").as_posix().lower()) for name in names}
    shared = frozenset[str].intersection(*map(frozenset, words.values())) if len(words) > 1 else frozenset()
    return ((name, [word for word in some if word not in shared]) for name, some in words.items())


def _under_its_name(document: ArticleDraft, words: Sequence[str]) -> ArticleDraft:
    """Folder and file often say what a page is about, where its title only says which page that is."""
    if not words:
        return document
    name, told = " ".join(words).capitalize(), _WORD.findall(document.title.lower())
    title = f"{name}: {document.title}" if told and words[-len(told) :] != told else name
    return document.model_copy(update={"title": title})


def _read(name: str, content: bytes) -> Iterator[ArticleDraft]:
    kind = ending(name)
    if kind in (".jsonl", ".ndjson"):
        yield from _lines(name, content)
    elif kind == ".json":
        yield from _objects(name, content)
    elif kind in TEXT:
        yield _draft(name, Path(name).stem.replace("-", " ").replace("_", " "), _text(content))
    elif kind in READABLE:
        reading = read_document(Document(name, content), Defaults())
        if not reading.drafts:
            raise Unreadable(reading.problems[0].message)
        one = len(reading.drafts) == 1 and kind != ".csv"
        yield from (_draft(name if one else draft.key, draft.title, draft.body) for draft in reading.drafts)
    else:
        raise Unreadable(f"files that end in {kind} are left out")


def _lines(name: str, content: bytes) -> Iterator[ArticleDraft]:
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").splitlines(), 1):
        if line.strip():
            value = _json(f"{name}, line {number}", line)
            if not isinstance(value, dict) or not isinstance(value.get("id"), str | int):
                raise InvalidInput(f'{name}, line {number}: expected {{"id": …, "title": …, "text": …}}.')
            yield _of(str(value["id"]), value)


def _objects(name: str, content: bytes) -> Iterator[ArticleDraft]:
    value = _json(name, content)
    if isinstance(value, dict):
        yield _of(name, value)
    elif isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value):
        yield from (_of(str(one["id"]), one) for one in value)
    else:
        raise Unreadable('expected an object, or a list of objects with an "id"')


def _of(key: str, value: Mapping[str, Any]) -> ArticleDraft:
    titled = next((field for field in TITLES if isinstance(value.get(field), str) and value[field].strip()), "")
    texts = [text for field, one in value.items() if field not in (titled, *SILENT) for text in _texts(one)]
    return _draft(key, str(value.get(titled, "")), "\n\n".join(texts))


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))


def _draft(key: str, title: str, body: str) -> ArticleDraft:
    language = detect(f"{title}. {body}"[:ENOUGH]).language or "en"
    return ArticleDraft(key=key, title=" ".join(title.split()), body=body, language=language)


def _json(name: str, content: bytes) -> object:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"{name}: not JSON ({error.msg}, column {error.colno}).") from None


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
