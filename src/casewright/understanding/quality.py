"""How good a trained model is, intent by intent, and which examples stand in its way. Judged by what each example was taken for
by a model that had not seen it."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from casewright.understanding.features import Matrix, Reading
from casewright.understanding.intents import is_out_of_scope
from casewright.understanding.models import (
    AlikeExamples,
    CalibrationBin,
    Confusion,
    IntentQuality,
    IntentSet,
    Quality,
    SuggestedMerge,
)

Labels = NDArray[np.int64]

ENOUGH_EXAMPLES = 15
"""Fewer and an intent is named as having too few. On the demo companies accuracy rises steeply until about here."""
NEARLY_THE_SAME = 0.93
"""Similarity from which two examples say the same: other small words or another spelling, not another thing."""
MOST_CONFUSIONS = 25
MOST_EXAMPLES = 3
"""Of a confusion."""
MOST_ALIKE = 50
MERGE_SHARE = 0.15
"""Share of two intents' examples that are taken for the other one, from which a merge is suggested."""
MERGE_CLOSENESS = 0.7
MERGE_LEAST = 3
BINS = 10
STEPS = 20
ROWS_AT_ONCE = 512


def assess(
    intents: IntentSet, readings: Sequence[Reading], held_out: Matrix, labels: Labels, threshold: float
) -> Quality:
    """`readings`, `held_out` (rows, classes) and `labels` (rows,) begin with the examples of the intents in order, and the
    company's own out of scope after them; more of what is out of scope may follow. The last class is out of scope."""
    names: list[str | None] = [*(intent.name for intent in intents.intents), None]
    texts = [*(text for intent in intents.intents for text in intent.examples), *intents.out_of_scope]
    taken = np.where(is_out_of_scope(held_out, threshold), len(names) - 1, held_out[:, :-1].argmax(axis=1))
    meanings = _meanings(readings[: len(texts)])
    own = slice(0, len(texts))
    contradictions, duplicates = _alike(texts, meanings, labels[own], names)
    return Quality(
        intents=_by_intent(intents, labels, taken),
        confusions=tuple(_confusions(texts, names, labels[own], taken[own], held_out[own])),
        contradictions=contradictions,
        duplicates=duplicates,
        merges=_merges(intents, meanings, labels, taken),
        few=tuple(intent.name for intent in intents.intents if len(set(intent.examples)) < ENOUGH_EXAMPLES),
        calibration=_calibration(held_out, labels),
        scores_within=_histogram(held_out[labels != len(names) - 1, -1]),
        scores_outside=_histogram(held_out[labels == len(names) - 1, -1]),
    )


def _meanings(readings: Sequence[Reading]) -> Matrix:
    """Rows whose product is the mean of both sentence vectors' cosines."""
    both = [np.hstack([reading.vector, reading.multilingual]) for reading in readings]
    return np.array(both, dtype=np.float32) / np.float32(np.sqrt(2))


def _by_intent(intents: IntentSet, labels: Labels, taken: Labels) -> tuple[IntentQuality, ...]:
    found = []
    for number, intent in enumerate(intents.intents):
        right = int(((labels == number) & (taken == number)).sum())
        precision = right / max(int((taken == number).sum()), 1)
        recall = right / max(int((labels == number).sum()), 1)
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        found.append(
            IntentQuality(
                name=intent.name,
                examples=len(intent.examples),
                precision=round(precision, 4),
                recall=round(recall, 4),
                f1=round(f1, 4),
            )
        )
    return tuple(found)


def _confusions(
    texts: Sequence[str], names: Sequence[str | None], labels: Labels, taken: Labels, held_out: Matrix
) -> Iterator[Confusion]:
    """The most frequent first, then the surest."""
    wrong = np.flatnonzero(labels != taken)
    rows: dict[tuple[int, int], list[int]] = {}
    for row in wrong[np.argsort(-held_out[wrong, taken[wrong]], kind="stable")]:
        rows.setdefault((int(labels[row]), int(taken[row])), []).append(int(row))
    most = sorted(rows.items(), key=lambda pair: -len(pair[1]))[:MOST_CONFUSIONS]
    for (meant, understood), places in most:
        yield Confusion(
            meant=names[meant],
            understood=names[understood],
            count=len(places),
            examples=tuple(texts[place] for place in places[:MOST_EXAMPLES]),
        )


