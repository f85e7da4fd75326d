import pytest

from .accessibility import assert_accessible_everywhere
from .conftest import Live, NewContext, Screenshot
from .connection import Operator
from .states import STATES, Scene


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_chat_is_accessible(
    state: str, new_context: NewContext, live: Live, operator: Operator, screenshot: Screenshot
) -> None:
    page = new_context().new_page()
    STATES[state](Scene(page, live.url, live.tenants[0], operator))

    assert_accessible_everywhere(page, f"chat-{state}", screenshot)
