"""Cuts an article into passages for the index, along its structure.

A passage lies within one section and has about 60 to 120 words. A list or a table with the sentence that introduces it, and a
block of code, are not torn apart; only one that is very long is, between its items, and each part begins with what the whole
began with. Every sentence keeps its own words; only Markdown's marks are taken off.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from itertools import zip_longest
from typing import Final, Literal

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

SentenceKind = Literal["text", "step", "code"]

LONGEST: Final = 120
"""Words in a passage, unless a single list, table or sentence has more."""
LONGEST_WHOLE: Final = 400
"""Words of a list or a table that stays in one piece."""
SHORTEST: Final = 25
"""Words; a shorter rest of a section joins the passage before it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`kind`: `step` is an item of a numbered list, `code` a whole block. `block` counts the article's blocks: sentences of
    one list, with its introduction, share it. `introduction`: it ends with a colon and makes no sense alone."""

    text: str
    kind: SentenceKind
    block: int
    introduction: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """`section`: its headings, outermost first, joined by " > ". `codes`: identifiers to be found exactly."""

    section: str
    sentences: tuple[Sentence, ...]
    codes: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(sentence.text for sentence in self.sentences)


@dataclass(frozen=True, slots=True)
class _Block:
    """`lead`: how many of its sentences, the introduction and a table's head, each part of it needs. `longest`: how many words a
    part may have."""

    section: str
    sentences: tuple[Sentence, ...]
    lead: int = 0
    longest: int = LONGEST

    @property
    def words(self) -> int:
        return sum(len(sentence.text.split()) for sentence in self.sentences)


_markdown: Final = MarkdownIt("commonmark").enable("table")
_LISTS: Final = ("ordered_list", "bullet_list")
_TAGS: Final = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>|<[^<>]*>", re.DOTALL | re.IGNORECASE)


def split_article(title: str, body: str, language: str, codes: tuple[str, ...] = ()) -> tuple[Passage, ...]:
    """The passages of an article in their order. `body`: Markdown. `language`: for the abbreviations to mind. `codes`: what
    the whole article is about."""
    passages: list[list[_Block]] = []
    for block in _pieces(_blocks(body, language)):
        current = passages[-1] if passages and passages[-1][0].section == block.section else None
        room = current is not None and sum(piece.words for piece in current) + block.words <= LONGEST
        if current is not None and (room or block.words < SHORTEST):
            current.append(block)
        else:
            passages.append([block])
    whole = (*find_codes(title), *codes)
    return tuple(_passage(blocks, whole) for blocks in passages)


def _passage(blocks: list[_Block], article_codes: tuple[str, ...]) -> Passage:
    sentences = tuple(sentence for block in blocks for sentence in block.sentences)
    own = find_codes(" ".join([blocks[0].section, *(sentence.text for sentence in sentences)]))
    return Passage(blocks[0].section, sentences, tuple(dict.fromkeys((*article_codes, *own))))


def _pieces(blocks: Iterator[_Block]) -> Iterator[_Block]:
    """What is too long, in parts; everything else as it is."""
    for block in blocks:
        lead = block.sentences[: block.lead]
        part = list(lead)
        for sentence in block.sentences[block.lead :]:
            if len(part) > block.lead and _Block("", (*part, sentence)).words > block.longest:
                yield replace(block, sentences=tuple(part))
                part = list(lead)
            part.append(sentence)
        yield replace(block, sentences=tuple(part))


def find_headings(body: str) -> frozenset[str]:
    """The texts of all headings of an article. `body`: Markdown."""
    tree = SyntaxTreeNode(_markdown.parse(body))
    return frozenset(_plain(node) for node in _leaf_blocks(tree) if node.type == "heading")


# --- structure --------------------------------------------------------------------------------------------------------


def _blocks(body: str, language: str) -> Iterator[_Block]:
    headings: dict[int, str] = {}
    introduction: _Block | None = None
    nodes = [node for node in _leaf_blocks(SyntaxTreeNode(_markdown.parse(body))) if not _is_silent(node)]
    for number, (node, following) in enumerate(zip_longest(nodes, nodes[1:])):
        if node.type == "heading":
            level = int(node.tag[1])
            headings = {depth: text for depth, text in headings.items() if depth < level} | {level: _plain(node)}
            sentences = () if _is_headed(node, following) else _whole(_plain(node), number)
        else:
            sentences = tuple(_sentences(node, language, number))
        block = _Block(" > ".join(headings.values()), sentences, *_cohesion(node))
        if introduction and sentences and block.section == introduction.section and node.type != "paragraph":
            led = tuple(replace(sentence, block=number) for sentence in introduction.sentences)
            block, introduction = replace(block, sentences=led + sentences, lead=block.lead + len(led)), None
        elif introduction:
            yield introduction
            introduction = None
        if block.sentences and block.sentences[-1].introduction:
            before, introduction = block.sentences[:-1], _Block(block.section, block.sentences[-1:])
            block = replace(block, sentences=before)
        if block.sentences:
            yield block
    if introduction:
        yield introduction


def _is_silent(node: SyntaxTreeNode) -> bool:
    return node.type == "hr" or (node.type == "html_block" and not _words_of_html(node.content))


def _is_headed(heading: SyntaxTreeNode, following: SyntaxTreeNode | None) -> bool:
    """Whether anything stands below a heading, which then is told with that."""
    if following is None:
        return False
    return following.type != "heading" or int(following.tag[1]) > int(heading.tag[1])


def _cohesion(node: SyntaxTreeNode) -> tuple[int, int]:
    """`lead` and `longest` of a block."""
    if node.type == "table":
        return 1, LONGEST_WHOLE
    return 0, LONGEST_WHOLE if node.type in _LISTS else LONGEST


def _leaf_blocks(node: SyntaxTreeNode) -> Iterator[SyntaxTreeNode]:
    for child in node.children:
        if child.type == "blockquote":
            yield from _leaf_blocks(child)
        else:
            yield child


def _sentences(node: SyntaxTreeNode, language: str, block: int) -> Iterator[Sentence]:
    match node.type:
        case "paragraph":
            texts = split_sentences(_plain(node), language)
            for number, text in enumerate(texts, start=1):
                yield Sentence(text, "text", block, introduction=number == len(texts) and text.endswith(":"))
        case "ordered_list" | "bullet_list":
            yield from _items(node, language, block, "step" if node.type == "ordered_list" else "text")
        case "fence" | "code_block":
            if code := node.content.strip("\n"):
                yield Sentence(code, "code", block)
        case "table":
            for row in node.walk():
                if row.type == "tr" and (cells := " | ".join(_plain(cell) for cell in row.children)).strip(" |"):
                    yield Sentence(cells, "text", block)
        case "html_block":
            for text in split_sentences(_words_of_html(node.content), language):
                yield Sentence(text, "text", block)
        case "heading":
            yield from _whole(_plain(node), block)


def _whole(text: str, block: int) -> tuple[Sentence, ...]:
    return (Sentence(text, "text", block),) if text else ()


def _items(node: SyntaxTreeNode, language: str, block: int, kind: SentenceKind) -> Iterator[Sentence]:
    """An item's own words are one sentence; what lies within it follows."""
    for item in node.children:
        own = " ".join(_plain(child) for child in item.children if child.type == "paragraph").strip()
        if own:
            yield Sentence(own, kind, block)
        for child in (one for one in _leaf_blocks(item) if one.parent is not item or one.type != "paragraph"):
            if child.type in _LISTS:
                yield from _items(child, language, block, "step" if child.type == "ordered_list" else kind)
            else:
                yield from (replace(one, introduction=False) for one in _sentences(child, language, block))


