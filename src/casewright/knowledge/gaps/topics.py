"""Questions put together into topics: by what they mean, and so that a topic keeps its id while more is asked about it.

Agglomerative clustering with average linkage over cosine distances (Sokal and Michener 1958), which needs no number of topics."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import AgglomerativeClustering

from casewright.kit.ids import new_id
from casewright.knowledge.gaps.models import GapId

Meanings: TypeAlias = NDArray[np.floating[Any]]
"""(questions, width), each row of length 1."""

APART: Final = 0.55
"""Mean cosine distance from which two groups of questions are about different things. The best for intents of Banking77 and CLINC150
(Casanueva et al. 2020, Larson et al. 2019), with both encoders' vectors side by side."""
SAME: Final = 0.75
"""Cosine of two questions from which they ask the same."""


def meaning(english: Meanings, multilingual: Meanings) -> Meanings:
    """Both encoders' vectors side by side: of length 1 if theirs are."""
    both: Meanings = np.hstack([english, multilingual]) / np.sqrt(2)
    return both


def grouped(meanings: Meanings) -> list[int]:
    """A group's number for each question."""
    if len(meanings) < 2:
        return [0] * len(meanings)
    clustering = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=APART)
    return [int(label) for label in clustering.fit_predict(np.asarray(meanings, dtype=np.float64))]


@dataclass(frozen=True, slots=True)
class Sorted:
    """`topics`: of each question. `merged`: open topics of which nothing is left, and where most of it went."""

    topics: tuple[GapId, ...]
    merged: Mapping[GapId, GapId]


def sort_into_topics(meanings: Meanings, before: Sequence[GapId | None], settled: Collection[GapId]) -> Sorted:
    """`before`: each question's topic so far. Those of a settled topic stay in it, and what is asked about it joins them; all others
    are grouped anew, and a group keeps the id of the topic that most of it had. Of equals the oldest one."""
    topics: list[GapId | None] = [one if one in settled else None for one in before]
    known = dict.fromkeys(one for one in topics if one is not None)
    centres = {one: meanings[[topic == one for topic in topics]].mean(axis=0) for one in known}
    for place, topic in enumerate(before):
        if topic is None and centres:
            nearest = min(centres, key=lambda one: float(1 - meanings[place] @ centres[one]))
            if 1 - meanings[place] @ centres[nearest] < APART:
                topics[place] = nearest
    free = [place for place, topic in enumerate(topics) if topic is None]
    groups = grouped(meanings[free])
    ids = _kept_ids(groups, [before[place] for place in free])
    for place, group in zip(free, groups, strict=True):
        topics[place] = ids[group]
    final = tuple(topic for topic in topics if topic is not None)
    return Sorted(final, _merged(before, final))


def _kept_ids(groups: Sequence[int], before: Sequence[GapId | None]) -> dict[int, GapId]:
    """An id for each group; largest common part first."""
    common: dict[tuple[int, GapId], int] = {}
    for group, topic in zip(groups, before, strict=True):
        if topic is not None:
            common[group, topic] = common.get((group, topic), 0) + 1
    ids: dict[int, GapId] = {}
    for (group, topic), _ in sorted(common.items(), key=lambda one: (-one[1], one[0][1])):
        if group not in ids and topic not in ids.values():
            ids[group] = topic
    return {group: ids.get(group) or GapId(new_id()) for group in dict.fromkeys(groups)}


def _merged(before: Sequence[GapId | None], after: Sequence[GapId]) -> dict[GapId, GapId]:
    gone = {one for one in before if one is not None} - set(after)
    found = {}
    for topic in gone:
        went = [new for old, new in zip(before, after, strict=True) if old == topic]
        found[topic] = max(dict.fromkeys(went), key=went.count)
    return found
