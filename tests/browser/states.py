"""The states of the chat page, and the way into each."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from playwright.sync_api import Page, Route, expect

from .chat_page import ChatPage
from .connection import Keys, Operator
from .event_stream import (
    ARTICLE,
    EVERY_KIND_OF_PART,
    agent_message,
    conversation_of,
    customer_message,
    field,
    person_awaited,
    piece,
    problem,
    question,
    site_with,
)

FORM = (
    field("email", "E-mail"),
    field("money", "Amount", value="40.00 EUR"),
    field("choice", "Format", options=("CSV", "JSON")),
    field("choice", "Object", options=("Account", "Contact", "Case", "Lead", "Opportunity", "Task")),
    field("yes_no", "Attachments", options=("Yes", "No")),
    field("date", "First run", optional=True),
    field("text", "Reason"),
)
CHECKED = (
    field("money", "Amount", value="40.00 EUR"),
    field("text", "Reason", value="Five hours of downtime on Tuesday"),
)

UNCERTAIN = "Where can I change the picture of the company on letters?"
"""What several of the first company's articles may answer, and none does for certain."""

FACE = base64.b64encode(
    b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#3a2b00"/>'
    b'<circle cx="4" cy="4.2" r="2.4" fill="#ffd84d"/></svg>'
).decode()
YELLOW = {"agent_name": "Sunny", "avatar": f"data:image/svg+xml;base64,{FACE}", "colour": "#ffcf1f"}
"""A company whose colour can carry no white text, and be no text on white."""


@dataclass(frozen=True)
class Scene:
    """A page that shows nothing yet, and all that is needed to bring it somewhere. `tenants`: an English one, a German one."""

    page: Page
    url: str
    tenants: tuple[Keys, ...]
    operator: Operator

    @property
    def address(self) -> str:
        return f"{self.url}/chat#key={self.tenants[0].publishable_key}"

    def chat(self) -> ChatPage:
        chat = ChatPage(self.page)
        chat.open(self.url, self.tenants[0].publishable_key)
        return chat


# --- no chat to show ---


