import re
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Page, expect

from .chat_page import ChatPage
from .conftest import Live, NewContext
from .connection import Operator
from .event_stream import EVERY_KIND_OF_PART, agent_message, conversation_of, person_awaited, piece, problem
from .states import UNCERTAIN, close_by_silence

# --- the beginning ---


def test_before_the_first_word_the_page_says_that_an_ai_answers(chat: ChatPage) -> None:
    expect(chat.welcome).to_contain_text(re.compile(r"\bAI\b"))


def test_the_greeting_is_asked_for_by_page_time_zone_and_language(new_context: NewContext, live: Live) -> None:
    page = new_context(locale="de-DE").new_page()
    key = live.tenants[0].publishable_key
    with page.expect_request("**/v1/site?*") as asked:
        page.goto(f"{live.url}/chat#key={key}&page=https%3A%2F%2Fshop.example%2Fbilling")

    query = parse_qs(urlsplit(asked.value.url).query)
    assert query["page"] == ["https://shop.example/billing"]
    assert query["language"] == ["de"]
    assert query["time_zone"] == [page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")]


def test_the_first_message_of_a_conversation_says_that_it_is_an_ai(chat: ChatPage) -> None:
    chat.ask("How do I export data?")

    expect(chat.agent_messages.first).to_contain_text(re.compile(r"\bAI\b"))


def test_a_suggested_question_is_asked_with_a_click(chat: ChatPage) -> None:
    suggestion = chat.page.locator(".suggestions button", has_text="export")
    question = suggestion.inner_text()
    suggestion.click()

    expect(chat.customer_messages).to_have_text([re.compile(re.escape(question))])
    expect(chat.last_reply).to_be_visible()
    expect(chat.composer).to_be_focused()


def test_a_key_nobody_knows_is_explained(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/chat#key=pk_nobody")

    expect(page.get_by_role("heading", name="This chat cannot be opened")).to_be_visible()


def test_an_address_without_a_key_is_explained(page: Page, live: Live) -> None:
    page.goto(f"{live.url}/chat")

    expect(page.get_by_role("heading", name="This address is incomplete")).to_be_visible()


# --- replies ---


def test_a_source_opens_with_title_version_and_quote_and_escape_closes_it(chat: ChatPage) -> None:
    reply = chat.ask("How do I export data?")
    mark = reply.get_by_role("button", name=re.compile("^Source 1: ")).first
    title = (mark.get_attribute("aria-label") or "").removeprefix("Source 1: ")
    mark.click()

    panel = chat.page.get_by_role("dialog", name=title)
    expect(panel).to_contain_text(re.compile(r"Version \d+"))
    expect(panel.locator("blockquote").first).not_to_be_empty()

    chat.page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(mark).to_be_focused()


def test_every_kind_of_part_has_its_form(chat: ChatPage) -> None:
    conversation_of(chat.page, "Hello", agent_message(EVERY_KIND_OF_PART))
    chat.write("Hello")

    reply = chat.agent_messages.first
    expect(reply.locator("ol > li")).to_have_count(2)
    expect(reply.locator("ol").nth(1)).to_have_attribute("start", "2")
    expect(reply.locator("pre")).to_have_text("curl https://api.example.com/exports")
    expect(reply.get_by_role("link", name="https://example.com/help")).to_be_visible()
    expect(reply.get_by_role("list", name="Sources").get_by_role("listitem")).to_have_text(
        [re.compile("Exporting data"), re.compile("Case 00001017")]
    )


def test_a_suggested_article_shows_title_section_and_beginning_and_opens_like_a_source(chat: ChatPage) -> None:
    conversation_of(chat.page, "Hello", agent_message(EVERY_KIND_OF_PART))
    chat.write("Hello")
    suggested = chat.agent_messages.get_by_role("list", name="Articles that may answer").get_by_role("button")
    expect(suggested).to_have_count(2)
    first = suggested.first
    expect(first).to_contain_text(
        re.compile("Schedule an export.*How often it may run.*An export runs once a week.*…$")
    )
    expect(chat.agent_messages.get_by_role("list", name="Sources")).not_to_contain_text("Schedule an export")

    first.focus()
    chat.page.keyboard.press("Enter")
    panel = chat.page.get_by_role("dialog", name="Schedule an export")
    expect(panel).to_contain_text("goes on after an interruption.")
    expect(panel.get_by_role("link")).to_have_attribute("href", "https://help.example.com/exports")
    chat.page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_a_question_without_a_certain_answer_is_met_with_articles_that_may_have_it(chat: ChatPage) -> None:
    reply = chat.ask(UNCERTAIN)
    suggested = reply.get_by_role("list", name="Articles that may answer").get_by_role("button")
    expect(suggested.first).to_be_visible()
    expect(reply.locator("button.mark-number")).to_have_count(0)
    expect(reply.get_by_role("list", name="Sources")).to_have_count(0)

    suggested.first.click()
    expect(chat.page.get_by_role("dialog").locator("blockquote")).not_to_be_empty()


def test_pieces_of_a_reply_are_shown_as_they_come_and_replaced_by_the_whole(chat: ChatPage) -> None:
    pieces = [piece(index, EVERY_KIND_OF_PART[index]) for index in range(2)]
    conversation_of(chat.page, "Hello", *pieces)
    chat.write("Hello")
    expect(chat.agent_messages).to_have_attribute("aria-busy", "true")
    expect(chat.agent_messages).to_contain_text("An export holds every record.")

    conversation_of(chat.page, "Hello", *pieces, agent_message(EVERY_KIND_OF_PART))
    expect(chat.agent_messages).to_have_count(1)
    expect(chat.agent_messages).to_have_attribute("aria-busy", "false")
    expect(chat.agent_messages).to_contain_text("Is there anything else?")


def test_what_is_being_done_is_shown_until_the_message_arrives(chat: ChatPage) -> None:
    doing = piece(0, {"kind": "progress", "text": "One moment, I am looking it up.", "sources": []})
    conversation_of(chat.page, "Hello", doing)
    chat.write("Hello")
    expect(chat.agent_messages).to_contain_text("One moment, I am looking it up.")
    expect(chat.agent_messages.locator(".spinner")).to_be_visible()

    done = {"kind": "result", "text": "You have four licences left.", "sources": []}
    conversation_of(chat.page, "Hello", doing, agent_message((doing[1]["part"], done)))
    expect(chat.agent_messages).to_contain_text("You have four licences left.")
    expect(chat.agent_messages).not_to_contain_text("One moment")
    expect(chat.agent_messages.locator(".spinner")).to_have_count(0)


def test_neighbouring_sentences_of_one_source_are_marked_once(chat: ChatPage) -> None:
    conversation_of(chat.page, "Hello", agent_message(EVERY_KIND_OF_PART))
    chat.write("Hello")

    expect(chat.agent_messages.first.locator("button.mark-number")).to_have_text(["1", "2"])


def test_code_is_copied_with_a_click(chat: ChatPage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    conversation_of(chat.page, "Hello", agent_message(EVERY_KIND_OF_PART))
    chat.write("Hello")
    chat.log.locator("figure").get_by_role("button", name="Copy").click()

    expect(chat.page.get_by_role("button", name="Copied")).to_be_visible()
    assert chat.page.evaluate("navigator.clipboard.readText()") == "curl https://api.example.com/exports"


def test_a_whole_reply_is_copied_with_its_steps_and_sources(chat: ChatPage) -> None:
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    conversation_of(chat.page, "Hello", agent_message(EVERY_KIND_OF_PART))
    chat.write("Hello")
    chat.page.locator(".reply-tools").get_by_role("button", name="Copy").click()
    expect(chat.page.get_by_role("button", name="Copied")).to_be_visible()

    copied = chat.page.evaluate("navigator.clipboard.readText()")
    assert "An export holds every record. It needs the Business plan.\n\n1. Open Settings." in copied
    assert "\n\n2. Choose Export.\n" in copied
    assert "\n\n- Schedule an export (How often it may run)\n    “An export runs once a week at most." in copied
    assert "[1] Exporting data (Help article · Version 3)\n    “Open Settings.”\n[2] Case 00001017 (Record)" in copied


def test_what_arrives_in_pieces_is_read_out_once(chat: ChatPage) -> None:
    read_out = chat.listen()
    pieces = [piece(index, EVERY_KIND_OF_PART[index]) for index in range(2)]
    conversation_of(chat.page, "Hello", *pieces)
    chat.write("Hello")
    expect(chat.agent_messages).to_contain_text("An export holds every record.")
    conversation_of(chat.page, "Hello", *pieces, agent_message(EVERY_KIND_OF_PART))
    expect(chat.agent_messages).to_contain_text("Is there anything else?")

    words = " ".join(read_out())
    assert [words.count(part["text"]) for part in EVERY_KIND_OF_PART] == [1] * len(EVERY_KIND_OF_PART)


def test_the_history_is_not_read_out_again(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    read_out = chat.listen()
    chat.page.reload()
    expect(chat.last_reply).to_be_visible()
    expect(chat.log).to_have_attribute("aria-busy", "false")
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()

    words = " ".join(read_out())
    assert "A person from our team will answer here." in words
    assert "export" not in words


def test_a_look_at_earlier_conversations_reads_nothing_out_again(chat: ChatPage) -> None:
    chat.ask("How do I export data?")
    read_out = chat.listen()
    chat.choose("Earlier conversations")
    chat.page.get_by_role("button", name="Back to the conversation").click()
    expect(chat.last_reply).to_be_visible()
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()

    assert "export" not in " ".join(read_out())


def test_an_answer_can_be_judged_and_the_judgement_survives_a_reload(chat: ChatPage) -> None:
    reply = chat.ask("How do I export data?")
    reply.get_by_role("button", name="Helped", exact=True).click()
    expect(reply).to_contain_text("Thank you for telling us.")

    chat.page.reload()
    helped = chat.last_reply.get_by_role("button", name="Helped", exact=True)
    expect(helped).to_have_attribute("aria-pressed", "true")


def test_after_an_answer_that_did_not_help_a_word_on_why_can_be_sent(chat: ChatPage) -> None:
    reply = chat.ask("How do I export data?")
    reply.get_by_role("button", name="Did not help").click()
    reply.get_by_label("What was missing or wrong?").fill("The menu looks different.")
    with chat.page.expect_response("**/feedback") as sent:
        reply.get_by_role("button", name="Send").click()

    assert sent.value.status == 204
    given = sent.value.request.post_data_json or {}
    assert (given["helpful"], given["comment"]) == (False, "The menu looks different.")
    expect(reply).to_contain_text("Thank you, we will look into it.")


def test_after_an_answer_that_did_not_help_a_person_can_be_asked_for(chat: ChatPage) -> None:
    reply = chat.ask("How do I export data?")
    reply.get_by_role("button", name="Did not help").click()
    reply.get_by_role("button", name="Talk to a person").click()

    expect(chat.log.locator(".mode-line.human")).to_be_visible()


def test_a_suggested_reply_is_sent_with_a_click(chat: ChatPage) -> None:
    chat.ask("I forgot my password")
    chat.ask("user@example.com")
    chat.suggested_replies.get_by_role("button").first.click()

    expect(chat.customer_messages).to_have_count(3)
    expect(chat.last_reply).to_be_visible()


# --- writing ---


def test_shift_and_enter_start_a_new_line(chat: ChatPage) -> None:
    chat.composer.press_sequentially("first")
    chat.composer.press("Shift+Enter")
    chat.composer.press_sequentially("second")
    expect(chat.composer).to_have_value("first\nsecond")

    chat.composer.press("Enter")
    expect(chat.customer_messages).to_have_text([re.compile("first\nsecond")])


def test_the_whole_chat_can_be_used_with_the_keyboard_alone(chat: ChatPage) -> None:
    keyboard = chat.page.keyboard
    expect(chat.composer).to_be_focused()
    keyboard.type("How do I export data?")
    keyboard.press("Enter")
    expect(chat.last_reply).to_be_visible()

    mark = chat.last_reply.get_by_role("button", name=re.compile("^Source 1: ")).first
    for _ in range(30):
        keyboard.press("Shift+Tab")
        if mark.evaluate("element => element === document.activeElement"):
            break
    expect(mark).to_be_focused()
    keyboard.press("Enter")
    expect(chat.page.get_by_role("dialog")).to_be_visible()
    keyboard.press("Escape")
    expect(chat.page.get_by_role("dialog")).to_have_count(0)
    expect(mark).to_be_focused()


# --- people ---


def test_a_person_who_was_asked_for_answers_in_the_same_chat(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    chat.person_button.click()
    expect(chat.log.locator(".mode-line.human")).to_be_visible()

    operator.reply(chat.conversation_id, "Hello, this is Ada from the support team.")
    expect(chat.log.locator(".message.operator")).to_contain_text("this is Ada")
    expect(chat.page.get_by_text("A person is answering you")).to_be_visible()

    operator.give_back(chat.conversation_id)
    expect(chat.log.locator(".mode-line.agent")).to_have_text("The AI assistant is answering again.")


def test_who_waits_for_a_person_sees_the_place_in_the_queue_until_one_comes(chat: ChatPage, operator: Operator) -> None:
    chat.person_button.click()
    place = chat.page.locator(".pending")
    expect(place).to_have_text(re.compile("You are next|before you"))

    operator.reply(chat.conversation_id, "Hello, this is Ada.")
    expect(chat.log.locator(".message.operator")).to_be_visible()
    expect(place).to_have_count(0)


def test_the_place_in_the_queue_moves_up(chat: ChatPage) -> None:
    conversation_of(chat.page, "A person, please", *person_awaited(3, 5))
    chat.write("A person, please")
    expect(chat.page.locator(".pending")).to_have_text("2 people are before you.")

    conversation_of(chat.page, "A person, please", *person_awaited(1, 3))
    expect(chat.page.locator(".pending")).to_have_text("You are next.")


def test_a_person_can_be_asked_for_before_anything_is_said(chat: ChatPage) -> None:
    chat.person_button.click()

    expect(chat.log.locator(".mode-line.human")).to_be_visible()


# --- the end ---


def test_a_closed_conversation_is_rated_and_a_new_one_begins(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    close_by_silence(chat, operator)

    chat.rating.get_by_role("radio", name="4 stars").check()
    chat.page.get_by_label("What should we know?").fill("Quick and clear.")
    with chat.page.expect_response("**/feedback") as sent:
        chat.page.get_by_role("button", name="Send rating").click()
    assert sent.value.status == 204
    assert sent.value.request.post_data_json == {"rating": 4, "comment": "Quick and clear."}
    expect(chat.page.get_by_text("Thank you for your rating.")).to_be_visible()

    chat.page.reload()
    expect(chat.page.get_by_text("Thank you for your rating.")).to_be_visible()
    chat.page.get_by_role("button", name="New conversation").click()
    expect(chat.composer).to_be_visible()
    expect(chat.customer_messages).to_have_count(0)


def test_writing_in_a_closed_conversation_opens_it_again(chat: ChatPage, operator: Operator) -> None:
    chat.ask("How do I export data?")
    close_by_silence(chat, operator)
    chat.ask("I forgot my password")

    expect(chat.page.get_by_text("Conversation closed")).to_have_count(0)
    expect(chat.rating).to_have_count(0)


# --- refusals ---


def test_a_message_the_server_will_not_take_says_why_and_can_be_discarded(chat: ChatPage) -> None:
    chat.page.route("**/messages", lambda route: problem(route, 422, "The message is too long. Write less."))
    chat.write("Something")
    expect(chat.log.get_by_role("alert")).to_contain_text("Not sent. The message is too long. Write less.")

    chat.page.get_by_role("button", name="Discard").click()
    expect(chat.customer_messages).to_have_count(0)


def test_of_a_very_long_message_the_beginning_is_shown_until_all_is_asked_for(chat: ChatPage) -> None:
    chat.ask("A" * 100_000)
    message = chat.customer_messages.locator("p")
    expect(message).to_have_text("A" * 600 + "…")

    chat.page.get_by_role("button", name=re.compile("^Show all .* characters$")).click()
    expect(message).to_have_text(re.compile("^A{3000}"))
