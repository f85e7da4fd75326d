"""The chat page as a customer uses it."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, Request, expect

_CONVERSATION = re.compile(r"/v1/conversations/([^/]+)/")

_REPLY_TO_LAST = '.message.customer:not(:has(~ .message.customer)) ~ .message.agent[aria-busy="false"]'
"""A complete reply of the agent to the customer's last message."""


_LISTEN = """
{
  const words = () => document.querySelector("[aria-live=polite]")?.textContent ?? "";
  let before = words();
  window.readOut = [];
  const note = () => {
    if (words() !== "" && words() !== before) window.readOut.push(words());
    before = words();
  };
  new MutationObserver(note).observe(document, { childList: true, characterData: true, subtree: true });
}
"""


class ChatPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.welcome = page.locator(".welcome")
        self.log = page.get_by_role("log")
        self.composer = page.locator("#composer")
        self.customer_messages = self.log.locator(".message.customer")
        self.agent_messages = self.log.locator(".message.agent")
        self.banner = page.locator(".banner")
        self.form = page.get_by_role("form", name="Your answer")
        self.confirmation = page.get_by_role("region", name="Please check")
        self.suggested_replies = page.get_by_role("list", name="Suggested replies")
        self.person_button = page.get_by_role("button", name="Talk to a person")
        self.rating = page.get_by_role("group", name="How was it?")
        self._conversation_id: str | None = None
        page.on("request", self._note_conversation)

    def open(self, url: str, publishable_key: str) -> None:
        self.page.goto(f"{url}/chat#key={publishable_key}")
        expect(self.composer).to_be_visible()

    def choose(self, item: str) -> None:
        """Something in the menu."""
        self.page.get_by_role("button", name="Menu").click()
        self.page.locator("#chat-menu").get_by_role("button", name=item).click()

    def listen(self) -> Callable[[], list[str]]:
        """What is read out from now on, or from the next reload, to those who do not see the page; the result gives it."""
        self.page.evaluate(_LISTEN)
        self.page.add_init_script(_LISTEN)
        return lambda: self.page.evaluate("window.readOut")

    @property
    def conversation_id(self) -> str:
        assert self._conversation_id is not None, "no conversation has begun"
        return self._conversation_id

    @property
    def last_reply(self) -> Locator:
        return self.log.locator(_REPLY_TO_LAST).last

    def write(self, text: str) -> None:
        """Sends a message and does not wait for anything."""
        self.composer.fill(text)
        self.composer.press("Enter")

    def say(self, text: str) -> None:
        """Sends a message and waits until the server has it."""
        before = self.customer_messages.count()
        self.write(text)
        expect(self.customer_messages).to_have_count(before + 1)
        expect(self.log.locator(".outgoing")).to_have_count(0)

    def ask(self, text: str) -> Locator:
        """Sends a message and waits for the agent's reply to it."""
        self.say(text)
        expect(self.last_reply).to_be_visible()
        return self.last_reply

    def _note_conversation(self, request: Request) -> None:
        if found := _CONVERSATION.search(request.url):
            self._conversation_id = found.group(1)
