import pytest
from playwright.sync_api import ViewportSize

from .accessibility import violations, width_beyond_screen
from .conftest import Live, NewContext, Scheme, Screenshot
from .connection import Operator
from .states import STATES, Scene

SMALL_PHONE = ViewportSize(width=320, height=640)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_chat_is_accessible(
    state: str, scheme: Scheme, new_context: NewContext, live: Live, operator: Operator, screenshot: Screenshot
) -> None:
    page = new_context(scheme=scheme).new_page()
    STATES[state](Scene(page, live.url, live.tenants[0], operator))
    screenshot(page, f"chat-{state}-{scheme}")

    assert violations(page) == []


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_chat_fits_a_small_phone(
    state: str, new_context: NewContext, live: Live, operator: Operator, screenshot: Screenshot
) -> None:
    page = new_context(viewport=SMALL_PHONE, touch=True).new_page()
    STATES[state](Scene(page, live.url, live.tenants[0], operator))
    screenshot(page, f"chat-{state}-phone")

    assert width_beyond_screen(page) <= 0
    assert violations(page) == []
