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

ENGLISH: Final = 0.75
"""Share of the English encoder's vector in what an English question means. Of others it knows nothing."""
NEIGHBOURS: Final = 5
"""Closest questions, by whose mean a question is drawn before they are put together: what is meant shows clearer in several wordings."""
PULL: Final = 2.0
"""Weight of that mean beside the question itself."""
NEAR: Final = 0.4
"""Least cosine of such a neighbour."""
APART: Final = 0.35
"""Mean cosine distance from which two groups of drawn questions are about different things. These five were chosen on parts of Banking77
(Casanueva et al. 2020), CLINC150 (Larson et al. 2019) and the development set of DSTC11's track 2 (Gung et al. 2023)."""
CLOSEST: Final = 3
JOINS: Final = 0.6
"""Mean cosine to the closest of a settled topic's questions from which another one is about it: what joins a dismissed topic is not
looked at."""
SAME: Final = 0.75
"""Cosine of two questions from which they ask the same."""


def meaning(english: Meanings, multilingual: Meanings, language: str) -> Meanings:
    """Of one question or several: both encoders' vectors side by side, of length 1 if theirs are."""
    share = ENGLISH if language.startswith("en") else 0.0
    both: Meanings = np.hstack([english * np.sqrt(share), multilingual * np.sqrt(1 - share)])
    return both


def grouped(meanings: Meanings) -> list[int]:
    """A group's number for each question."""
    if len(meanings) < 2:
        return [0] * len(meanings)
    clustering = AgglomerativeClustering(None, metric="cosine", linkage="average", distance_threshold=APART)
    return [int(label) for label in clustering.fit_predict(_drawn_together(np.asarray(meanings, dtype=np.float64)))]


def _drawn_together(meanings: Meanings) -> Meanings:
    """Each question with the mean of its closest ones; fewer than `NEIGHBOURS` draw it less."""
    closeness = meanings @ meanings.T
    np.fill_diagonal(closeness, -1)
    most = min(NEIGHBOURS, len(meanings) - 1)
    closest = np.argpartition(-closeness, most - 1, axis=1)[:, :most]
    counts = np.take_along_axis(closeness, closest, axis=1) >= NEAR
    drawn = meanings + PULL / NEIGHBOURS * (meanings[closest] * counts[:, :, None]).sum(axis=1)
    together: Meanings = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return together


@dataclass(frozen=True, slots=True)
class Sorted:
    """`topics`: of each question. `merged`: open topics of which nothing is left, and where most of it went."""

    topics: tuple[GapId, ...]
    merged: Mapping[GapId, GapId]


def sort_into_topics(meanings: Meanings, before: Sequence[GapId | None], settled: Collection[GapId]) -> Sorted:
    """`before`: each question's topic so far. Those of a settled topic stay in it, and what is asked about it joins them; all others
    are grouped anew, and a group keeps the id of the topic that most of it had. Of equals the oldest one."""
    topics: list[GapId | None] = [one if one in settled else None for one in before]
    members = {one: meanings[[topic == one for topic in before]] for one in before if one in settled}
    for place, topic in enumerate(before):
        if topic is None and members:
            closeness = {one: float(np.sort(some @ meanings[place])[-CLOSEST:].mean()) for one, some in members.items()}
            nearest = max(closeness, key=lambda one: closeness[one])
            if closeness[nearest] >= JOINS:
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
