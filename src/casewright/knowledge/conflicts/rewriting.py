"""Articles' texts changed by rule: a sentence replaced, or what only one of two says added to the other. Bodies are Markdown."""

import re
from collections.abc import Collection
from typing import Final

from markdown_it import MarkdownIt

_markdown: Final = MarkdownIt("commonmark").enable("table")
_MARKED: Final = r"(?:[*_`\[]|\](?:\([^)\s]*\))?)*"
"""Marks between the words of a sentence, with links' addresses."""


def replace_sentence(body: str, sentence: str, by: str) -> str | None:
    """The body with a sentence of it, as it reads without marks, replaced; its marks go with it. None unless it is there once."""
    words = (_MARKED.join(map(re.escape, re.findall(r"\w+|[^\w\s]", word))) for word in sentence.split())
    found = list(re.finditer(_MARKED + rf"{_MARKED}\s+{_MARKED}".join(words) + _MARKED, body))
    if len(found) != 1:
        return None
    (match,) = found
    return f"{body[: match.start()]}{by}{body[match.end() :]}"


def merged(body: str, other: str, repeated: Collection[str]) -> str:
    """`body`, followed by the blocks of `other` that say more than sentences which are `repeated`, under their headings."""
    kept: list[str] = []
    headings: list[tuple[int, str]] = []
    for block in _blocks(other):
        if (level := _level(block)) is not None:
            headings = [(depth, text) for depth, text in headings if depth < level] + [(level, block)]
        elif not _only_says(block, repeated):
            kept += [text for _, text in headings]
            headings = []
            kept.append(block)
    return "\n\n".join((body.rstrip(), *kept)) + "\n"


def _blocks(body: str) -> list[str]:
    """As they are written: headings, paragraphs, lists, tables, code."""
    lines = body.splitlines()
    return [
        "\n".join(lines[token.map[0] : token.map[1]]).rstrip()
        for token in _markdown.parse(body)
        if token.level == 0 and token.map is not None and token.nesting >= 0
    ]


def _level(block: str) -> int | None:
    match = re.match(r"(#{1,6}) ", block)
    return len(match[1]) if match else None


def _only_says(block: str, sentences: Collection[str]) -> bool:
    """Whether nothing is left of the block without those sentences."""
    rest = _plain(block)
    for sentence in sorted(sentences, key=len, reverse=True):
        rest = rest.replace(_plain(sentence), " ")
    return not re.search(r"\w", re.sub(r"(?m)^\s*\d+\.", " ", rest))


def _plain(text: str) -> str:
    without_links = re.sub(r"\]\([^)\s]*\)", "", text)
    return " ".join(re.sub(r"[*_`\[\]]", "", without_links).split())
