"""Questions that are answered in fields, and the card before a yes."""

import pytest
from playwright.sync_api import Locator, expect

from .chat_page import ChatPage
from .conftest import Live
from .connection import newest_code
from .event_stream import Event, Field, agent_message, conversation_of, customer_message, field, problem, question
from .states import CHECKED, FORM


def asked_for(chat: ChatPage, *fields: Field, expects: str = "form", replies: tuple[str, ...] = ()) -> Event:
    """The agent asks for these fields."""
    event = agent_message([question("I need a few details.")], expects, fields, replies)
    conversation_of(chat.page, "Hello", event)
    chat.write("Hello")
    return event


def sent_by(chat: ChatPage, button: Locator) -> object:
    with chat.page.expect_request("**/messages") as sent:
        button.click()
    return sent.value.post_data_json


# --- one field ---


def test_an_email_address_is_asked_for_in_a_field_made_for_it(chat: ChatPage) -> None:
    chat.ask("I forgot my password")
    address = chat.form.get_by_role("textbox")
    expect(address).to_have_attribute("type", "email")
    expect(address).to_have_attribute("autocomplete", "email")
    expect(address).to_be_focused()

    address.fill("user@example.com")
    address.press("Enter")
    expect(chat.customer_messages.last.locator(".bubble")).to_have_text("user@example.com")
    expect(chat.confirmation).to_be_visible()


def test_something_else_can_be_written_where_an_address_is_asked_for(chat: ChatPage) -> None:
    chat.ask("I forgot my password")

    expect(chat.composer).to_have_attribute("placeholder", "Or something else…")
    expect(chat.ask("How do I export data?")).to_contain_text("export")


def test_a_form_does_not_take_the_focus_from_someone_who_is_writing(chat: ChatPage) -> None:
    first = agent_message([question("What can I do for you?")])
    conversation_of(chat.page, "Hello", first)
    chat.write("Hello")
    expect(chat.agent_messages).to_have_count(1)
    chat.composer.fill("I was about to")
    asks = agent_message([question("Which address?")], "email", [field("email", "E-mail")], message_id="m2")
    conversation_of(chat.page, "Hello", first, asks)
    expect(chat.form).to_be_visible()

    expect(chat.composer).to_be_focused()
    expect(chat.composer).to_have_value("I was about to")


def test_a_code_can_be_pasted_however_its_digits_are_grouped(chat: ChatPage) -> None:
    asked_for(chat, field("code", "Code"), expects="code")
    code = chat.form.get_by_label("Code")
    expect(code).to_have_attribute("autocomplete", "one-time-code")
    expect(code).to_have_attribute("inputmode", "numeric")
    chat.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    chat.page.evaluate("navigator.clipboard.writeText('Your code: 123 456')")
    code.press("ControlOrMeta+v")

    expect(chat.form.locator(".code-entry span")).to_have_text(list("123456"))
    assert sent_by(chat, chat.form.get_by_role("button", name="Send")) == {"text": "", "form": {"code": "123456"}}


def test_a_new_code_can_be_asked_for_with_a_click(chat: ChatPage) -> None:
    chat.ask("What is the status of my case?")
    chat.ask("somebody.else@example.com")
    chat.suggested_replies.get_by_role("button", name="Send a new code").click()

    expect(chat.last_reply).to_contain_text("a new one")
    expect(chat.form.locator(".code-entry")).to_be_visible()


# --- several fields ---


def test_a_form_is_filled_in_with_the_keyboard_alone(chat: ChatPage) -> None:
    asked_for(chat, *FORM)
    expect(chat.form.get_by_role("radiogroup", name="Format")).to_be_visible()
    keyboard = chat.page.keyboard
    expect(chat.page.get_by_label("E-mail")).to_be_focused()
    keyboard.type("dana@harborlight.example")
    keyboard.press("Tab")
    keyboard.press("ControlOrMeta+a")
    keyboard.type("55 EUR")
    keyboard.press("Tab")
    keyboard.press("ArrowDown")  # from the first radio to the second
    keyboard.press("Tab")
    keyboard.type("Con")
    keyboard.press("Tab")
    keyboard.press("Space")
    keyboard.press("Tab")
    keyboard.type("11112026")  # whether the browser asks for the day or the month first
    reason = chat.form.get_by_label("Reason")
    while not reason.evaluate("element => element === document.activeElement"):
        keyboard.press("Tab")
    keyboard.type("Monthly report")
    with chat.page.expect_request("**/messages") as sent:
        keyboard.press("Enter")

    assert sent.value.post_data_json == {
        "text": "",
        "form": {
            "e-mail": "dana@harborlight.example",
            "amount": "55 EUR",
            "format": "json",
            "object": "contact",
            "attachments": "yes",
            "first run": "2026-11-11",
            "reason": "Monthly report",
        },
    }


WRONG = (
    (field("email", "E-mail"), "nobody", "An e-mail address looks like name@example.com."),
    (field("money", "Amount"), "a lot", "Please write an amount, like 50 or 49.90 EUR."),
    (field("number", "Licences"), "many", "Please write a number."),
    (field("code", "Code"), "123", "The code has six digits."),
    (field("case_number", "Case"), "mine", "A case number has digits, like 00001017."),
    (field("http_status", "Status"), "unauthorized", "A status has three digits, like 401."),
    (field("text", "Reason"), "  ", "Please fill this in."),
)


