"""How a conversation begins: by page, hour and language."""

from datetime import UTC, datetime

import pytest

from casewright.greeting import Greeter
from casewright.kit.clock import ManualClock
from casewright.kit.ids import TenantId, new_id
from casewright.tenants.models import Tenant, TenantProfile, Welcome

GREETINGS = [
    {"page": "/billing*", "from": "05:00", "until": "11:00", "text": {"en": "Early for a bill!", "de": "So früh schon!"},
     "suggested_questions": {"en": ["Where is my invoice?"]}},
    {"page": "/billing*", "text": {"en": "About your bill?"}},
    {"from": "22:00", "until": "05:00", "text": {"en": "Still awake?"}},
]  # fmt: skip


def company(**profile: object) -> Tenant:
    content = {"languages": ("en", "de"), "suggested_questions": {"en": ("How do I begin?",)}, **profile}
    return Tenant(id=TenantId(new_id()), slug="c", name="Company", profile=TenantProfile.model_validate(content))


def welcome(tenant: Tenant, hour: int, *, page: str = "/", time_zone: str = "UTC", language: str = "en") -> Welcome:
    greeter = Greeter(ManualClock(datetime(2026, 11, 22, hour, 30, tzinfo=UTC)))
    return greeter.welcome(tenant, page=page, time_zone=time_zone, language=language)


@pytest.mark.parametrize(
    ("hour", "english", "german"),
    [
        (5, "Good morning!", "Guten Morgen!"),
        (11, "Good morning!", "Guten Morgen!"),
        (12, "Good afternoon!", "Guten Tag!"),
        (18, "Good evening!", "Guten Abend!"),
        (2, "Good evening!", "Guten Abend!"),
    ],
)
def test_without_a_word_of_the_company_the_hour_decides(hour: int, english: str, german: str) -> None:
    assert welcome(company(), hour).greeting.startswith(english)
    assert welcome(company(), hour, language="de-AT").greeting.startswith(german)


def test_the_hour_is_the_customers() -> None:
    assert welcome(company(), 20, time_zone="America/Los_Angeles").greeting.startswith("Good afternoon!")


@pytest.mark.parametrize("time_zone", ["", "Nowhere/Town", "../../etc/passwd", "America", "\x00"])
def test_an_unknown_time_zone_counts_as_utc(time_zone: str) -> None:
    assert welcome(company(), 8, time_zone=time_zone).greeting.startswith("Good morning!")


@pytest.mark.parametrize("page", ["/billing/invoices", "https://company.example/billing?month=5"])
def test_a_page_and_an_hour_have_their_own_greeting_and_questions(page: str) -> None:
    found = welcome(company(chat={"greetings": GREETINGS}), 8, page=page)
    assert found.greeting.startswith("Early for a bill!")
    assert found.suggested == ("Where is my invoice?",)


def test_the_first_greeting_that_fits_counts() -> None:
    found = welcome(company(chat={"greetings": GREETINGS}), 11, page="/billing")
    assert found.greeting.startswith("About your bill?")
    assert found.suggested == ("How do I begin?",)


@pytest.mark.parametrize(("hour", "fits"), [(22, True), (3, True), (5, False), (12, False)])
def test_hours_may_go_past_midnight(hour: int, fits: bool) -> None:
    found = welcome(company(chat={"greetings": GREETINGS}), hour)
    assert found.greeting.startswith("Still awake?") is fits


def test_a_language_without_words_of_its_own_gets_the_default_ones() -> None:
    found = welcome(company(chat={"greetings": GREETINGS}), 12, page="/billing", language="de")
    assert found.language == "de"
    assert found.greeting.startswith("About your bill?")


def test_a_language_the_company_does_not_speak_becomes_its_default() -> None:
    assert welcome(company(), 8, language="fr").language == "en"


def test_whatever_the_company_says_it_is_an_ai_who_speaks_under_its_name() -> None:
    chat = {"agent_name": "Aura", "greetings": GREETINGS}
    for hour in (8, 23):
        assert "I am Aura, the automated assistant of Company, an AI." in welcome(company(chat=chat), hour).greeting


@pytest.mark.parametrize("page", ["http://[", "", "?x", "\x00"])
def test_any_page_is_taken(page: str) -> None:
    assert welcome(company(chat={"greetings": GREETINGS}), 12, page=page).greeting.startswith("Good afternoon!")
