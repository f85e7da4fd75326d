"""A real website, on this machine."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from casewright.integrations.website import service
from casewright.integrations.website.service import PageRefused, SiteUnusable, Websites
from casewright.kit.http import Refused, TooLarge
from casewright.knowledge.sources.models import Defaults, Fingerprints
from casewright.knowledge.sources.website import WebsiteSource
from localorg.tls import tls_files


@dataclass
class Site:
    """Serves `pages`; a page is its content, its media type and where it leads to."""

    url: str = ""
    pages: dict[str, tuple[bytes, str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    waits: list[float] = field(default_factory=list)

    def put(self, path: str, content: str | bytes = b"", kind: str = "text/html; charset=utf-8", to: str = "") -> None:
        self.pages[path] = (content.encode() if isinstance(content, str) else content, kind, to)

    def put_sitemap(self, *addresses: str, path: str = "/sitemap.xml") -> None:
        inner = "".join(f"<url><loc>{one if '://' in one else self.url + one}</loc></url>" for one in addresses)
        self.put(path, f"<urlset>{inner}</urlset>", "application/xml")

    async def addresses(self, path: str = "/") -> Fingerprints:
        async with Websites().open(self.url + path) as website:
            return await website.addresses()

    async def fetch(self, path: str) -> service.WebPage:
        async with Websites(self._sleep).open(self.url + "/") as website:
            return await website.fetch(self.url + path)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                line, *headers = request.decode().split("\r\n")
                path = line.split()[1]
                self.asked.append(path)
                self.agents |= {one.partition(": ")[2] for one in headers if one.lower().startswith("user-agent")}
                content, kind, to = self.pages.get(path, (b"no", "text/plain", ""))
                status = "301 Moved" if to else "200 OK" if path in self.pages else "404 Not Found"
                location = f"Location: {to}\r\n" if to else ""
                head = f"HTTP/1.1 {status}\r\n{location}Content-Type: {kind}\r\nContent-Length: {len(content)}\r\n\r\n"
                writer.write(head.encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    server = await asyncio.start_server(made.answer, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield made
    server.close()


async def test_a_site_is_all_pages_of_its_own_that_its_sitemap_lists(site: Site) -> None:
    site.put_sitemap("/a", "/b#part", "https://elsewhere.example/c")
    assert await site.addresses() == {f"{site.url}/a": "", f"{site.url}/b": ""}


async def test_a_part_of_a_site_is_what_lies_below_it(site: Site) -> None:
    site.put_sitemap("/en/a", "/de/b")
    assert list(await site.addresses("/en/")) == [f"{site.url}/en/a"]


async def test_an_index_of_sitemaps_and_those_that_robots_txt_names_are_followed(site: Site) -> None:
    site.put("/robots.txt", f"Sitemap: {site.url}/index.xml", "text/plain")
    locations = "".join(f"<sitemap><loc>{site.url}/{name}.xml</loc></sitemap>" for name in ("one", "two", "index"))
    site.put("/index.xml", f"<sitemapindex>{locations}</sitemapindex>", "application/xml")
    site.put_sitemap("/a", path="/one.xml")
    site.put_sitemap("/b", path="/two.xml")
    assert list(await site.addresses()) == [f"{site.url}/a", f"{site.url}/b"]


async def test_an_address_without_a_slash_at_its_end_is_one_page_and_a_sitemap_may_be_named(site: Site) -> None:
    assert await site.addresses("/help/export") == {f"{site.url}/help/export": ""}
    site.put_sitemap("/x", path="/maps/own.xml")
    assert list(await site.addresses("/maps/own.xml")) == [f"{site.url}/x"]


async def test_a_site_without_a_sitemap_says_what_to_do(site: Site) -> None:
    with pytest.raises(SiteUnusable, match="name a page, or the sitemap's address"):
        await site.addresses()


async def test_too_many_pages_are_refused_before_any_is_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_PAGES", 1)
    site.put_sitemap("/a", "/b")
    with pytest.raises(SiteUnusable, match="1 are the most"):
        await site.addresses()


@pytest.mark.parametrize("address", ["ftp://help.example/", "https://", "https://me:secret@help.example/", "http://["])
async def test_what_is_no_address_of_a_website_is_refused(address: str) -> None:
    with pytest.raises(SiteUnusable, match="must be an address"):
        async with Websites().open(address):
            pass


async def test_robots_txt_is_kept_to(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /private", "text/plain")
    site.put("/private/page", "secret")
    with pytest.raises(PageRefused, match=r"robots\.txt does not want it"):
        await site.fetch("/private/page")
    assert site.asked == ["/robots.txt"]
    assert {agent.partition("/")[0] for agent in site.agents} == {"Casewright"}


async def test_the_delay_that_robots_txt_asks_for_lies_between_two_requests(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 60", "text/plain")
    site.put("/a", "a")
    async with Websites(site._sleep).open(site.url + "/") as website:
        await asyncio.gather(*(website.fetch(site.url + "/a") for _ in range(3)))
    assert [round(wait / 10) * 10 for wait in site.waits] == [60, 60]


async def test_a_page_that_has_moved_is_followed_on_the_same_site_only(site: Site) -> None:
    site.put("/old", to="/new")
    site.put("/new", "here", "text/html; charset=iso-8859-1")
    page = await site.fetch("/old")
    assert (page.address, page.content, page.media_type, page.encoding) == (
        f"{site.url}/new",
        b"here",
        "text/html",
        "iso-8859-1",
    )
    site.put("/away", to="https://elsewhere.example/")
    with pytest.raises(PageRefused, match=r"another site, elsewhere\.example"):
        await site.fetch("/away")
    site.put("/circle", to="/circle")
    with pytest.raises(PageRefused, match="in a circle"):
        await site.fetch("/circle")


async def test_a_page_that_is_too_large_is_not_read_to_its_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_PAGE_BYTES", 1000)
    site.put("/large", b"a" * 1001)
    with pytest.raises(TooLarge):
        await site.fetch("/large")


async def test_a_page_that_is_gone_is_refused(site: Site) -> None:
    with pytest.raises(Refused):
        await site.fetch("/gone")


async def test_a_site_becomes_articles_and_what_cannot_be_read_is_told(site: Site) -> None:
    site.put_sitemap("/guide/export.html", "/gone", "/picture")
    site.put("/guide/export.html", "<html lang=de><title>Daten exportieren</title><p>So geht es.</p>")
    site.put("/picture", b"x", "image/png")
    async with Websites().open(site.url + "/") as website:
        source = WebsiteSource(website, Defaults())
        page, gone, picture = await source.read(list(await source.fingerprints("")))
    (draft,) = page.drafts
    host = site.url.removeprefix("http://").replace(".", "-").replace(":", "-")
    assert (draft.key, draft.title, draft.language) == (f"{host}-guide-export", "Daten exportieren", "de")
    assert draft.source == f"{site.url}/guide/export.html"
    assert "status 404" in gone.problems[0].message
    assert "it is image/png" in picture.problems[0].message


async def test_a_site_over_https_is_read_if_its_certificate_is_trusted_and_says_so_if_not(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = tls_files(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.certificate, files.key)
    async with await asyncio.start_server(site.answer, "127.0.0.1", 0, ssl=context) as server:
        site.url = f"https://localhost:{server.sockets[0].getsockname()[1]}"
        site.put_sitemap("/a")
        with pytest.raises(SiteUnusable, match="a certificate that is not trusted here"):
            await site.addresses()
        assert site.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(files.certificate))
        assert await site.addresses() == {f"{site.url}/a": ""}
