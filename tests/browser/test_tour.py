"""The guided minute: four conversations that play in the real chat, against the real server."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, Response, ViewportSize, expect

from .accessibility import assert_accessible_everywhere
from .chat_page import ChatPage
from .conftest import Live, NewContext, Screenshot
from .connection import Keys
from .inspector_panel import InspectorPanel, demo_address
from .operator_page import OperatorPage

WIDE = ViewportSize(width=1440, height=900)
FAST = "40"
SCENES = 4
WHOLE_TOUR_MS = 90_000


class Tour:
    """The tour on a page, and what it left at the server."""

    def __init__(self, page: Page, live: Live) -> None:
        self.page = page
        self.live = live
        self.chat = ChatPage(page)
        self.inspector = InspectorPanel(page)
        self.bar = page.get_by_role("region", name="Guided tour")
        self.caption = self.bar.get_by_role("status")
        self.scenes = self.bar.get_by_role("listitem")
        self.conversations: list[str] = []
        page.on("response", self._note)

    def start(self, speed: str = "1", tenant: int = 0) -> None:
        self.page.goto(demo_address(self.live.url, self.live.tenants[tenant], language="en", tour=speed))

    def press(self, name: str) -> None:
        self.bar.get_by_role("button", name=name, exact=True).click()

    def current_scene(self, number: int) -> None:
        expect(self.bar.locator(".tour-title")).to_contain_text(f"Conversation {number} of {SCENES}", timeout=30_000)

    def last_turn(self, scene: int) -> dict[str, Any]:
        """Of a scene's conversation, as the server tells it."""
        return self._ask(
            f"/v1/turns/{self._ask(f'/v1/conversations/{self.conversations[scene]}/turns')['items'][-1]['id']}"
        )

    def said_by_customer(self, scene: int) -> list[str]:
        messages = self._ask(f"/v1/conversations/{self.conversations[scene]}/transcript")["messages"]
        return [message["text"] for message in messages if message["from"] == "customer"]

    def _ask(self, path: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.live.tenants[0].operator_key}"}
        answer: dict[str, Any] = httpx2.get(self.live.url + path, headers=headers).raise_for_status().json()
        return answer

    def _note(self, response: Response) -> None:
        if response.request.method == "POST" and response.url.endswith("/v1/conversations"):
            self.conversations.append(response.json()["id"])


@pytest.fixture
def tour(new_context: NewContext, live: Live) -> Tour:
    return Tour(new_context(viewport=WIDE).new_page(), live)


def records_in_org(tenant: Keys, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        httpx2.get(f"{tenant.org.url}/localorg/query", params={"q": query}).raise_for_status().json()
    )
    return found


# --- from beginning to end ---


def test_it_plays_all_four_conversations_and_each_ends_as_told(tour: Tour, live: Live) -> None:
    tour.start(FAST)

    expect(tour.caption).to_have_text("That was it. Now write to it yourself.", timeout=WHOLE_TOUR_MS)
    assert [scene.get_attribute("data-outcome") for scene in tour.scenes.all()] == ["as told"] * SCENES

    assert tour.said_by_customer(0) == ["How do I export data?", "Which restaurant in Boston do you recommend?"]
    topics = {topic["name"]: topic for topic in tour.last_turn(1)["topics"]}
    assert topics["password_reset"]["status"] == "resolved"
    assert topics["api_401_diagnosis"]["status"] == "active"
    assert topics["api_401_diagnosis"]["slots"]["authentication"] == "oauth"
    (export,) = tour.last_turn(2)["actions"]
    assert (export["action"], export["status"], export["confirmed"]) == ("schedule_export", "succeeded", True)
    query = f"SELECT Objects__c FROM Service_Request__c WHERE Id = '{export['records'][0]['id']}'"
    assert [record["Objects__c"] for record in records_in_org(live.tenants[0], query)] == ["Account, Contact"]
    handed_over = f"SELECT Transcript__c FROM Case WHERE Casewright_Conversation__c = '{tour.conversations[3]}'"
    (case,) = records_in_org(live.tenants[0], handed_over)
    assert "speak to a manager" in case["Transcript__c"]


def test_at_its_own_speed_it_types_and_the_inspector_opens_where_it_matters(
    new_context: NewContext, live: Live
) -> None:
    page = new_context(viewport=WIDE).new_page()
    page.emulate_media(reduced_motion="no-preference")
    tour = Tour(page, live)
    tour.start()

    expect(tour.chat.composer).to_have_value(re.compile("^How do I e"))
    expect(tour.chat.last_reply).to_be_visible()
    expect(tour.caption).to_contain_text("Every sentence stands on an article.")
    expect(tour.inspector.section("Sources")).to_have_class(re.compile(r"\blit\b"))
    expect(tour.inspector.section("Sources").get_by_role("table")).to_be_in_viewport()


def test_at_the_end_of_the_last_one_the_operators_view_is_a_click_away(tour: Tour, new_context: NewContext) -> None:
    tour.start(FAST)
    for _ in range(SCENES - 1):
        tour.press("Next conversation")
    link = tour.bar.get_by_role("link", name="Open the operator's view")
    expect(link).to_be_visible(timeout=WHOLE_TOUR_MS)

    with tour.page.expect_popup() as opened:
        link.click()
    desk = OperatorPage(opened.value, tour.live.url)
    expect(desk.log).to_contain_text("I want to speak to a manager NOW!")
    assert tour.live.tenants[0].operator_key not in opened.value.url


