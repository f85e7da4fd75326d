"""Sitemaps (sitemaps.org, version 0.9): lists of pages, and lists of such lists."""

import gzip
import io
import re
from collections.abc import Iterator
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from casewright.kit.errors import InvalidInput
from casewright.kit.model import Model

MOST_BYTES: Final = 50 * 1024 * 1024
"""Of a sitemap, unpacked: the most that the protocol allows."""
_GZIP: Final = b"\x1f\x8b"


class SitemapUnreadable(InvalidInput):
    title = "A sitemap cannot be read"


class Sitemap(Model):
    """`pages`: addresses with when they last changed, as written, "" where that is not said. `sitemaps`: further ones."""

    pages: dict[str, str] = {}
    sitemaps: tuple[str, ...] = ()


def parse_sitemap(content: bytes) -> Sitemap:
    """XML or a plain list of addresses, packed or not. Raises `SitemapUnreadable`."""
    text = _unpacked(content)
    if not text.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Sitemap(
            pages=dict.fromkeys(re.findall(r"^https?://\S+", text.decode("utf-8-sig", "replace"), re.MULTILINE), "")
        )
    try:
        root = fromstring(text.lstrip())
    except (ParseError, DefusedXmlException, ValueError):
        raise SitemapUnreadable("the sitemap is no XML that can be read") from None
    if _name(root) == "sitemapindex":
        return Sitemap(sitemaps=tuple(_child(one, "loc") for one in root if _child(one, "loc")))
    return Sitemap(pages={_child(one, "loc"): _child(one, "lastmod") for one in root if _child(one, "loc")})


def _unpacked(content: bytes) -> bytes:
    if content.startswith(_GZIP):
        try:
            with gzip.open(io.BytesIO(content)) as file:
                content = file.read(MOST_BYTES + 1)
        except (OSError, EOFError):
            raise SitemapUnreadable("the sitemap is damaged") from None
    if len(content) > MOST_BYTES:
        raise SitemapUnreadable("the sitemap is larger than the protocol allows")
    return content


def _child(element: Element, name: str) -> str:
    return next((text for text in _texts(element, name)), "")


def _texts(element: Element, name: str) -> Iterator[str]:
    yield from ((one.text or "").strip() for one in element if _name(one) == name)


def _name(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
