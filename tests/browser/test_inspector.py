"""The inspector beside the chat of a demo."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from playwright.sync_api import Page, Route, ViewportSize, expect

from .accessibility import assert_accessible_everywhere, assert_no_violations
from .chat_page import ChatPage
from .conftest import Live, NewContext, Screenshot
from .event_stream import problem
from .inspector_panel import InspectorPanel, demo_address, open_demo_chat, turns_with
from .states import UNCERTAIN

WIDE = ViewportSize(width=1440, height=900)
EXPORT = "How do I export data?"
TWO_REQUESTS = (
    "Reset my password please, and also how do I export data? My address is dana.whitfield@harborlight.example"
)

APPROVAL_TURN: dict[str, Any] = {
    "trigger": "approval",
    "masked_text": "",
    "message_ids": [],
    "segments": [],
    "dropped": [
        {"command": {"command": "SmallTalk", "kind": "greeting"}, "why": "there is something to do"},
        {"command": {"command": "Confirm", "confirmation": "c1"}, "why": "said before the question was asked"},
    ],
    "signals": [{"kind": "prompt_injection", "weight": 0.42}],
    "actions": [
        {
            "action": "create_credit",
            "effect": "write",
            "status": "failed",
            "code": "org_unavailable",
            "ms": 1250.5,
            "step": "credit",
            "topic_id": "t1",
            "arguments": {"amount": "40.00", "reason": "Five hours of downtime", "email": "[EMAIL_1]"},
            "values": {},
            "records": [],
            "attempts": 3,
            "confirmed": True,
            "approved": True,
        },
        {
            "action": "create_case",
            "effect": "write",
            "status": "succeeded",
            "code": "done",
            "ms": 88.1,
            "step": "case",
            "topic_id": "t1",
            "arguments": {"subject": "Credit for an outage"},
            "values": {"number": "00001042"},
            "records": [
                {"type": "Case", "id": "500", "label": "00001042", "url": "https://example.com/500"},
                {"type": "Contact", "id": "003", "label": "", "url": "javascript:alert(1)"},
            ],
            "attempts": 1,
            "confirmed": False,
            "approved": False,
        },
    ],
    "recovery": [
        {"failure": "ACTION_FAILED", "strategy": "follow_the_procedure", "succeeded": False},
        {"failure": "ACTION_FAILED", "strategy": "apologise_and_hand_over", "succeeded": True},
    ],
    "checks": [
        {"part": 0, "check": "agrees with its source", "passed": False},
        {"part": 1, "check": "agrees with its source", "passed": True},
    ],
}
"""A turn that no single message brings about: an approval whose action failed."""


@pytest.fixture
def demo_chat(new_context: NewContext, live: Live) -> tuple[ChatPage, InspectorPanel]:
    return open_demo_chat(new_context(viewport=WIDE).new_page(), live.url, live.tenants[0])


# --- who sees it ---


def test_without_an_operator_key_nothing_of_an_inspector_is_on_the_chat_page(page: Page, live: Live) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    chat = ChatPage(page)
    chat.open(live.url, live.tenants[0].publishable_key)
    chat.ask(EXPORT)

    expect(page.get_by_text("Inspector")).to_have_count(0)
    expect(page.get_by_role("button", name="How it came about")).to_have_count(0)
    assert not [url for url in asked if "Rehearsal" in url or "/v1/turns/" in url or "/v1/demo" in url]


def test_the_operator_key_is_taken_out_of_the_address_and_holds_for_the_tab(
    demo_chat: tuple[ChatPage, InspectorPanel], live: Live
) -> None:
    chat, inspector = demo_chat
    expect(inspector.panel).to_be_visible()
    assert live.tenants[0].operator_key not in chat.page.url
    assert live.tenants[0].publishable_key in chat.page.url

    chat.page.reload()
    expect(inspector.panel).to_be_visible()


def test_on_a_server_that_is_no_rehearsal_the_key_opens_nothing_and_is_forgotten(page: Page, live: Live) -> None:
    page.route("**/v1/demo", lambda route: problem(route, 404, "Not found."))
    with page.expect_response("**/v1/demo"):
        page.goto(demo_address(live.url, live.tenants[0]))
    chat = ChatPage(page)
    chat.ask(EXPORT)

    expect(page.get_by_text("Inspector")).to_have_count(0)
    assert live.tenants[0].operator_key not in page.evaluate("JSON.stringify({ ...sessionStorage, ...localStorage })")


def test_another_companys_operator_sees_nothing(new_context: NewContext, live: Live) -> None:
    page = new_context(viewport=WIDE).new_page()
    page.goto(demo_address(live.url, live.tenants[0], live.tenants[1].operator_key))
    chat = ChatPage(page)
    chat.ask(EXPORT)

    expect(InspectorPanel(page).panel).to_contain_text("The operator key is not accepted here")
    expect(InspectorPanel(page).turns).to_have_count(0)


# --- following the conversation ---


def test_each_new_turn_appears_and_is_told_in_a_sentence(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    expect(inspector.panel).to_contain_text("Nothing to look into yet")

    chat.ask(EXPORT)
    expect(inspector.sentence).to_have_text(re.compile("^Answered from “"))
    chat.ask("I forgot my password")
    expect(inspector.turns).to_have_count(2)
    expect(inspector.sentence).to_contain_text("Began “Reset your password”; asked: “Which e-mail address")


def test_two_requests_in_one_message_are_told_as_two(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask("Reset my password please, and also how do I export data?")

    expect(inspector.sentence).to_have_text(
        re.compile("^Understood two requests: began “Reset your password”; answered from “.+”; asked: “")
    )
    expect(inspector.section("Understood")).to_contain_text("2 requests")


def test_articles_that_were_only_suggested_are_not_told_as_the_answer(
    demo_chat: tuple[ChatPage, InspectorPanel],
) -> None:
    chat, inspector = demo_chat
    chat.ask(UNCERTAIN)

    expect(inspector.sentence).to_have_text(re.compile("^Found no answer that is certain enough"))
    expect(inspector.section("Sources")).to_contain_text(re.compile("0 used of [1-9]"))


def test_the_arrow_keys_step_through_the_turns_and_the_newest_is_followed_again(
    demo_chat: tuple[ChatPage, InspectorPanel],
) -> None:
    chat, inspector = demo_chat
    chat.ask(EXPORT)
    chat.ask("I forgot my password")
    expect(inspector.turns).to_have_count(2)
    inspector.turns.nth(1).focus()

    inspector.page.keyboard.press("ArrowLeft")
    expect(inspector.turns.first).to_be_focused()
    expect(inspector.sentence).to_have_text(re.compile("^Answered from “"))
    inspector.page.keyboard.press("End")
    chat.ask("dana.whitfield@harborlight.example")
    expect(inspector.turns.nth(2)).to_have_attribute("aria-selected", "true")


def test_an_older_turn_stays_while_new_ones_arrive(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask(EXPORT)
    chat.ask("I forgot my password")
    inspector.turns.first.click()
    chat.ask("dana.whitfield@harborlight.example")

    expect(inspector.turns).to_have_count(3)
    expect(inspector.turns.first).to_have_attribute("aria-selected", "true")


def test_a_reply_leads_to_its_own_turn(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask(EXPORT)
    chat.ask("I forgot my password")
    inspector.panel.get_by_role("button", name="Close the inspector").click()
    chat.log.get_by_role("button", name="How it came about").first.click()

    expect(inspector.turns.first).to_have_attribute("aria-selected", "true")
    expect(inspector.sentence).to_have_text(re.compile("^Answered from “"))


def test_a_new_conversation_begins_with_an_empty_inspector(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask(EXPORT)
    expect(inspector.turns).to_have_count(1)
    chat.choose("New conversation")

    expect(inspector.panel).to_contain_text("Nothing to look into yet")


def test_closing_it_is_remembered(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    inspector.panel.get_by_role("button", name="Close the inspector").click()
    expect(inspector.panel).to_have_count(0)
    chat.page.reload()
    expect(chat.composer).to_be_visible()
    toggle = chat.page.get_by_role("button", name="Inspector")
    expect(toggle).to_have_attribute("aria-pressed", "false")

    toggle.click()
    expect(inspector.panel).to_be_visible()


# --- what a turn tells ---


def test_stages_are_told_with_their_times(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask(EXPORT)

    stages = inspector.section("Stages").get_by_role("table")
    for stage in ("screen", "understand", "decide", "act", "compose", "verify"):
        row = stages.get_by_role("row").filter(has=chat.page.locator("code", has_text=re.compile(f"^{stage}$")))
        expect(row.get_by_role("cell").last).to_have_text(re.compile(r"^<?[\d.]+ m?s$"))


def test_what_was_masked_is_told_by_kind_and_never_by_value(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask(TWO_REQUESTS)

    masked = inspector.open("Masked")
    expect(masked).to_contain_text("[EMAIL_1] e-mail address")
    expect(masked).not_to_contain_text("dana.whitfield@")
    expect(inspector.section("Understood")).not_to_contain_text("dana.whitfield@")
    inspector.open("For engineers").get_by_role("button", name="As JSON").click()
    expect(inspector.panel).to_contain_text(re.compile(r'"masked_text": "[^"]*My address is \[EMAIL_1\]"'))


def test_what_was_understood_is_ranked(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask(EXPORT)

    best = inspector.section("Understood").get_by_role("listitem").first
    expect(best).to_have_text(re.compile(r"^export data\d+ %$"))


def test_an_ambiguous_request_tells_the_closest_examples_and_how_it_was_settled(
    demo_chat: tuple[ChatPage, InspectorPanel],
) -> None:
    chat, inspector = demo_chat
    chat.ask("I have a problem with signing in")
    understood = inspector.open("Understood")
    understood.get_by_role("button", name="Why: the closest examples").click()
    expect(understood).to_contain_text(re.compile("I have a problem with signing in (unlock user|reset password)"))
    expect(inspector.open("Decided")).to_contain_text(
        re.compile(r"(reset password|unlock user) or .+\? Settled by asking")
    )
    assert_no_violations(inspector.page)


def test_commands_are_told_with_confidence_and_why_some_were_dropped(
    demo_chat: tuple[ChatPage, InspectorPanel],
) -> None:
    chat, inspector = demo_chat
    turns_with(chat.page, dropped=APPROVAL_TURN["dropped"])
    chat.ask(EXPORT)

    decided = inspector.open("Decided")
    taken = decided.get_by_role("listitem").first
    expect(taken).to_contain_text("AnswerFromKnowledge")
    expect(taken).to_have_text(re.compile(r"\d+ %.*by intents: is about"))
    expect(decided.get_by_role("listitem").nth(1)).to_contain_text("dropped: there is something to do")


def test_the_stack_shows_the_active_topic_over_the_paused_one_with_its_slots(
    demo_chat: tuple[ChatPage, InspectorPanel],
) -> None:
    chat, inspector = demo_chat
    chat.ask("Our API calls with OAuth 2.0 are answered with 401")
    chat.ask("GET https://acme.my.salesforce.com/services/data/v67.0/limits")
    chat.ask("Wait, I need to reset my password first")

    stack = inspector.section("Topics").get_by_role("listitem")
    expect(stack.first).to_contain_text("Reset your password")
    expect(stack.nth(1)).to_contain_text("paused")
    expect(stack.nth(1)).to_contain_text("oauth")


def test_what_changed_in_the_state_is_told_as_it_was_and_as_it_is(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask("I need to reset my password")
    chat.ask("What are your support hours?")

    state = inspector.open("State")
    expect(state).to_contain_text("– → Support hours and case priorities")
    expect(state).to_contain_text("email → email, 2 times")


def test_the_mood_is_drawn_over_the_whole_conversation(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask("What are your support hours?")
    chat.ask("This is completely unacceptable!")
    expect(inspector.turns).to_have_count(2)

    mood = inspector.open("Mood")
    expect(mood.get_by_role("img")).to_have_attribute(
        "aria-label", re.compile("^Feeling and frustration over 2 messages")
    )
    inspector.turns.first.click()
    expect(mood.get_by_role("row")).to_have_count(3)
    expect(mood.locator("summary")).to_contain_text("neutral, frustration 0 %")


def test_sources_are_told_with_their_scores_and_which_were_used(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.ask(EXPORT)

    sources = inspector.section("Sources")
    expect(sources.get_by_role("rowheader").first).to_have_text(re.compile("used version 1$"))
    expect(sources.get_by_role("cell").first).to_have_text(re.compile(r"^0\.\d\d$"))
    expect(sources).to_contain_text("Below 70 % confidence nothing may be said as a fact.")


def test_an_action_is_told_with_request_result_attempts_and_whose_yes_it_rested_on(
    demo_chat: tuple[ChatPage, InspectorPanel],
) -> None:
    chat, inspector = demo_chat
    turns_with(chat.page, **APPROVAL_TURN)
    chat.ask(EXPORT)

    actions = inspector.section("Actions").get_by_role("article")
    expect(actions).to_have_count(2)
    failed, succeeded = actions.first, actions.last
    for words in ("Create credit", "not done", "org_unavailable", "3 attempts", "[EMAIL_1]"):
        expect(failed).to_contain_text(words)
    expect(failed).to_contain_text("the customer said yes")
    expect(failed).to_contain_text("a colleague said yes")
    expect(succeeded.get_by_role("link")).to_have_attribute("href", "https://example.com/500")
    assert succeeded.get_by_role("link").count() == 1, "only web addresses are links"


def test_a_turn_without_a_message_says_what_it_began_with(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    turns_with(chat.page, **APPROVAL_TURN)
    chat.ask(EXPORT)

    expect(inspector.sentence).to_have_text(re.compile("^A colleague decided on what was waiting: "))
    expect(inspector.section("Understood")).to_contain_text("nothing")
    expect(inspector.open("Recovery")).to_contain_text("apologise and hand over helped")
    expect(inspector.open("Checks")).to_contain_text("It was repaired before it went out.")


def test_the_command_line_and_the_raw_data_are_at_hand(demo_chat: tuple[ChatPage, InspectorPanel]) -> None:
    chat, inspector = demo_chat
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.ask(EXPORT)
    technical = inspector.open("For engineers")
    technical.get_by_role("button", name="Copy").click()

    expect(technical).to_contain_text("Copied")
    assert re.fullmatch(r"casewright explain [\da-f-]{36}", chat.page.evaluate("navigator.clipboard.readText()"))


def test_a_turn_that_cannot_be_loaded_says_so_and_can_be_asked_for_again(
    demo_chat: tuple[ChatPage, InspectorPanel],
) -> None:
    chat, inspector = demo_chat
    chat.page.route(re.compile("/v1/turns/"), lambda route: problem(route, 404, "There is no such turn."))
    chat.ask(EXPORT)
    expect(inspector.story.get_by_role("alert")).to_contain_text("There is no such turn.")

    chat.page.unroute(re.compile("/v1/turns/"))
    inspector.story.get_by_role("button", name="Try again").click()
    expect(inspector.sentence).to_be_visible()


def test_it_speaks_german_where_the_chat_does(new_context: NewContext, live: Live) -> None:
    page = new_context(viewport=WIDE, locale="de-DE").new_page()
    chat = ChatPage(page)
    page.goto(demo_address(live.url, live.tenants[1], language="de"))
    chat.ask("Ich habe mein Passwort vergessen")

    inspector = InspectorPanel(page, name="Inspektor")
    expect(inspector.sentence).to_contain_text("begonnen; gefragt: „")
    expect(inspector.section("Stufen")).to_be_visible()


# --- every state, for everybody ---


def empty(chat: ChatPage, inspector: InspectorPanel) -> None:
    expect(inspector.panel).to_contain_text("Nothing to look into yet")


def loading(chat: ChatPage, inspector: InspectorPanel) -> None:
    held: list[Route] = []
    chat.page.route(re.compile("/v1/turns/"), lambda route: held.append(route))
    chat.ask(EXPORT)
    expect(inspector.story.locator("[aria-busy=true]")).to_be_visible()


def failed(chat: ChatPage, inspector: InspectorPanel) -> None:
    chat.page.route(re.compile("/v1/turns/"), lambda route: problem(route, 404, "There is no such turn."))
    chat.ask(EXPORT)
    expect(inspector.story.get_by_role("alert")).to_be_visible()


def offline(chat: ChatPage, inspector: InspectorPanel) -> None:
    chat.ask(EXPORT)
    expect(inspector.sentence).to_be_visible()
    chat.page.context.set_offline(True)
    expect(inspector.panel).to_contain_text("You are offline.")


def answered(chat: ChatPage, inspector: InspectorPanel) -> None:
    chat.ask(TWO_REQUESTS)
    inspector.open_everything()


def paused_topic(chat: ChatPage, inspector: InspectorPanel) -> None:
    chat.ask("please schedule a data export")
    expect(inspector.section("Topics")).to_contain_text("paused")


def upset(chat: ChatPage, inspector: InspectorPanel) -> None:
    chat.ask("thanks")
    chat.ask("This is completely unacceptable!")
    expect(inspector.turns).to_have_count(2)
    inspector.open("Mood").scroll_into_view_if_needed()


def failed_action(chat: ChatPage, inspector: InspectorPanel) -> None:
    turns_with(chat.page, **APPROVAL_TURN)
    chat.ask(EXPORT)
    inspector.open_everything()


def many_turns(chat: ChatPage, inspector: InspectorPanel) -> None:
    moods = [{"label": "neutral", "valence": 0.9 - 0.1 * n, "intensity": 0.2, "frustration": n / 18} for n in range(18)]
    turns_with(chat.page, emotions=moods)
    for _ in range(18):
        chat.say("thanks")
    expect(inspector.turns).to_have_count(18)
    inspector.open("Mood")


def raw_data(chat: ChatPage, inspector: InspectorPanel) -> None:
    chat.ask(EXPORT)
    technical = inspector.open("For engineers")
    technical.get_by_role("button", name="As JSON").click()
    technical.get_by_role("button", name="As JSON").scroll_into_view_if_needed()


STATES: Mapping[str, Callable[[ChatPage, InspectorPanel], None]] = {
    state.__name__: state
    for state in (
        empty,
        loading,
        failed,
        offline,
        answered,
        paused_topic,
        upset,
        failed_action,
        many_turns,
        raw_data,
    )
}


@pytest.mark.parametrize("state", STATES)
def test_every_state_of_the_inspector_is_accessible(
    state: str, demo_chat: tuple[ChatPage, InspectorPanel], screenshot: Screenshot
) -> None:
    STATES[state](*demo_chat)

    assert_accessible_everywhere(demo_chat[0].page, f"inspector-{state}", screenshot)
