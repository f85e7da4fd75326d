import pytest

from casewright.understanding.entities import find_entities
from casewright.understanding.entity_types.money import find_money
from casewright.understanding.entity_types.versions import find_versions
from casewright.understanding.entity_types.web_addresses import find_web_addresses
from casewright.understanding.models import MoneyAmount, VersionOf, WebAddress
from tests.understanding.conftest import NOW


@pytest.mark.parametrize(
    ("text", "number", "of"),
    [
        ("API v61.0", "61.0", "api"),
        ("we call API version 58", "58.0", "api"),
        ("v61.0 of the endpoint", "61.0", "api"),
        ("app 3.2.1", "3.2.1", "app"),
        ("on iOS 17.4", "17.4", "iOS"),
        ("Version 2.4", "2.4", None),
        ("since 4.12.0-rc1", "4.12.0-rc1", None),
    ],
)
def test_a_version_tells_what_of(text: str, number: str, of: str | None) -> None:
    found = [one for one in find_entities(text, {}, NOW) if one.type == "version"]
    assert [(one.value, one.details) for one in found] == [(number, VersionOf(of=of))]


@pytest.mark.parametrize("text", ["03.10.2026", "10.0.0.1", "12.5 hours", "API 50 calls", "5.000.000 rows left"])
def test_days_addresses_and_numbers_are_no_versions(text: str) -> None:
    assert list(find_versions(text)) == []


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$1,234.50", "1234.50", "USD"),
        ("5k EUR", "5000", "EUR"),
        ("R$ 99,90", "99.90", "BRL"),
        ("1.2 million dollars", "1200000", "USD"),
        ("3000円", "3000", "JPY"),
    ],
)
def test_an_amount_has_a_currency(text: str, amount: str, currency: str) -> None:
    assert [one.details for one in find_money(text)] == [MoneyAmount(amount=amount, currency=currency)]


@pytest.mark.parametrize(
    ("text", "value", "host"),
    [
        ("see https://Acme.MY.salesforce.com/a?b=C.", "https://acme.my.salesforce.com/a?b=C", "acme.my.salesforce.com"),
        ("(www.example.com/x)", "https://www.example.com/x", "www.example.com"),
        (
            "acme.lightning.force.com/lightning",
            "https://acme.lightning.force.com/lightning",
            "acme.lightning.force.com",
        ),
    ],
)
def test_a_web_address_ends_where_its_sentence_does(text: str, value: str, host: str) -> None:
    assert [(one.value, one.details) for one in find_web_addresses(text)] == [(value, WebAddress(host=host))]
