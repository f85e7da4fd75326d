"""Emotions: GoEmotions' dev file (Demszky et al. 2020), as `casewright emotions predict` answers it."""

from collections.abc import Iterator
from time import process_time

import numpy as np

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright.cli.emotions import predicted
from casewright.understanding.goemotions import CHOSEN, emotion_model

SOURCE = "https://github.com/google-research/google-research/tree/master/goemotions/data"


def emotion(data: Data) -> Iterator[Figure]:
    file = data.file("goemotions/data/original/dev.tsv", SOURCE)
    rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()]
    labels = emotion_model().labels
    right = np.zeros((len(rows), len(labels)), dtype=bool)
    for row, (_, numbers, _) in enumerate(rows):
        right[row, [int(number) for number in numbers.split(",")]] = True
    texts = [text for text, _, _ in rows]
    list(predicted(texts[:1]))
    begun = process_time()
    answers = [answer.labels for answer in predicted(texts)]
    spent = process_time() - begun
    alone = [emotion_model().scores(text) for text in texts]
    yield Figure(
        f"macro-F1, {len(labels)} labels, {len(rows):,} texts",
        _macro_f1(answers, right),
        unit="",
        target=0.485,
        note="BERT .46 (Demszky et al.) to .503 (GoEmotions-pytorch), on test",
    )
    yield Figure("the same of the model alone, without support phrases", _macro_f1(alone, right), unit="")
    yield Figure("CPU a text", 1000 * spent / len(texts), unit="ms", better="lower")


def _macro_f1(answers: list[dict[str, float]], right: np.ndarray) -> float:
    chosen = np.array([list(answer.values()) for answer in answers]) >= CHOSEN
    return float((2 * (chosen & right).sum(axis=0) / (chosen.sum(axis=0) + right.sum(axis=0))).mean())


PARTS = (Part("emotion", "Emotions in comments", emotion),)
