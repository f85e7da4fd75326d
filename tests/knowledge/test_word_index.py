from casewright.knowledge.searching import Word
from casewright.knowledge.word_index import WordIndex

INDEX = WordIndex.of(
    [
        "How to reset a password",
        "Invoices are sent by mail, and an invoice is due after 14 days",
        "Hagel und Schaden am Dach",
        "Passwords of a machine never expire",
    ]
)


def coverage(*words: str) -> list[float]:
    return INDEX.coverage([Word(word) for word in words]).round(3).tolist()


def test_who_has_more_of_the_words_covers_more() -> None:
    first, _, _, fourth = coverage("reset", "password")

    assert first > fourth > 0


def test_inflected_forms_meet() -> None:
    assert coverage("passwords") == coverage("password")


def test_a_rare_word_counts_for_more_than_a_common_one() -> None:
    first, _, _, fourth = coverage("password", "expire")

    assert fourth > first


def test_a_word_that_no_text_has_lowers_what_is_covered() -> None:
    assert 0 < coverage("reset", "volcano")[0] < coverage("reset")[0]


def test_a_misspelled_word_stands_for_the_one_it_is_like() -> None:
    assert coverage("pasword") == coverage("password")


def test_a_compound_that_no_text_has_stands_for_its_parts() -> None:
    found = INDEX.coverage([Word("hagelschaden", ("hagel schaden",))])

    assert found.argmax() == 2
    assert found[2] > 0


def test_words_of_grammar_cover_nothing() -> None:
    assert coverage("and", "are") == [0.0, 0.0, 0.0, 0.0]
