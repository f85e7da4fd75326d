from playwright.sync_api import Page, expect

from .accessibility import assert_accessible_everywhere
from .conftest import Live, Screenshot
from .event_stream import problem


def test_a_demo_offers_a_chat_with_each_company(page: Page, live: Live) -> None:
    page.goto(live.url)
    page.get_by_role("link", name=live.tenants[1].name).click()

    expect(page.get_by_role("heading", name=live.tenants[1].name, level=1)).to_be_visible()


def test_a_server_that_is_no_demo_says_what_it_is(page: Page, live: Live) -> None:
    page.route("**/v1/demo", lambda route: problem(route, 404, "Not found."))
    page.goto(live.url)

    expect(page.get_by_role("heading", name="The server is running")).to_be_visible()


def test_the_home_page_is_accessible(page: Page, live: Live, screenshot: Screenshot) -> None:
    page.goto(live.url)
    expect(page.get_by_role("link", name=live.tenants[0].name)).to_be_visible()

    assert_accessible_everywhere(page, "home", screenshot)
