"""Four whole conversations, as a customer has them on the page."""

import re

from playwright.sync_api import expect

from .chat_page import ChatPage

CODE_SNIPPET = """import requests
answer = requests.get("https://api.example.com/v2/records", headers={"Authorization": "Bearer " + token})
print(answer.status_code, answer.text)  # 401"""


def test_a_forgotten_password_is_reset_after_a_yes(chat: ChatPage) -> None:
    chat.ask("I forgot my password")
    expect(chat.form.locator("input[type=email]")).to_be_focused()

    question = chat.ask("my email is user@example.com")
    expect(question).to_contain_text("user@example.com")
    expect(chat.suggested_replies).to_be_visible()

    done = chat.ask("yes, send the reset link")
    expect(done).to_contain_text("link")
    expect(done.get_by_role("list", name="Sources")).to_be_visible()  # it was done, not asked about again


def test_an_expired_token_is_found_behind_a_401(chat: ChatPage) -> None:
    chat.ask("I'm getting a 401 error when calling the REST API")
    chat.ask("I'm using OAuth 2.0")
    chat.ask(f"Here's my code: {CODE_SNIPPET}")
    cause = chat.ask("The token was generated yesterday")

    expect(cause).to_contain_text(re.compile(r"token.*expire|expired.*token", re.IGNORECASE | re.DOTALL))
    expect(cause.get_by_role("list", name="Sources")).to_be_visible()


def test_an_angry_customer_is_handed_to_a_person(chat: ChatPage) -> None:
    chat.ask("This is completely unacceptable!")
    chat.say("I've been trying to fix this for hours!")
    chat.say("I want to speak to a manager NOW!")

    expect(chat.log.locator(".mode-line.human")).to_contain_text("A person from our team will answer here")
    expect(chat.page.get_by_text("Waiting for a person")).to_be_visible()
    expect(chat.person_button).to_have_count(0)


def test_a_customer_changes_the_subject_and_comes_back(chat: ChatPage) -> None:
    first = chat.ask("How do I export data?")
    expect(first).to_contain_text("export")

    chat.ask("Actually, first I need to reset my password")
    expect(chat.form.locator("input[type=email]")).to_be_visible()
    chat.ask("user@example.com")
    chat.ask("yes, send the reset link")

    back = chat.ask("Ok password is reset, now back to the export")
    expect(back).to_contain_text("export")
    expect(back.get_by_role("list", name="Sources")).to_be_visible()
