import numpy as np
import pytest

from casewright.kit.principal import Assurance
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.models import Audience, Question
from casewright.knowledge.searching import LONGEST_QUESTION, Search, readable_by, searched
from casewright.understanding.models import TextVectors

VECTORS = TextVectors(np.zeros(384, dtype=np.float32), np.zeros(512, dtype=np.float32))


def search(text: str, language: str = "en") -> Search:
    return searched(Question(text=text, language=language, assurance=Assurance.ANONYMOUS), VECTORS, ArticleModels())


def forms(found: Search) -> list[str]:
    return [word.forms for word in found.words]


def test_tokens_of_personal_data_and_long_numbers_are_not_searched_for() -> None:
    found = search("Case 00012345 of [EMAIL_1] fails")

    assert forms(found) == ["case", "of", "fails"]
    assert found.codes == ()


def test_words_that_every_request_may_have_are_left_out() -> None:
    assert forms(search("Please help, my export does not work right now")) == ["my", "export", "does", "not"]


@pytest.mark.parametrize(
    ("text", "codes", "possible"),
    [
        ("What is INVALID_SESSION_ID?", ("INVALID_SESSION_ID",), ()),
        ("what is invalid_session_id", (), ("INVALID_SESSION_ID",)),
        ("E203 blinkt", ("E203",), ()),
        ("It answers 401", (), ("401",)),
        ("status 503 from the API", (), ("503",)),
        ("We have 5,401 users and 401.5 records", (), ()),
    ],
)
def test_identifiers_are_searched_for_exactly(text: str, codes: tuple[str, ...], possible: tuple[str, ...]) -> None:
    found = search(text)

    assert (found.codes, found.possible_codes) == (codes, possible)


@pytest.mark.parametrize(
    ("text", "language", "names"),
    [
        ("Does Aurora support GraphQL on Monday?", "en", ("aurora", "graphql")),
        ("Kann ich die PV-Anlage per WhatsApp steuern?", "de", ("pv", "whatsapp")),
        ("WHY IS MY EXPORT EMPTY", "en", ()),
    ],
)
def test_names_are_known_by_their_capitals(text: str, language: str, names: tuple[str, ...]) -> None:
    assert search(text, language).names == names


def test_the_topic_adds_only_what_the_question_does_not_say() -> None:
    question = Question(text="my export fails", language="en", assurance=Assurance.ANONYMOUS, topic="export your data")

    assert searched(question, VECTORS, ArticleModels()).topic == {"data"}


def test_a_german_compound_may_be_found_by_its_parts() -> None:
    (word,) = search("Hagelschaden", "de").words

    assert "hagel schaden" in word.splits


def test_the_letter_that_links_the_parts_of_a_compound_may_be_left_out() -> None:
    (word,) = search("Wartungstermin", "de").words

    assert "wartung termin" in word.splits


def test_a_german_participle_may_be_found_by_its_verb() -> None:
    (word,) = search("gewartet", "de").words

    assert word.forms.split() == ["gewartet", "wart"]


def test_english_words_are_not_taken_apart() -> None:
    assert search("authentication").words[0].splits == ()


def test_only_the_beginning_of_a_very_long_message_is_searched_for() -> None:
    found = search("export " + "a" * 100_000)

    assert forms(found)[0] == "export"
    assert sum(len(word.forms) for word in found.words) <= LONGEST_QUESTION


@pytest.mark.parametrize(
    ("assurance", "internal", "audiences"),
    [
        (Assurance.ANONYMOUS, False, (Audience.PUBLIC,)),
        (Assurance.CLAIMED, False, (Audience.PUBLIC,)),
        (Assurance.VERIFIED, False, (Audience.PUBLIC, Audience.CUSTOMER)),
        (Assurance.SIGNED, False, (Audience.PUBLIC, Audience.CUSTOMER)),
        (Assurance.ANONYMOUS, True, (Audience.PUBLIC, Audience.CUSTOMER, Audience.INTERNAL)),
    ],
)
def test_who_asks_decides_whose_articles_are_read(
    assurance: Assurance, internal: bool, audiences: tuple[Audience, ...]
) -> None:
    assert readable_by(assurance, internal) == audiences


@pytest.mark.parametrize("text", ["What does a licence cost?", "Was kostet die Wartung?", "price of a second sandbox"])
def test_who_wants_to_know_a_price_is_noticed(text: str) -> None:
    assert search(text).asks_price


@pytest.mark.parametrize("text", ["Who may see the price book?", "Kann ich den Termin verschieben?"])
def test_who_only_mentions_prices_does_not_ask_for_one(text: str) -> None:
    assert not search(text).asks_price
