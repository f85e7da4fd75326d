"""Markdown files in, with front matter or without."""

import re
from collections.abc import Hashable
from typing import Final

from casewright.knowledge.errors import ArticleInvalid
from casewright.knowledge.importing import check_article, has_front_matter, parse_article
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.naming import key_of, title_of

_FIRST_HEADING: Final = re.compile(r"\A\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|\Z)")


def read(document: Document, defaults: Defaults) -> ArticleDraft:
    """Raises `DocumentUnreadable` and `ArticleInvalid`."""
    try:
        text = document.content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise DocumentUnreadable("save the file as UTF-8") from None
    key = key_of(document.name)
    if not has_front_matter(text):
        return _plain(document, key, text, defaults)
    try:
        draft = parse_article(f"{key}.md", text)
    except ArticleInvalid as error:
        raise ArticleInvalid(document.name, *error.problems) from None
    unsaid = {name: value for name, value in dict(defaults).items() if name not in draft.model_fields_set}
    return draft.model_copy(update=unsaid)


def _plain(document: Document, key: str, text: str, defaults: Defaults) -> ArticleDraft:
    heading = _FIRST_HEADING.match(text)
    title = heading["title"].replace("`", "") if heading else title_of(document.name)
    body = (text[heading.end() :] if heading else text).strip()
    if not body:
        raise DocumentUnreadable("there is no text in it")
    content: dict[Hashable, object] = {"key": key, "title": title, "body": body, **dict(defaults)}
    return check_article(document.name, content)
