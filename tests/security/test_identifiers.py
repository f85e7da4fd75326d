from collections.abc import Iterable

import pytest

from casewright.security import identifiers
from casewright.security.identifiers import Finder, Span


def found(spans: Iterable[Span], text: str) -> list[str]:
    """The texts found, each once: several ways to find a number may find the same."""
    return list(dict.fromkeys(text[start:end] for start, end in spans))


def matches(finder: Finder, text: str) -> list[str]:
    return found(finder(text), text)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("write to jane.o'brien+shop@mail.example.co.uk please", "jane.o'brien+shop@mail.example.co.uk"),
        ("'max@firma.example'", "max@firma.example"),
        ("Max.Müller@bücher.de, danke", "Max.Müller@bücher.de"),
        ("mailto:jane@163.com", "jane@163.com"),
    ],
)
def test_an_email_address_is_found_without_what_surrounds_it(text: str, address: str) -> None:
    assert matches(identifiers.email_addresses, text) == [address]


@pytest.mark.parametrize(
    "text",
    [
        "git@github.com:owner/repository.git",
        "npm i @salesforce/cli@2.146.0",
        "left@4.17.beta",
        "com.foo.Bar@1a2b3c",
        "@isTest",
    ],
)
def test_repositories_packages_and_annotations_are_not_email_addresses(text: str) -> None:
    assert matches(identifiers.email_addresses, text) == []


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1111", "4111-1111-1111-1111", "4111111111111111", "378282246310005"]
)
def test_a_card_number_with_a_valid_check_digit_is_found(number: str) -> None:
    assert matches(identifiers.card_numbers, f"my card {number} 12/27 was charged") == [number]


@pytest.mark.parametrize(
    "number", ["4111 1111 1111 1112", "1700000000123456", "0000000000000000", "2024-0101-1111-1111"]
)
def test_numbers_that_are_no_cards_are_left_alone(number: str) -> None:
    assert matches(identifiers.card_numbers, f"see {number} in the log") == []


@pytest.mark.parametrize("iban", ["DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "gb29nwbk60161331926819"])
def test_a_bank_account_is_found_and_the_words_after_it_are_not_taken(iban: str) -> None:
    assert matches(identifiers.bank_accounts, f"refund to {iban} and tell me") == [iban]


def test_a_bank_account_with_wrong_check_digits_is_not_one() -> None:
    assert matches(identifiers.bank_accounts, "DE88 3704 0044 0532 0130 00") == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Meine Steuer-ID ist 86 095 742 719", "86 095 742 719"),
        ("SSN is 078 05 1120", "078 05 1120"),
        ("it was 536-90-4399 on the form", "536-90-4399"),
        ("tax id: 12-3456789", "12-3456789"),
        ("NINO AB 12 34 56 C", "AB 12 34 56 C"),
        ("mi DNI 12345678Z", "12345678Z"),
        ("contribuinte 501964843", "501964843"),
        ("codice RCCMNL83S18D969H ok", "RCCMNL83S18D969H"),
        ("cpf 390.533.447-05", "390.533.447-05"),
    ],
)
def test_a_tax_number_is_found_by_its_name_or_by_its_shape_and_check_digit(text: str, number: str) -> None:
    assert matches(identifiers.tax_numbers, text) == [number]


@pytest.mark.parametrize("text", ["order 536-90-4399", "86095742719 rows", "12345678A", "case number 123-45-6789"])
def test_numbers_of_things_are_not_tax_numbers(text: str) -> None:
    assert matches(identifiers.tax_numbers, text) == []


def test_a_passport_number_needs_the_word_before_it() -> None:
    assert matches(identifiers.passport_numbers, "My passport number is C01X00T47.") == ["C01X00T47"]
    assert matches(identifiers.passport_numbers, "Reisepass: 123456789") == ["123456789"]
    assert matches(identifiers.passport_numbers, "The part C01X00T47 broke") == []


def test_the_machine_readable_lines_of_a_passport_are_found_by_their_check_digits() -> None:
    # The specimen of ICAO document 9303, part 4.
    lines = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
    assert matches(identifiers.passport_numbers, f"here it is:\n{lines}") == [lines]
    assert matches(identifiers.passport_numbers, lines.replace("L898902C3", "L898902C4")) == []


@pytest.mark.parametrize(
    ("text", "locale", "number"),
    [
        ("call me at 415-555-2671 please", "en", "415-555-2671"),
        ("(555) 123-4567 is my office", "en-US", "(555) 123-4567"),
        ("my number is 4155552671", "en", "4155552671"),
        ("ruf an: +49 30 901820", "de", "+49 30 901820"),
        ("030 901820 ist richtig", "de", "030 901820"),
        ("07911 123456", "en-GB", "07911 123456"),
    ],
)
def test_a_phone_number_is_found_when_it_is_written_or_named_as_one(text: str, locale: str, number: str) -> None:
    assert found(identifiers.phone_numbers(text, locale), text) == [number]


@pytest.mark.parametrize("locale", ["en", "de", "en-GB", "fr", "es"])
@pytest.mark.parametrize(
    "text",
    [
        "order number 4155552671",
        "case 00001234 and ticket 4155552671",
        "2024-01-15T10:22:33.000+0000 to 12.05.2026",
        "192.168.10.12 and version 1.2.3.4",
        "timestamp 1700000000 or 1700000000123",
        "Id = '5003t00002AbCdEAAV' and 001A0000006Vm9rIAC",
        "HTTP 401, 500 and 503 after 12:33:45,123",
        "Rechnung 2024-004711 über 1.234.567,89",
        "SELECT COUNT(Id) FROM Case WHERE Amount > 1000000 LIMIT 2000",
    ],
)
def test_dates_versions_ids_and_order_numbers_are_not_phone_numbers(text: str, locale: str) -> None:
    assert found(identifiers.phone_numbers(text, locale), text) == []


def test_record_ids_and_case_numbers_are_found_for_tenants_that_ask_for_it() -> None:
    assert matches(identifiers.record_ids, "see 5003t00002AbCdEAAV, congratulations") == ["5003t00002AbCdEAAV"]
    assert matches(identifiers.case_numbers, "case 10234, 00001234, 2024") == ["10234", "00001234"]
