"""Reading a website: one page, or all that its sitemap lists below an address."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from typing import Final
from urllib.parse import urldefrag, urljoin, urlsplit

import httpx2

from casewright import __version__
from casewright.integrations.website.robots import NAME, Robots, parse_robots
from casewright.integrations.website.sitemaps import MOST_BYTES as MOST_SITEMAP_BYTES
from casewright.integrations.website.sitemaps import Sitemap, parse_sitemap
from casewright.kit.errors import InvalidInput
from casewright.kit.http import HttpClient, OutgoingError, Refused, Retries, Untrusted

MOST_PAGES: Final = 10_000
MOST_SITEMAPS: Final = 200
MOST_PAGE_BYTES: Final = 10 * 1024 * 1024
MOST_REDIRECTS: Final = 5
AT_ONCE: Final = 4
"""Requests, where the site asks for no delay."""
TIMEOUT_SECONDS: Final = 30.0

Sleep = Callable[[float], Awaitable[None]]


class SiteUnusable(InvalidInput):
    title = "A website cannot be read"


class PageRefused(InvalidInput):
    """A page is not fetched: the site does not want it, it leads elsewhere, or it is too large."""

    title = "A page cannot be read"


@dataclass(frozen=True, slots=True)
class WebPage:
    """`address`: where it was found in the end. `media_type`: such as text/html; `encoding`: None where the server does not say."""

    address: str
    content: bytes
    media_type: str
    encoding: str | None


class Website:
    """Stays on one host, and keeps to its robots.txt."""

    def __init__(self, address: str, http: HttpClient, sleep: Sleep = asyncio.sleep) -> None:
        self._address = address
        self._http = http
        self._sleep = sleep
        self._robots: Robots | None = None
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._pacing = asyncio.Lock()
        self._next = 0.0

    async def addresses(self) -> dict[str, str]:
        """Of all pages that are to be read, with when each last changed, as the sitemap says, else "". Raises `SiteUnusable`."""
        robots = await self._rules()
        path = urlsplit(self._address).path
        if not path.endswith(("/", ".xml", ".xml.gz", "sitemap.txt")) and path:
            return {self._address: ""}
        listed = await self._listed(robots, path)
        found = {address: changed for address, changed in listed.items() if self._is_meant(address, path)}
        if not found and path.endswith("/") and path != "/":
            return {self._address: ""}
        if not found:
            raise SiteUnusable(
                f"{self._address} has no sitemap with pages of its own; name a page, or the sitemap's address."
            )
        if len(found) > MOST_PAGES:
            raise SiteUnusable(
                f"Its sitemap lists {len(found):,} pages; {MOST_PAGES:,} are the most. Name a part: {self._address}guide/"
            )
        return found

    async def fetch(self, address: str) -> WebPage:
        """Raises `PageRefused`, and what `HttpClient.request` does."""
        answer, where = await self._get(address, MOST_PAGE_BYTES)
        kind = Message()
        kind["content-type"] = answer.headers.get("content-type", "text/html")
        return WebPage(where, answer.content, kind.get_content_type(), kind.get_content_charset())

    # --- what there is ------------------------------------------------------------------------------------------------------

    async def _listed(self, robots: Robots, path: str) -> dict[str, str]:
        """By the sitemap that is named, else by those in robots.txt, else by the one in its usual place."""
        named = [] if path in ("", "/") or path.endswith("/") else [self._address]
        waiting = named or list(robots.sitemaps) or [urljoin(self._address, "/sitemap.xml")]
        seen: set[str] = set()
        pages: dict[str, str] = {}
        while waiting:
            address = waiting.pop(0)
            if address in seen or not self._is_here(address):
                continue
            seen.add(address)
            if len(seen) > MOST_SITEMAPS:
                raise SiteUnusable(f"It has more than {MOST_SITEMAPS} sitemaps. Name one of them.")
            sitemap = await self._sitemap(address, is_needed=bool(named))
            waiting += sitemap.sitemaps
            pages |= {urldefrag(one).url: changed for one, changed in sitemap.pages.items()}
        return pages

    async def _sitemap(self, address: str, *, is_needed: bool) -> Sitemap:
        try:
            answer, _ = await self._get(address, MOST_SITEMAP_BYTES)
        except Refused as error:
            if is_needed:
                raise SiteUnusable(f"There is no sitemap at {address} (status {error.status_code}).") from None
            return Sitemap()
        return await asyncio.to_thread(parse_sitemap, answer.content)

    def _is_meant(self, address: str, path: str) -> bool:
        below = path if path.endswith("/") else "/"
        return self._is_here(address) and (urlsplit(address).path or "/").startswith(below)

    def _is_here(self, address: str) -> bool:
        return urlsplit(address).netloc.lower() == urlsplit(self._address).netloc.lower()

    # --- one request ----------------------------------------------------------------------------------------------------

    async def _rules(self) -> Robots:
        if self._robots is None:
            self._robots = await self._read_rules()
        return self._robots

    async def _read_rules(self) -> Robots:
        """Without a file everything is allowed; while it cannot be had, nothing is (RFC 9309, 2.3.1)."""
        try:
            answer = await self._http.request("GET", urljoin(self._address, "/robots.txt"), most_bytes=MOST_PAGE_BYTES)
        except Refused:
            return Robots()
        except Untrusted:
            raise SiteUnusable(
                f"{urlsplit(self._address).netloc} shows a certificate that is not trusted here. If it is of an authority of your own, "
                "name the file with the authority's certificate in SSL_CERT_FILE."
            ) from None
        except OutgoingError:
            raise SiteUnusable(f"{urlsplit(self._address).netloc} does not answer. Try again later.") from None
        return parse_robots(answer.content.decode("utf-8", "replace"))

    async def _get(self, address: str, most_bytes: int) -> tuple[httpx2.Response, str]:
        robots = await self._rules()
        for _ in range(MOST_REDIRECTS + 1):
            if not self._is_here(address):
                raise PageRefused(f"it leads to another site, {urlsplit(address).netloc}")
            if not robots.allow(address):
                raise PageRefused("the site's robots.txt does not want it read")
            try:
                async with self._turns:
                    await self._pace(robots.crawl_delay)
                    return await self._http.request("GET", address, most_bytes=most_bytes), address
            except Refused as error:
                if error.location is None:
                    raise
                address = urljoin(address, error.location)
        raise PageRefused("it leads in a circle")

    async def _pace(self, delay: float) -> None:
        if not delay:
            return
        async with self._pacing:
            if (wait := self._next - time.monotonic()) > 0:
                await self._sleep(wait)
            self._next = time.monotonic() + delay


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc


class Websites:
    """Opens websites."""

    def __init__(self, sleep: Sleep = asyncio.sleep) -> None:
        self._sleep = sleep

    @asynccontextmanager
    async def open(self, address: str) -> AsyncIterator[Website]:
        """Raises `SiteUnusable` for what is no address."""
        if not _is_address(address):
            raise SiteUnusable(f"{address!r} must be an address such as https://help.example.com/.")
        headers = {
            "User-Agent": f"{NAME}/{__version__}",
            "Accept": "text/html,application/xhtml+xml,application/pdf;q=0.9",
        }
        async with HttpClient(
            "website", address, timeout=TIMEOUT_SECONDS, retries=Retries(attempts=3), headers=headers
        ) as http:
            yield Website(urldefrag(address).url, http, self._sleep)
