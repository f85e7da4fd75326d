import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.understanding.goemotions import FILE, emotion_model, rescale
from casewright.understanding.letter_groups import FILE as LANGUAGES
from casewright.understanding.letter_groups import letter_model


def test_the_models_that_are_shipped_are_small_and_no_programs() -> None:
    for file in (FILE, LANGUAGES):
        assert file.stat().st_size < 1_500_000
        with np.load(file, allow_pickle=False) as stored:
            assert stored["weights"].dtype == np.int8


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Thank you so much for your help!", "gratitude"),
        ("I love this", "love"),
        ("I'm so scared right now", "fear"),
        ("That is disgusting", "disgust"),
        ("Why would anyone do that?", "curiosity"),
        ("I'm sorry, my mistake", "remorse"),
    ],
)
def test_emotions_that_words_tell_are_chosen(text: str, label: str) -> None:
    assert emotion_model().scores(text)[label] >= 0.5


@given(st.floats(0, 1), st.floats(0.01, 0.99))
def test_a_label_is_chosen_exactly_from_its_own_threshold_on(probability: float, threshold: float) -> None:
    score = rescale(np.array([probability]), np.array([threshold]))[0]
    assert 0 <= score <= 1
    assert (score >= 0.5) == (probability >= threshold)


def test_the_languages_of_a_word_are_probabilities() -> None:
    assert np.exp(letter_model().log_probabilities(["Passwort"])).sum() == pytest.approx(1)
