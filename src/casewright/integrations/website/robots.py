"""robots.txt (RFC 9309), with the common Crawl-delay and Sitemap lines."""

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from casewright.kit.model import Model

NAME: Final = "Casewright"
"""What we call ourselves, and what lines may be meant for."""
_LINE: Final = re.compile(r"\s*([A-Za-z-]+)\s*:\s*(.*?)\s*$")
_PATH_CHARACTERS: Final = "/*$=&?;:@+,!~'()%"


class _Rule(Model):
    allows: bool
    path: str

    def fits(self, path: str) -> bool:
        pattern = ".*".join(map(re.escape, self.path.removesuffix("$").split("*")))
        return re.match(pattern + ("$" if self.path.endswith("$") else ""), path) is not None


class Robots(Model):
    """`crawl_delay`: seconds between two requests, 0 where nothing is asked for. `sitemaps`: addresses."""

    rules: tuple[_Rule, ...] = ()
    crawl_delay: float = 0.0
    sitemaps: tuple[str, ...] = ()

    def allow(self, address: str) -> bool:
        """The longest rule that fits counts, of two alike the one that allows."""
        parts = urlsplit(address)
        path = _normal((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        fitting = [(len(rule.path), rule.allows) for rule in self.rules if rule.path and rule.fits(path)]
        return max(fitting)[1] if fitting else True


def parse_robots(text: str) -> Robots:
    """The lines meant for us, else those meant for all."""
    own: list[tuple[str, str]] = []
    everyones: list[tuple[str, str]] = []
    has_own = False
    sitemaps: list[str] = []
    for agents, lines in _groups(text):
        sitemaps += (value for field, value in lines if field == "sitemap" and value)
        if NAME.lower() in agents:
            has_own = True
            own += lines
        elif "*" in agents:
            everyones += lines
    meant = own if has_own else everyones
    delays = [float(value) for field, value in meant if field == "crawl-delay" and re.fullmatch(r"\d+(\.\d+)?", value)]
    return Robots(
        rules=tuple(
            _Rule(allows=field == "allow", path=_normal(value))
            for field, value in meant
            if field in ("allow", "disallow")
        ),
        crawl_delay=max(delays, default=0.0),
        sitemaps=tuple(dict.fromkeys(sitemaps)),
    )


def _groups(text: str) -> Iterator[tuple[set[str], list[tuple[str, str]]]]:
    """Lines that follow one another under the same names; those before any name are nobody's."""
    agents: set[str] = set()
    lines: list[tuple[str, str]] = []
    for line in text.splitlines():
        parts = _LINE.match(line.partition("#")[0])
        if parts is None:
            continue
        field, value = parts[1].lower(), parts[2]
        if field == "user-agent":
            if lines:
                yield agents, lines
                agents, lines = set(), []
            agents.add(value.lower())
        else:
            lines.append((field, value))
    yield agents, lines


def _normal(path: str) -> str:
    """The same place is written in one way."""
    return quote(unquote(path), safe=_PATH_CHARACTERS)
