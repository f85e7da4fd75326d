import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from .accessibility import assert_accessible_everywhere
from .chat_page import ChatPage
from .conftest import Live, NewContext, Screenshot
from .event_stream import AT, answer, problem
from .operator_page import OperatorPage

WIDE = ViewportSize(width=1440, height=900)

PENDING_CREDIT: dict[str, Any] = {
    "id": "0193",
    "conversation_id": "0194",
    "action": "create_credit",
    "summary": "Credit of 40.00 EUR for two days of outage",
    "arguments": {"amount": "40.00", "reason": "Outage"},
    "status": "pending",
    "requested_at": AT,
    "decided_at": None,
}


@pytest.fixture
def desk(new_context: NewContext, live: Live) -> OperatorPage:
    """The first tenant's operator, signed in."""
    desk = OperatorPage(new_context(viewport=WIDE).new_page(), live.url)
    desk.open(live.tenants[0].operator_key)
    return desk


def with_approvals(page: Page, decide: Callable[[Route], None] | None = None) -> None:
    """Approvals, fixed: one is pending."""

    def handle(route: Route) -> None:
        if route.request.method == "GET":
            answer(route, {"items": [PENDING_CREDIT]})
        elif decide is not None:
            decide(route)

    page.route(re.compile(r"/v1/approvals"), handle)


# --- signing in ---


