import io
import json
from dataclasses import replace

import numpy as np
import pytest

from casewright.understanding import features
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import IntentModelUnreadable
from casewright.understanding.intents import (
    FORMAT,
    IntentModel,
    NearestExample,
    digest_of,
    is_out_of_scope,
    read_header,
)
from casewright.understanding.kernel import EQUAL_WEIGHTS, WEIGHTS
from tests.understanding.conftest import Company


def test_probabilities_of_the_intents_are_ranked_and_belong_to_known_intents(aurora: Company) -> None:
    prediction = aurora.model.predict(features.read("how do I get my records as CSV", aurora.encoder))
    probabilities = [ranked.probability for ranked in prediction.ranking]
    assert probabilities == sorted(probabilities, reverse=True)
    assert 0 < sum(probabilities) <= 1.0001
    assert prediction.ranking[0].name == "export_data"


def test_what_nobody_is_there_for_is_out_of_scope(aurora: Company) -> None:
    assert aurora.model.predict(features.read("who won the football match last night", aurora.encoder)).out_of_scope
    assert not aurora.model.predict(features.read("I forgot my password", aurora.encoder)).out_of_scope


@pytest.mark.parametrize(
    ("probabilities", "outside"),
    [((0.5, 0.1, 0.4), False), ((0.3, 0.3, 0.4), True), ((0.4, 0.3, 0.3), False), ((0.1, 0.1, 0.8), True)],
)
def test_out_of_scope_is_what_is_above_the_threshold_and_likelier_than_any_one_intent(
    probabilities: tuple[float, ...], outside: bool
) -> None:
    assert is_out_of_scope(np.array(probabilities, dtype=np.float32), threshold=0.35) == outside


def explained(company: Company, text: str) -> tuple[NearestExample, ...]:
    return company.model.explain(features.read(text, company.encoder).vectors)


def test_a_prediction_is_explained_by_the_nearest_examples(aurora: Company) -> None:
    nearest = explained(aurora, "I cannot remember my password")
    assert (nearest[0].intent, nearest[0].text) == ("reset_password", "I forgot my password")
    assert nearest[0].similarity >= nearest[-1].similarity > 0.6


def test_a_prediction_in_another_language_is_explained_by_what_means_the_same(aurora: Company) -> None:
    nearest = explained(aurora, "Olvidé mi contraseña")
    assert {example.intent for example in nearest} == {"reset_password"}


def test_a_model_comes_back_from_its_bytes_as_it_was(aurora: Company) -> None:
    again = IntentModel.from_bytes(aurora.model.to_bytes(), aurora.encoder)
    assert again.header == aurora.model.header
    for text in ("I forgot my password", "I have a problem with signing in", "tell me a joke"):
        reading = features.read(text, aurora.encoder)
        before, after = aurora.model.predict(reading), again.predict(reading)
        assert after.ranking[0].name == before.ranking[0].name
        assert after.out_of_scope_score == pytest.approx(before.out_of_scope_score, abs=0.01)


def test_a_model_stored_without_weights_counts_its_views_alike(aurora: Company) -> None:
    with np.load(io.BytesIO(aurora.model.to_bytes()), allow_pickle=False) as arrays:
        older = {name: array for name, array in arrays.items() if name != "weights"}
    file = io.BytesIO()
    np.savez(file, **older)
    assert aurora.model.views.weights == WEIGHTS
    assert IntentModel.from_bytes(file.getvalue(), aurora.encoder).views.weights == EQUAL_WEIGHTS


def test_nothing_in_the_bytes_can_be_run(aurora: Company) -> None:
    with np.load(io.BytesIO(aurora.model.to_bytes()), allow_pickle=False) as arrays:
        assert {array.dtype.kind for array in arrays.values()} <= {"f", "u", "i"}
        assert json.loads(arrays["header"].tobytes())["format"] == FORMAT


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", b"\x80\x04}."])
def test_damaged_bytes_are_refused_with_what_to_do(encoder: Encoder, damage: bytes) -> None:
    with pytest.raises(IntentModelUnreadable, match="train it again"):
        IntentModel.from_bytes(damage, encoder)


def test_half_a_file_is_refused_with_what_to_do(aurora: Company) -> None:
    data = aurora.model.to_bytes()
    with pytest.raises(IntentModelUnreadable, match="train it again"):
        IntentModel.from_bytes(data[: len(data) // 2], aurora.encoder)


def test_a_model_of_another_encoder_is_refused_but_its_examples_can_be_read(aurora: Company) -> None:
    header = aurora.model.header.model_copy(update={"encoder": "another encoder"})
    data = replace(aurora.model, header=header).to_bytes()
    with pytest.raises(IntentModelUnreadable, match="another sentence encoder"):
        IntentModel.from_bytes(data, aurora.encoder)
    assert read_header(data).definitions == aurora.model.header.definitions


def test_a_model_of_an_older_format_is_refused_but_its_examples_can_be_read(aurora: Company) -> None:
    content = aurora.model.header.model_dump(mode="json", exclude={"judge"}) | {"format": 2}
    file = io.BytesIO()
    np.savez(file, header=np.frombuffer(json.dumps(content).encode(), dtype=np.uint8), weights=np.zeros((3, 3)))
    with pytest.raises(IntentModelUnreadable, match="another version of Casewright: train it again"):
        IntentModel.from_bytes(file.getvalue(), aurora.encoder)
    header = read_header(file.getvalue())
    assert header.definitions == aurora.model.header.definitions
    assert not header.fits(aurora.encoder)


def test_many_are_predicted_as_one_by_one(aurora: Company) -> None:
    texts = ("I forgot my password", "tell me a joke", "…", "")
    readings = [features.read(text, aurora.encoder) for text in texts]
    for together, alone in zip(aurora.model.predict_many(readings), map(aurora.model.predict, readings), strict=True):
        assert together.ranking[0].name == alone.ranking[0].name
        assert together.out_of_scope_score == pytest.approx(alone.out_of_scope_score, abs=1e-4)


def test_a_digest_belongs_to_the_bytes() -> None:
    assert digest_of(b"one") != digest_of(b"two")
    assert len(digest_of(b"one")) == 64
