"""Intents: accuracy on BANKING77, in and out of scope on CLINC150, and with ten examples an intent on HWU64.

No test split is read, and thresholds come from training examples only.
"""

import csv
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright.understanding.models import LabelledText
from casewright.understanding.recognising import Recognised, Recogniser, learn

BANKING = "github.com/PolyAI-LDN/task-specific-datasets (CC-BY-4.0)"
CLINC = "github.com/clinc/oos-eval (CC-BY-3.0)"
FEW_SHOT = "github.com/jianguoz/Few-Shot-Intent-Detection (HWU64: CC-BY-SA-3.0)"
FOLDS = 5
AT_ONCE = 256
SHOTS, DRAWS, JUDGED = 10, 3, 40
"""Of each intent: examples learned from in a draw, draws, and examples judged by all of them."""


def banking(data: Data) -> Iterator[Figure]:
    examples = read_banking(data)
    right = 0
    for training, unseen in _folds(examples):
        recogniser = Recogniser(learn(training, data.encoder), data.encoder)
        found = recognise(recogniser, [one.text for one in unseen])
        right += sum(_best(one) == meant.intent for one, meant in zip(found, unseen, strict=True))
    yield Figure(
        "BANKING77, 5-fold on the training file: accuracy",
        100 * right / len(examples),
        target=93.3,
        note="BERT tuned 93.7, USE+ConveRT 93.4 (on test)",
    )


def clinc(data: Data) -> Iterator[Figure]:
    content = _clinc(data)
    training = [LabelledText(text=text, intent=intent) for text, intent in content["train"]]
    training += [LabelledText(text=text, intent=None) for text, _ in content["oos_train"]]
    recogniser = Recogniser(learn(training, data.encoder), data.encoder)
    within = recognise(recogniser, [text for text, _ in content["val"]])
    outside = recognise(recogniser, [text for text, _ in content["oos_val"]])
    right = sum(
        not one.out_of_scope and _best(one) == intent for one, (_, intent) in zip(within, content["val"], strict=True)
    )
    ranked = sum(_best(one) == intent for one, (_, intent) in zip(within, content["val"], strict=True))
    yield Figure(
        "CLINC150 validation: in-scope accuracy, rejected ones wrong",
        100 * right / len(within),
        target=96.0,
        note="BERT 96.2 (on test)",
    )
    yield Figure(
        "CLINC150 validation: out-of-scope recall",
        100 * sum(one.out_of_scope for one in outside) / len(outside),
        target=85.0,
        note="BERT 52.3 (on test)",
    )
    yield Figure("CLINC150 validation: accuracy among the intents", 100 * ranked / len(within))


def few_shot(data: Data) -> Iterator[Figure]:
    folder = data.file("fewshot_intent/Datasets/HWU64", FEW_SHOT)
    training, unseen = _lines(folder / "train_10"), _lines(folder / "valid")
    found = recognise(Recogniser(learn(training, data.encoder), data.encoder), [one.text for one in unseen])
    right = sum(_best(one) == meant.intent for one, meant in zip(found, unseen, strict=True))
    yield Figure(
        "HWU64 validation, 10 examples an intent: accuracy",
        100 * right / len(unseen),
        target=85.5,
        note="IntentBERT 83.6–84.3, USE+ConveRT 85.8 (on test)",
    )


def few_shot_drawn(data: Data) -> Iterator[Figure]:
    """What settings for few examples are chosen by: training examples alone, and far more of them than a validation file has."""
    sets = {
        "HWU64": _lines(data.file("fewshot_intent/Datasets/HWU64", FEW_SHOT) / "train"),
        "BANKING77": read_banking(data),
        "CLINC150": [LabelledText(text=text, intent=intent) for text, intent in _clinc(data)["train"]],
    }
    for name, examples in sets.items():
        shares = [_share_right(learned, judged, data) for learned, judged in _draws(examples)]
        note = f"{DRAWS} draws of training examples, judged on others of these"
        what = f"{name}, {SHOTS} examples an intent, drawn: accuracy among the intents"
        yield Figure(what, 100 * sum(shares) / len(shares), note=note)


def _draws(examples: Sequence[LabelledText]) -> Iterator[tuple[list[LabelledText], list[LabelledText]]]:
    by_intent: dict[str, list[LabelledText]] = {}
    for one in examples:
        by_intent.setdefault(one.intent or "", []).append(one)
    chance = random.Random(0)
    for own in by_intent.values():
        chance.shuffle(own)
    learned = DRAWS * SHOTS
    judged = [one for own in by_intent.values() for one in own[learned : learned + JUDGED]]
    for start in range(0, learned, SHOTS):
        yield [one for own in by_intent.values() for one in own[start : start + SHOTS]], judged


def _share_right(learned: Sequence[LabelledText], judged: Sequence[LabelledText], data: Data) -> float:
    found = recognise(Recogniser(learn(learned, data.encoder), data.encoder), [one.text for one in judged], single=True)
    return sum(_best(one) == meant.intent for one, meant in zip(found, judged, strict=True)) / len(judged)


def _clinc(data: Data) -> Any:
    return json.loads(data.file("clinc150/data_full_train_val.json", CLINC).read_text(encoding="utf-8"))


def read_banking(data: Data) -> list[LabelledText]:
    file = data.file("banking77/banking_data/train.csv", BANKING)
    with file.open(encoding="utf-8", newline="") as lines:
        return [LabelledText(text=row["text"], intent=row["category"]) for row in csv.DictReader(lines)]


def recognise(recogniser: Recogniser, texts: Sequence[str], *, single: bool = False) -> list[Recognised]:
    return [
        one
        for start in range(0, len(texts), AT_ONCE)
        for one in recogniser.recognise(texts[start : start + AT_ONCE], single=single)
    ]


def _best(one: Recognised) -> str:
    return one.ranking[0].name


def _folds(examples: Sequence[LabelledText]) -> Iterator[tuple[list[LabelledText], list[LabelledText]]]:
    """Each intent's examples in equal shares, shuffled."""
    order = list(examples)
    random.Random(0).shuffle(order)
    order.sort(key=lambda one: one.intent or "")
    for fold in range(FOLDS):
        yield [one for place, one in enumerate(order) if place % FOLDS != fold], order[fold::FOLDS]


def _lines(folder: Path) -> list[LabelledText]:
    texts = (folder / "seq.in").read_text(encoding="utf-8").splitlines()
    intents = (folder / "label").read_text(encoding="utf-8").splitlines()
    return [LabelledText(text=text.strip(), intent=intent.strip()) for text, intent in zip(texts, intents, strict=True)]


PARTS = (
    Part("banking", "Intents of a bank", banking),
    Part("clinc", "In and out of scope", clinc),
    Part("few-shot", "Few examples", few_shot),
    Part("few-shot-drawn", "Few examples, drawn", few_shot_drawn, only_if_named=True),
)
