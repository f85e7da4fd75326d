"""The second encoder: other languages than English."""

from pathlib import Path

import pytest

from casewright.understanding.encoder_files import prepare_models
from casewright.understanding.multilingual import MultilingualEncoder


@pytest.fixture(scope="module")
def encoder(models_directory: Path) -> MultilingualEncoder:
    return MultilingualEncoder(prepare_models(models_directory))


def test_the_same_wish_in_two_languages_lies_close_together(encoder: MultilingualEncoder) -> None:
    german = encoder.encode("Ich habe mein Passwort vergessen")
    assert german.shape == (512,)
    assert german @ encoder.encode("I forgot my password") > german @ encoder.encode("Where is my invoice?") + 0.2


@pytest.mark.parametrize("text", ["", "\ud800", "A" * 100_000])
def test_any_text_has_a_multilingual_vector(encoder: MultilingualEncoder, text: str) -> None:
    assert encoder.encode(text).shape == (512,)