def _alike(
    texts: Sequence[str], meanings: Matrix, labels: Labels, names: Sequence[str | None]
) -> tuple[tuple[AlikeExamples, ...], tuple[AlikeExamples, ...]]:
    """Pairs of different intents and pairs within one, the most alike first."""
    plain = [" ".join(text.casefold().split()).strip(" .!?") for text in texts]
    pairs: list[tuple[float, int, int]] = []
    for start in range(0, len(texts), ROWS_AT_ONCE):
        similar = meanings[start : start + ROWS_AT_ONCE] @ meanings[start:].T
        for row, column in np.argwhere(np.triu(similar, k=1) >= NEARLY_THE_SAME):
            first, second = start + int(row), start + int(column)
            same = plain[first] == plain[second]
            pairs.append((1.0 if same else min(float(similar[row, column]), 0.9999), first, second))
    pairs.sort(key=lambda pair: -pair[0])
    found = [
        AlikeExamples(
            intents=(names[labels[first]], names[labels[second]]),
            texts=(texts[first], texts[second]),
            similarity=round(similarity, 4),
        )
        for similarity, first, second in pairs
    ]
    apart = [one for one in found if one.intents[0] != one.intents[1]]
    within = [one for one in found if one.intents[0] == one.intents[1]]
    return tuple(apart[:MOST_ALIKE]), tuple(within[:MOST_ALIKE])


def _merges(intents: IntentSet, meanings: Matrix, labels: Labels, taken: Labels) -> tuple[SuggestedMerge, ...]:
    """Intents each of which is taken for the other, and whose examples lie close together. What they lead to does not count:
    two procedures behind one intent may begin with a question."""
    own = labels[: len(meanings)]
    middles = np.array([meanings[own == number].mean(axis=0) for number in range(len(intents.intents))])
    middles /= np.maximum(np.linalg.norm(middles, axis=1, keepdims=True), 1e-9)
    taken_for = np.zeros((len(middles) + 1, len(middles) + 1), dtype=np.int64)
    np.add.at(taken_for, (labels, taken), 1)
    meant = np.maximum(taken_for.sum(axis=1), 1)
    found = []
    for first, second in combinations(range(len(middles)), 2):
        there, back = int(taken_for[first, second]), int(taken_for[second, first])
        share = (there + back) / int(meant[first] + meant[second])
        closeness = float(middles[first] @ middles[second])
        if (
            min(there, back) > 0
            and there + back >= MERGE_LEAST
            and share >= MERGE_SHARE
            and closeness >= MERGE_CLOSENESS
        ):
            pair = (intents.intents[first].name, intents.intents[second].name)
            found.append(
                SuggestedMerge(
                    intents=pair, confused=there + back, share=round(share, 4), closeness=round(closeness, 4)
                )
            )
    return tuple(sorted(found, key=lambda one: -one.share))


def _calibration(held_out: Matrix, labels: Labels) -> tuple[CalibrationBin, ...]:
    confidence, right = held_out.max(axis=1), held_out.argmax(axis=1) == labels
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return tuple(
        CalibrationBin(
            confidence=round(float(confidence[places == place].mean()), 4),
            accuracy=round(float(right[places == place].mean()), 4),
            count=int((places == place).sum()),
        )
        for place in range(BINS)
        if (places == place).any()
    )


def _histogram(scores: Matrix) -> tuple[int, ...]:
    counts, _ = np.histogram(scores, bins=STEPS, range=(0.0, 1.0))
    return tuple(int(count) for count in counts)
