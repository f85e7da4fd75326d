import gzip

import pytest

from casewright.integrations.website.sitemaps import SitemapUnreadable, parse_sitemap

SPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
PAGES = (
    f'<?xml version="1.0"?><urlset {SPACE}><url><loc> https://a.example/1 </loc><lastmod>2026-01-02</lastmod></url>'
    "<url><loc>https://a.example/2</loc></url><url/></urlset>"
).encode()


def test_pages_are_told_with_when_they_changed() -> None:
    assert parse_sitemap(PAGES).pages == {"https://a.example/1": "2026-01-02", "https://a.example/2": ""}


def test_a_packed_sitemap_is_unpacked() -> None:
    assert parse_sitemap(gzip.compress(PAGES)) == parse_sitemap(PAGES)


def test_an_index_tells_further_sitemaps() -> None:
    index = f"<sitemapindex {SPACE}><sitemap><loc>https://a.example/s.xml</loc></sitemap></sitemapindex>"
    assert parse_sitemap(index.encode()).sitemaps == ("https://a.example/s.xml",)


def test_a_plain_list_is_a_sitemap_too() -> None:
    assert parse_sitemap(b"\xef\xbb\xbfhttps://a.example/1\nhttps://a.example/2\n").pages.keys() == {
        "https://a.example/1",
        "https://a.example/2",
    }


@pytest.mark.parametrize(
    "content",
    [
        b"<urlset><url>",
        b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><urlset>&b;</urlset>',
        gzip.compress(PAGES)[:-9],
    ],
)
def test_what_is_damaged_or_dangerous_is_refused(content: bytes) -> None:
    with pytest.raises(SitemapUnreadable):
        parse_sitemap(content)
