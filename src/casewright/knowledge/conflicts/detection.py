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
from casewright.knowledge.conflicts.statements import Statement, StatementReader, content_stems
from casewright.knowledge.conflicts.subjects import Place, excludes, names_in_title, same_subject
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
CELLS: Final = " | "
"""Between the cells of a table's row."""


@dataclass(frozen=True, slots=True)
class StatingSentence:
    """`heading`: all that it stands under, with the sentence that introduces it. `dependent`: see `Place`."""

    text: str
    section: str
    heading: str
    dependent: bool


@dataclass(frozen=True, slots=True)
class ReadArticles:
    """The sentences of articles, ready to be compared. `cores`: their vectors without negations, shape (sentences, 384)."""

    sentences: tuple[PlacedSentence, ...]
    places: tuple[Place, ...]
    statements: tuple[Statement, ...]
    cores: NDArray[np.float32]


def stating_sentences(draft: ArticleDraft) -> Iterator[StatingSentence]:
    """The sentences of an article that state something."""
    for passage in split_article(draft.title, draft.body, draft.language):
        introductions = {sentence.block: sentence.text for sentence in passage.sentences if sentence.introduction}
        for sentence in passage.sentences:
            if sentence.kind != "code" and not sentence.introduction:
                introduction = introductions.get(sentence.block, "")
                yield StatingSentence(
                    text=sentence.text,
                    section=passage.section,
                    heading=f"{passage.section} {introduction}".strip(),
                    dependent=sentence.kind == "step" or bool(introduction) or CELLS in sentence.text,
                )


def read_articles(drafts: Sequence[ArticleDraft], reader: StatementReader) -> ReadArticles:
    """Reads all sentences that state something: neither code nor introductions such as "Do this:"."""
    return read_sentences([(draft, sentence) for draft in drafts for sentence in stating_sentences(draft)], reader)


def read_sentences(found: Sequence[tuple[ArticleDraft, StatingSentence]], reader: StatementReader) -> ReadArticles:
    """Reads some sentences of articles, in order."""
    statements = reader.read([sentence.text for _, sentence in found])
    headings = [f"{draft.title}. {sentence.heading}" for draft, sentence in found]
    vectors = reader.encode(headings)
    drafts = {draft.key: draft for draft, _ in found}
    titles = {key: (content_stems(draft.title), names_in_title(draft)) for key, draft in drafts.items()}
    return ReadArticles(
        sentences=tuple(
            PlacedSentence(article=draft.key, title=draft.title, section=sentence.section, text=sentence.text)
            for draft, sentence in found
        ),
        places=tuple(
            Place(
                title=titles[draft.key][0],
                names=titles[draft.key][1],
                editions=frozenset(draft.editions),
                vector=vectors[heading],
                dependent=sentence.dependent,
            )
            for (draft, sentence), heading in zip(found, headings, strict=True)
        ),
        statements=tuple(statements),
        cores=np.stack([statement.core for statement in statements]) if statements else np.zeros((0, 0), np.float32),
    )


def find_conflicts(new: ReadArticles, published: ReadArticles) -> list[Conflict]:
    """Conflicts of `new` with `published`, likeliest first. An article is not compared with itself."""
    found = (conflict_between(new, one, published, other) for one, other in _candidates(new, published))
    return sorted((conflict for conflict in found if conflict), key=lambda conflict: -conflict.probability)


def conflict_between(new: ReadArticles, one: int, published: ReadArticles, other: int) -> Conflict | None:
    """Of two sentences by their places in both; None: they stand together."""
    statement, published_one = new.statements[one], published.statements[other]
    comparison = compare(statement, published_one)
    probability = conflict_model().probability(comparison)
    if (
        probability < LIKELY
        or not excludes(statement, published_one, comparison)
        or not same_subject(statement, published_one, new.places[one], published.places[other])
    ):
        return None
    newer = "replaced" in statement.marks ^ published_one.marks
    return _conflict(new.sentences[one], published.sentences[other], comparison, probability, newer=newer)


def find_near_duplicates(new: ReadArticles, published: ReadArticles) -> list[NearDuplicate]:
    """Sentences of `new` that `published` has nearly word for word, or says alike, most alike first. Those in conflict are not among
    them."""
    found = (duplicate_of(new, one, published, other) for one, other in _candidates(new, published))
    return sorted(
        (duplicate for duplicate in found if duplicate),
        key=lambda duplicate: -max(duplicate.similarity, duplicate.shingles),
    )


def duplicate_of(new: ReadArticles, one: int, published: ReadArticles, other: int) -> NearDuplicate | None:
    """Of two sentences by their places in both; None: they are not alike enough, or exclude each other."""
    comparison = compare(new.statements[one], published.statements[other])
    shared = shingle_similarity(new.sentences[one].text, published.sentences[other].text)
    if max(comparison.similarity, shared) < SIMILAR or conflict_model().probability(comparison) >= LIKELY:
        return None
    return NearDuplicate(
        one=new.sentences[one], other=published.sentences[other], similarity=comparison.similarity, shingles=shared
    )


def said_by(draft: ArticleDraft, other: ArticleDraft, reader: StatementReader) -> frozenset[str]:
    """Sentences of an article that another says as well, or says otherwise."""
    one, two = read_articles([draft], reader), read_articles([other], reader)
    otherwise = (conflict.one.text for conflict in find_conflicts(one, two))
    return frozenset(otherwise) | frozenset(duplicate.one.text for duplicate in find_near_duplicates(one, two))


def shingle_similarity(one: str, other: str) -> float:
    """Share of runs of three words that both have: 0…1 (Broder 1997)."""
    first, second = _shingles(one), _shingles(other)
    return len(first & second) / len(first | second)


def _shingles(text: str) -> frozenset[tuple[str, ...]]:
    words = [word.strip(".,;:!?()\"'") for word in text.casefold().split()]
    return frozenset(tuple(words[at : at + SHINGLE]) for at in range(max(1, len(words) - SHINGLE + 1)))


def _candidates(new: ReadArticles, published: ReadArticles) -> Iterator[tuple[int, int]]:
    """Places in both of sentences about the same."""
    if not new.sentences or not published.sentences:
        return
    for one, similarities in enumerate(new.cores @ published.cores.T):
        for other in np.argsort(-similarities)[:NEAREST]:
            if similarities[other] < ABOUT_THE_SAME:
                break
            if new.sentences[one].article != published.sentences[other].article:
                yield one, int(other)


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
