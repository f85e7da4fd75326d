"""Versions: of the API, of an app, of what customers run it on."""

import re
from collections.abc import Iterator
from typing import Final

from casewright.understanding.models import Entity, VersionOf

_PLATFORMS = "iOS|iPadOS|Android|Chrome|Firefox|Safari|Edge|Windows|macOS|Java|Python|Node(?:\\.js)?|Outlook|Excel|Data Loader|Salesforce CLI"
_NUMBER = r"\d{1,4}(?:\.\d{1,5}){0,3}(?:-?(?:alpha|beta|rc)[.-]?\d{0,3})?"
API: Final = re.compile(
    r"(?<!\w)(?:(?:(?:rest|soap|bulk|metadata|tooling|streaming) )?apis?(?:[ -](?:version|versión|versão))? v?(?P<named>\d{2}(?:\.0)?)"
    r"|v(?P<short>[2-9]\d\.0))(?![\w]|\.\d| (?:calls?|requests?|errors?|users?|times))",
    re.IGNORECASE,
)
PLATFORM: Final = re.compile(rf"(?<!\w)(?P<of>{_PLATFORMS}) (?:version |v\.? ?)?(?P<number>{_NUMBER})(?![\w]|\.\d)")
NAMED: Final = re.compile(
    rf"(?<!\w)(?:(?P<app>app)(?: version)?|version|versión|versão|ver\.|release|build|バージョン)[ :]{{0,2}}v?(?P<number>{_NUMBER})"
    r"(?![\w]|\.\d)",
    re.IGNORECASE,
)
BARE: Final = re.compile(
    r"(?<![\w.,/:@-])(?P<v>v)?(?P<number>\d{1,4}\.\d{1,5}\.\d{1,5}(?:-(?:alpha|beta|rc)[.-]?\d{0,3})?)(?![\w]|[.,]\d)"
)
DAY_OR_THOUSANDS: Final = re.compile(
    r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:\d\d|\d{4})|\d{1,3}\.\d{3}\.\d{3}"
)


def find_versions(text: str) -> Iterator[Entity]:
    """Numbers with two points need no announcement, unless they may be a day or a large number."""
    for match in API.finditer(text):
        number = match["named"] or match["short"]
        yield _entity(number if "." in number else f"{number}.0", match.span(), "api")
    for match in PLATFORM.finditer(text):
        yield _entity(match["number"], match.span(), match["of"])
    for match in NAMED.finditer(text):
        yield _entity(match["number"], match.span(), "app" if match["app"] else None)
    for match in BARE.finditer(text):
        if match["v"] or not DAY_OR_THOUSANDS.fullmatch(match["number"]):
            yield _entity(match["number"], match.span(), None)


def _entity(number: str, span: tuple[int, int], of: str | None) -> Entity:
    return Entity(type="version", value=number, start=span[0], end=span[1], details=VersionOf(of=of))