def no_key(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/chat")
    expect(scene.page.get_by_role("heading", name="This address is incomplete")).to_be_visible()


def wrong_key(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/chat#key=pk_nobody")
    expect(scene.page.get_by_role("heading", name="This chat cannot be opened")).to_be_visible()


def loading(scene: Scene) -> None:
    held: list[Route] = []
    scene.page.route("**/v1/site?*", lambda route: held.append(route))
    scene.page.goto(scene.address)
    expect(scene.page.locator("[aria-busy=true] .skeleton").first).to_be_visible()


def server_away(scene: Scene) -> None:
    scene.page.route("**/v1/site?*", lambda route: problem(route, 503, "Not ready.", retry_after=30))
    scene.page.goto(scene.address)
    expect(scene.page.get_by_role("heading", name="The chat is not available right now")).to_be_visible()


# --- before the first word ---


def welcome(scene: Scene) -> None:
    scene.chat()
    expect(scene.page.locator(".suggestions button").first).to_be_visible()


def welcome_in_german(scene: Scene) -> None:
    scene.page.goto(f"{scene.url}/chat#key={scene.tenants[1].publishable_key}&language=de")
    expect(scene.page.get_by_role("heading", name="Das fragen andere")).to_be_visible()


def welcome_in_yellow(scene: Scene) -> None:
    site_with(scene.page, **YELLOW)
    scene.chat()
    expect(scene.page.get_by_text("Sunny · AI assistant")).to_be_visible()


def menu(scene: Scene) -> None:
    scene.chat().ask("How do I export data?")
    scene.page.get_by_role("button", name="Menu").click()
    expect(scene.page.get_by_role("group", name="Appearance")).to_be_visible()


# --- what the agent says ---


def answer(scene: Scene) -> None:
    scene.chat().ask("How do I export data?")


def suggestions(scene: Scene) -> None:
    reply = scene.chat().ask(UNCERTAIN)
    expect(reply.get_by_role("list", name="Articles that may answer")).to_be_visible()


def suggestion_opened(scene: Scene) -> None:
    suggestions(scene)
    scene.page.locator(".suggested-articles button").first.click()
    expect(scene.page.get_by_role("dialog")).to_be_visible()


def every_part(scene: Scene) -> None:
    chat = scene.chat()
    conversation_of(scene.page, "Hello", agent_message(EVERY_KIND_OF_PART))
    chat.write("Hello")
    expect(chat.agent_messages).to_have_count(1)


def every_part_in_yellow(scene: Scene) -> None:
    site_with(scene.page, **YELLOW)
    every_part(scene)


def progress(scene: Scene) -> None:
    chat = scene.chat()
    doing = piece(0, {"kind": "progress", "text": "One moment, I am looking at your subscription.", "sources": []})
    conversation_of(scene.page, "How many licences do we have left?", doing)
    chat.write("How many licences do we have left?")
    expect(chat.log.locator(".spinner")).to_be_visible()


def source_panel(scene: Scene) -> None:
    reply = scene.chat().ask("How do I export data?")
    reply.locator("button.citation").first.click()
    expect(scene.page.get_by_role("dialog")).to_be_visible()


def did_not_help(scene: Scene) -> None:
    reply = scene.chat().ask("How do I export data?")
    reply.get_by_role("button", name="Did not help").click()
    expect(scene.page.get_by_label("What was missing or wrong?")).to_be_visible()


def right_to_left(scene: Scene) -> None:
    chat = scene.chat()
    source = {**ARTICLE, "title": "تصدير البيانات", "quote": "افتح الإعدادات."}
    parts = (
        {"kind": "answer", "text": "يمكنك تصدير جميع السجلات بصيغة CSV.", "sources": [source]},
        {"kind": "step", "text": "افتح الإعدادات ثم اختر Data Export.", "sources": [source]},
        {"kind": "code", "text": "curl https://api.example.com/exports", "sources": [source]},
        {"kind": "step", "text": "اختر الملفات.", "sources": [source]},
        {"kind": "suggestion", "text": "جدولة التصدير", "sources": [{**source, "id": "a2", "section": "كل أسبوع"}]},
        question("كم يجب أن يكون المبلغ؟"),
    )
    amount = field("money", "المبلغ")
    conversation_of(scene.page, "كيف أصدّر البيانات؟", agent_message(parts, "text", [amount], ["مساعدة من شخص"]))
    chat.write("كيف أصدّر البيانات؟")
    expect(chat.form).to_be_visible()
    scene.page.evaluate("document.documentElement.dir = 'rtl'")


# --- what the customer answers with ---


def email_form(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("I forgot my password")
    expect(chat.form.locator("input[type=email]")).to_be_visible()


def code_entry(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("What is the status of my case?")
    chat.ask("user@example.com")
    chat.form.locator("input").press_sequentially("123")


def form(scene: Scene) -> None:
    chat = scene.chat()
    asked = agent_message([question("I need a few details.")], "form", FORM)
    conversation_of(scene.page, "Please export my data every week", asked)
    chat.write("Please export my data every week")
    expect(chat.form).to_be_visible()


def form_with_faults(scene: Scene) -> None:
    form(scene)
    scene.page.get_by_label("E-mail").fill("nobody")
    scene.page.get_by_label("E-mail").press("Enter")
    expect(scene.page.get_by_text("An e-mail address looks like")).to_be_visible()


def form_answered(scene: Scene) -> None:
    chat = scene.chat()
    conversation_of(
        scene.page,
        "Please credit us",
        agent_message([question("I need a few details.")], "form", CHECKED),
        customer_message("Amount: 40.00 EUR\nReason: Five hours of downtime\nOn Tuesday", "filled in"),
    )
    chat.write("Please credit us")
    expect(chat.log.locator("dl")).to_be_visible()


def confirmation(scene: Scene) -> None:
    chat = scene.chat()
    asked = question("Shall I ask for a credit of 40.00 EUR, because of five hours of downtime on Tuesday?")
    conversation_of(scene.page, "Please credit us", agent_message([asked], "confirmation", CHECKED, ["Yes", "No"]))
    chat.write("Please credit us")
    expect(chat.confirmation).to_be_visible()


def editing(scene: Scene) -> None:
    confirmation(scene)
    scene.page.get_by_role("button", name="Edit").click()
    expect(scene.page.get_by_role("button", name="Save changes")).to_be_visible()


def approval(scene: Scene) -> None:
    chat = scene.chat()
    waits = {"kind": "notice", "text": "A colleague has to approve this.", "sources": []}
    conversation_of(scene.page, "Yes", agent_message([waits], "approval"))
    chat.write("Yes")
    expect(scene.page.get_by_text("Waiting for approval")).to_be_visible()


def refused_form(scene: Scene) -> None:
    confirmation(scene)
    scene.page.route("**/messages", lambda route: problem(route, 422, "The form has no field `amount`."))
    scene.page.get_by_role("button", name="Edit").click()
    scene.page.get_by_label("Amount").fill("50 EUR")
    scene.page.get_by_role("button", name="Save changes").click()
    expect(scene.page.get_by_role("alert")).to_be_visible()


# --- the line and the server ---


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


def forgotten_by_the_server(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    scene.page.route(
        "**/v1/conversations/*/events", lambda route: problem(route, 404, "There is no such conversation.")
    )
    scene.page.reload()
    expect(scene.page.get_by_role("heading", name="This conversation is not available any more")).to_be_visible()


# --- people ---


def next_in_the_queue(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()


def third_in_the_queue(scene: Scene) -> None:
    chat = scene.chat()
    conversation_of(scene.page, "I want to talk to a person", *person_awaited(3, 5))
    chat.write("I want to talk to a person")
    expect(scene.page.get_by_text("2 people are before you.").last).to_be_visible()


def person(scene: Scene) -> None:
    chat = scene.chat()
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()
    scene.operator.reply(chat.conversation_id, "Hello, this is Ada from the support team. How can I help you?")
    expect(chat.log.locator(".message.operator")).to_be_visible()


# --- the end, and earlier ones ---


def closed(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    close_by_silence(chat, scene.operator)


def rated(scene: Scene) -> None:
    closed(scene)
    scene.page.get_by_role("radio", name="5 stars").check()
    expect(scene.page.get_by_label("What should we know?")).to_be_visible()


def earlier_conversations(scene: Scene) -> None:
    chat = scene.chat()
    chat.ask("How do I export data?")
    chat.choose("New conversation")
    chat.ask("I forgot my password")
    chat.choose("Earlier conversations")
    expect(scene.page.get_by_role("heading", name="Earlier conversations")).to_be_visible()


def earlier_conversation(scene: Scene) -> None:
    earlier_conversations(scene)
    scene.page.locator(".earlier-open", has_text="export").click()
    expect(scene.page.get_by_text("You are reading an earlier conversation.")).to_be_visible()


def forgetting_all(scene: Scene) -> None:
    earlier_conversations(scene)
    scene.page.get_by_role("button", name="Forget all").click()
    expect(scene.page.get_by_role("dialog")).to_be_visible()


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
        welcome_in_german,
        welcome_in_yellow,
        menu,
        answer,
        suggestions,
        suggestion_opened,
        every_part,
        every_part_in_yellow,
        progress,
        source_panel,
        did_not_help,
        right_to_left,
        email_form,
        code_entry,
        form,
        form_with_faults,
        form_answered,
        confirmation,
        editing,
        approval,
        refused_form,
        offline,
        limited,
        refused_message,
        forgotten_by_the_server,
        next_in_the_queue,
        third_in_the_queue,
        person,
        closed,
        rated,
        earlier_conversations,
        earlier_conversation,
        forgetting_all,
    )
}
