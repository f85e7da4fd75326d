"""Addresses on the web."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from casewright.understanding.models import Entity, WebAddress

ADDRESS: Final = re.compile(
    r"(?:(?P<scheme>https?)://|(?<![\w@.])(?=www\.)"
    r"|(?<![\w@./-])(?=(?:[a-z0-9-]{1,63}\.){1,6}(?:salesforce|force|salesforce-sites|visualforce|site)\.com(?![\w-])))"
    r"[^\s<>\"'\[\]{}|\\^`、。]{3,2000}",
    re.IGNORECASE,
)
AT_THE_END: Final = ".,;:!?*_~…"


def find_web_addresses(text: str) -> Iterator[Entity]:
    """With their scheme, host in small letters; what ends the sentence is no part of one."""
    for match in ADDRESS.finditer(text):
        written = _without_end(match[0])
        try:
            parts = urlsplit(written if match["scheme"] else f"https://{written}")
            host = parts.hostname or ""
        except ValueError:
            continue
        if host:
            value = parts._replace(netloc=parts.netloc.lower()).geturl()
            end = match.start() + len(written)
            yield Entity(type="url", value=value, start=match.start(), end=end, details=WebAddress(host=host))


def _without_end(address: str) -> str:
    while address:
        last = address[-1]
        if last in AT_THE_END or (last == ")" and address.count("(") < address.count(")")):
            address = address[:-1]
        else:
            break
    return address
