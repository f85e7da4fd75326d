import pytest
from playwright.sync_api import Page, expect

from .accessibility import assert_accessible_everywhere
from .conftest import Live, Screenshot
from .event_stream import problem
from .inspector_panel import InspectorPanel
from .operator_page import OperatorPage


def with_keys(live: Live) -> str:
    """The home page as the demo prints it."""
    return f"{live.url}/#" + "&".join(f"{tenant.publishable_key}={tenant.operator_key}" for tenant in live.tenants)


def test_a_demo_offers_a_chat_with_each_company(page: Page, live: Live) -> None:
    page.goto(live.url)
    page.get_by_role("link", name=live.tenants[1].name).first.click()

    expect(page.get_by_role("heading", name=live.tenants[1].name, level=1)).to_be_visible()


def test_the_link_that_the_demo_printed_puts_the_inspector_beside_the_chat(page: Page, live: Live) -> None:
    page.goto(with_keys(live))
    expect(page.get_by_role("link", name="Take the tour")).to_be_visible()
    assert "ok_" not in page.url
    page.get_by_role("link", name=live.tenants[0].name).first.click()

    expect(InspectorPanel(page).panel).to_be_visible()
    page.go_back()
    page.reload()
    expect(page.get_by_role("link", name="Take the tour")).to_be_visible()


def test_with_that_link_the_operator_page_asks_for_no_key(page: Page, live: Live) -> None:
    page.goto(with_keys(live))
    page.get_by_role("link", name="As an operator").click()

    expect(OperatorPage(page, live.url).inbox).to_be_visible()


def test_without_that_link_it_says_where_the_inspector_is(page: Page, live: Live) -> None:
    page.goto(live.url)

    expect(page.get_by_text("The inspector, the tour and the operator page need an operator's key")).to_be_visible()
    expect(page.get_by_role("link", name="Take the tour")).to_have_count(0)


def test_a_server_that_is_no_demo_says_what_it_is(page: Page, live: Live) -> None:
    page.route("**/v1/demo", lambda route: problem(route, 404, "Not found."))
    page.goto(live.url)

    expect(page.get_by_role("heading", name="The server is running")).to_be_visible()


@pytest.mark.parametrize("state", ["home", "home-with-keys"])
def test_the_home_page_is_accessible(state: str, page: Page, live: Live, screenshot: Screenshot) -> None:
    page.goto(live.url if state == "home" else with_keys(live))
    expect(page.get_by_role("link", name=live.tenants[0].name).first).to_be_visible()

    assert_accessible_everywhere(page, state, screenshot)
