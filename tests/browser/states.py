"""The states of the chat page, and the way into each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, Route, expect

from .chat_page import ChatPage
from .connection import Keys, Operator
from .event_stream import EVERY_KIND_OF_PART, agent_message, conversation_of, problem


@dataclass(frozen=True)
class Scene:
    """A page that shows nothing yet, and all that is needed to bring it somewhere."""

    page: Page
    url: str
    tenant: Keys
    operator: Operator

    @property
    def address(self) -> str:
        return f"{self.url}/chat#key={self.tenant.publishable_key}"

    def chat(self) -> ChatPage:
        chat = ChatPage(self.page)
        chat.open(self.url, self.tenant.publishable_key)
        return chat


def no_key(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/chat")
    expect(scene.page.get_by_role("heading", name="This address is incomplete")).to_be_visible()


def wrong_key(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/chat#key=pk_nobody")
    expect(scene.page.get_by_role("heading", name="This chat cannot be opened")).to_be_visible()


def loading(scene: Scene) -> None:
    held: list[Route] = []
    scene.page.route("**/v1/site", lambda route: held.append(route))
    scene.page.goto(scene.address)
    expect(scene.page.locator("[aria-busy=true] .skeleton").first).to_be_visible()


def server_away(scene: Scene) -> None:
    scene.page.route("**/v1/site", lambda route: problem(route, 503, "Not ready.", retry_after=30))
    scene.page.goto(scene.address)
    expect(scene.page.get_by_role("heading", name="The chat is not available right now")).to_be_visible()


def welcome(scene: Scene) -> None:
    scene.chat()


def menu(scene: Scene) -> None:
    scene.chat()
    scene.page.get_by_role("button", name="Menu").click()
    expect(scene.page.get_by_role("group", name="Appearance")).to_be_visible()


def answer(scene: Scene) -> None:
    scene.chat().ask("How do I export data?")


def every_part(scene: Scene) -> None:
    chat = scene.chat()
    conversation_of(scene.page, "Hello", agent_message(EVERY_KIND_OF_PART))
    chat.write("Hello")
    expect(chat.agent_messages).to_have_count(1)


def source_panel(scene: Scene) -> None:
    reply = scene.chat().ask("How do I export data?")
    reply.locator("button.citation").first.click()
    expect(scene.page.get_by_role("dialog")).to_be_visible()


def email_entry(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("I forgot my password")
    expect(chat.composer).to_have_attribute("type", "email")


def code_entry(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("What is the status of my case?")
    chat.ask("user@example.com")
    expect(chat.composer).to_have_attribute("inputmode", "numeric")


def confirmation(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("I forgot my password")
    chat.ask("user@example.com")
    expect(chat.suggested_replies).to_be_visible()


def leaving(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    scene.page.get_by_role("button", name="Menu").click()
    scene.page.get_by_role("button", name="New conversation").click()
    expect(scene.page.get_by_role("dialog")).to_be_visible()


def offline(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    scene.page.context.set_offline(True)
    chat.write("And how often?")
    expect(chat.banner).to_be_visible()
    expect(chat.log.locator(".outgoing")).to_be_visible()


def limited(scene: Scene) -> None:
    chat = scene.chat()
    scene.page.route("**/messages", lambda route: problem(route, 429, "Too many requests.", retry_after=60))
    chat.write("How do I export data?")
    expect(chat.banner).to_be_visible()


def refused_message(scene: Scene) -> None:
    chat = scene.chat()
    scene.page.route("**/messages", lambda route: problem(route, 422, "The message is too long. Write less."))
    chat.write("Something")
    expect(chat.log.get_by_role("alert")).to_be_visible()


def forgotten(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    scene.page.route(
        "**/v1/conversations/*/events", lambda route: problem(route, 404, "There is no such conversation.")
    )
    scene.page.reload()
    expect(scene.page.get_by_role("heading", name="This conversation is not available any more")).to_be_visible()


def waiting_for_person(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()


def person(scene: Scene) -> None:
    chat = scene.chat()
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()
    scene.operator.reply(chat.conversation_id, "Hello, this is Ada from the support team. How can I help you?")
    expect(chat.log.locator(".message.operator")).to_be_visible()


def closed(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    close_by_silence(chat, scene.operator)


def rated(scene: Scene) -> None:
    closed(scene)
    scene.page.get_by_role("radio", name="5 stars").check()
    expect(scene.page.get_by_label("What should we know?")).to_be_visible()


def close_by_silence(chat: ChatPage, operator: Operator) -> None:
    """Lets days pass without a word: the silence timer may first ask, and then closes."""
    status = chat.page.get_by_text("Conversation closed")
    for _ in range(3):
        operator.let_time_pass(chat.conversation_id, minutes=24 * 60)
        chat.page.wait_for_timeout(500)
    expect(status).to_be_visible()


STATES: Mapping[str, Callable[[Scene], None]] = {
    state.__name__: state
    for state in (
        no_key,
        wrong_key,
        loading,
        server_away,
        welcome,
        menu,
        answer,
        every_part,
        source_panel,
        email_entry,
        code_entry,
        confirmation,
        leaving,
        offline,
        limited,
        refused_message,
        forgotten,
        waiting_for_person,
        person,
        closed,
        rated,
    )
}
