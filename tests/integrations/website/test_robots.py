import pytest

from casewright.integrations.website.robots import parse_robots

HOST = "https://help.example"


def allowed(text: str, path: str) -> bool:
    return parse_robots(text).allow(HOST + path)


def test_without_a_line_everything_is_allowed() -> None:
    assert allowed("", "/anything")
    assert allowed("<html>Not found</html>", "/anything")


def test_the_longest_line_that_fits_counts_and_of_two_alike_the_one_that_allows() -> None:
    text = "User-agent: *\nDisallow: /help\nAllow: /help/public\nDisallow: /same\nAllow: /same"
    assert not allowed(text, "/help/internal")
    assert allowed(text, "/help/public/page")
    assert allowed(text, "/same")


def test_lines_for_us_count_instead_of_those_for_all() -> None:
    text = "User-agent: *\nDisallow: /\n\nUser-agent: other\nUser-agent: CASEWRIGHT\nDisallow: /private"
    assert allowed(text, "/page")
    assert not allowed(text, "/private/page")


def test_lines_for_others_do_not_count() -> None:
    assert allowed("User-agent: other\nDisallow: /", "/page")


@pytest.mark.parametrize(
    ("line", "path", "is_allowed"),
    [
        ("/*.pdf$", "/a/b.pdf", False),
        ("/*.pdf$", "/a/b.pdf?x=1", True),
        ("/*?print=", "/page?print=1", False),
        ("/a%2Db", "/a-b", False),
        ("/größe", "/gr%C3%B6%C3%9Fe", False),
        ("", "/page", True),
    ],
)
def test_stars_ends_and_spellings_are_understood(line: str, path: str, is_allowed: bool) -> None:
    assert allowed(f"User-agent: *\nDisallow: {line} # why", path) is is_allowed


def test_delay_and_sitemaps_are_read() -> None:
    robots = parse_robots(
        "Sitemap: https://help.example/one.xml\nUser-agent: *\nCrawl-delay: 2.5\n\nSitemap: https://help.example/two.xml"
    )
    assert robots.crawl_delay == 2.5
    assert robots.sitemaps == ("https://help.example/one.xml", "https://help.example/two.xml")
