"""The numbers behind training: logistic regression, judged on what it has not seen, and calibrated by that judgement.

Importing this module costs a second and 90 MB (scikit-learn), so only training does.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
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
# Fewer steps, and examples that stand under two intents come out as one of them; more cost seconds and change nothing.
TOLERANCE = 3e-4
MOST_STEPS = 100
# From 500 on accuracy is the same.
MOST_DIMENSIONS = 600
LOST_WEIGHT = 1.5
NEARLY_AS_GOOD = 0.01
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
    weights_of_rows = _weights(labels)
    # Many threads on matrices this small only wait for one another.
    with threadpool_limits(limits=1):
        space, basis = _narrow(rows)
        logits, folds = _held_out_logits(space, labels, weights_of_rows)
        temperature = _temperature(logits, labels, weights_of_rows)
        held_out = softmax(logits / temperature)
        weights, bias = _regress(space, labels, weights_of_rows)
    return Fit(
        weights=(weights @ basis).astype(np.float32),
        bias=bias.astype(np.float32),
        held_out=held_out,
        folds=folds,
        temperature=temperature,
        threshold=_threshold(held_out[:, -1], labels == labels.max()),
        calibration_error=_calibration_error(held_out, labels, weights_of_rows),
    )


def _weights(labels: Labels) -> Vector:
    """One each, but all that is out of scope no more than all that is not: a company with few examples is no rarity."""
    outside = labels == labels.max()
    share = min(1.0, (~outside).sum() / outside.sum())
    return np.where(outside, share, 1.0).astype(np.float32)


def _narrow(rows: Matrix) -> tuple[Matrix, Matrix]:
    """The same rows in at most 600 dimensions, their principal components, and the basis that leads back."""
    variances, directions = eigh(rows @ rows.T, driver="evd")
    kept = np.flatnonzero(variances > variances[-1] * np.finfo(np.float32).eps)[-MOST_DIMENSIONS:]
    scale = np.sqrt(variances[kept])
    return directions[:, kept] * scale, (directions[:, kept] / scale).T @ rows


def _regress(space: Matrix, labels: Labels, weights: Vector) -> tuple[Matrix, Matrix]:
    model = LogisticRegression(C=STRENGTH, tol=TOLERANCE, max_iter=MOST_STEPS).fit(space, labels, weights)
    return model.coef_, model.intercept_


def _held_out_logits(space: Matrix, labels: Labels, weights: Vector) -> tuple[Matrix, int]:
    folds = min(FOLDS, int(np.bincount(labels).min()))
    logits = np.zeros((len(labels), labels.max() + 1), dtype=np.float32)
    for seen, unseen in StratifiedKFold(folds, shuffle=True, random_state=0).split(space, labels):
        coefficients, bias = _regress(space[seen], labels[seen], weights[seen])
        logits[unseen] = space[unseen] @ coefficients.T + bias
    return logits, folds


def _temperature(logits: Matrix, labels: Labels, weights: Vector) -> float:
    """What to divide logits by so that probabilities fit what was held out (Guo et al. 2017, arXiv:1706.04599)."""
    rows = np.arange(len(labels))

    def loss(logarithm: float) -> float:
        chosen = softmax(logits / np.exp(logarithm))[rows, labels]
        return float(np.average(-np.log(np.maximum(chosen, 1e-12)), weights=weights))

    return round(float(np.exp(minimize_scalar(loss, bounds=(-3, 3), method="bounded").x)), 4)


def _threshold(scores: Matrix, outside: NDArray[np.bool_]) -> float:
    """The score that best parts what is out of scope from what is not: the mean of those that do so nearly as well.

    Youden's J, except that losing a request counts half as much again: an oddity taken for one is asked back about or not found."""
    candidates = np.unique(scores)
    found = np.array([(scores[outside] >= candidate).mean() for candidate in candidates])
    lost = np.array([(scores[~outside] >= candidate).mean() for candidate in candidates])
    gain = found - LOST_WEIGHT * lost
    return round(float(candidates[gain >= gain.max() - NEARLY_AS_GOOD].mean()), 4)


def _calibration_error(probabilities: Matrix, labels: Labels, weights: Vector) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy over ten bins of confidence."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights * (confidence - right), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())
