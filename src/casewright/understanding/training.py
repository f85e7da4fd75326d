"""Training a tenant's intent model: 14 seconds on one core for 57 intents with 40 examples each."""

import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import yaml

from casewright.understanding import features
from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.errors import TrainingDataInvalid
from casewright.understanding.intents import Header, IntentModel, TrainingReport, is_out_of_scope, labels_of, versions
from casewright.understanding.language import languages_of
from casewright.understanding.models import SMALL_TALK_KINDS, IntentSet, IntentTarget

if TYPE_CHECKING:
    from casewright.understanding.fitting import Fit, Labels

LEAST_EXAMPLES = 5
MOST_CONFUSIONS = 10


def train(intents: IntentSet, encoder: Encoder, on_progress: Progress | None = None) -> IntentModel:
    """Learns the tenant's intents, how far their probabilities can be trusted, and what is out of scope.

    Reads the texts on all processors, and does the rest on the calling thread. Raises `TrainingDataInvalid`."""
    # Most processes never train, and its libraries take long to import.
    from casewright.understanding.fitting import fit

    check(intents)
    begun = time.monotonic()
    texts = [text for intent in intents.intents for text in intent.examples]
    outside = [*intents.out_of_scope, *generic_out_of_scope(languages_of(texts))]
    readings = features.read_many([*texts, *outside], encoder, on_progress)
    labels = np.array(labels_of(intents.intents) + [len(intents.intents)] * len(outside), dtype=np.int64)
    rarity = features.rarity_of(readings)
    fitted = fit(features.combine(readings, rarity), labels)
    encoder_version, multilingual_version = versions(encoder)
    header = Header(
        encoder=encoder_version,
        multilingual=multilingual_version,
        definitions=intents,
        temperature=fitted.temperature,
        threshold=fitted.threshold,
        report=_report(intents, fitted, labels, seconds=round(time.monotonic() - begun, 2)),
    )
    examples = np.array([reading.vector for reading in readings[: len(texts)]])
    return IntentModel(header=header, weights=fitted.weights, bias=fitted.bias, rarity=rarity, examples=examples)


def check(intents: IntentSet) -> None:
    """Raises `TrainingDataInvalid` for what would make a bad model, naming all that is to change.

    The same example under two intents is allowed: it teaches that the customer has to be asked."""
    if problems := tuple(_problems(intents)):
        raise TrainingDataInvalid(*problems)


def _problems(intents: IntentSet) -> Iterator[str]:
    if len(intents.intents) < 2:
        yield "There must be at least two intents to tell apart."
    for name, count in Counter(intent.name for intent in intents.intents).items():
        if count > 1:
            yield f"The intent {name!r} is defined {count} times: give each its own name."
    for intent in intents.intents:
        if not all(text.strip() for text in intent.examples):
            yield f"The intent {intent.name!r} has an empty example: remove it."
        different = len(set(intent.examples))
        if different < LEAST_EXAMPLES:
            yield (
                f"The intent {intent.name!r} has {different} different examples: "
                f"give it at least {LEAST_EXAMPLES}, better 15."
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
    content = yaml.safe_load((files("casewright.understanding") / "out_of_scope.yaml").read_text(encoding="utf-8"))
    known = sorted(languages & content.keys()) or ["en"]
    return tuple(text for language in known for text in content[language])


def _report(intents: IntentSet, fitted: "Fit", labels: "Labels", seconds: float) -> TrainingReport:
    outside = labels == len(intents.intents)
    rejected = is_out_of_scope(fitted.held_out, fitted.threshold)
    understood = fitted.held_out[:, :-1].argmax(axis=1)
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
        folds=fitted.folds,
        accuracy=round(float((understood == labels)[~outside].mean()), 4),
        out_of_scope_recall=round(float(rejected[outside].mean()), 4),
        false_rejections=round(float(rejected[~outside].mean()), 4),
        calibration_error=round(fitted.calibration_error, 4),
        temperature=fitted.temperature,
        threshold=fitted.threshold,
        confusions=tuple((*pair, count) for pair, count in confusions.most_common(MOST_CONFUSIONS)),
        seconds=seconds,
    )
