"""Two statements beside each other: what they share, and in what they exclude each other, as numbers for the model."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.amounts import Amount
from casewright.knowledge.conflicts.opposites import are_opposites
from casewright.knowledge.conflicts.statements import Statement

ALIKE: Final = 0.55
"""Cosine from which two words are taken to say about the same."""

ALL_BUT_A_FEW: Final = 0.6
"""Share of what is denied on one side that the other side says: from here on they differ, even where both deny something."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`similarity`: cosine of the sentences; `core` of what is left without negations. `shared`: mean share of words that the other has
    too, `contained` the greater of both; `weakest`: how far the least shared word of that one is. `opposites`: pairs of words. `amounts`: pairs that differ. All else: what differs."""

    similarity: float
    core: float
    shared: float
    contained: float
    weakest: float
    opposites: tuple[tuple[str, str], ...]
    amounts: tuple[tuple[Amount, Amount], ...]
    amounts_agree: bool
    polarity: bool
    denied: float
    limit: bool
    duty: bool
    only: bool
    universal: bool
    hedge: bool
    condition: bool
    names: int
    both_negated: bool

    def features(self) -> NDArray[np.float64]:
        """What the model weighs: shape (32,)."""
        polarity, opposite = float(self.polarity), float(bool(self.opposites))
        amount = float(bool(self.amounts))
        conflict = max(polarity, opposite, amount, float(self.limit), float(self.duty))
        twice = polarity * opposite
        return np.array(
            [
                self.similarity,
                self.core,
                self.shared,
                self.contained,
                polarity,
                polarity * self.core,
                polarity * self.contained,
                polarity * self.shared,
                self.weakest,
                polarity * self.weakest,
                conflict * self.weakest,
                polarity * self.denied,
                self.denied,
                opposite,
                opposite * self.core,
                opposite * self.shared,
                twice,
                amount,
                amount * self.core,
                amount * self.shared,
                float(self.amounts_agree),
                float(self.limit),
                float(self.duty),
                float(self.only),
                float(self.universal),
                float(self.hedge),
                float(self.condition),
                float(min(self.names, 3)),
                conflict,
                conflict * min(self.names, 3),
                conflict * max(0.0, self.core - 0.8),
                float(self.both_negated),
            ]
        )


def compare(one: Statement, other: Statement) -> Comparison:
    """The same whichever comes first."""
    of_one, of_other = aligned(one, other), aligned(other, one)
    free = [word for word, share in zip(one.words, of_one, strict=True) if share < 1]
    free_other = [word for word, share in zip(other.words, of_other, strict=True) if share < 1]
    shares = (_mean(of_one), _mean(of_other))
    differing, agree, limit = _amounts(one.amounts, other.amounts)
    # What is denied must be what the other says, or the two may well stand together.
    denied = [word for word in one.negated ^ other.negated if word in one.words and word in other.words]
    unshared = (one.negated - other.negated) | (other.negated - one.negated)
    told = len(denied) / len(unshared) if unshared else 0.0
    both_negated = bool(one.negations and other.negations)
    return Comparison(
        similarity=float(one.vector @ other.vector),
        core=float(one.core @ other.core),
        shared=sum(shares) / 2,
        contained=max(shares),
        weakest=max(_least(of_one), _least(of_other)),
        opposites=tuple((a, b) for a in free for b in free_other if are_opposites(a, b)),
        amounts=differing,
        amounts_agree=agree,
        polarity=one.negations != other.negations and (not both_negated or told >= ALL_BUT_A_FEW),
        denied=told,
        limit=limit,
        duty={"duty", "choice"} <= (one.marks ^ other.marks),
        only=_differ(one, other, "only"),
        universal=_differ(one, other, "universal"),
        hedge=_differ(one, other, "hedge"),
        condition=_differ(one, other, "if"),
        names=min(len(one.names - other.names), len(other.names - one.names)),
        both_negated=both_negated,
    )


def _differ(one: Statement, other: Statement, mark: str) -> bool:
    return (mark in one.marks) != (mark in other.marks)


def _mean(shares: NDArray[np.float64]) -> float:
    return float(shares.mean()) if shares.size else 0.0


def _least(shares: NDArray[np.float64]) -> float:
    return float(shares.min()) if shares.size else 0.0


def aligned(one: Statement, other: Statement) -> NDArray[np.float64]:
    """How far each word of `one` is in `other`: 1 for the same stem, less for a word alike."""
    return closest(likenesses(one, other))


def likenesses(one: Statement, other: Statement) -> NDArray[np.float64]:
    """Of each word of `one` to each of `other`: 1 for the same stem, 0 for an opposite; shape (words, words of the other)."""
    cosines = (one.vectors @ other.vectors.T).astype(np.float64)
    for place, word in enumerate(one.words):
        for place_other, word_other in enumerate(other.words):
            if word == word_other:
                cosines[place, place_other] = 1.0
            elif are_opposites(word, word_other):
                cosines[place, place_other] = 0.0
    return cosines


def closest(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each row how far the closest column is the same: 0, or from `ALIKE` to 1."""
    if not likeness.size:
        return np.zeros(len(likeness))
    best = likeness.max(axis=1)
    return np.where(best >= 0.999, 1.0, np.where(best >= ALIKE, np.minimum(best, 0.98), 0.0))


def _amounts(
    one: tuple[Amount, ...], other: tuple[Amount, ...]
) -> tuple[tuple[tuple[Amount, Amount], ...], bool, bool]:
    """Pairs of the same unit that differ; whether some agree; whether the same number is once a least and once a most. A unit with
    a value in common is taken to agree."""
    units: dict[str, tuple[list[Amount], list[Amount]]] = defaultdict(lambda: ([], []))
    for amount in one:
        units[amount.unit][0].append(amount)
    for amount in other:
        units[amount.unit][1].append(amount)
    differing: list[tuple[Amount, Amount]] = []
    agree = limit = False
    for some, others in units.values():
        same = [(a, b) for a in some for b in others if a.value == b.value]
        agree |= bool(same)
        limit |= any({a.limit, b.limit} == {"least", "most"} for a, b in same)
        left = [a for a in some if a.value not in {b.value for b in others}]
        left_other = [b for b in others if b.value not in {a.value for a in some}]
        differing += list(zip(left, left_other, strict=False))
    return tuple(differing), agree, limit
