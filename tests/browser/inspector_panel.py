"""The inspector, beside the chat of a demo or beside a conversation on the operator page."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from .chat_page import ChatPage
from .connection import Keys
from .event_stream import answer


class InspectorPanel:
    def __init__(self, page: Page, name: str = "Inspector") -> None:
        self.page = page
        self.panel = page.get_by_role("complementary", name=name)
        self.turns = self.panel.get_by_role("tab")
        self.story = self.panel.get_by_role("tabpanel")
        self.sentence = self.panel.locator(".sentence")

    def section(self, title: str) -> Locator:
        return self.story.locator(".section").filter(has=self.page.get_by_role("heading", name=title, exact=True))

    def open(self, title: str) -> Locator:
        """The section, opened if it was not."""
        section = self.section(title)
        expect(section).to_be_visible()
        if section.get_attribute("open") is None:
            section.locator("summary").click()
        return section

    def open_everything(self) -> None:
        expect(self.sentence).to_be_visible()
        for summary in reversed(self.story.locator("details.section:not([open]) > summary").all()):
            summary.click()


def demo_address(url: str, tenant: Keys, operator_key: str | None = None, **more: str) -> str:
    """The chat as the demo's home page opens it."""
    parts = {"key": tenant.publishable_key, "operator": operator_key or tenant.operator_key, **more}
    return f"{url}/chat#" + "&".join(f"{name}={value}" for name, value in parts.items())


def open_demo_chat(page: Page, url: str, tenant: Keys, **more: str) -> tuple[ChatPage, InspectorPanel]:
    page.goto(demo_address(url, tenant, **more))
    chat = ChatPage(page)
    expect(chat.composer).to_be_visible()
    return chat, InspectorPanel(page)


def turns_with(page: Page, **changes: Any) -> None:
    """Every turn as the server tells it, with these changes."""

    def handle(route: Route) -> None:
        answer(route, route.fetch().json() | changes)

    page.route(re.compile(r"/v1/turns/"), handle)
