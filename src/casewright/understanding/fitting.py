"""The numbers behind training: kernel ridge regression, each example judged by what it would be without that example, and calibrated
by that judgement.

Importing this module costs memory and time (SciPy), so only training does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular
from scipy.optimize import minimize, minimize_scalar
from threadpoolctl import threadpool_limits

from casewright.understanding import features
from casewright.understanding.features import Matrix, Reading
from casewright.understanding.intents import ScopeJudge, evidence, logits, softmax
from casewright.understanding.kernel import Views, as_stored, normalised
from casewright.understanding.models import Vector

MOST_DIMENSIONS = 128
"""Of a view. With 96 accuracy is about the same on one fold of BANKING77, with 48 it is 0.7 points less."""
SKETCHED = 160
"""Directions in which a wide view is looked at first."""
MOST_LANDMARKS = 8000
"""All examples, for nearly every company. On 8,000 examples, 6,000 landmarks cost half a point of accuracy and 2,500 a whole one."""
RIDGE = 0.05
JITTER = 1e-4
"""What keeps the kernel of two equal examples invertible in 32 bits."""
LEAST_BALANCE, MOST_BALANCE = 0.05, 20.0
"""Of a row. On ATIS's examples, three quarters of which are of one intent, balance costs half a point of accuracy and adds four of mean recall
(.612 → .649, each judged by what the model would be without it)."""
ROWS_AT_ONCE = 1024
LEAST_OUTSIDE = 0.05
"""Least share of what is out of scope, relative to what is not."""
LOST_WEIGHT = 1.5
NEARLY_AS_GOOD = 0.01
SMOOTHING = 1e-3
BINS = 10

Labels = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fit:
    """`landmarks`: the numbers of the rows kept, in order; `coefficients` (landmarks, classes). `held_out` (rows, classes): each
    row's calibrated probabilities by a model that did not see it."""

    landmarks: Labels
    coefficients: Matrix
    held_out: Matrix
    temperature: float
    judge: ScopeJudge
    threshold: float
    calibration_error: float


def views_of(readings: Sequence[Reading]) -> Views:
    """The views in which a tenant's examples are told apart."""
    rarity = features.rarity_of(readings)
    counts = normalised(np.array([reading.counts for reading in readings]) * rarity)
    with threadpool_limits(limits=1):
        directions = (
            _principal_directions(np.array([reading.vector for reading in readings])),
            _principal_directions(np.array([reading.multilingual for reading in readings])),
            _principal_directions(counts) * rarity[:, None],
        )
    return Views(tuple(map(as_stored, directions)))


def fit(rows: Matrix, labels: Labels, views: Views) -> Fit:
    """Fits `rows` to `labels` 0 … classes − 1, of which the last means out of scope."""
    outside = labels == labels.max()
    weights = _weights(outside)
    # Many threads on matrices this small only wait for one another.
    with threadpool_limits(limits=1):
        landmarks = _landmarks(labels)
        nearest, coefficients, scores = _regress(rows, labels, landmarks, views)
        temperature = _temperature(logits(scores[~outside, :-1]), labels[~outside])
        facts = evidence(scores, nearest)
        judge = _judge(facts, outside, weights)
    out_of_scope = judge.score(facts)[:, None]
    within = softmax(logits(scores[:, :-1]) / temperature)
    held_out = np.hstack([within * (1 - out_of_scope), out_of_scope]).astype(np.float32)
    return Fit(
        landmarks=landmarks,
        coefficients=as_stored(coefficients),
        held_out=held_out,
        temperature=temperature,
        judge=judge,
        threshold=_threshold(held_out[:, -1], outside),
        calibration_error=_calibration_error(held_out, labels, weights),
    )


def _principal_directions(rows: Matrix) -> Matrix:
    """Along which `rows` (rows, width) vary most, from the origin: (width, at most 128)."""
    if rows.shape[1] > 8 * SKETCHED:
        rows, wide = _sketched(rows)
        return np.ascontiguousarray(wide @ _principal_directions(rows))
    variances, directions = np.linalg.eigh(rows.T @ rows)
    kept = np.flatnonzero(variances > variances[-1] * np.finfo(np.float32).eps)[-MOST_DIMENSIONS:]
    return np.ascontiguousarray(directions[:, kept[::-1]])


def _sketched(rows: Matrix) -> tuple[Matrix, Matrix]:
    """The rows in few directions that hold nearly all of them, and these (Halko et al. 2011, arXiv:0909.4061)."""
    wide = np.random.default_rng(0).standard_normal((rows.shape[1], SKETCHED)).astype(np.float32)
    for _ in range(3):
        wide, _ = np.linalg.qr(rows.T @ (rows @ wide))
    return rows @ wide, wide


def _weights(outside: NDArray[np.bool_]) -> Vector:
    """One for each within scope. All that is out of scope counts as a share of these that messages may well have, however many examples
    there are of it."""
    within = (~outside).sum()
    share = np.clip(outside.sum(), LEAST_OUTSIDE * within, within) / outside.sum()
    return np.where(outside, share, 1.0).astype(np.float32)


def _landmarks(labels: Labels) -> Labels:
    """All rows, or as many as are kept, each class by its share."""
    if len(labels) <= MOST_LANDMARKS:
        return np.arange(len(labels))
    shuffled = np.random.default_rng(0).permutation(len(labels))
    places = np.empty(len(labels))
    for label in range(labels.max() + 1):
        own = shuffled[labels[shuffled] == label]
        places[own] = np.arange(len(own)) / len(own)
    return np.sort(np.argsort(places, kind="stable")[:MOST_LANDMARKS])


