import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.understanding.language import detect, detect_language, languages_of


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


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Hello, I have a problem with my order. Bonjour, j'ai un problème avec ma commande.",
            [
                ("en", "Hello, I have a problem with my order."),
                ("fr", "Bonjour, j'ai un problème avec ma commande."),
            ],
        ),
        (
            "Ich kann mich nicht anmelden. The page says that my account is locked. Können Sie mir helfen?",
            [
                ("de", "Ich kann mich nicht anmelden."),
                ("en", "The page says that my account is locked."),
                ("de", "Können Sie mir helfen?"),
            ],
        ),
        (
            "Привет, как дела? I cannot log in to my account",
            [("ru", "Привет, как дела?"), ("en", "I cannot log in to my account")],
        ),
    ],
)
def test_parts_in_other_languages_are_told_apart(text: str, parts: list[tuple[str, str]]) -> None:
    assert [(part.language, text[part.start : part.end]) for part in detect(text).segments] == parts


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Der Export-Button im Dashboard zeigt einen Timeout", "de"),
        ("Salesforceのパスワードを忘れました", "ja"),
        ("请重置我的密码", "zh"),
        ("비밀번호를 잊어버렸어요", "ko"),
        ("Ξέχασα τον κωδικό μου", "el"),
        ("ลืมรหัสผ่าน", "th"),
        ("Забув пароль, допоможіть будь ласка", "uk"),
        ("WHY IS MY EXPORT EMPTY AGAIN", "en"),
        ("gracias", "es"),
        ("Passwort vergessen 🙈🙈", "de"),
    ],
)
def test_names_capitals_scripts_and_emoji_do_not_mislead(text: str, language: str) -> None:
    found = detect(text)
    assert found.language == language
    assert [part.language for part in found.segments] == [language]


@pytest.mark.parametrize("text", ["", "401", "😀😀", "[EMAIL_1]", "https://example.com/hello", "... !!"])
def test_what_is_no_language_has_none(text: str) -> None:
    found = detect(text)
    assert (found.language, found.confidence, found.segments) == (None, 0.0, ())


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Mae'r cyfrif wedi ei gloi, allwch chi fy helpu os gwelwch yn dda?", "cy"),
        ("Заборавив ја лозинката и не можам да се најавам", "mk"),
    ],
)
def test_a_language_that_only_one_model_knows_is_told(text: str, language: str) -> None:
    found = detect(text)
    assert found.language == language
    assert found.confidence > 0.6


def test_a_mixed_text_is_less_sure_than_its_parts() -> None:
    german, english = "Ich habe mein Passwort leider vergessen.", "I have forgotten my password, unfortunately."
    mixed = detect(f"{german} {english}").confidence
    assert mixed < detect(german).confidence
    assert mixed < detect(english).confidence


@given(st.text(max_size=300))
def test_any_text_has_parts_in_order_and_within_it(text: str) -> None:
    found = detect(text)
    assert 0 <= found.confidence <= 1
    assert (found.language is None) == (not found.segments)
    end = 0
    for part in found.segments:
        assert end <= part.start < part.end <= len(text)
        end = part.end


@given(
    st.lists(
        st.sampled_from(
            ["Hello there", "ich bin's", "パスワード", "مرحبا", "401", "😀", "привет", "ok.\n", "'", "\ud800"]
        )
    )
)
def test_any_mixture_has_parts_within_it(pieces: list[str]) -> None:
    text = " ".join(pieces)
    assert all(0 <= part.start < part.end <= len(text) for part in detect(text).segments)
