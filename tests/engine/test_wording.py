"""The agent's own words."""

import re
from pathlib import Path

import pytest
import yaml

import casewright.engine
from casewright.engine.wording import languages, say

ENGINE = Path(casewright.engine.__file__).parent
COPY = yaml.safe_load((ENGINE / "wording.yaml").read_text(encoding="utf8"))
for translation in (ENGINE / "translations").glob("*.yaml"):
    for situation, variants in yaml.safe_load(translation.read_text(encoding="utf8")).items():
        COPY[situation][translation.stem] = variants


def used() -> set[str]:
    source = "".join(file.read_text(encoding="utf8") for file in ENGINE.glob("*.py"))
    direct = re.findall(r'\.(?:phrase|wording|label)\(\s*"(\w+)"', source)
    return {
        *direct,
        "greeting",
        "company_greeting",
        "assistant",
        "named_assistant",
        "good_morning",
        "good_afternoon",
        "good_evening",
        "goodbye",
        "thanks",
        "acknowledge",
        "apologise",
        "apologise_formal",
        "empathise",
        "expedite",
        "escalate",
        "empathise_worried",
        "reinforce",
    }


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt", "ja"])
def test_everything_can_be_said_in(language: str) -> None:
    assert [situation for situation, texts in COPY.items() if not texts.get(language)] == []
    assert language in languages()


def test_every_phrase_the_engine_uses_exists() -> None:
    assert used() - set(COPY) == set()


def test_no_phrase_lies_about_unused() -> None:
    assert set(COPY) - used() == set()


@pytest.mark.parametrize("key", sorted(COPY))
def test_all_languages_of_a_phrase_take_the_same_values(key: str) -> None:
    names = {
        language: {frozenset(re.findall(r"\{(\w+)\}", text)) for text in texts} for language, texts in COPY[key].items()
    }
    assert len({frozenset(one) for one in names.values()}) == 1


def test_a_variant_to_avoid_is_not_chosen_while_there_is_another() -> None:
    _, first = say("thanks", "en")
    _, second = say("thanks", "en", avoid=(first,))
    assert first != second


def test_an_unknown_language_gets_english() -> None:
    assert say("thanks", "xx") == say("thanks", "en")
