"""HTML in, Markdown out: what a page says, without what surrounds it on every page."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup
from markdownify import MarkdownConverter

from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources.errors import DocumentUnreadable
from casewright.knowledge.sources.models import Defaults, Document
from casewright.knowledge.sources.naming import key_of, key_of_address, title_of

_SURROUNDINGS: Final = (
    "script, style, noscript, template, svg, canvas, iframe, object, nav, footer, aside, form, button, dialog, "
    "[hidden], [aria-hidden=true], [role=navigation], [role=banner], [role=contentinfo], [role=search], [role=dialog], "
    "body > header"
)
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?![A-Za-z])")
MOST_COLUMNS: Final = 100
_PERMALINKS: Final = frozenset({"#", "¶", "§", "🔗"})


@dataclass(frozen=True, slots=True)
class Page:
    """`language` and `title`: "" where the page does not say. `body`: Markdown."""

    title: str
    language: str
    body: str
    address: str = ""


def read(document: Document, defaults: Defaults) -> ArticleDraft:
    """Raises `DocumentUnreadable`."""
    page = read_page(document.content, address=document.address, encoding=document.encoding)
    return ArticleDraft(
        key=key_of_address(document.address) if document.address else key_of(document.name),
        title=page.title or title_of(document.name),
        body=page.body,
        language=page.language or defaults.language,
        audience=defaults.audience,
        product=defaults.product,
        source=document.address or page.address,
    )


def read_page(content: bytes | str, *, address: str = "", encoding: str | None = None) -> Page:
    """`address`: links are told from there. Raises `DocumentUnreadable`."""
    try:
        soup = BeautifulSoup(content, "html.parser", from_encoding=encoding if isinstance(content, bytes) else None)
        return _page(soup, address)
    except ParserRejectedMarkup:
        raise DocumentUnreadable("this is no HTML that can be read") from None
    except RecursionError:
        raise DocumentUnreadable("its elements lie too deep within each other; save it as a simpler page") from None


def _page(soup: BeautifulSoup, address: str) -> Page:
    language = _LANGUAGE.match(str(soup.html.get("lang", "")) if soup.html else "")
    canonical = soup.select_one("link[rel=canonical][href]")
    named = soup.select_one("meta[property='og:title'][content]")
    in_head = soup.title.get_text(" ", strip=True) if soup.title else ""
    for surrounding in soup.select(_SURROUNDINGS):
        surrounding.decompose()
    main = _main(soup)
    _complete_links(main, address)
    heading = main.find("h1")
    title = heading.get_text(" ", strip=True) if isinstance(heading, Tag) else ""
    if isinstance(heading, Tag) and title:
        heading.decompose()
    body = _tidied(_Converter().convert_soup(main))
    if not body:
        raise DocumentUnreadable("there is no text in it; a page that a script writes cannot be read")
    return Page(
        title=_one_line(title or (str(named["content"]) if named else "") or in_head),
        language=language[0].lower() if language else "",
        body=body,
        address=str(canonical["href"]) if canonical and urlsplit(str(canonical["href"])).scheme else "",
    )


def _main(soup: BeautifulSoup) -> Tag:
    """What the page is about: what is marked so, or a single article, or all of it."""
    marked = soup.select_one("main, [role=main]")
    articles = soup.find_all("article")
    if marked is not None:
        return marked
    if len(articles) == 1 and isinstance(articles[0], Tag):
        return articles[0]
    return soup.body or soup


def _complete_links(main: Tag, address: str) -> None:
    """Links lead on from anywhere; those that lead nowhere else become their text, and pictures their description."""
    for link in main.find_all("a"):
        target = urljoin(address, str(link.get("href", "")))
        if link.get_text(strip=True) in _PERMALINKS:
            link.decompose()
        elif urlsplit(target).scheme in ("http", "https", "mailto", "tel"):
            link["href"] = target
            link.attrs.pop("title", None)
        else:
            link.unwrap()
    for picture in main.find_all("img"):
        picture.replace_with(str(picture.get("alt", "")))


class _Converter(MarkdownConverter):
    """Headings with #, code with its language, tables whose first row is their head."""

    def __init__(self) -> None:
        super().__init__(heading_style="atx", bullets="-", table_infer_header=True, escape_underscores=False)

    def convert_pre(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        code = element.get_text().strip("\n")
        if not code.strip():
            return ""
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", code)), default=0))
        return f"\n\n{fence}{_code_language(element)}\n{code}\n{fence}\n\n"

    def convert_td(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        return f" {_in_cell(text)} |" + " |" * (_columns(element) - 1)

    def convert_th(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        return self.convert_td(element, text, parent_tags)

    def convert_summary(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n**{text.strip()}**\n\n" if text.strip() else ""


def _in_cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def _columns(element: Tag) -> int:
    """Those that a cell lies across."""
    across = str(element.get("colspan", "1"))
    return min(int(across), MOST_COLUMNS) if across.isdecimal() and int(across) else 1


def _code_language(element: Tag) -> str:
    for one in (element, *element.find_all("code")):
        for name in _classes(one):
            if found := re.fullmatch(r"(?:language|lang|highlight-source)-([\w+#-]+)", name):
                return found[1]
    return ""


def _classes(element: Any) -> Iterator[str]:
    names = element.get("class") or ()
    yield from (names.split() if isinstance(names, str) else map(str, names))


def _tidied(markdown: str) -> str:
    """Without spaces at the ends of lines and more than one empty line, code left as it is."""
    lines: list[str] = []
    fence = ""
    for line in markdown.replace("\xa0", " ").splitlines():
        opening = re.match(r"\s*(`{3,})", line)
        if opening and not fence:
            fence = opening[1]
        elif opening and line.strip() == fence:
            fence = ""
        kept = line if fence else line.rstrip()
        if kept or fence or (lines and lines[-1]):
            lines.append(kept)
    return "\n".join(lines).strip()


def _one_line(text: str) -> str:
    return " ".join(text.split())
