from collections import Counter
from pathlib import Path

import pytest
import yaml

from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.loading import load_intents
from casewright.understanding.training import generic_out_of_scope
from tests.understanding.conftest import EXAMPLES

DEVELOPMENT = EXAMPLES.parent / "bench" / "intents_dev"


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_the_demo_companies_intents_lead_to_procedures_that_exist(company: str) -> None:
    folder = EXAMPLES / company
    procedures = {
        line.split()[1] for file in folder.glob("procedures/*.yaml") for line in file.open() if line.startswith("name:")
    }
    intents = load_intents(folder / "intents.yaml").intents
    assert {intent.target.procedure for intent in intents} - {None} <= procedures
    assert all(15 <= len(intent.examples) <= 40 for intent in intents)


def test_an_example_stands_under_two_intents_only_to_have_the_customer_asked() -> None:
    intents = load_intents(EXAMPLES / "aurora" / "intents.yaml").intents
    places = [(text.casefold(), intent.name) for intent in intents for text in intent.examples]
    twice = Counter(text for text, _ in places)
    shared = {frozenset(name for other, name in places if other == text) for text, count in twice.items() if count > 1}
    assert shared == {frozenset({"reset_password", "unlock_user"})}


@pytest.mark.parametrize("file", sorted(DEVELOPMENT.glob("aurora*.yaml")), ids=lambda file: file.stem)
def test_nothing_is_trained_on_that_accuracy_is_measured_with(file: Path) -> None:
    intents = load_intents(EXAMPLES / "aurora" / "intents.yaml")
    trained = {text.casefold() for intent in intents.intents for text in intent.examples}
    trained |= {text.casefold() for text in (*intents.out_of_scope, *generic_out_of_scope(frozenset({"en", "de"})))}
    held_out = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert held_out["intents"].keys() == {intent.name for intent in intents.intents}
    phrasings = [*held_out["out_of_scope"], *(text for texts in held_out["intents"].values() for text in texts)]
    assert not trained & {text.casefold() for text in phrasings}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("intents: [", "line 1"),
        ("intents:\n  - {name: a, title: {en: a}, target: {knowledge: true}, examples: [b], colour: red}", "colour"),
        ("intents: []", "at least two intents"),
        ("- just a list", "intents"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_with_its_fault(tmp_path: Path, content: str, complaint: str) -> None:
    file = tmp_path / "intents.yaml"
    file.write_text(content)
    with pytest.raises(TrainingDataInvalid, match=complaint) as error:
        load_intents(file)
    assert str(file) in error.value.message


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataInvalid, match="cannot be read"):
        load_intents(tmp_path / "none.yaml")
