import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.knowledge.grounding import supports

TOKENS = "OAuth access tokens last 2 hours, unless your administrator chose another time."
LINK = "The reset link works once and expires after 60 minutes."
PLANS = "Starter: 10,000 calls in 24 hours.\nBusiness: 100,000 calls in 24 hours."
WARTUNG = "Ohne Vertrag kostet die Wartung 189 Euro. Absagen können Sie bis 24 Stunden vor dem Termin."


@given(st.text(alphabet="abcABC 0123.,!?\n", min_size=1))
def test_any_text_supports_itself(text: str) -> None:
    assert supports(text, text) or not text.strip()


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        ("Unless your administrator chose another time, OAuth access tokens last 2 hours.", TOKENS),
        ("The link expires after 60 minutes.", LINK),
        ("You can use the reset link once, and it expires after 60 minutes.", LINK),
        ("Business: 100,000 calls in 24 hours.", PLANS),
        ("On Business you have 100000 calls in 24 hours.", PLANS),
        ("Die Wartung kostet ohne Vertrag 189 Euro.", WARTUNG),
        ("Each code works two times.", "Each code works twice."),
        ("Files are kept for one day.", "Files are kept for 24 hours."),
    ],
)
def test_the_same_in_other_words_is_supported(sentence: str, source: str) -> None:
    assert supports(sentence, source)


@pytest.mark.parametrize(
    ("sentence", "source"),
    [
        pytest.param("The link expires after 90 minutes.", LINK, id="another number"),
        pytest.param("The link expires after 60 hours.", LINK, id="another unit"),
        pytest.param("The link expires within 60 minutes.", LINK, id="another limit"),
        pytest.param("The reset link works twice.", LINK, id="a number in words"),
        pytest.param("Business: 10,000 calls in 24 hours.", PLANS, id="a number of another plan"),
        pytest.param("Enterprise: 100,000 calls in 24 hours.", PLANS, id="another name"),
        pytest.param(
            "Files are kept for one week.", "Files are kept for 24 hours.", id="a number in words with its unit"
        ),
        pytest.param("Calls of priority 1 are taken.", "Calls of priority 2 are taken.", id="a number that is a name"),
        pytest.param("It ends on 2027-03-01.", "It ends on 2026-03-01.", id="another year"),
        pytest.param("Support opens at 9 am.", "Support opens at 8 am.", id="another time of day"),
        pytest.param("Support is there on Sunday.", "Support is there on Monday.", id="another weekday"),
        pytest.param(
            "Teams of at least 5 users get it.", "Teams of more than 5 users get it.", id="a limit moved by one"
        ),
        pytest.param("The link goes to https://evil.example.", LINK, id="another address"),
        pytest.param("The code is ERROR_42.", "The code is ERROR_41.", id="another code"),
        pytest.param("The reset link does not expire after 60 minutes.", LINK, id="a negation added"),
        pytest.param("Fees are refunded.", "Fees are not refunded.", id="a negation lost"),
        pytest.param("OAuth access tokens last 2 hours.", TOKENS, id="a condition lost"),
        pytest.param("The reset link works only once.", LINK, id="a condition added"),
        pytest.param("Exports are ready.", "Most exports are ready.", id="a hedge lost"),
        pytest.param("All exports always finish.", "Exports finish.", id="made universal"),
        pytest.param("You can disable codes.", "You can enable codes.", id="the opposite"),
        pytest.param("You must cancel the plan.", "You can cancel the plan.", id="made a duty"),
        pytest.param("We gladly pay for your new telephone.", LINK, id="something else"),
        pytest.param("Die Wartung kostet ohne Vertrag 198 Euro.", WARTUNG, id="another price"),
        pytest.param("Die Wartung kostet 189 Euro.", WARTUNG, id="a German condition lost"),
        pytest.param("Absagen können Sie bis 24 Stunden nach dem Termin.", WARTUNG, id="the German opposite"),
        pytest.param(f"{LINK} It is guaranteed to arrive.", LINK, id="a sentence added"),
        pytest.param("", LINK, id="nothing said"),
        pytest.param(LINK, "", id="no source"),
    ],
)
def test_what_the_source_does_not_say_is_not_supported(sentence: str, source: str) -> None:
    assert not supports(sentence, source)


@given(st.text(), st.text())
def test_no_text_makes_the_comparison_fail(sentence: str, source: str) -> None:
    assert supports(sentence, source) in (True, False)
