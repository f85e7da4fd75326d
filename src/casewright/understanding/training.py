"""Training a tenant's intent model."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from casewright.kit.yaml_reading import read_yaml
from casewright.understanding import features
from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.intents import Header, IntentModel, TrainingReport, is_out_of_scope, labels_of, versions
from casewright.understanding.kernel import Landmarks, Views
from casewright.understanding.language import languages_of
from casewright.understanding.models import SMALL_TALK_KINDS, IntentDefinition, IntentSet, IntentTarget
from casewright.understanding.quality import assess
from casewright.understanding.segments import default_splitter

if TYPE_CHECKING:
    from casewright.understanding.fitting import Fit, Labels

LEAST_EXAMPLES = 5
MOST_CONFUSIONS = 10
FEW_EXAMPLES = 20
"""Below this an intent's title is one more example."""
ENOUGH_TO_SPLIT = 200
"""Examples below which the shipped splitter serves."""
COVERED = 0.6
"""Alikeness to an example from which what nobody else is asked is no longer out of scope."""


def train(
    intents: IntentSet,
    encoder: Encoder,
    on_progress: Progress | None = None,
    *,
    least_examples: int = LEAST_EXAMPLES,
) -> IntentModel:
    """Learns the tenant's intents, how far their probabilities can be trusted, and what is out of scope.

    Reads the texts on all processors, and does the rest on the calling thread. Raises `TrainingDataInvalid`."""
    # Most processes never train, and its libraries take long to import.
    from casewright.understanding.fitting import fit, views_of
    from casewright.understanding.splitting import train_splitter

    check(intents, least_examples)
    begun = time.monotonic()
    texts = [text for intent in intents.intents for text in intent.examples]
    titles = [(number, title) for number, intent in enumerate(intents.intents) for title in _titles(intent)]
    generic = generic_out_of_scope(languages_of(texts))
    everything = [*texts, *(title for _, title in titles), *intents.out_of_scope, *generic]
    readings = features.read_many(everything, encoder, on_progress)
    views = views_of(readings)
    rows = views.rows(readings)
    inside = len(texts) + len(titles)
    own = inside + len(intents.out_of_scope)
    kept = [*range(own), *(own + np.flatnonzero(_is_uncovered(rows[own:], rows[:inside], views)))]
    readings, rows = [readings[number] for number in kept], rows[kept]
    labels = np.full(len(rows), len(intents.intents))
    labels[:inside] = [*labels_of(intents.intents), *(number for number, _ in titles)]
    fitted = fit(rows, labels, views)
    encoder_version, multilingual_version = versions(encoder)
    judged = np.r_[0 : len(texts), inside : len(rows)]
    header = Header(
        encoder=encoder_version,
        multilingual=multilingual_version,
        definitions=intents,
        temperature=fitted.temperature,
        threshold=fitted.threshold,
        judge=fitted.judge,
        report=_report(
            intents,
            fitted,
            fitted.held_out[judged],
            labels[judged],
            [readings[number] for number in judged],
            seconds=round(time.monotonic() - begun, 2),
        ),
    )
    splitter = (
        train_splitter(texts, labels_of(intents.intents)) if len(texts) >= ENOUGH_TO_SPLIT else default_splitter()
    )
    places = np.where(fitted.landmarks < inside, fitted.landmarks, -1).astype(np.int32)
    return IntentModel(header, splitter, views, Landmarks.of(rows[fitted.landmarks]), fitted.coefficients, places)


def _titles(intent: IntentDefinition) -> tuple[str, ...]:
    """What an intent is called, where it has so few examples that this tells something."""
    return tuple(dict.fromkeys(intent.title.values())) if len(intent.examples) < FEW_EXAMPLES else ()


def _is_uncovered(generic: features.Matrix, own: features.Matrix, views: Views) -> NDArray[np.bool_]:
    """Which of the rows are not alike to anything that the company is there for, whatever others are."""
    return np.asarray(views.alikeness(generic, own).max(axis=1) < COVERED)


def check(intents: IntentSet, least_examples: int = LEAST_EXAMPLES) -> None:
    """Raises `TrainingDataInvalid` for what would make a bad model, naming all that is to change.

    The same example under two intents is allowed: it teaches that the customer has to be asked."""
    if problems := tuple(_problems(intents, least_examples)):
        raise TrainingDataInvalid(*problems)


def _problems(intents: IntentSet, least_examples: int) -> Iterator[str]:
    if len(intents.intents) < 2:
        yield "There must be at least two intents to tell apart."
    for name, count in Counter(intent.name for intent in intents.intents).items():
        if count > 1:
            yield f"The intent {name!r} is defined {count} times: give each its own name."
    for intent in intents.intents:
        if not all(text.strip() for text in intent.examples):
            yield f"The intent {intent.name!r} has an empty example: remove it."
        different = len(set(intent.examples))
        if different < least_examples:
            yield (
                f"The intent {intent.name!r} has {different} different examples: "
                f"give it at least {least_examples}, better 15."
            )
        yield from _problems_of_target(intent.name, intent.target)


def _problems_of_target(name: str, target: IntentTarget) -> Iterator[str]:
    chosen = (target.procedure, target.knowledge, target.handoff, target.small_talk, target.cancel)
    if sum(map(bool, chosen)) != 1:
        yield (
            f"The target of the intent {name!r} must be exactly one of "
            "procedure, knowledge, handoff, small_talk, cancel."
        )
    if target.small_talk and target.small_talk not in SMALL_TALK_KINDS:
        yield (
            f"The intent {name!r} has the small talk {target.small_talk!r}; "
            f"it must be one of {', '.join(SMALL_TALK_KINDS)}."
        )


@cache
def generic_out_of_scope(languages: frozenset[str]) -> tuple[str, ...]:
    """What no support agent is there for, in those of the languages that we have it in, else in English."""
    content = read_yaml((files("casewright.understanding") / "out_of_scope.yaml").read_text(encoding="utf-8"))
    known = sorted(languages & content.keys()) or ["en"]
    return tuple(text for language in known for text in content[language])


def _report(
    intents: IntentSet,
    fitted: "Fit",
    held_out: features.Matrix,
    labels: "Labels",
    readings: Sequence[features.Reading],
    seconds: float,
) -> TrainingReport:
    outside = labels == len(intents.intents)
    rejected = is_out_of_scope(held_out, fitted.threshold)
    understood = held_out[:, :-1].argmax(axis=1)
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
        folds=len(labels),
        accuracy=round(float((understood == labels)[~outside].mean()), 4),
        out_of_scope_recall=round(float(rejected[outside].mean()), 4),
        false_rejections=round(float(rejected[~outside].mean()), 4),
        calibration_error=round(fitted.calibration_error, 4),
        temperature=fitted.temperature,
        threshold=fitted.threshold,
        confusions=tuple((*pair, count) for pair, count in confusions.most_common(MOST_CONFUSIONS)),
        seconds=seconds,
        quality=assess(intents, readings, held_out, labels, fitted.threshold),
    )
