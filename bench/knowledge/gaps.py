"""Questions put together into topics: the development set of DSTC11's track on intent induction (Gung et al. 2023), as gaps in knowledge
are sorted. How they are sorted was chosen on it too, beside parts of Banking77 and CLINC150."""

import json
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from sklearn.metrics import normalized_mutual_info_score

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright.knowledge.gaps.models import GapId
from casewright.knowledge.gaps.topics import Meanings, grouped, meaning, sort_into_topics

SOURCE = "https://github.com/amazon-science/dstc11-track2-intent-induction"
RUNS = 10
SEEDS = 5
K_MEANS = "MiniLM and k-means, which is told the number: {}"


def gaps(data: Data) -> Iterator[Figure]:
    """Nobody tells ours how many topics there are."""
    file = data.file("dstc11_track2/dstc11/development/test-utterances.jsonl", SOURCE)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [row["utterance"] for row in rows]
    _, right = np.unique([row["intent"] for row in rows], return_inverse=True)
    english = np.array(data.encoder.encode_batch(texts))
    multilingual = np.array([data.encoder.multilingual.encode(text) for text in texts])
    meanings = meaning(english, multilingual, "en")
    found = np.array(grouped(meanings))
    what = f"{len(texts)} questions about {right.max() + 1} things"
    yield Figure(f"{what}: ACC", 100 * accuracy(found, right), target=68.1, note=K_MEANS.format("68.1"))
    yield Figure("… NMI", 100 * normalized_mutual_info_score(right, found), target=85.2, note=K_MEANS.format("85.2"))
    yield Figure("… topics found", len(set(found)), unit="", note="those of one question too")
    yield Figure("… of at least five questions", int((np.bincount(found) >= 5).sum()), unit="")
    yield Figure(f"… in {RUNS} runs: questions whose topic keeps its id from run to run", kept_ids(meanings))


def kept_ids(meanings: Meanings) -> float:
    """The same questions in ten parts, in an order of chance: of those there were, the percentage that are in the topic of the same id
    after the next part; the mean of five orders."""
    kept = []
    for seed in range(SEEDS):
        order = np.random.default_rng(seed).permutation(len(meanings))
        topics: list[GapId | None] = []
        for part in np.array_split(order, RUNS):
            before, here = topics, order[: len(topics) + len(part)]
            topics = list(sort_into_topics(meanings[here], [*before, *[None] * len(part)], ()).topics)
            kept += [old == new for old, new in zip(before, topics, strict=False)]
    return 100 * float(np.mean(kept))


def accuracy(found: Sequence[int] | NDArray[np.intp], right: NDArray[np.intp]) -> float:
    """After the best assignment of one topic to each intent."""
    together = np.zeros((max(found) + 1, right.max() + 1))
    np.add.at(together, (found, right), 1)
    rows, columns = linear_sum_assignment(-together)
    return float(together[rows, columns].sum() / len(right))


PARTS = (Part("gaps", "What customers ask, sorted into topics", gaps),)
