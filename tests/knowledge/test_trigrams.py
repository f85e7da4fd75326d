import pytest

from casewright.knowledge.trigrams import Trigrams

WORDS = Trigrams(["password", "invoice", "authentication", "Kennwort", "wartungsvertrag", "plan"])


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("pasword", "password"),
        ("autentication", "authentication"),
        ("wartungsvetrag", "wartungsvertrag"),
    ],
)
def test_a_misspelled_word_is_taken_for_the_one_it_is_most_like(written: str, meant: str) -> None:
    found = WORDS.closest(written)

    assert found is not None
    assert found.word == meant


@pytest.mark.parametrize("written", ["weather", "invo", "v67passw0rd", ""])
def test_what_is_like_no_word_or_too_short_or_has_a_number_is_left_alone(written: str) -> None:
    assert WORDS.closest(written) is None


def test_without_words_nothing_is_alike() -> None:
    assert Trigrams([]).closest("password") is None
