"""Training a tenant's intent model: a couple of seconds for 20 intents with 15 examples each."""

import time
from collections import Counter
from functools import cache
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from casewright.understanding import features
from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.features import Matrix
from casewright.understanding.intents import (
    Header,
    IntentModel,
    TrainingReport,
    labels_of,
    softmax,
    versions,
)
from casewright.understanding.language import languages_of
from casewright.understanding.models import IntentSet, IntentTarget

LEAST_EXAMPLES = 5
FOLDS = 5
# Strength of the classifier's fit (scikit-learn's C). Between 5 and 60 accuracy is the same; calibration is done after.
FIT = 20.0
LOST_WEIGHT = 2.0
MOST_CONFUSIONS = 10

Labels = NDArray[np.int64]


def train(intents: IntentSet, encoder: Encoder, on_progress: Progress | None = None) -> IntentModel:
    """Learns the tenant's intents, how far their probabilities can be trusted, and what is out of scope.

    Runs on the calling thread only. Raises `TrainingDataInvalid`."""
    check(intents)
    begun = time.monotonic()
    texts = [text for intent in intents.intents for text in intent.examples]
    outside = [*intents.out_of_scope, *generic_out_of_scope(languages_of(texts))]
    readings = features.read_many([*texts, *outside], encoder, on_progress)
    labels = np.array(labels_of(intents.intents) + [len(intents.intents)] * len(outside), dtype=np.int64)
    rarity = features.rarity_of(readings)
    # Many threads on matrices this small only wait for one another.
    with threadpool_limits(limits=1):
        space, basis = _narrow(features.combine(readings, rarity))
        logits, folds = _held_out_logits(space, labels)
        temperature = _temperature(logits, labels)
        probabilities = softmax(logits / temperature)
        threshold = _threshold(probabilities[:, -1], labels == labels.max())
        weights, bias = _fit(space, labels)
    report = _report(intents, probabilities, labels, threshold).model_copy(
        update={"temperature": temperature, "folds": folds, "seconds": round(time.monotonic() - begun, 2)}
    )
    name, multilingual = versions(encoder)
    return IntentModel(
        header=Header(
            encoder=name,
            multilingual=multilingual,
            definitions=intents,
            temperature=temperature,
            threshold=threshold,
            report=report,
        ),
        weights=(weights @ basis).astype(np.float32),
        bias=bias.astype(np.float32),
        rarity=rarity,
        examples=np.array([reading.vector for reading in readings[: len(texts)]]),
    )


def check(intents: IntentSet) -> None:
    """Raises `TrainingDataInvalid` for what would make a bad model, naming what to change."""
    if len(intents.intents) < 2:
        raise TrainingDataInvalid("There must be at least two intents to tell apart.")
    seen: dict[str, str] = {}
    for name, count in Counter(intent.name for intent in intents.intents).items():
        if count > 1:
            raise TrainingDataInvalid(f"The intent {name!r} is defined {count} times: give each its own name.")
    for intent in intents.intents:
        if len(set(intent.examples)) < LEAST_EXAMPLES:
            raise TrainingDataInvalid(
                f"The intent {intent.name!r} has {len(set(intent.examples))} different examples: "
                f"give it at least {LEAST_EXAMPLES}, better 15."
            )
        if _targets(intent.target) != 1:
            raise TrainingDataInvalid(
                f"The target of the intent {intent.name!r} must be exactly one of "
                "procedure, knowledge, handoff, small_talk, cancel."
            )
        for text in intent.examples:
            if not text.strip():
                raise TrainingDataInvalid(f"The intent {intent.name!r} has an empty example: remove it.")
            other = seen.setdefault(text.strip().casefold(), intent.name)
            if other != intent.name:
                raise TrainingDataInvalid(f"{text!r} is an example of both {other!r} and {intent.name!r}: keep one.")


@cache
def generic_out_of_scope(languages: frozenset[str]) -> tuple[str, ...]:
    """What no support agent is there for, in those of the languages that we have it in, else in English."""
    content = yaml.safe_load((files("casewright.understanding") / "out_of_scope.yaml").read_text(encoding="utf-8"))
    known = sorted(languages & content.keys()) or ["en"]
    return tuple(text for language in known for text in content[language])


def _targets(target: IntentTarget) -> int:
    return sum(map(bool, (target.procedure, target.knowledge, target.handoff, target.small_talk, target.cancel)))


def _narrow(matrix: Matrix) -> tuple[Matrix, Matrix]:
    """The same rows in as many dimensions as there are rows, and the basis that leads back (exact, and 10 times faster)."""
    left, scale, basis = np.linalg.svd(matrix, full_matrices=False)
    return left * scale, basis


def _fit(space: Matrix, labels: Labels) -> tuple[Matrix, Matrix]:
    model = LogisticRegression(C=FIT, max_iter=300).fit(space, labels)
    return model.coef_, model.intercept_


def _held_out_logits(space: Matrix, labels: Labels) -> tuple[Matrix, int]:
    """Logits of each example from a model that did not see it: shape (examples, intents + 1); and the number of folds."""
    folds = min(FOLDS, int(np.bincount(labels).min()))
    logits = np.zeros((len(labels), labels.max() + 1), dtype=np.float32)
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=0).split(space, labels):
        weights, bias = _fit(space[seen], labels[seen])
        logits[unseen] = space[unseen] @ weights.T + bias
    return logits, folds


def _temperature(logits: Matrix, labels: Labels) -> float:
    """What to divide logits by so that probabilities fit what was held out (Guo et al. 2017, arXiv:1706.04599)."""
    rows = np.arange(len(labels))

    def loss(logarithm: float) -> float:
        chosen = softmax(logits / np.exp(logarithm))[rows, labels]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)), 4)


def _threshold(scores: Matrix, outside: NDArray[np.bool_]) -> float:
    """The score that best parts what is out of scope from what is not, half-way to the next lower one.

    Youden's J, except that losing a request counts twice: taking an oddity for one is asked back or not found."""
    candidates = np.unique(scores)
    found = np.array([(scores[outside] >= candidate).mean() for candidate in candidates])
    lost = np.array([(scores[~outside] >= candidate).mean() for candidate in candidates])
    best = int(np.argmax(found - LOST_WEIGHT * lost))
    return round(float((candidates[best] + candidates[max(best - 1, 0)]) / 2), 4)


def _report(intents: IntentSet, probabilities: Matrix, labels: Labels, threshold: float) -> TrainingReport:
    outside = labels == len(intents.intents)
    rejected = probabilities[:, -1] >= threshold
    understood = probabilities[:, :-1].argmax(axis=1)
    names = [intent.name for intent in intents.intents]
    confusions = Counter(
        (names[meant], names[taken])
        for meant, taken in zip(labels[~outside], understood[~outside], strict=True)
        if meant != taken
    )
    return TrainingReport(
        intents=len(names),
        examples=int((~outside).sum()),
        out_of_scope_examples=int(outside.sum()),
        folds=FOLDS,
        accuracy=round(float((understood == labels)[~outside].mean()), 4),
        out_of_scope_recall=round(float(rejected[outside].mean()), 4),
        false_rejections=round(float(rejected[~outside].mean()), 4),
        calibration_error=round(_calibration_error(probabilities, labels), 4),
        temperature=1.0,
        threshold=threshold,
        confusions=tuple((*pair, count) for pair, count in confusions.most_common(MOST_CONFUSIONS)),
        seconds=0.0,
    )


def _calibration_error(probabilities: Matrix, labels: Labels) -> float:
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [abs(confidence[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in set(bins)]
    return float(np.sum(gaps))
