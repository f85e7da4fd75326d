"""Whether two sentences speak of the same: two numbers, or a yes and a no, exclude each other only then.

What a sentence speaks of is in its words, or, if it is short, in the title and the headings that it stands under. What one says of
Enterprise and the other of Starter, or each of what its own article is about, stands together."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.conflicts.comparison import Comparison, closest, likenesses
from casewright.knowledge.conflicts.statements import Statement, Vector, content_stems
from casewright.knowledge.models import ArticleDraft

SAME_CLAUSE: Final = 0.8
"""Mean share of the words of two clauses that the other has too, from which they say something of the same."""
SAME_SENTENCE: Final = 0.6
"""The same of both sentences as they are."""
SAME_PLACE: Final = 0.6
"""Cosine of two titles with their headings, from which sentences that depend on them are compared."""
MOSTLY: Final = 0.5
"""Share of what is denied on one side that the other says, from which it is the same that is denied."""
WHOLE: Final = 3
"""Words of content from which a sentence says by itself what it speaks of."""
DEPENDENT: Final = 5
"""The same of a step, or of an item of a list."""
_KINDS_OF_ARTICLE: Final = content_stems(
    "guide complete faq overview summary internal troubleshooting getting started introduction reference quick checklist policy policies "
    "tips details information questions question help news new update updated version change changes specifications features basics explained"
)
"""Words of titles that name no thing."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands. `title`: stems of the article's title; `names`: those of them that are names. `vector`: of the title and
    the headings. `dependent`: it is a step, or an item of a list, which what is above it makes whole."""

    title: frozenset[str]
    names: frozenset[str]
    editions: frozenset[str]
    vector: Vector
    dependent: bool


def names_in_title(draft: ArticleDraft) -> frozenset[str]:
    """Words of the title with a capital that is not only the title's first; that one's counts where the next word has one too, or where
    the article never writes the word without. None in German, which writes all nouns so."""
    if draft.language != "en":
        return frozenset()
    words = re.findall(r"[^\W\d_][\w-]*|[:?.]", draft.title)
    written = frozenset(re.findall(r"[^\W\d_]+", draft.body))
    named = []
    for before, word, after in zip((":", *words), words, (*words[1:], "."), strict=False):
        only_capital = word in written and word.casefold() not in written
        if word[0].isupper() and (before not in ":?." or after[0].isupper() or only_capital):
            named.append(word)
    return content_stems(" ".join(named)) - _KINDS_OF_ARTICLE


def same_subject(one: Statement, other: Statement, place: Place, place_other: Place) -> bool:
    """Whether the two speak of the same things under the same conditions, as far as names, editions, titles and headings tell."""
    if place.editions and place_other.editions and not place.editions & place_other.editions:
        return False
    if one.names - other.names and other.names - one.names:
        return False
    if place.names and place_other.names and (place.names ^ place_other.names).difference(one.words, other.words):
        return False
    if float(place.vector @ place_other.vector) >= SAME_PLACE:
        return True
    if _is_named(one, place) or _is_named(other, place_other):
        return True
    return min(len(one.words), len(other.words)) >= (DEPENDENT if place.dependent or place_other.dependent else WHOLE)


def _is_named(statement: Statement, place: Place) -> bool:
    """Whether the sentence says itself what its article is about: half of the title's words."""
    return 2 * len(place.title.intersection(statement.words)) >= len(place.title) > 0


def excludes(one: Statement, other: Statement, comparison: Comparison) -> bool:
    """Whether a clause of one and a clause of the other say the same but for a yes and no, a number, or a word and its opposite: what can
    be told a person as the reason. Where both a number and a word differ, they may be numbers of two things."""
    if comparison.shared < SAME_SENTENCE:
        return False
    if comparison.shared >= SAME_CLAUSE and (comparison.limit or comparison.duty):
        return True
    if comparison.amounts and comparison.opposites:
        return False
    likeness = likenesses(one, other)
    agreement = _agreement(one, other, likeness, comparison)
    return (
        (comparison.denied >= MOSTLY and _denied(one, other, likeness, agreement))
        or any(
            agreement[one.clause_at(a.start), other.clause_at(b.start)] >= SAME_CLAUSE for a, b in comparison.amounts
        )
        or any(agreement[_clause_of(one, a), _clause_of(other, b)] >= SAME_CLAUSE for a, b in comparison.opposites)
    )


def _denied(one: Statement, other: Statement, likeness: NDArray[np.float64], agreement: NDArray[np.float64]) -> bool:
    """That there is none of something, and that it is 0, is the same."""
    if any(amount.value == 0 for amount in (*one.amounts, *other.amounts)):
        return False
    return any(
        _is_said(one, other, likeness, clause)
        if clause in one.denials
        else _is_said(other, one, likeness.T, clause_other)
        for clause, clause_other in np.argwhere(agreement >= SAME_CLAUSE)
        if (clause in one.denials) != (clause_other in other.denials)
    )


def _is_said(one: Statement, other: Statement, likeness: NDArray[np.float64], clause: int) -> bool:
    """Whether each word of a clause of `one` is said by `other` too, in some way."""
    return bool((closest(likeness[_places(one, set())[clause]]) > 0).all())


def _agreement(
    one: Statement, other: Statement, likeness: NDArray[np.float64], comparison: Comparison
) -> NDArray[np.float64]:
    """For each clause of `one` and each of `other` the mean share of words that the other of the two has too, opposites left out: 0…1."""
    rows = _places(one, {a for a, _ in comparison.opposites})
    columns = _places(other, {b for _, b in comparison.opposites})
    return np.array([[_share(likeness[np.ix_(row, column)]) for column in columns] for row in rows])


def _places(statement: Statement, without: set[str]) -> list[list[int]]:
    """Of the words of each clause."""
    clauses: list[list[int]] = [[] for _ in statement.begins]
    for place, (word, clause) in enumerate(zip(statement.words, statement.clauses, strict=True)):
        if word not in without:
            clauses[clause].append(place)
    return clauses


def _share(likeness: NDArray[np.float64]) -> float:
    return float(closest(likeness).mean() + closest(likeness.T).mean()) / 2 if likeness.size else 0.0


def _clause_of(statement: Statement, word: str) -> int:
    return statement.clauses[statement.words.index(word)]