def _words_of_html(html: str) -> str:
    return " ".join(unescape(_TAGS.sub(" ", html)).split())


def _plain(node: SyntaxTreeNode) -> str:
    """The words without Markdown's marks; an image is its description."""
    pieces = []
    for part in node.walk():
        if part.type in ("text", "code_inline"):
            pieces.append(part.content)
        elif part.type in ("softbreak", "hardbreak"):
            pieces.append(" ")
    return " ".join("".join(pieces).split())


# --- sentences --------------------------------------------------------------------------------------------------------

_ABBREVIATIONS: Final = {
    "en": "e.g i.e etc vs approx no nos fig sec dept est incl max min mr mrs ms dr prof st inc ltd co corp u.s u.k a.m p.m",
    "de": "z.b d.h u.a o.ä u.ä z.t i.d.r bzw ca nr str inkl exkl ggf evtl abs art bspw etc usw usf max min mind tel vgl dr "
    "prof hr fr st sog geb jh mio mrd s.o s.u u.u v.a",
}
_NEVER_LAST: Final = {language: frozenset(words.split()) for language, words in _ABBREVIATIONS.items()}
_MAY_BE_LAST: Final = frozenset({"etc", "usw", "usf", "inc", "ltd", "co", "corp", "a.m", "p.m"})
_END: Final = re.compile(r"[.!?…]+[\"'”“’»)\]]*\s+(?=[\"'„“‘«(\[]*(?P<next>[^\W_]))")
_LAST_WORD: Final = re.compile(r"(?:\w\.\s?)*\w[\w.]*$|\d+$")


def split_sentences(text: str, language: str) -> list[str]:
    """The sentences of a paragraph. Minds abbreviations, initials, version numbers and German ordinals ("3. Mai")."""
    sentences, start = [], 0
    for end in _END.finditer(text):
        if _ends_sentence(text[start : end.start()], text[end.start()], end["next"], language):
            sentences.append(text[start : end.end()].strip())
            start = end.end()
    rest = text[start:].strip()
    return [*sentences, rest] if rest else sentences


def _ends_sentence(before: str, mark: str, following: str, language: str) -> bool:
    if following.islower():
        return False
    if mark != ".":
        return True
    found = _LAST_WORD.search(before)
    word = found.group().replace(" ", "").lower() if found else ""
    if language == "de" and word.isdigit() and len(word) <= 2:
        return False
    if word in _MAY_BE_LAST:
        return following.isupper() and language != "de"
    initial = len(word) == 1 and word.isalpha() and word != "i"
    return not initial and word not in _NEVER_LAST.get(language, _NEVER_LAST["en"])


# --- identifiers ------------------------------------------------------------------------------------------------------

_CODE: Final = re.compile(r"\b(?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+|[A-Z]{1,3}-?\d{2,5})\b")
_STATUS: Final = re.compile(
    r"\b(?:HTTP|API|status|error|code|response|Fehler|Fehlercode|Statuscode)\s+(?:code\s+)?([45]\d\d)\b"
    r"|\b([45]\d\d)\s+(?:[A-Z]+_[A-Z_]+|response|error|status|code|Fehler)",
    re.IGNORECASE,
)


def find_codes(text: str) -> tuple[str, ...]:
    """Error codes such as INVALID_SESSION_ID and E203, and HTTP statuses where the words around say that they are one."""
    statuses = (match[1] or match[2] for match in _STATUS.finditer(text))
    return tuple(dict.fromkeys((*_CODE.findall(text), *statuses)))