def test_a_pasted_key_opens_the_inbox_and_is_kept_for_the_tab(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/operator")
    page.get_by_label("Operator key").fill(live.tenants[0].operator_key)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()

    page.reload()
    expect(page.get_by_role("heading", name="Inbox")).to_be_visible()


def test_a_key_in_the_address_is_taken_out_of_it(desk: OperatorPage, live: Live) -> None:
    assert live.tenants[0].operator_key not in desk.page.url


def test_a_wrong_key_is_refused_with_a_sentence(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/operator")
    page.get_by_label("Operator key").fill("ok_nobody")
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_have_text("This key is not valid. Operator keys begin with ok_.")


def test_a_publishable_key_is_recognised_as_one(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/operator")
    page.get_by_label("Operator key").fill(live.tenants[0].publishable_key)
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("This is a publishable key, for customers.")


def test_after_signing_out_the_key_is_gone(desk: OperatorPage) -> None:
    desk.page.get_by_role("button", name="Sign out").click()
    desk.page.reload()

    expect(desk.page.get_by_label("Operator key")).to_have_value("")


# --- the inbox ---


def test_who_waits_for_a_person_stands_first_with_the_reason(
    chat: ChatPage, desk: OperatorPage, new_context: NewContext, live: Live
) -> None:
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()
    later = ChatPage(new_context().new_page())
    later.open(live.url, live.tenants[0].publishable_key)
    later.ask("How do I export data?")

    waiting, calm = desk.row(chat.conversation_id), desk.row(later.conversation_id)
    expect(waiting).to_contain_text("waiting")
    expect(waiting).to_contain_text("asked for a person")
    expect(calm).to_be_visible()
    order = desk.inbox.locator("a.row").evaluate_all("rows => rows.map((row) => row.getAttribute('href'))")
    assert order.index(waiting.get_attribute("href")) < order.index(calm.get_attribute("href"))


def test_the_inbox_can_be_limited_to_those_with_people(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    expect(desk.row(chat.conversation_id)).to_be_visible()
    desk.page.get_by_role("radio", name="With people").check()
    expect(desk.row(chat.conversation_id)).to_have_count(0)

    chat.person_button.click()
    expect(desk.row(chat.conversation_id)).to_be_visible()


def test_an_empty_inbox_says_so(desk: OperatorPage) -> None:
    desk.page.route(re.compile(r"/v1/inbox"), lambda route: answer(route, {"items": [], "next_cursor": None}))

    expect(desk.inbox).to_contain_text("No conversations yet.")


def test_an_unreachable_server_is_said_and_the_list_stays(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    expect(desk.row(chat.conversation_id)).to_be_visible()
    desk.page.route(re.compile(r"/v1/inbox"), lambda route: route.abort())

    expect(desk.inbox.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    expect(desk.row(chat.conversation_id)).to_be_visible()


# --- a conversation ---


def test_a_reply_takes_over_and_giving_back_lets_the_agent_answer_again(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    desk.open_conversation(chat.conversation_id)
    desk.reply("Hello, this is Ada.")
    expect(chat.log.locator(".message.operator")).to_contain_text("Hello, this is Ada.")
    chat.say("Thank you, Ada.")
    expect(desk.log).to_contain_text("Thank you, Ada.")

    desk.page.get_by_role("button", name="Give back to the agent").click()
    expect(chat.log.locator(".mode-line.agent")).to_be_visible()
    chat.ask("How do I export data?")


def test_taking_over_silences_the_agent(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    desk.open_conversation(chat.conversation_id)
    desk.page.get_by_role("button", name="Take over").click()
    expect(chat.log.locator(".mode-line.human")).to_contain_text("You are now talking with a person.")
    replies = chat.agent_messages.count()
    chat.say("How do I export data?")
    desk.reply("One moment.")

    expect(chat.log.locator(".message.operator")).to_have_count(1)
    expect(chat.agent_messages).to_have_count(replies)


def test_a_reply_that_was_not_sent_stays_in_the_box(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    desk.open_conversation(chat.conversation_id)
    desk.page.route("**/replies", lambda route: route.abort(), times=1)
    desk.reply_box.fill("Hello, this is Ada.")
    desk.reply_box.press("Enter")
    expect(desk.page.get_by_role("alert")).to_contain_text("The server cannot be reached.")
    expect(desk.reply_box).to_have_value("Hello, this is Ada.")

    desk.page.get_by_role("button", name="Try again").click()
    expect(chat.log.locator(".message.operator")).to_have_count(1)


def test_beside_a_conversation_the_inspector_follows_its_turns(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    desk.open_conversation(chat.conversation_id)
    expect(desk.inspector.sentence).to_have_text(re.compile("^Answered from “"))

    chat.ask("I forgot my password")
    expect(desk.inspector.turns).to_have_count(2)
    expect(desk.inspector.sentence).to_contain_text("Began “Reset your password”")


def test_a_reply_leads_to_how_it_came_about_and_the_address_keeps_it(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    chat.ask("I forgot my password")
    desk.open_conversation(chat.conversation_id)
    desk.log.get_by_role("link", name="How it came about").first.click()
    expect(desk.inspector.turns.first).to_have_attribute("aria-selected", "true")

    desk.page.reload()
    expect(desk.inspector.turns.first).to_have_attribute("aria-selected", "true")


def test_the_inspector_can_be_put_away_and_stays_so(chat: ChatPage, desk: OperatorPage) -> None:
    chat.ask("How do I export data?")
    desk.open_conversation(chat.conversation_id)
    toggle = desk.page.get_by_role("button", name="Inspector", exact=True)
    expect(desk.inspector.sentence).to_be_visible()
    toggle.click()
    expect(desk.inspector.panel).to_have_count(0)
    desk.page.reload()
    expect(desk.log.locator(".message").first).to_be_visible()
    expect(desk.inspector.panel).to_have_count(0)

    toggle.click()
    expect(desk.inspector.sentence).to_be_visible()


def test_a_key_in_the_address_may_name_the_conversation_to_open(chat: ChatPage, page: Page, live: Live) -> None:
    chat.ask("How do I export data?")
    desk = OperatorPage(page, live.url)
    page.goto(f"{live.url}/operator#key={live.tenants[0].operator_key}&conversation={chat.conversation_id}")

    expect(desk.log).to_contain_text("How do I export data?")


def test_a_conversation_of_nobody_is_said_to_be_so(desk: OperatorPage) -> None:
    desk.page.goto(f"{desk.page.url}#conversation/00000000-0000-7000-8000-000000000000")

    expect(desk.page.get_by_text("This conversation does not exist, or belongs to another company.")).to_be_visible()


# --- approvals ---


def test_an_approval_is_given_with_a_note(desk: OperatorPage) -> None:
    with_approvals(desk.page, lambda route: answer(route, {**PENDING_CREDIT, "status": "approved", "decided_at": AT}))
    desk.page.get_by_role("link", name="Approvals").click()
    card = desk.page.get_by_role("article", name=re.compile("Credit of 40.00 EUR"))
    expect(card).to_contain_text("Outage")
    card.get_by_label("Note (optional)").fill("Agreed with billing.")
    with desk.page.expect_request(lambda request: request.method == "POST") as sent:
        card.get_by_role("button", name="Approve").click()

    assert sent.value.post_data_json == {"id": "0193", "decision": "approve", "note": "Agreed with billing."}


def test_a_decision_that_came_too_late_says_why(desk: OperatorPage) -> None:
    with_approvals(desk.page, lambda route: problem(route, 409, "It was already rejected."))
    desk.page.get_by_role("link", name="Approvals").click()
    card = desk.page.get_by_role("article", name=re.compile("Credit of 40.00 EUR"))
    card.get_by_role("button", name="Approve").click()

    expect(card.get_by_role("alert")).to_have_text("It was already rejected.")


# --- every state, for everybody ---


def key_form(desk: OperatorPage, chat: ChatPage) -> None:
    desk.page.get_by_role("button", name="Sign out").click()
    expect(desk.page.get_by_label("Operator key")).to_be_visible()


def inbox(desk: OperatorPage, chat: ChatPage) -> None:
    expect(desk.row(chat.conversation_id)).to_be_visible()


def empty_inbox(desk: OperatorPage, chat: ChatPage) -> None:
    test_an_empty_inbox_says_so(desk)


def conversation(desk: OperatorPage, chat: ChatPage) -> None:
    desk.open_conversation(chat.conversation_id)
    expect(desk.inspector.sentence).to_be_visible()


def turn(desk: OperatorPage, chat: ChatPage) -> None:
    desk.open_conversation(chat.conversation_id)
    desk.log.get_by_role("link", name="How it came about").first.click()
    desk.inspector.open_everything()


def inspector_put_away(desk: OperatorPage, chat: ChatPage) -> None:
    desk.open_conversation(chat.conversation_id)
    desk.inspector.panel.get_by_role("button", name="Close the inspector").click()
    expect(desk.inspector.panel).to_have_count(0)


def approvals(desk: OperatorPage, chat: ChatPage) -> None:
    with_approvals(desk.page)
    desk.page.get_by_role("link", name="Approvals").click()
    expect(desk.page.get_by_role("article", name=re.compile("Credit of 40.00 EUR"))).to_be_visible()


STATES: Mapping[str, Callable[[OperatorPage, ChatPage], None]] = {
    state.__name__: state for state in (key_form, inbox, empty_inbox, conversation, turn, inspector_put_away, approvals)
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_operator_page_is_accessible(
    state: str, chat: ChatPage, desk: OperatorPage, screenshot: Screenshot
) -> None:
    chat.ask("How do I export data?")
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()
    STATES[state](desk, chat)

    assert_accessible_everywhere(desk.page, f"operator-{state}", screenshot)
