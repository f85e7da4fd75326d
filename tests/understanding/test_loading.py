from pathlib import Path

import pytest

from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.loading import load_intents
from tests.understanding.conftest import EXAMPLES


@pytest.mark.parametrize("company", ["aurora", "brueckner"])
def test_the_demo_companies_intents_lead_to_procedures_that_exist(company: str) -> None:
    folder = EXAMPLES / company
    procedures = {
        line.split()[1] for file in folder.glob("procedures/*.yaml") for line in file.open() if line.startswith("name:")
    }
    intents = load_intents(folder / "intents.yaml").intents
    assert {intent.target.procedure for intent in intents} - {None} <= procedures
    assert all(len(intent.examples) >= 13 for intent in intents)


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
