from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import IntentModelMissing, IntentModelUnreadable, TrainingDataInvalid
from casewright.understanding.intents import FORMAT
from casewright.understanding.models import LabelledText
from casewright.understanding.recognising import Recogniser, in_words, intent_set, learn, load, save
from tests.understanding.conftest import Company


@pytest.fixture(scope="module")
def recogniser(aurora: Company) -> Recogniser:
    return Recogniser(aurora.model, aurora.encoder)


def test_requests_are_found_with_their_places(recogniser: Recogniser) -> None:
    text = " I forgot my password and also how do I export data? "
    (found,) = recogniser.recognise([text])
    assert [one.name for one in found.intents] == ["reset_password", "export_data"]
    assert [text[slice(*one.span)] for one in found.intents] == ["I forgot my password", "how do I export data?"]


def test_two_pieces_about_the_same_are_one_request(recogniser: Recogniser) -> None:
    (found,) = recogniser.recognise(["I forgot my password. Please reset my password!"])
    assert [one.name for one in found.intents] == ["reset_password"]


def test_a_text_may_be_taken_for_one_request(recogniser: Recogniser) -> None:
    text = "I forgot my password and also how do I export data?"
    (found,) = recogniser.recognise([text], single=True)
    assert [one.span for one in found.intents] == [(0, len(text))]


def test_nothing_is_recognised_in_what_is_out_of_scope(recogniser: Recogniser) -> None:
    (found,) = recogniser.recognise(["who won the football match last night"])
    assert found.out_of_scope
    assert found.intents == ()
    assert len(found.ranking) == 5


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=120))
def test_any_text_is_answered_with_places_within_it(recogniser: Recogniser, text: str) -> None:
    (found,) = recogniser.recognise([text])
    assert found.text == text
    for one in found.intents:
        assert 0 <= one.span[0] <= one.span[1] <= len(text)
        assert 0 <= one.confidence <= 1
    assert sum(one.confidence for one in found.ranking) <= 1.001


def test_a_model_is_kept_in_a_folder(aurora: Company, tmp_path: Path) -> None:
    save(aurora.model, tmp_path / "model")
    again = load(tmp_path / "model", aurora.encoder)
    text = "how do I get my records as CSV"
    before, after = (Recogniser(model, aurora.encoder).recognise([text])[0] for model in (aurora.model, again))
    assert after.intents[0].name == before.intents[0].name
    assert again.header.format == FORMAT


def test_a_folder_without_a_model_or_with_half_of_one_is_refused(aurora: Company, tmp_path: Path) -> None:
    with pytest.raises(IntentModelMissing, match="intents train"):
        load(tmp_path, aurora.encoder)
    save(aurora.model, tmp_path)
    file = tmp_path / "intents.npz"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(IntentModelUnreadable, match="train it again"):
        load(tmp_path, aurora.encoder)


def test_one_example_an_intent_is_enough_to_begin(encoder: Encoder) -> None:
    model = learn(
        [LabelledText(text="cook an egg", intent="cook"), LabelledText(text="fix a car", intent="fix")], encoder
    )
    (found,) = Recogniser(model, encoder).recognise(["repair my car"])
    assert found.ranking[0].name == "fix"


def test_one_intent_alone_cannot_be_told_from_others(encoder: Encoder) -> None:
    with pytest.raises(TrainingDataInvalid, match="at least two intents"):
        learn([LabelledText(text="cook an egg", intent="cook")], encoder)


def test_examples_are_gathered_by_intent() -> None:
    examples = [("a", "x"), ("b", None), ("c", "y"), ("d", "x")]
    intents = intent_set([LabelledText(text=text, intent=intent) for text, intent in examples])
    assert [(intent.name, intent.examples) for intent in intents.intents] == [("x", ("a", "d")), ("y", ("c",))]
    assert intents.out_of_scope == ("b",)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("reset_password", "reset password"),
        ("ResetPassword", "reset password"),
        ("atis_flight#x", "atis flight x"),
        ("_", "_"),
    ],
)
def test_an_intents_name_is_read_as_words(name: str, words: str) -> None:
    assert in_words(name) == words
