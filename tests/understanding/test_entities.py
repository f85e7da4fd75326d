from datetime import UTC, datetime

import pytest

from casewright.understanding.entities import find_awaited, find_entities, local_time, values_of, with_counts
from casewright.understanding.entity_types.records import full_record_id, object_of
from casewright.understanding.models import OwnNames
from tests.understanding.conftest import NOW


def values(text: str, type_: str, tokens: dict[str, str] | None = None) -> list[str]:
    return values_of(find_entities(text, tokens or {}, NOW), type_)


def test_each_entity_lies_where_it_says() -> None:
    text = "case 00001234 of [EMAIL_1] fails with HTTP 401 since yesterday"
    found = find_entities(text, {"[EMAIL_1]": "email"}, NOW)
    assert [(entity.type, text[entity.start : entity.end]) for entity in found] == [
        ("case_number", "00001234"),
        ("email", "[EMAIL_1]"),
        ("http_status", "401"),
        ("date_range", "since yesterday"),
    ]


def test_only_tokens_that_stand_for_something_are_values() -> None:
    text = "[EMAIL_1] [LITERAL_1] [EMAIL_9]"
    found = find_entities(text, {"[EMAIL_1]": "email", "[LITERAL_1]": "literal"}, NOW)
    assert [(entity.type, entity.value) for entity in found] == [("email", "[EMAIL_1]")]


def test_a_masked_case_number_is_still_a_case_number() -> None:
    assert values("case [CASE_NUMBER_1]", "case_number", {"[CASE_NUMBER_1]": "case_number"}) == ["[CASE_NUMBER_1]"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("case 00001234", "00001234"),
        ("#12345", "12345"),
        ("Ticket-Nr. 4711", "4711"),
        ("what about 00005521?", "00005521"),
    ],
)
def test_a_case_number_is_announced_or_padded_with_zeros(text: str, number: str) -> None:
    assert values(text, "case_number") == [number]


@pytest.mark.parametrize("text", ["we have 500 users", "20261122", "version 1.0.12345678", "0.0001234"])
def test_other_numbers_are_no_case_numbers(text: str) -> None:
    assert values(text, "case_number") == []


def test_an_id_of_15_characters_gets_its_checksum() -> None:
    assert full_record_id("001A0000006Vm9r") == "001A0000006Vm9rIAC"
    assert values("record 001A0000006Vm9r", "record_id") == ["001A0000006Vm9rIAC"]
    assert object_of("001A0000006Vm9rIAC") == "Account"


def test_an_id_of_18_characters_needs_the_right_checksum() -> None:
    assert values("record 001A0000006Vm9rIAC", "record_id") == ["001A0000006Vm9rIAC"]
    assert values("record 001A0000006Vm9rIAD", "record_id") == []


def test_long_words_are_no_record_ids() -> None:
    assert values("congratulations on the internationaliz", "record_id") == []


@pytest.mark.parametrize(
    ("text", "code"),
    [("INVALID_SESSION_ID: expired", "INVALID_SESSION_ID"), ("Display zeigt E203", "E203"), ("W-512", "W512")],
)
def test_an_error_code_is_found(text: str, code: str) -> None:
    assert values(text, "error_code") == [code]


@pytest.mark.parametrize(
    ("text", "statuses"),
    [
        ("I'm getting a 401 error", ["401"]),
        ("HTTP 404 and then status 503", ["404", "503"]),
        ("it returns 500", ["500"]),
        ("we have 500 users and 401 rows", []),
        ("a 200 USD credit", []),
    ],
)
def test_an_http_status_needs_its_context(text: str, statuses: list[str]) -> None:
    assert values(text, "http_status") == statuses


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("40 USD", "40 USD"),
        ("$1,234.50", "1234.50 USD"),
        ("1.234,5 EUR", "1234.50 EUR"),
        ("€ 99", "99 EUR"),
        ("50 dollars", "50 USD"),
    ],
)
def test_an_amount_is_written_one_way(text: str, amount: str) -> None:
    assert values(text, "money") == [amount]


