"""What stays of conversations: the transcript, and the earlier ones that the browser lists."""

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from .chat_page import ChatPage
from .connection import Operator
from .event_stream import EVERY_KIND_OF_PART, agent_message, conversation_of, person_awaited, problem
from .states import close_by_silence


def earlier(chat: ChatPage) -> Locator:
    """The list of conversations, opened from the menu."""
    chat.choose("Earlier conversations")
    expect(chat.page.get_by_role("heading", name="Earlier conversations")).to_be_focused()
    return chat.page.locator(".earlier li")


def test_a_transcript_tells_who_said_what_when_and_on_what_it_stood(chat: ChatPage) -> None:
    conversation_of(chat.page, "How do I export?", agent_message(EVERY_KIND_OF_PART), *person_awaited(1, 1))
    chat.write("How do I export?")
    expect(chat.log.locator(".mode-line.human")).to_be_visible()
    with chat.page.expect_download() as downloaded:
        chat.choose("Download transcript")

    assert re.fullmatch(r"aurora-cloud-\d{4}-\d\d-\d\d\.txt", downloaded.value.suggested_filename)
    transcript = Path(downloaded.value.path()).read_text()
    assert transcript.startswith("Conversation with Aurora Cloud\n==============================\n\nMonday")
    assert re.search(r"^\[\d\d:\d\d\] You:\nHow do I export\?$", transcript, re.MULTILINE)
    assert re.search(r"^\[\d\d:\d\d\] .*AI assistant\)?:\nI am sorry", transcript, re.MULTILINE)
    assert "1. Open Settings.\n\n    curl https://api.example.com/exports\n\n2. Choose Export." in transcript
    assert "[1] Exporting data (Help article · Version 3)\n    “Open Settings.”" in transcript
    assert re.search(r"^\[\d\d:\d\d\] -- A person from our team will answer here\.", transcript, re.MULTILINE)


def test_a_new_conversation_leaves_the_earlier_one_in_the_list(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    chat.choose("New conversation")
    expect(chat.welcome).to_be_visible()
    expect(chat.composer).to_be_focused()
    chat.ask("I forgot my password")

    expect(earlier(chat)).to_have_text(
        [re.compile("I forgot.* · Open · current"), re.compile("How do I export.* · Open")]
    )


def test_an_earlier_conversation_is_read_without_leaving_the_current_one(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    chat.choose("New conversation")
    chat.ask("I forgot my password")
    earlier(chat).filter(has_text="export").locator(".earlier-open").click()

    expect(chat.customer_messages).to_have_text([re.compile("How do I export data")])
    expect(chat.composer).to_have_count(0)
    chat.page.get_by_role("button", name="Back to earlier conversations").click()
    chat.page.get_by_role("button", name="Back to the conversation").click()
    expect(chat.customer_messages).to_have_text([re.compile("I forgot my password")])


def test_an_earlier_conversation_can_be_gone_on_with(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    first = chat.conversation_id
    chat.choose("New conversation")
    chat.ask("I forgot my password")
    earlier(chat).filter(has_text="export").locator(".earlier-open").click()
    chat.page.get_by_role("button", name="Go on with this one").click()
    expect(chat.customer_messages).to_have_count(1)
    chat.ask("Thank you")

    assert operator.customer_said(first) == ["How do I export data?", "Thank you"]


def test_the_list_survives_a_reload_and_knows_what_is_closed(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    close_by_silence(chat, operator)
    chat.page.reload()

    expect(earlier(chat)).to_have_text([re.compile("How do I export.* · Closed · current")])


def test_one_conversation_is_forgotten_and_the_others_stay(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    chat.choose("New conversation")
    chat.ask("I forgot my password")
    rows = earlier(chat)
    chat.page.get_by_role("button", name="Forget: How do I export data?").click()
    expect(rows).to_have_text([re.compile("I forgot my password")])

    chat.page.reload()
    expect(earlier(chat)).to_have_text([re.compile("I forgot my password")])


def test_all_are_forgotten_after_a_yes(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    rows = earlier(chat)
    chat.page.get_by_role("button", name="Forget all").click()
    chat.page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(rows).to_have_count(1)
    chat.page.get_by_role("button", name="Forget all").click()
    chat.page.get_by_role("dialog").get_by_role("button", name="Forget all").click()
    expect(chat.page.get_by_text("There are none in this browser.")).to_be_visible()

    chat.page.get_by_role("button", name="Back to the conversation").click()
    expect(chat.welcome).to_be_visible()


def test_an_earlier_conversation_that_the_server_has_forgotten_says_so(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    chat.choose("New conversation")
    chat.page.route("**/transcript", lambda route: problem(route, 404, "There is no such conversation."))
    earlier(chat).locator(".earlier-open").click()

    expect(chat.page.get_by_role("alert")).to_contain_text("This conversation is not available any more")


def test_words_not_sent_yet_stay_with_their_conversation(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    first = chat.conversation_id
    chat.page.context.set_offline(True)
    chat.write("And how often?")
    expect(chat.log.locator(".outgoing")).to_have_count(1)
    chat.choose("New conversation")
    chat.page.context.set_offline(False)
    chat.ask("I forgot my password")
    assert operator.customer_said(first) == ["How do I export data?"]

    earlier(chat).filter(has_text="export").locator(".earlier-open").click()
    chat.page.get_by_role("button", name="Go on with this one").click()
    expect(chat.log.locator(".outgoing")).to_have_count(0)
    assert operator.customer_said(first) == ["How do I export data?", "And how often?"]
