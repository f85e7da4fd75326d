"""The operator page as a person of the company uses it."""

from playwright.sync_api import Locator, Page, expect

from .inspector_panel import InspectorPanel


class OperatorPage:
    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url
        self.inbox = page.get_by_role("region", name="Inbox")
        self.log = page.get_by_role("log")
        self.reply_box = page.locator(".reply-box textarea")
        self.inspector = InspectorPanel(page)
        self.approvals = page.get_by_role("article")

    def open(self, operator_key: str) -> None:
        self.page.goto(f"{self._url}/operator#key={operator_key}")
        expect(self.inbox).to_be_visible()

    def row(self, conversation_id: str) -> Locator:
        return self.inbox.locator(f'a[href="#conversation/{conversation_id}"]')

    def look_again(self) -> None:
        """As on coming back to the tab: the inbox is asked for at once, and not in a few seconds."""
        self.page.evaluate("window.dispatchEvent(new Event('visibilitychange'))")

    def open_conversation(self, conversation_id: str) -> None:
        self.look_again()
        self.row(conversation_id).click()
        expect(self.log.locator(".message").first).to_be_visible()

    def reply(self, text: str) -> None:
        self.reply_box.fill(text)
        self.reply_box.press("Enter")
        expect(self.reply_box).to_have_value("")
