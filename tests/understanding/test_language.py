import pytest

from casewright.understanding.language import detect_language, languages_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I want to speak to a manager NOW!", "en"),
        ("Meine Anlage liefert keinen Strom", "de"),
        ("Bonjour, j'ai oublié mon mot de passe", "fr"),
        ("olvidé mi contraseña por favor ayuda", "es"),
        ("パスワードを忘れました", "ja"),
        ("مرحبا كيف حالك", "ar"),
    ],
)
def test_a_sentence_tells_its_language(text: str, language: str) -> None:
    detected, confidence = detect_language(text, "xx")
    assert detected == language
    assert confidence >= 0.6


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ok",
        "Hallo",
        "INVALID_SESSION_ID",
        "401",
        "[EMAIL_1]",
        "E203 im Display",
        "Hello, こんにちは, Bonjour, مرحبا",
        "\ud800",
    ],
)
def test_a_short_or_mixed_text_keeps_the_conversations_language(text: str) -> None:
    assert detect_language(text, "de") == ("de", 0.0)


def test_code_in_a_message_does_not_decide_its_language() -> None:
    text = "Warum schlägt das hier fehl? ```for record in query(where='status = open'): print(record.name)```"
    assert detect_language(text, "en")[0] == "de"


def test_languages_of_a_company_are_those_with_a_fair_share() -> None:
    english = ["I would like to export all of my data", "where can I find the last invoice"] * 10
    german = ["Ich habe leider mein Passwort vergessen"]
    assert languages_of(english + german) == {"en"}
    assert languages_of(english + german * 4) == {"en", "de"}
    assert languages_of(["ok"]) == frozenset()
