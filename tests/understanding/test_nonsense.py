import pytest

from casewright.understanding.nonsense import is_nonsense


@pytest.mark.parametrize(
    "text", ["AAAA", "A" * 8000, "abc" * 20, "...", "???", "xkjhf wlqpz vbnmt", "ha" * 500, "a" * 50, ""]
)
def test_what_no_language_is_in_is_nonsense(text: str) -> None:
    assert is_nonsense(text)


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "401",
        "👍",
        "HTTP XML",
        "E203",
        "パスワード",
        "مرحبا",
        "hahaha",
        "brrr it is cold",
        "SELECT Id FROM Case",
        "Donaudampfschifffahrtsgesellschaft",
        "Angstschweiß",
        "How do I export data? " * 300,
        "aaah ok",
    ],
)
def test_words_codes_and_signs_are_not_nonsense(text: str) -> None:
    assert not is_nonsense(text)
