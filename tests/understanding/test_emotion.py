import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.understanding.emotion import feel, read_emotions
from casewright.understanding.goemotions import CHOSEN
from tests.understanding.conftest import Company

NEGATIVE = -0.3
POSITIVE = 0.3


@pytest.mark.parametrize(
    "text",
    [
        "How do I kill a job?",
        "I'm getting a 401 error when calling the REST API",
        "The import failed with a fatal error, the process crashed and was aborted",
        "My account is blocked and the critical job is dead",
        "How do I export data? Thanks!",
        "Could you please help me? It would be great if the export worked.",
        'The page shows "this is completely unacceptable!" as its title',
        "The API answers INVALID_SESSION_ID and REQUEST_LIMIT_EXCEEDED",
        "I'm not angry, just curious",
        "WHY IS MY EXPORT EMPTY",
        "What does the error `useless garbage` mean?",
    ],
)
def test_a_question_or_a_report_of_a_fault_is_no_feeling(text: str) -> None:
    assert NEGATIVE < feel(text, "en").valence < POSITIVE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("This is completely unacceptable!", "angry"),
        ("I want to speak to a manager NOW!", "angry"),
        ("what a terrible service", "angry"),
        ("I've been trying to fix this for hours!", "frustrated"),
        ("it still doesn't work", "frustrated"),
        ("it does not work at all", "frustrated"),
        ("this is the third time I write to you", "frustrated"),
        ("oh great, another error", "frustrated"),
    ],
)
def test_support_phrases_show_anger_and_frustration(text: str, label: str) -> None:
    emotion = feel(text, "en")
    assert emotion.label == label
    assert emotion.valence < NEGATIVE


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Das ist eine Frechheit!", "angry"),
        ("Jetzt reicht es mir", "angry"),
        ("Es geht immer noch nicht", "frustrated"),
        ("Ich versuche es seit Stunden", "frustrated"),
        ("Schon das dritte Mal, dass ich schreibe", "frustrated"),
    ],
)
def test_german_anger_and_frustration_are_heard(text: str, label: str) -> None:
    emotion = feel(text, "de")
    assert emotion.label == label
    assert emotion.valence < NEGATIVE


@pytest.mark.parametrize(
    "text", ["Meine Anlage liefert keinen Strom", "Der Fehler E203 kommt immer wieder", "Wie oft muss man warten?"]
)
def test_a_german_report_of_a_fault_is_no_feeling(text: str) -> None:
    assert feel(text, "de").label == "neutral"


@pytest.mark.parametrize(
    ("text", "language", "label"),
    [
        ("Thank you very much", "en", "grateful"),
        ("perfect, that did the trick", "en", "happy"),
        ("Vielen Dank", "de", "grateful"),
        ("Super, es funktioniert wieder!", "de", "happy"),
    ],
)
def test_joy_and_thanks_are_heard(text: str, language: str, label: str) -> None:
    emotion = feel(text, language)
    assert emotion.label == label
    assert emotion.valence > POSITIVE


def test_worry_is_heard_and_mild() -> None:
    emotion = feel("I'm worried, the deadline is today", "en")
    assert emotion.label == "worried"
    assert -0.7 < emotion.valence < 0


def test_shouting_makes_a_feeling_stronger() -> None:
    assert feel("I AM SO ANGRY ABOUT THIS!!!", "en").intensity > feel("I am so angry about this", "en").intensity


def test_thanks_with_a_complaint_remain_a_complaint() -> None:
    assert feel("Thanks, but this is ridiculous", "en").valence < NEGATIVE


def test_the_examples_of_questions_that_companies_give_are_not_angry(aurora: Company, brueckner: Company) -> None:
    for company in (aurora, brueckner):
        asking = [intent for intent in company.model.intents if intent.target.knowledge or intent.target.procedure]
        angry = [text for intent in asking for text in intent.examples if feel(text, company.language).label == "angry"]
        assert angry == []


@pytest.mark.parametrize(
    "text",
    [
        "Great, it broke again.",
        "Great, the export broke again. How do I export data now?",
        "Wonderful. Third time this week.",
        "Yeah right, very helpful.",
        "thanks for nothing",
        "I am not happy with that answer",
    ],
)
def test_kind_words_that_are_not_meant_kindly_are_no_joy(text: str) -> None:
    assert feel(text, "en").valence < NEGATIVE


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Esto es inaceptable, es la tercera vez que escribo", "es"),
        ("C'est inadmissible, ça ne marche toujours pas", "fr"),
        ("È la terza volta, sono molto deluso", "it"),
        ("Isso é um absurdo, ninguém responde", "pt"),
        ("Ik ben teleurgesteld, het werkt nog steeds niet", "nl"),
        ("何度も連絡していますが、まだ動きません", "ja"),
    ],
)
def test_complaints_are_heard_in_other_languages(text: str, language: str) -> None:
    assert feel(text, language).valence < NEGATIVE


@pytest.mark.parametrize(
    ("text", "language"),
    [("Muchas gracias, ya funciona", "es"), ("Merci beaucoup !", "fr"), ("ありがとうございます", "ja")],
)
def test_thanks_are_heard_in_other_languages(text: str, language: str) -> None:
    assert feel(text, language).valence > POSITIVE


def test_feelings_that_no_phrase_names_come_from_the_model() -> None:
    emotion, labels = read_emotions("I hate this", "en")
    assert labels["anger"] >= CHOSEN
    assert emotion.label == "angry"


def test_a_support_phrase_chooses_the_label_that_the_model_does_not() -> None:
    _, labels = read_emotions("it still doesn't work, for the third time", "en")
    assert labels["annoyance"] >= CHOSEN


def test_in_other_languages_a_text_without_a_known_phrase_is_neutral() -> None:
    emotion, labels = read_emotions("¿Dónde encuentro mi factura?", "es")
    assert emotion.label == "neutral"
    assert [label for label, score in labels.items() if score >= CHOSEN] == ["neutral"]


@given(st.text(max_size=300), st.sampled_from(["en", "de", "ja", "xx"]))
def test_any_text_has_an_emotion_within_its_bounds(text: str, language: str) -> None:
    emotion, labels = read_emotions(text, language)
    assert -1 <= emotion.valence <= 1
    assert 0 <= emotion.intensity <= 1
    assert len(labels) == 28
    assert all(0 <= score <= 1 for score in labels.values())


def test_half_a_character_is_no_reason_to_fail() -> None:
    assert feel("it still doesn't work \ud83d", "en").valence < NEGATIVE
