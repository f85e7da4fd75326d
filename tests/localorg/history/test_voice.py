from dataclasses import replace
from random import Random

import pytest

from localorg.history.countries import load_country
from localorg.history.language import load_language
from localorg.history.voice import voiced
from localorg.history.writers import Writer, make_writer

ENGLISH = load_language("en")
CAREFUL = replace(
    make_writer(Random(1), load_country("US"), "en", False, "Web"),
    typos=0.0,
    lower=False,
    careless=False,
    abbreviates=False,
    dots=False,
    plain_letters=False,
    british=False,
    learner=False,
)
SENTENCE = "Please send the license for UNABLE_TO_LOCK_ROW to dana@harborlight.example, thanks."


def written(writer: Writer, text: str = SENTENCE, language: str = "en") -> list[str]:
    return [voiced(text, writer, load_language(language), Random(number)) for number in range(60)]


def test_a_careful_person_writes_what_was_meant() -> None:
    assert set(written(CAREFUL)) == {SENTENCE}


def test_a_hasty_person_mistypes_but_copies_codes_and_addresses() -> None:
    texts = written(replace(CAREFUL, typos=0.2))
    assert len(set(texts)) > 20
    for text in texts:
        assert "UNABLE_TO_LOCK_ROW" in text
        assert "dana@harborlight.example" in text


@pytest.mark.parametrize(
    ("habits", "part"),
    [({"british": True}, "licence"), ({"lower": True}, "please send the license"), ({"abbreviates": True}, "pl")],
)
def test_habits_show(habits: dict[str, bool], part: str) -> None:
    assert any(part in text for text in written(replace(CAREFUL, **habits)))


def test_some_write_without_umlauts() -> None:
    texts = written(replace(CAREFUL, plain_letters=True), "Für Größe bitte prüfen", "de")
    assert set(texts) == {"Fuer Groesse bitte pruefen"}