@pytest.mark.parametrize(("asked", "written", "said"), WRONG, ids=[asked["type"] for asked, _, _ in WRONG])
def test_what_is_wrong_is_said_under_its_field_and_nothing_is_sent(
    chat: ChatPage, asked: Field, written: str, said: str
) -> None:
    asked_for(chat, asked, field("text", "Note", optional=True))
    entry = chat.form.get_by_label(asked["label"])
    entry.fill(written)
    chat.form.get_by_role("button", name="Send").click()

    expect(entry).to_have_accessible_description(said)
    expect(entry).to_be_focused()
    expect(chat.customer_messages).to_have_count(1)


def test_what_was_put_right_is_no_longer_called_wrong(chat: ChatPage) -> None:
    asked_for(chat, field("email", "E-mail"), field("text", "Reason"))
    chat.form.get_by_label("E-mail").fill("nobody")
    chat.form.get_by_role("button", name="Send").click()
    expect(chat.form.locator(".fault")).to_have_count(2)

    chat.form.get_by_label("E-mail").fill("user@example.com")
    expect(chat.form.locator(".fault")).to_have_text(["Please fill this in."])


def test_an_optional_field_may_be_left_empty(chat: ChatPage) -> None:
    asked_for(chat, field("text", "Reason"), field("date", "Day", optional=True))
    chat.form.get_by_label("Reason").fill("Holidays")

    sent = sent_by(chat, chat.form.get_by_role("button", name="Send"))
    assert sent == {"text": "", "form": {"reason": "Holidays", "day": ""}}


def test_what_was_filled_in_stands_in_the_conversation_as_a_list(chat: ChatPage) -> None:
    asks = agent_message([question("I need a few details.")], "form", CHECKED)
    filled_in = customer_message("Amount: 40.00 EUR\nReason: Five hours of downtime\nOn Tuesday", "filled in")
    conversation_of(chat.page, "Hello", asks, filled_in)
    chat.write("Hello")

    expect(chat.customer_messages.last.locator("dt")).to_have_text(["Amount", "Reason"])
    expect(chat.customer_messages.last.locator("dd")).to_have_text(
        ["40.00 EUR", "Five hours of downtime\nOn Tuesday"], use_inner_text=True
    )


def test_a_form_that_the_server_will_not_take_comes_back_as_it_was_left(chat: ChatPage) -> None:
    asked_for(chat, field("text", "Reason"), field("text", "Note", optional=True))
    chat.page.route("**/messages", lambda route: problem(route, 422, "The form has no field `note`."))
    chat.form.get_by_label("Reason").fill("Holidays")
    chat.form.get_by_role("button", name="Send").click()
    expect(chat.log.get_by_role("alert")).to_contain_text("The form has no field `note`.")

    chat.log.get_by_role("button", name="Edit").click()
    expect(chat.form.get_by_label("Reason")).to_have_value("Holidays")


# --- before a yes ---


def test_a_yes_is_given_to_the_values_that_are_shown(chat: ChatPage) -> None:
    asked_for(chat, *CHECKED, expects="confirmation", replies=("Yes", "No"))
    expect(chat.confirmation.locator("dd")).to_have_text(["40.00 EUR", "Five hours of downtime on Tuesday"])

    assert sent_by(chat, chat.confirmation.get_by_role("button", name="Yes")) == {"text": "Yes"}


def test_only_what_was_changed_is_sent(chat: ChatPage) -> None:
    asked_for(chat, *CHECKED, expects="confirmation", replies=("Yes", "No"))
    chat.confirmation.get_by_role("button", name="Edit").click()
    expect(chat.form.get_by_label("Amount")).to_be_focused()
    chat.form.get_by_label("Amount").fill("60.00 EUR")

    sent = sent_by(chat, chat.form.get_by_role("button", name="Save changes"))
    assert sent == {"text": "", "form": {"amount": "60.00 EUR"}}


def test_an_edit_that_changes_nothing_leads_back_to_the_question(chat: ChatPage) -> None:
    asked_for(chat, *CHECKED, expects="confirmation", replies=("Yes", "No"))
    chat.confirmation.get_by_role("button", name="Edit").click()
    chat.form.get_by_role("button", name="Save changes").click()

    expect(chat.confirmation.get_by_role("button", name="Edit")).to_be_focused()
    expect(chat.customer_messages).to_have_count(1)


def test_a_credit_is_asked_for_with_a_code_a_form_an_edit_and_a_yes(chat: ChatPage, live: Live) -> None:
    address = "dana.whitfield@harborlight.example"
    chat.ask("I'd like a service credit for the outage")
    chat.ask(address)
    chat.form.get_by_label("Code").fill(newest_code(live.tenants[0], address))
    chat.form.get_by_role("button", name="Send").click()
    chat.form.get_by_label("Amount").fill("40 USD")
    chat.form.get_by_label("Reason").fill("Five hours of downtime on Tuesday")
    chat.form.get_by_role("button", name="Send").click()
    expect(chat.confirmation).to_contain_text("40 USD")
    chat.confirmation.get_by_role("button", name="Edit").click()
    chat.form.get_by_label("Amount").fill("60 USD")
    chat.form.get_by_role("button", name="Save changes").click()

    expect(chat.confirmation).to_contain_text("60 USD")
    chat.confirmation.get_by_role("button", name="Yes").click()
    expect(chat.last_reply).to_contain_text("A colleague has to approve this.")
    expect(chat.page.locator(".pending")).to_have_text("Waiting for approval")