# --- in the visitor's hands ---


def test_it_pauses_and_goes_on(tour: Tour) -> None:
    tour.start()
    tour.press("Pause")
    expect(tour.bar.get_by_role("button", name="Play", exact=True)).to_be_visible()
    before = tour.caption.text_content()
    tour.page.wait_for_timeout(1_500)
    assert tour.caption.text_content() == before

    tour.press("Play")
    expect(tour.chat.last_reply).to_be_visible()


def test_a_paused_tour_goes_on_by_single_steps(tour: Tour) -> None:
    tour.start()
    tour.press("Pause")
    tour.press("Next step")
    expect(tour.bar.get_by_role("button", name="Play", exact=True)).to_be_visible(timeout=30_000)

    expect(tour.chat.customer_messages).to_have_count(1)


def test_conversations_can_be_skipped_and_begun_again(tour: Tour) -> None:
    tour.start()
    tour.press("Next conversation")
    tour.current_scene(2)
    tour.press("From the beginning")
    tour.current_scene(1)


def test_skipping_the_last_one_ends_it(tour: Tour) -> None:
    tour.start()
    for _ in range(SCENES):
        tour.press("Next conversation")

    expect(tour.caption).to_have_text("That was it. Now write to it yourself.")


def test_the_speed_can_be_doubled(tour: Tour) -> None:
    tour.start()
    tour.press("Speed 1×")

    expect(tour.bar.get_by_role("button", name="Speed 2×")).to_be_visible()


def test_escape_ends_it_and_the_chat_is_the_visitors(tour: Tour) -> None:
    tour.start(FAST)
    expect(tour.chat.last_reply).to_be_visible()
    tour.page.keyboard.press("Escape")
    expect(tour.bar).to_have_count(0)
    tour.chat.choose("New conversation")

    expect(tour.chat.ask("What are your support hours?")).to_contain_text("08:00")


def test_escape_in_a_dialog_closes_only_the_dialog(tour: Tour) -> None:
    tour.start()
    expect(tour.chat.last_reply).to_be_visible()
    tour.press("Pause")
    tour.chat.log.locator("button.citation").first.click()
    expect(tour.page.get_by_role("dialog")).to_be_visible()
    tour.page.keyboard.press("Escape")

    expect(tour.page.get_by_role("dialog")).to_have_count(0)
    expect(tour.bar).to_be_visible()


def test_a_visitor_who_types_gets_the_page_and_the_tour_goes_on_when_told(tour: Tour) -> None:
    tour.start()
    expect(tour.chat.last_reply).to_be_visible()
    tour.chat.composer.fill("One moment,")
    expect(tour.caption).to_contain_text("Paused: you are writing.")
    expect(tour.chat.composer).to_have_value("One moment,")

    tour.press("Play")
    expect(tour.caption).not_to_contain_text("Paused")


def test_a_visitor_who_sends_something_begins_the_conversation_anew_by_playing_on(tour: Tour) -> None:
    tour.start()
    expect(tour.chat.last_reply).to_be_visible()
    tour.chat.ask("What are your support hours?")
    expect(tour.caption).to_contain_text("Paused: you are writing.")
    tour.press("Play")
    tour.current_scene(1)

    expect(tour.chat.log).not_to_contain_text("support hours")
    expect(tour.chat.last_reply).to_be_visible()


# --- where it is offered ---


def test_the_home_page_of_a_demo_starts_it(tour: Tour, live: Live) -> None:
    keys = "&".join(f"{tenant.publishable_key}={tenant.operator_key}" for tenant in live.tenants)
    tour.page.goto(f"{live.url}/#{keys}")
    tour.page.get_by_role("link", name="Take the tour").click()

    tour.current_scene(1)


def test_another_company_has_no_tour(tour: Tour) -> None:
    tour.start(tenant=1)

    expect(tour.page.get_by_text("This is a demo.")).to_be_visible()
    expect(tour.bar).to_have_count(0)
    expect(tour.page.get_by_role("button", name="Take the tour")).to_have_count(0)


# --- every state, for everybody ---


def playing(tour: Tour) -> None:
    expect(tour.inspector.section("Sources")).to_have_class(re.compile(r"\blit\b"), timeout=30_000)
    tour.press("Pause")


def at_a_form(tour: Tour) -> None:
    tour.press("Next conversation")
    tour.press("Next conversation")
    expect(tour.chat.form).to_be_visible(timeout=30_000)
    tour.press("Pause")


def visitor_writes(tour: Tour) -> None:
    expect(tour.chat.last_reply).to_be_visible()
    tour.chat.composer.fill("One moment,")
    expect(tour.caption).to_contain_text("Paused: you are writing.")


def over(tour: Tour) -> None:
    for _ in range(SCENES):
        tour.press("Next conversation")
    expect(tour.caption).to_contain_text("That was it.")


STATES: Mapping[str, Callable[[Tour], None]] = {
    state.__name__: state for state in (playing, at_a_form, visitor_writes, over)
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_tour_is_accessible(state: str, tour: Tour, screenshot: Screenshot) -> None:
    tour.start()
    STATES[state](tour)

    assert_accessible_everywhere(tour.page, f"tour-{state}", screenshot)
