"""The numbers behind training: logistic regression, judged on what it has not seen, and calibrated by that judgement.

Importing this module costs a second and 90 MB (scikit-learn), so only training does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from casewright.understanding.features import Matrix
from casewright.understanding.intents import softmax
from casewright.understanding.models import Vector

FOLDS = 5
# scikit-learn's C. Between 5 and 60 accuracy is the same; how sure the model is, is calibrated after.
STRENGTH = 20.0
LOST_WEIGHT = 2.0
BINS = 10

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fit:
    """`weights` (classes, width) and `bias` (classes,). `held_out` (rows, classes): each row's calibrated probabilities
    by a model that did not see it; `folds`: in how many parts. `threshold`: of the last class, out of scope."""

    weights: Matrix
    bias: Vector
    held_out: Matrix
    folds: int
    temperature: float
    threshold: float
    calibration_error: float


def fit(rows: Matrix, labels: Labels) -> Fit:
    """Fits `rows` (rows, width) to `labels` 0 … classes − 1, of which the last means out of scope."""
    # Many threads on matrices this small only wait for one another.
    with threadpool_limits(limits=1):
        space, basis = _narrow(rows)
        logits, folds = _held_out_logits(space, labels)
        temperature = _temperature(logits, labels)
        held_out = softmax(logits / temperature)
        weights, bias = _regress(space, labels)
    return Fit(
        weights=(weights @ basis).astype(np.float32),
        bias=bias.astype(np.float32),
        held_out=held_out,
        folds=folds,
        temperature=temperature,
        threshold=_threshold(held_out[:, -1], labels == labels.max()),
        calibration_error=_calibration_error(held_out, labels),
    )


def _narrow(rows: Matrix) -> tuple[Matrix, Matrix]:
    """The same rows in as many dimensions as there are rows, and the basis that leads back: exact, and much faster."""
    left, scale, basis = np.linalg.svd(rows, full_matrices=False)
    return left * scale, basis


def _regress(space: Matrix, labels: Labels) -> tuple[Matrix, Matrix]:
    model = LogisticRegression(C=STRENGTH, max_iter=300).fit(space, labels)
    return model.coef_, model.intercept_


def _held_out_logits(space: Matrix, labels: Labels) -> tuple[Matrix, int]:
    folds = min(FOLDS, int(np.bincount(labels).min()))
    logits = np.zeros((len(labels), labels.max() + 1), dtype=np.float32)
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=0).split(space, labels):
        weights, bias = _regress(space[seen], labels[seen])
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

    Youden's J, except that losing a request counts twice: an oddity taken for one is asked back about or not found."""
    candidates = np.unique(scores)
    found = np.array([(scores[outside] >= candidate).mean() for candidate in candidates])
    lost = np.array([(scores[~outside] >= candidate).mean() for candidate in candidates])
    best = int(np.argmax(found - LOST_WEIGHT * lost))
    return round(float((candidates[best] + candidates[max(best - 1, 0)]) / 2), 4)


def _calibration_error(probabilities: Matrix, labels: Labels) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy over ten bins of confidence."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(confidence[bins == one].mean() - right[bins == one].mean()) * (bins == one).mean() for one in set(bins)]
    return float(np.sum(gaps))
