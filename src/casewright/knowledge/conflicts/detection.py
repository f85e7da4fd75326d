"""Which sentences of an article contradict or repeat those of others.

Compared are sentences about the same: of the nearest by vector those that are near enough."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.conflicts.comparison import Comparison, compare
from casewright.knowledge.conflicts.model import conflict_model
from casewright.knowledge.conflicts.models import Conflict, ConflictKind, NearDuplicate, PlacedSentence, Severity
from casewright.knowledge.conflicts.statements import Statement, StatementReader
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.passages import split_article

SIMILAR: Final = 0.9
"""By vector, or by shingles: from here on two sentences are near-duplicates."""
LIKELY: Final = 0.5
SURE: Final = 0.9
NEAREST: Final = 20
"""Sentences that one is compared with."""
ABOUT_THE_SAME: Final = 0.72
"""Cosine, without negations, from which two sentences are compared."""
SHINGLE: Final = 3


@dataclass(frozen=True, slots=True)
class ReadArticles:
    """The sentences of articles, ready to be compared. `cores`: their vectors without negations, shape (sentences, 384)."""

    places: tuple[PlacedSentence, ...]
    statements: tuple[Statement, ...]
    cores: NDArray[np.float32]


def read_articles(drafts: Sequence[ArticleDraft], reader: StatementReader) -> ReadArticles:
    """Reads all sentences that state something: neither code nor introductions such as "Do this:"."""
    places = [
        PlacedSentence(article=draft.key, title=draft.title, section=passage.section, text=sentence.text)
        for draft in drafts
        for passage in split_article(draft.title, draft.body, draft.language)
        for sentence in passage.sentences
        if sentence.kind != "code" and not sentence.introduction
    ]
    statements = reader.read([place.text for place in places])
    cores = np.stack([statement.core for statement in statements]) if statements else np.zeros((0, 0), np.float32)
    return ReadArticles(tuple(places), tuple(statements), cores)


def find_conflicts(new: ReadArticles, published: ReadArticles) -> list[Conflict]:
    """Conflicts of `new` with `published`, likeliest first. An article is not compared with itself."""
    found = []
    for one, other in _candidates(new, published):
        statement, published_one = new.statements[one], published.statements[other]
        comparison = compare(statement, published_one)
        probability = conflict_model().probability(comparison)
        if probability >= LIKELY and _excludes(comparison):
            newer = "replaced" in statement.marks ^ published_one.marks
            found.append(_conflict(new.places[one], published.places[other], comparison, probability, newer=newer))
    return sorted(found, key=lambda conflict: -conflict.probability)


def find_near_duplicates(new: ReadArticles, published: ReadArticles) -> list[NearDuplicate]:
    """Sentences of `new` that `published` has nearly word for word, or says alike, most alike first. Those in conflict are not among
    them."""
    found = []
    for one, other in _candidates(new, published):
        comparison = compare(new.statements[one], published.statements[other])
        shared = shingle_similarity(new.places[one].text, published.places[other].text)
        alike = max(comparison.similarity, shared) >= SIMILAR
        if alike and conflict_model().probability(comparison) < LIKELY:
            found.append(
                NearDuplicate(
                    one=new.places[one],
                    other=published.places[other],
                    similarity=comparison.similarity,
                    shingles=shared,
                )
            )
    return sorted(found, key=lambda duplicate: -max(duplicate.similarity, duplicate.shingles))


def shingle_similarity(one: str, other: str) -> float:
    """Share of runs of three words that both have: 0…1 (Broder 1997)."""
    first, second = _shingles(one), _shingles(other)
    return len(first & second) / len(first | second)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = [word.strip(".,;:!?()\"'") for word in text.casefold().split()]
    return frozenset(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))


def _candidates(new: ReadArticles, published: ReadArticles) -> Iterator[tuple[int, int]]:
    """Places in both of sentences about the same."""
    if not new.places or not published.places:
        return
    for one, similarities in enumerate(new.cores @ published.cores.T):
        for other in np.argsort(-similarities)[:NEAREST]:
            if similarities[other] < ABOUT_THE_SAME:
                break
            if new.places[one].article != published.places[other].article:
                yield one, int(other)


def _excludes(comparison: Comparison) -> bool:
    """Whether there is anything that can be told a person as the reason."""
    return (
        comparison.polarity or bool(comparison.opposites or comparison.amounts) or comparison.limit or comparison.duty
    )


def _conflict(
    one: PlacedSentence, other: PlacedSentence, comparison: Comparison, probability: float, *, newer: bool
) -> Conflict:
    factual = bool(comparison.amounts) or comparison.limit or comparison.polarity or comparison.duty
    kind = ConflictKind.VERSION if newer else ConflictKind.FACTUAL if factual else ConflictKind.SEMANTIC
    sure = probability >= SURE
    amounts = ((one.text[a.start : a.end], other.text[b.start : b.end]) for a, b in comparison.amounts)
    return Conflict(
        kind=kind,
        severity=Severity.HIGH if sure and factual else Severity.MEDIUM if sure or factual else Severity.LOW,
        one=one,
        other=other,
        probability=probability,
        differing=(*amounts, *comparison.opposites),
    )
