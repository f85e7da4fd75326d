"""Markdown files with YAML front matter in, article drafts out.

---
title: Export your data
language: en
audience: public          public | customer | internal
product: Aurora
source: https://help.example/export
checked_on: 2026-10-20
editions: [Enterprise, Unlimited]      where it applies, if not everywhere
error_codes: [EXPORT_TIMEOUT]
related: [import-data]                 keys of articles that go on from here
status: published                      draft | review | published | archived
valid_from: 2026-11-01                 from which day on it is found, and until when
valid_until: 2027-10-31
review_due: 2027-04-01                 when somebody is to look at it again
review_every_days: 180                 and how long after they last did
categories: [Products/Exports]         how it is sorted where it comes from
translation_of: export-data            in a translation: the article it translates
asked_as:                              how customers ask for it, by section; "" for the article as a whole
  "": [how do I get my data out]
  As a CSV file: [can I open it in Excel]
---
The body, in Markdown. Another article is linked by its key: [Import data](import-data).
"""

import re
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from casewright.kit.yaml_reading import read_yaml
from casewright.knowledge.errors import ArticleInvalid, Problem
from casewright.knowledge.models import ArticleDraft, ArticleStatus, Audience
from casewright.knowledge.passages import find_headings

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(?P<fields>.*?)^---[ \t]*$\n?(?P<body>.*)\Z", re.DOTALL | re.MULTILINE)
_KEY: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_KNOWN: Final = ArticleDraft.model_fields.keys()
_FIELDS: Final = tuple(name for name in _KNOWN if name not in ("key", "body"))
_EXPECTED: Final = {
    "title": "give it a short text, for example: title: Export your data",
    "language": "give it a language code of two letters, for example: language: en",
    "audience": f"it must be one of {', '.join(Audience)}",
    "product": "it must be a text",
    "source": "it must be a text, for example the address of the page",
    "checked_on": "it must be a date of the form 2026-10-20",
    "editions": "it must be a list, for example: editions: [Enterprise, Unlimited]",
    "error_codes": "it must be a list, for example: error_codes: [INVALID_SESSION_ID]",
    "related": "it must be a list of articles' keys, for example: related: [import-data]",
    "translation_of": "it must be the key of an article, for example: translation_of: export-data",
    "asked_as": "it must be lists of questions by section, for example: asked_as: {Steps: [how do I get my data out]}",
    "categories": "it must be a list, for example: categories: [Products/Exports]",
    "status": f"it must be one of {', '.join(ArticleStatus)}",
    "valid_from": "it must be a date of the form 2026-11-01",
    "valid_until": "it must be a date of the form 2027-10-31, and not before valid_from",
    "review_due": "it must be a date of the form 2027-04-01",
    "review_every_days": "it must be a number of days from 1 to 3650",
    "body": "write the article's text below the front matter",
}
_RIGHT: Final[Mapping[str, Callable[[str], object]]] = {
    "title": str.strip,
    "language": _LANGUAGE.fullmatch,
    "body": str.strip,
}
"""What a text must be besides a text."""


def read_articles(directory: Path) -> tuple[ArticleDraft, ...]:
    """All `*.md` files of `directory`, in the order of their names. Blocking. Raises `ArticleInvalid`."""
    return tuple(read_article(file) for file in article_files(directory))


def article_files(directory: Path) -> tuple[Path, ...]:
    """Blocking. Raises `ArticleInvalid` if there are none."""
    files = tuple(sorted(directory.glob("*.md")))
    if not files:
        raise _invalid(str(directory), "files", "no articles found; put Markdown files (*.md) there")
    return files


def read_article(file: Path) -> ArticleDraft:
    """One article; the file's name without its ending is its key. Blocking. Raises `ArticleInvalid`."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise _invalid(file.name, "encoding", "save the file as UTF-8") from None
    return parse_article(file.name, text)


def parse_article(file: str, text: str) -> ArticleDraft:
    """`file`: its name, of which the key is made. Raises `ArticleInvalid` with every problem found."""
    parts = _FRONT_MATTER.match(text.replace("\r\n", "\n"))
    if parts is None:
        raise _invalid(file, "front matter", "begin the file with a line ---, the fields, and a second line ---")
    fields = _read_fields(file, parts["fields"])
    return check_article(file, {**fields, "key": file.removesuffix(".md"), "body": parts["body"].strip()})


def has_front_matter(text: str) -> bool:
    return _FRONT_MATTER.match(text.replace("\r\n", "\n")) is not None


def check_article(file: str, content: Mapping[Hashable, object]) -> ArticleDraft:
    """The article that the fields make. Raises `ArticleInvalid` with every problem found, told of `file`."""
    problems = list(_problems(content))
    try:
        draft = ArticleDraft.model_validate({name: value for name, value in content.items() if name in _KNOWN})
    except ValidationError as error:
        raise ArticleInvalid(file, *problems, *map(_in_words, error.errors())) from None
    if problems:
        raise ArticleInvalid(file, *problems)
    return draft


def _read_fields(file: str, text: str) -> dict[Hashable, object]:
    try:
        fields = read_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" (line {mark.line + 2})" if mark else ""
        raise _invalid(file, "front matter", f"this is not valid YAML{line}; quote values with a colon") from None
    if not isinstance(fields, dict):
        raise _invalid(file, "front matter", "write one field a line, for example: title: Export your data")
    return fields


def _problems(content: Mapping[Hashable, object]) -> Iterator[Problem]:
    """What is wrong though it has the right type."""
    if not _KEY.fullmatch(str(content["key"])):
        advice = "use small letters, digits and single hyphens, for example export-data.md"
        yield Problem(field="name", message=advice)
    for name in (name for name in content if name not in _KNOWN):
        yield Problem(field=str(name), message=f"there is no such field; the fields are {', '.join(_FIELDS)}")
    for name, is_right in _RIGHT.items():
        value = content.get(name)
        if isinstance(value, str) and not is_right(value):
            yield Problem(field=name, message=_EXPECTED[name])
    asked, headings = content.get("asked_as"), find_headings(str(content["body"]))
    for section in asked if isinstance(asked, dict) else ():
        if section and section not in headings:
            advice = f'there is no heading "{section}"; give questions below a heading of the article, or below ""'
            yield Problem(field="asked_as", message=advice)


def _in_words(problem: ErrorDetails) -> Problem:
    field = str(problem["loc"][0])
    missing = "it is missing; " if problem["type"] == "missing" else ""
    return Problem(field=field, message=missing + _EXPECTED[field])


def _invalid(file: str, field: str, message: str) -> ArticleInvalid:
    return ArticleInvalid(file, Problem(field=field, message=message))
