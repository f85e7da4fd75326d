"""What the chat does when the line, the server or the page itself goes away in the middle."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.freezing import frozen
from tests.running import RunningDemo

from .chat_page import ChatPage
from .conftest import Live, NewContext
from .connection import Operator
from .event_stream import problem
from .severable_line import SeverableLine


@pytest.fixture
def line(live: Live) -> Iterator[SeverableLine]:
    with SeverableLine(live.url) as line:
        yield line


@pytest.fixture
def chat_over_line(page: Page, line: SeverableLine, live: Live) -> ChatPage:
    chat = ChatPage(page)
    chat.open(line.url, live.tenants[0].publishable_key)
    return chat


def test_nothing_is_lost_or_doubled_while_the_server_is_away(
    chat_over_line: ChatPage, line: SeverableLine, operator: Operator
) -> None:
    chat = chat_over_line
    chat.ask("How do I export data?")
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()

    line.cut()
    expect(chat.banner).to_be_visible()
    chat.write("Are you still there?")
    chat.write("I will wait.")
    expect(chat.log.locator(".outgoing")).to_have_count(2)
    operator.reply(chat.conversation_id, "I am looking into it.")
    line.mend()

    expect(chat.log.locator(".message.operator")).to_have_count(1)
    expect(chat.log.locator(".outgoing")).to_have_count(0)
    expect(chat.banner).to_have_count(0)
    expect(chat.customer_messages).to_have_count(3)
    assert operator.customer_said(chat.conversation_id) == [
        "How do I export data?",
        "Are you still there?",
        "I will wait.",
    ]


def test_a_reply_that_was_given_while_the_line_was_cut_appears(
    chat_over_line: ChatPage, line: SeverableLine, operator: Operator
) -> None:
    chat = chat_over_line
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()
    line.cut()
    expect(chat.banner).to_be_visible()
    operator.reply(chat.conversation_id, "Here I am.")
    line.mend()

    expect(chat.log.locator(".message.operator")).to_contain_text("Here I am.")


def test_a_message_whose_acknowledgement_was_lost_is_there_once(chat: ChatPage, operator: Operator) -> None:
    keys: list[str | None] = []

    def lose_the_answer(route: Route) -> None:
        keys.append(route.request.header_value("Idempotency-Key"))
        route.fetch()
        route.abort("connectionreset")

    chat.page.route("**/messages", lose_the_answer, times=1)
    chat.page.on(
        "request", lambda request: keys.append(request.header_value("Idempotency-Key")) if sends(request) else None
    )
    chat.say("How do I export data?")

    expect(chat.last_reply).to_be_visible()
    expect(chat.customer_messages).to_have_count(1)
    assert operator.customer_said(chat.conversation_id) == ["How do I export data?"]
    assert len(set(keys)) == 1


def test_an_unsent_message_survives_a_reload_and_is_sent_once(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    chat.page.route("**/messages", lambda route: route.abort())
    chat.write("And how often?")
    expect(chat.log.locator(".outgoing")).to_contain_text("Waiting to be sent")
    chat.page.reload()
    expect(chat.log.locator(".outgoing")).to_contain_text("And how often?")
    chat.page.unroute("**/messages")

    expect(chat.log.locator(".outgoing")).to_have_count(0)
    expect(chat.customer_messages).to_have_count(2)
    assert operator.customer_said(chat.conversation_id) == ["How do I export data?", "And how often?"]


def test_a_reload_keeps_the_conversation(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    before = chat.log.locator(".bubble").all_inner_texts()
    chat.page.reload()

    expect(chat.log.locator(".bubble")).to_have_text(before, use_inner_text=True)


def test_a_half_written_message_survives_a_reload(chat: ChatPage) -> None:
    chat.composer.fill("I was about to say")
    chat.page.reload()

    expect(chat.composer).to_have_value("I was about to say")


def test_a_browser_without_network_says_so_and_delivers_later(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    chat.page.context.set_offline(True)
    expect(chat.banner).to_contain_text("You are offline")
    chat.write("And how often?")
    expect(chat.log.locator(".outgoing")).to_have_count(1)
    chat.page.context.set_offline(False)

    expect(chat.banner).to_have_count(0)
    expect(chat.log.locator(".outgoing")).to_have_count(0)
    assert operator.customer_said(chat.conversation_id) == ["How do I export data?", "And how often?"]


def test_a_limit_is_waited_for_as_long_as_the_server_says(chat: ChatPage) -> None:
    chat.page.route("**/messages", lambda route: problem(route, 429, "Too many requests.", retry_after=2), times=1)
    chat.write("How do I export data?")
    expect(chat.banner).to_contain_text("A lot is being asked right now. Your message goes out in")

    expect(chat.last_reply).to_be_visible()
    expect(chat.banner).to_have_count(0)


def test_a_server_that_is_away_at_first_is_waited_for(page: Page, live: Live) -> None:
    page.route("**/v1/site?*", lambda route: problem(route, 503, "Not ready."), times=1)
    page.goto(f"{live.url}/chat#key={live.tenants[0].publishable_key}")
    expect(page.get_by_role("heading", name="The chat is not available right now")).to_be_visible()
    page.get_by_role("button", name="Try now").click()

    expect(page.locator("#composer")).to_be_visible()


def test_a_conversation_the_server_has_forgotten_is_replaced_and_unsent_words_are_kept(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    chat.page.route("**/v1/conversations/*/*", lambda route: problem(route, 404, "There is no such conversation."))
    chat.page.reload()
    expect(chat.page.get_by_role("heading", name="This conversation is not available any more")).to_be_visible()
    chat.page.unroute("**/v1/conversations/*/*")
    chat.page.get_by_role("button", name="New conversation").click()

    expect(chat.welcome).to_be_visible()
    chat.ask("How do I export data?")


def test_tabs_of_one_browser_show_the_same_conversation_over_one_connection(
    new_context: NewContext, live: Live
) -> None:
    context = new_context()
    open_streams: set[Request] = set()
    context.on("request", lambda request: open_streams.add(request) if request.url.endswith("/events") else None)
    context.on("requestfailed", lambda request: open_streams.discard(request))
    context.on("requestfinished", lambda request: open_streams.discard(request))
    first, second = ChatPage(context.new_page()), ChatPage(context.new_page())
    key = live.tenants[0].publishable_key
    first.open(live.url, key)
    first.ask("How do I export data?")
    second.open(live.url, key)
    expect(second.log.locator(".bubble")).to_have_text(
        first.log.locator(".bubble").all_inner_texts(), use_inner_text=True
    )

    second.ask("I forgot my password")
    expect(first.customer_messages).to_have_count(2)
    expect(first.last_reply).to_be_visible()
    assert len(open_streams) == 1

    first.say("user@example.com")
    expect(second.customer_messages).to_have_count(3)
    assert len(open_streams) == 1


def test_when_the_tab_with_the_connection_is_closed_another_takes_over(new_context: NewContext, live: Live) -> None:
    context = new_context()
    first, second = ChatPage(context.new_page()), ChatPage(context.new_page())
    key = live.tenants[0].publishable_key
    first.open(live.url, key)
    first.ask("How do I export data?")
    second.open(live.url, key)
    expect(second.customer_messages).to_have_count(1)
    second.page.close()

    first.ask("I forgot my password")
    expect(first.customer_messages).to_have_count(2)


def sends(request: Request) -> bool:
    return request.method == "POST" and request.url.endswith("/messages")


def test_what_is_written_while_the_database_is_frozen_is_kept_and_sent_when_it_is_back(
    page: Page, live_server: RunningDemo
) -> None:
    chat = ChatPage(page)
    chat.open(live_server.url, live_server.tenants[0].publishable_key)
    chat.ask("How do I export data?")
    with frozen(live_server.postgres()):
        chat.write("And how often?")
        expect(chat.banner).to_be_visible()
        expect(chat.log.locator(".outgoing")).to_contain_text("And how often?")

    expect(chat.log.locator(".outgoing")).to_have_count(0)
    expect(chat.banner).to_have_count(0)
    expect(chat.customer_messages).to_have_count(2)
    expect(chat.last_reply).to_be_visible()
