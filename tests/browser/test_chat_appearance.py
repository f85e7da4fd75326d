"""How the chat looks: the company's face and colour, light and dark, languages, directions of writing, narrow frames."""

import re

import pytest
from playwright.sync_api import Page, expect

from .accessibility import SCHEMES, assert_accessible_everywhere, assert_no_violations
from .chat_page import ChatPage
from .conftest import Live, NewContext, Screenshot
from .connection import Operator
from .event_stream import EVERY_KIND_OF_PART, agent_message, conversation_of, field, site_with
from .states import STATES, YELLOW, Scene

# --- every state, for everybody ---


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_chat_is_accessible(
    state: str, new_context: NewContext, live: Live, operator: Operator, screenshot: Screenshot
) -> None:
    page = new_context().new_page()
    STATES[state](Scene(page, live.url, live.tenants, operator))

    assert_accessible_everywhere(page, f"chat-{state}", screenshot)


# --- the company's own ---


def test_the_agent_has_the_name_and_the_face_that_its_company_gave_it(page: Page, live: Live) -> None:
    site_with(page, **YELLOW)
    chat = ChatPage(page)
    chat.open(live.url, live.tenants[0].publishable_key)
    chat.ask("How do I export data?")

    expect(chat.last_reply).to_have_accessible_name("Sunny")
    expect(chat.last_reply.locator("img.face")).to_have_attribute("src", YELLOW["avatar"])
    expect(page.get_by_text("Sunny · AI assistant")).to_be_visible()


@pytest.mark.parametrize("colour", ["#ffcf1f", "#000000", "#ffffff", "#e11d48", "#7a7a7a", "#00ff66", "#1b1464"])
def test_text_on_any_colour_of_a_company_can_be_read(page: Page, live: Live, colour: str) -> None:
    site_with(page, agent_name="Sunny", avatar="", colour=colour)
    chat = ChatPage(page)
    chat.open(live.url, live.tenants[0].publishable_key)
    asks = agent_message(EVERY_KIND_OF_PART, "text", [field("money", "Amount")], ["Yes", "No"])
    conversation_of(page, "Hello", asks)
    chat.write("Hello")
    expect(chat.form).to_be_visible()

    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert_no_violations(page)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_chosen_appearance_survives_a_reload(chat: ChatPage, scheme: str) -> None:
    chat.page.get_by_role("button", name="Menu").click()
    chat.page.get_by_role("radio", name=scheme.capitalize()).check()
    chat.page.reload()
    expect(chat.composer).to_be_visible()

    assert chat.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == scheme


# --- languages ---


def test_a_german_browser_is_answered_in_german(new_context: NewContext, live: Live) -> None:
    page = new_context(locale="de-DE").new_page()
    page.goto(f"{live.url}/chat#key={live.tenants[1].publishable_key}")

    expect(page.locator(".welcome")).to_contain_text("eine KI")
    assert page.evaluate("document.documentElement.lang") == "de"


def test_another_language_is_chosen_for_the_page_the_greeting_and_the_next_conversation(chat: ChatPage) -> None:
    chat.page.get_by_role("button", name="Menu").click()
    chat.page.get_by_role("radio", name="Deutsch").check()
    expect(chat.welcome).to_contain_text("eine KI")
    chat.page.keyboard.press("Escape")
    with chat.page.expect_request(re.compile("/v1/conversations$")) as opened:
        chat.composer.press_sequentially("Hallo")
        chat.composer.press("Enter")
    assert (opened.value.post_data_json or {})["language"] == "de"

    chat.page.reload()
    expect(chat.page.get_by_role("button", name="Menü")).to_be_visible()


# --- directions of writing ---


def test_right_to_left_text_runs_right_to_left(chat: ChatPage) -> None:
    chat.say("مرحبا، كيف يمكنني تصدير البيانات؟")
    text = chat.customer_messages.locator("p").first

    assert text.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_in_a_right_to_left_page_everything_stands_the_other_way_round(chat: ChatPage) -> None:
    reply = chat.ask("How do I export data?")
    chat.page.evaluate("document.documentElement.dir = 'rtl'")
    send = chat.page.get_by_role("button", name="Send")

    places = {
        name: one.bounding_box() for name, one in {"send": send, "composer": chat.composer, "reply": reply}.items()
    }
    own = chat.customer_messages.last.locator(".bubble").bounding_box()
    bubble = reply.locator(".bubble").bounding_box()
    assert own is not None
    assert bubble is not None
    assert places["send"] is not None
    assert places["composer"] is not None
    assert places["send"]["x"] < places["composer"]["x"]
    assert own["x"] < bubble["x"]


# --- beside the inspector ---


def test_an_answer_is_set_as_it_is_without_the_inspector(page: Page, live: Live) -> None:
    conversation_of(page, "Hello", agent_message(EVERY_KIND_OF_PART))
    company = live.tenants[0]
    weights = []
    for operator in ("", f"&operator={company.operator_key}"):
        page.goto("about:blank")
        page.goto(f"{live.url}/chat#key={company.publishable_key}{operator}")
        chat = ChatPage(page)
        if not operator:
            chat.write("Hello")
        else:
            expect(page.get_by_role("complementary", name="Inspector")).to_be_visible()
        expect(chat.agent_messages).to_have_count(1)
        weights.append(chat.agent_messages.locator(".bubble").evaluate(WEIGHTS))

    assert weights[0] == weights[1]


WEIGHTS = 'bubble => [...bubble.querySelectorAll("*")].map((element) => getComputedStyle(element).fontWeight)'


# --- embedded ---


def test_the_chat_works_in_a_narrow_frame_of_another_page(page: Page, live: Live, screenshot: Screenshot) -> None:
    address = f"{live.url}/chat#key={live.tenants[0].publishable_key}"
    frame = f'<!doctype html><title>Shop</title><iframe title="Chat" width="300" height="460" src="{address}"></iframe>'
    page.route("**/shop", lambda route: route.fulfill(content_type="text/html", body=frame))
    page.goto(f"{live.url}/shop")
    inside = page.frame_locator("iframe")
    inside.locator("#composer").fill("How do I export data?")
    inside.locator("#composer").press("Enter")
    expect(inside.locator(".reply-tools")).to_be_visible()
    screenshot(page, "chat-narrow_frame")

    beyond = inside.locator("body").evaluate("body => body.scrollWidth - body.clientWidth")
    assert beyond <= 0
    expect(inside.get_by_role("button", name="Talk to a person")).to_be_in_viewport(ratio=1)
    expect(inside.get_by_role("button", name="Menu")).to_be_in_viewport(ratio=1)