def _regress(rows: Matrix, labels: Labels, landmarks: Labels, views: Views) -> tuple[Matrix, Matrix, Matrix]:
    """How alike each row is to the nearest others within and out of scope; the coefficients; and each row's scores without
    itself, which are exact (Cook and Weisberg 1982, Residuals and Influence in Regression, for each class)."""
    targets = np.zeros((len(labels), labels.max() + 1), dtype=np.float32)
    targets[np.arange(len(labels)), labels] = 1
    kept = rows[landmarks]
    root = _root(views.alikeness(kept, kept), JITTER)
    space = np.empty((len(rows), len(kept)), dtype=np.float32)
    nearest = np.empty((len(rows), 2), dtype=np.float32)
    is_outside = labels[landmarks] == labels.max()
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        alike = views.alikeness(rows[block], kept)
        space[block] = solve_triangular(root, alike.T, lower=True, check_finite=False).T
        # Not to itself.
        alike[np.arange(start, start + len(alike))[:, None] == landmarks] = 0
        nearest[block, 0] = alike[:, ~is_outside].max(axis=1)
        nearest[block, 1] = alike[:, is_outside].max(axis=1)
    weights_of_rows = _balance(labels)
    space *= np.sqrt(weights_of_rows)[:, None]
    factor = _root(space.T @ space, RIDGE)
    half = solve_triangular(
        factor, space.T @ (targets * np.sqrt(weights_of_rows)[:, None]), lower=True, check_finite=False
    )
    weights = solve_triangular(factor, half, lower=True, trans=1, check_finite=False)
    scores = space @ weights / np.sqrt(weights_of_rows)[:, None]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        block = slice(start, start + ROWS_AT_ONCE)
        own = np.square(solve_triangular(factor, space[block].T, lower=True, check_finite=False)).sum(axis=0)
        scores[block] = targets[block] - (targets[block] - scores[block]) / np.maximum(1 - own, 1e-3)[:, None]
    coefficients = solve_triangular(root, weights, lower=True, trans=1, check_finite=False)
    return nearest, coefficients, scores


def _balance(labels: Labels) -> Vector:
    """What each row weighs, so that an intent with few examples is heard beside one with very many; out of scope weighs 1."""
    counts = np.bincount(labels)
    weights = np.clip(counts[:-1].mean() / np.maximum(counts, 1), LEAST_BALANCE, MOST_BALANCE)
    weights[-1] = 1
    return np.asarray(weights[labels], dtype=np.float32)


def _root(matrix: Matrix, ridge: float) -> Matrix:
    """The lower triangle whose square is `matrix`, which is overwritten, with `ridge` on its diagonal."""
    matrix[np.diag_indices_from(matrix)] += np.float32(ridge)
    return np.asarray(cholesky(matrix, lower=True, overwrite_a=True, check_finite=False))


def _temperature(of_intents: Matrix, labels: Labels) -> float:
    """What to divide logits by so that probabilities fit what was held out (Guo et al. 2017, arXiv:1706.04599)."""
    rows = np.arange(len(labels))

    def loss(logarithm: float) -> float:
        chosen = softmax(of_intents / np.exp(logarithm))[rows, labels]
        return float(-np.log(np.maximum(chosen, 1e-12)).mean())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-3, 2), method="bounded").x)), 4)


def _judge(facts: Matrix, outside: NDArray[np.bool_], weights: Vector) -> ScopeJudge:
    """Logistic regression, hardly regularised."""
    means, spreads = facts.mean(axis=0), np.maximum(facts.std(axis=0), 1e-6)
    inputs = np.hstack([(facts - means) / spreads, np.ones((len(facts), 1))])
    signs = np.where(outside, 1.0, -1.0)

    def loss(parameters: Vector) -> tuple[float, Vector]:
        margins = signs * (inputs @ parameters)
        losses = np.logaddexp(0, -margins)
        slopes = -signs * weights * np.exp(-np.logaddexp(0, margins))
        penalty = SMOOTHING * weights.sum() * parameters[:-1]
        gradient = inputs.T @ slopes
        gradient[:-1] += penalty
        return float(weights @ losses + penalty @ parameters[:-1] / 2), gradient

    found = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x
    slopes = found[:-1] / spreads
    return ScopeJudge(
        weights=tuple(round(float(slope), 5) for slope in slopes), bias=round(float(found[-1] - slopes @ means), 5)
    )


def _threshold(scores: Matrix, outside: NDArray[np.bool_]) -> float:
    """The score that best parts what is out of scope from what is not: the mean of those that do so nearly as well.

    Youden's J, except that losing a request counts half as much again: an oddity taken for one is asked back about or not found."""
    candidates = np.unique(scores)
    found = 1 - np.searchsorted(np.sort(scores[outside]), candidates) / outside.sum()
    lost = 1 - np.searchsorted(np.sort(scores[~outside]), candidates) / (~outside).sum()
    gain = found - LOST_WEIGHT * lost
    return round(float(candidates[gain >= gain.max() - NEARLY_AS_GOOD].mean()), 4)


def _calibration_error(probabilities: Matrix, labels: Labels, weights: Vector) -> float:
    """Expected calibration error: the mean gap between confidence and accuracy over ten bins of confidence."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = np.bincount(bins, weights * (confidence - right), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())
