import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.kit.model import private_fields
from casewright.security.models import Vault, kind_of
from casewright.security.personal_data import PersonalDataMasker

masker = PersonalDataMasker()

PERSONAL = st.sampled_from(
    [
        "jane@example.com",
        "+49 30 901820",
        "4111 1111 1111 1111",
        "DE89370400440532013000",
        "[EMAIL_1]",
        "[LITERAL_1]",
        "[PHONE_2]",
        "SSN 078-05-1120",
        "415-555-2671",
        "passport C01X00T47",
        "5003t00002AbCdEAAV",
        "[EMAIL_",
        "_1]",
        "]",
        "[",
    ]
)
MESSAGES = st.lists(st.one_of(PERSONAL, st.text()), max_size=8).map(" ".join) | st.lists(PERSONAL, max_size=6).map(
    "".join
)


def mask(text: str, vault: Vault | None = None, locale: str = "en") -> tuple[str, Vault]:
    masked = masker.mask(text, locale=locale, vault=vault or Vault())
    return masked.text, masked.vault


@given(MESSAGES, st.sampled_from(["en", "de-DE", "fr", "", "x-unknown"]), st.booleans())
def test_unmasking_gives_back_what_was_masked(text: str, locale: str, record_ids: bool) -> None:
    masked = masker.mask(text, locale=locale, vault=Vault(), record_ids=record_ids)
    assert masker.unmask(masked.text, masked.vault) == text


@given(MESSAGES)
def test_what_was_found_lies_where_it_says(text: str) -> None:
    masked = masker.mask(text, locale="en", vault=Vault())
    for found in masked.found:
        assert masked.text[found.start : found.end] == found.token
        assert kind_of(found.token) == found.kind


@given(st.text(st.characters(codec=None, categories=("Cs", "Co", "Nd", "Lo", "Zs")), max_size=50))
def test_no_text_is_too_strange_to_be_masked(text: str) -> None:
    masked, vault = mask(text)
    assert masker.unmask(masked, vault) == text


def test_no_personal_data_is_left_in_the_masked_text() -> None:
    text = (
        "I am jane@example.com, +49 30 901820, card 4111 1111 1111 1111, IBAN DE89370400440532013000, SSN 078-05-1120"
    )
    masked, _ = mask(text)
    assert masked == "I am [EMAIL_1], [PHONE_1], card [CARD_1], IBAN [IBAN_1], SSN [TAX_NUMBER_1]"


def test_the_same_value_has_the_same_token_throughout_a_conversation() -> None:
    first, vault = mask("I am jane@example.com and not joe@example.com")
    second, _ = mask("again: joe@example.com", vault)
    assert (first, second) == ("I am [EMAIL_1] and not [EMAIL_2]", "again: [EMAIL_2]")


def test_adding_to_a_vault_leaves_the_old_one_as_it_was() -> None:
    before = Vault()
    after, token = before.add("email", "jane@example.com")
    assert before.values == {}
    assert after.values == {token: "jane@example.com"}


def test_typing_a_token_reveals_nothing() -> None:
    _, vault = mask("my address is jane@example.com")
    typed, vault = mask("what is [EMAIL_1]?", vault)
    assert typed == "what is [LITERAL_1]?"
    assert masker.unmask(typed, vault) == "what is [EMAIL_1]?"


def test_a_value_that_looks_like_a_token_is_not_looked_up_again() -> None:
    vault = Vault().add("email", "[PHONE_1]")[0].add("phone", "+49 30 901820")[0]
    assert masker.unmask("[EMAIL_1]", vault) == "[PHONE_1]"


def test_a_token_the_vault_does_not_know_stays() -> None:
    assert masker.unmask("ask [EMAIL_7]", Vault()) == "ask [EMAIL_7]"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT Id, Email FROM Contact WHERE CreatedDate > 2026-01-15T10:22:33Z LIMIT 200",
        "System.NullPointerException at com.example.Foo.bar(Foo.java:42) line 12345678",
        "curl -H 'Authorization: Bearer 00D5g00000abcde!AQ' https://api.aurora.example/v1/accounts/0015g00000XyZabAAF",
        "HTTP 401 INVALID_SESSION_ID after 3600 s, build 20261122.4, v67.0",
        "response = requests.get(url, timeout=30)  # 2026-11-22 14:42:55",
    ],
)
def test_code_queries_and_logs_are_left_as_they_are(text: str) -> None:
    assert mask(text) == (text, Vault())


def test_record_ids_are_masked_only_when_the_tenant_says_so() -> None:
    text = "case 00001234, record 5003t00002AbCdEAAV"
    assert mask(text)[0] == text
    masked = masker.mask(text, locale="en", vault=Vault(), record_ids=True)
    assert masked.text == "case [CASE_NUMBER_1], record [RECORD_ID_1]"


def test_what_a_vault_holds_is_marked_to_be_sealed() -> None:
    assert private_fields(Vault) == {"values"}
