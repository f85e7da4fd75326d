"""What a training's report finds, on probabilities that are made up for it."""

import numpy as np
import pytest

from casewright.understanding.features import Reading
from casewright.understanding.models import IntentDefinition, IntentSet, IntentTarget
from casewright.understanding.quality import assess

NAMES = ("first", "second")


def intents(*examples: tuple[str, ...], out_of_scope: tuple[str, ...] = ()) -> IntentSet:
    return IntentSet(
        intents=tuple(
            IntentDefinition(name=name, title={}, target=IntentTarget(knowledge=True), examples=texts)
            for name, texts in zip(NAMES, examples, strict=True)
        ),
        out_of_scope=out_of_scope,
    )


def reading(angle: float) -> Reading:
    """Two readings are as alike as the cosine of the difference of their angles."""
    vector = np.zeros(384, dtype=np.float32)
    again = np.zeros(512, dtype=np.float32)
    vector[:2] = again[:2] = np.cos(angle), np.sin(angle)
    return Reading(vector, again, np.zeros(4096, dtype=np.float32))


def probabilities(*best: int) -> np.ndarray:
    rows = np.full((len(best), 3), 0.1, dtype=np.float32)
    rows[np.arange(len(best)), best] = 0.8
    return rows


def assessed(taken: tuple[int, ...], angles: tuple[float, ...] | None = None, texts: tuple[str, ...] = tuple("abcdef")):
    """Three examples an intent, in order, and what each is taken for; 2 is out of scope."""
    angles = angles or tuple(range(6))
    labels = np.array([0, 0, 0, 1, 1, 1])
    return assess(intents(texts[:3], texts[3:]), [reading(one) for one in angles], probabilities(*taken), labels, 0.5)


def test_precision_and_recall_are_told_for_each_intent() -> None:
    quality = assessed((0, 0, 1, 1, 1, 2))
    first, second = quality.intents
    assert (first.precision, first.recall, first.f1) == (1.0, pytest.approx(2 / 3, abs=1e-4), 0.8)
    assert (second.precision, second.recall) == (pytest.approx(2 / 3, abs=1e-4), pytest.approx(2 / 3, abs=1e-4))


def test_confusions_come_with_their_examples_and_none_means_out_of_scope() -> None:
    found = {(one.meant, one.understood): (one.count, one.examples) for one in assessed((0, 0, 1, 1, 1, 2)).confusions}
    assert found == {("first", "second"): (1, ("c",)), ("second", None): (1, ("f",))}


def test_examples_that_say_the_same_under_two_intents_contradict_each_other() -> None:
    quality = assessed((0, 0, 0, 1, 1, 1), (0, 1, 2, 3, 0.1, 5))
    assert [(one.intents, one.texts) for one in quality.contradictions] == [(("first", "second"), ("a", "e"))]
    assert quality.duplicates == ()


def test_examples_that_say_the_same_within_an_intent_are_duplicates() -> None:
    quality = assessed((0, 0, 0, 1, 1, 1), (0, 0, 2, 3, 4, 5), ("Hi there", "hi  there!", "c", "d", "e", "f"))
    assert [(one.texts, one.similarity) for one in quality.duplicates] == [(("Hi there", "hi  there!"), 1.0)]


def test_what_is_only_similar_is_neither() -> None:
    quality = assessed((0, 0, 0, 1, 1, 1), (0, 0.6, 2, 3, 4, 5))
    assert (quality.contradictions, quality.duplicates) == ((), ())


def test_intents_taken_for_each_other_are_suggested_to_be_merged_if_they_lie_close_together() -> None:
    near, far = (0, 0.5, 1, 0.3, 0.6, 0.9), (0, 0.1, 0.2, 3, 3.1, 3.2)
    (merge,) = assessed((0, 0, 1, 1, 0, 0), near).merges
    assert (merge.intents, merge.confused, merge.share) == (("first", "second"), 3, 0.5)
    assert assessed((0, 0, 1, 1, 0, 0), far).merges == ()
    assert assessed((0, 0, 0, 0, 0, 0), near).merges == (), "one is taken for the other, but not the other way round"


def test_intents_with_few_examples_are_named() -> None:
    assert assessed((0, 0, 0, 1, 1, 1)).few == NAMES


def test_out_of_scope_scores_are_counted_apart() -> None:
    company = intents(("a",), ("b",), out_of_scope=("c",))
    held_out = np.array([[0.9, 0.06, 0.04], [0.05, 0.93, 0.02], [0.02, 0.02, 0.96], [0.1, 0.3, 0.6]], dtype=np.float32)
    quality = assess(company, [reading(one) for one in range(4)], held_out, np.array([0, 1, 2, 2]), 0.5)
    assert (quality.scores_within[0], sum(quality.scores_within)) == (2, 2)
    assert (quality.scores_outside[-1], sum(quality.scores_outside)) == (1, 2)


def test_how_sure_is_compared_with_how_right() -> None:
    (only,) = assessed((0, 0, 1, 1, 1, 1)).calibration
    assert (only.confidence, only.accuracy, only.count) == (0.8, pytest.approx(5 / 6, abs=1e-4), 6)