@pytest.mark.parametrize(
    ("text", "priorities"),
    [
        ("High", ["High"]),
        ("set the priority to critical", ["Critical"]),
        ("Priorität hoch bitte", ["High"]),
        ("make it urgent", ["High"]),
        ("we have a high number of calls and low memory", []),
    ],
)
def test_a_priority_is_found_where_one_is_talked_about(text: str, priorities: list[str]) -> None:
    assert values(text, "priority") == priorities


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("since yesterday", "2026-11-21"),
        ("vorgestern", "2026-11-20"),
        ("3 days ago", "2026-11-19"),
        ("vor zwei Wochen", "2026-11-08"),
        ("on Tuesday", "2026-11-17"),
        ("next friday", "2026-11-27"),
        ("2026-02-28", "2026-02-28"),
        ("am 03.10.2026", "2026-10-03"),
    ],
)
def test_a_day_is_written_as_a_date(text: str, day: str) -> None:
    assert values(text, "date") == [day]


@pytest.mark.parametrize("text", ["2026-02-31", "version 1.2.3", "31.31.2026"])
def test_what_is_no_day_is_no_date(text: str) -> None:
    assert values(text, "date") == []


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("it is 123 456.", "code", "123456"),
        ("40", "money", "40"),
        ("4711", "case_number", "4711"),
        ("2,5", "number", "2.5"),
    ],
)
def test_a_bare_value_counts_when_it_was_asked_for(text: str, type_: str, value: str) -> None:
    assert [entity.value for entity in find_awaited(text, type_)] == [value]


@pytest.mark.parametrize("text", ["12345", "1234567", "12.3456", "abc123456"])
def test_a_code_is_six_digits_and_nothing_else(text: str) -> None:
    assert list(find_awaited(text, "code")) == []


def test_of_two_values_in_one_place_the_longer_stands() -> None:
    found = find_entities("API v61.0 since 2026-11-20 at 10:30", {}, NOW)
    assert [(one.type, one.value) for one in found] == [
        ("version", "61.0"),
        ("date_range", "2026-11-20T10:30+00:00/.."),
    ]


def test_a_record_is_found_in_the_address_of_its_page() -> None:
    text = "https://acme.lightning.force.com/lightning/r/Case/5003000000D8cuIAAR/view"
    found = find_entities(text, {}, NOW)
    assert [(one.type, one.value) for one in found] == [("url", text), ("record_id", "5003000000D8cuIAAR")]


def test_days_are_those_of_the_customers_time_zone() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    tokyo = find_entities("today", {}, local_time(late, "Asia/Tokyo"))
    nowhere = find_entities("today", {}, local_time(late, "Not/AZone"))
    assert ([one.value for one in tokyo], [one.value for one in nowhere]) == (["2026-11-23"], ["2026-11-22"])


def test_products_and_editions_are_the_tenants_own() -> None:
    names = OwnNames(products={"Aurora Portal": ("the portal",)}, editions={"Enterprise Edition": ("EE",)})
    text = "The Portal does not open in our EE org"
    found = find_entities(text, {}, NOW, names=names)
    assert [(one.type, one.value) for one in found] == [("product", "Aurora Portal"), ("edition", "Enterprise Edition")]
    assert find_entities(text, {}, NOW) == ()


def test_a_slot_for_a_day_takes_the_first_one_that_is_named() -> None:
    assert values("between Monday and Wednesday", "date") == ["2026-11-16"]
    assert values("until Friday", "date") == ["2026-11-27"]


def test_counts_are_told_beside_what_else_is_there() -> None:
    text = "25 seats for case 00001234"
    found = with_counts(text, find_entities(text, {}, NOW))
    assert [(one.type, one.value) for one in found] == [("number", "25"), ("case_number", "00001234")]
