"""Any collection of documents, searched without a database: with the passages, the vectors and the weights of a company's articles.

A question is also asked sentence by sentence. Documents compete for each sentence, as articles do, and with the chance that none
answers; what a document wins in all is its score, so that a sentence that none answers counts for little. A part of what it wins
goes on to documents whose titles share its rare words: who needs one page about a product mostly needs the next one too.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from casewright.kit.principal import Assurance
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.indexing import PassageTexts, passage_texts
from casewright.knowledge.models import ArticleDraft, Question
from casewright.knowledge.passages import Passage, split_article, split_sentences
from casewright.knowledge.related_titles import RelatedTitles
from casewright.knowledge.retrieval import Calibration, code_bonus
from casewright.knowledge.searching import Search, searched
from casewright.knowledge.word_index import WordIndex
from casewright.understanding.models import TextVectors, Vector

MOST_PARTS: Final = 60
WHOLE: Final = 3.0
"""What the question as a whole weighs against one of its sentences."""
HANDED_ON: Final = 0.5

ENGLISH: Final = Calibration(coverage=5.1, heading=2.4, whole=7.1, closest=6.0, offset=-8.3)
OTHER: Final = Calibration(coverage=5.3, heading=2.4, whole=0.0, closest=7.2, offset=-5.1)
FOREIGN: Final = Calibration(coverage=0.6, heading=2.7, whole=0.0, closest=7.3, offset=-5.6)
"""As those of `casewright.knowledge.retrieval`, fitted where nothing is known of an article but its text. Half of the weight of a heading by
itself is given to what begins with it: the titles of a collection may all be alike."""

_LONG_WORD: Final = re.compile(r"[^\W\d_]{5,}")

Encode = Callable[[Sequence[str]], Sequence[Vector]]
Matrix = NDArray[np.float32]
Scores = NDArray[np.float64]


class Found(NamedTuple):
    """`score`: what the document has won, 0 and more."""

    document: str
    score: float


class Encoders(NamedTuple):
    """Texts in, normalised vectors out: of 384 floats for English, of 512 for any language. `knows`: whether a word, in small letters,
    is one that the English encoder knows as such."""

    english: Encode
    multilingual: Encode
    knows: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class _Shelf:
    """The documents in one language, by their numbers. `firsts`: the first passage of each; `starts`: the first sentence of each passage. `named`: title and heading of each.
    `headings`, `sentences`: English vectors if that is the language, else multilingual ones. `wholes`: English vectors, `foreign`:
    multilingual ones of headings; both of English passages only."""

    language: str
    documents: NDArray[np.int64]
    firsts: NDArray[np.int64]
    passages: tuple[Passage, ...]
    named: tuple[str, ...]
    words: WordIndex
    starts: NDArray[np.int64]
    headings: Matrix
    sentences: Matrix
    wholes: Matrix
    foreign: Matrix

    def evidence(self, searches: Sequence[Search]) -> Scores:
        """Of each document on this shelf, by its best passage: shape (documents, searches). All searches are in one language."""
        english = np.array([one.vectors.english for one in searches]).T
        multilingual = np.array([one.vectors.multilingual for one in searches]).T
        if self.language == "en" != searches[0].language:
            headings = closest = self.foreign @ multilingual
        else:
            asked = english if self.language == "en" else multilingual
            headings = self.headings @ asked
            closest = np.maximum.reduceat(self.sentences @ asked, self.starts)
        coverage = np.array([self.words.coverage(one.words) for one in searches], dtype=np.float32).T
        weights = _calibration(self.language, searches[0].language)
        evidence = weights.evidence(coverage, self.wholes @ english, closest, headings)
        for column, search in enumerate(searches):
            if search.codes or search.possible_codes:
                evidence[:, column] += [
                    code_bonus(frozenset(one.codes), named, one.sentences, search)
                    for one, named in zip(self.passages, self.named, strict=True)
                ]
        return np.maximum.reduceat(evidence, self.firsts).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Collection:
    """`documents`: their keys."""

    documents: tuple[str, ...]
    shelves: tuple[_Shelf, ...]
    related: RelatedTitles
    encoders: Encoders

    @classmethod
    def of(cls, drafts: Sequence[ArticleDraft], encoders: Encoders, for_index: Encoders) -> Self:
        """`encoders`: for questions. `for_index`: called once each, with all texts of the documents. Blocking."""
        split = [split_article(one.title, one.body, one.language, one.error_codes) or _bare(one) for one in drafts]
        texts = [
            (number, one, passage, passage_texts(one, passage))
            for number, (one, passages) in enumerate(zip(drafts, split, strict=True))
            for passage in passages
        ]
        vectors = _Vectors.of([one for _, _, _, one in texts], for_index)
        languages = sorted({one.language for one in drafts})
        shelves = [
            _shelf(
                language,
                [(number, passage, text) for number, one, passage, text in texts if one.language == language],
                vectors,
            )
            for language in languages
        ]
        related = RelatedTitles.of([one.title for one in drafts])
        return cls(tuple(one.key for one in drafts), tuple(shelves), related, encoders)

    def search(self, query: str, language: str, limit: int) -> list[Found]:
        """The documents that win most, best first; of equals, those that come first in the collection."""
        if language == "en":
            query = _LONG_WORD.sub(lambda match: self._spelled(match[0]), query)
        asked = [query, *_parts(query, language)]
        vectors = zip(self.encoders.english(asked), self.encoders.multilingual(asked), strict=True)
        searches = [
            searched(
                Question(text=text, language=language, assurance=Assurance.ANONYMOUS),
                TextVectors(*pair),
                ArticleModels(),
            )
            for text, pair in zip(asked, vectors, strict=True)
        ]
        won = self._shares(searches) @ np.array([WHOLE, *[1.0] * (len(asked) - 1)])
        won = (1 - HANDED_ON) * won + HANDED_ON * self.related.hand_on(won)
        first = np.argsort(-won, kind="stable")[:limit]
        return [Found(self.documents[number], float(won[number])) for number in first]

    def _spelled(self, word: str) -> str:
        """The word, or, of one that nobody knows, what it is likely to stand for: the encoder cannot read it otherwise."""
        small = word.lower()
        spellings = [shelf.words.spelling(small) for shelf in self.shelves if shelf.language == "en"]
        if self.encoders.knows(small) or not spellings or not spellings[0]:
            return word
        return spellings[0]

    def _shares(self, searches: Sequence[Search]) -> Scores:
        """The probability that each document answers, and neither another nor none does: shape (documents, searches)."""
        evidence = np.empty((len(self.documents), len(searches)))
        for shelf in self.shelves:
            evidence[shelf.documents] = shelf.evidence(searches)
        highest = np.maximum(evidence.max(axis=0), 0.0)
        shares = np.exp(evidence - highest)
        return np.asarray(shares / (shares.sum(axis=0) + np.exp(-highest)))


def _calibration(language: str, asked_in: str) -> Calibration:
    if asked_in != language:
        return FOREIGN
    return ENGLISH if language == "en" else OTHER


def _bare(draft: ArticleDraft) -> tuple[Passage, ...]:
    """Of a document that is but a title."""
    return split_article("", draft.title or draft.key, draft.language)


def _parts(query: str, language: str) -> list[str]:
    """The sentences of a question of several, without the marks of Markdown."""
    blocks = [one.text for passage in split_article("", query, language) for one in passage.sentences]
    parts = [sentence for block in blocks for sentence in split_sentences(block, language)]
    return parts[:MOST_PARTS] if len(parts) > 1 else []


# --- making it --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Vectors:
    english: Mapping[str, Vector]
    multilingual: Mapping[str, Vector]

    @classmethod
    def of(cls, texts: Sequence[PassageTexts], encoders: Encoders) -> Self:
        english = list(dict.fromkeys(text for one in texts if one.is_english for text in one.english()))
        multilingual = list(dict.fromkeys(text for one in texts for text in one.multilingual()))
        return cls(
            dict(zip(english, encoders.english(english), strict=True)),
            dict(zip(multilingual, encoders.multilingual(multilingual), strict=True)),
        )


def _shelf(language: str, rows: Sequence[tuple[int, Passage, PassageTexts]], vectors: _Vectors) -> _Shelf:
    english = language == "en"
    known = vectors.english if english else vectors.multilingual
    texts = [text for _, _, text in rows]
    sizes = [len(text.sentences) for text in texts]
    documents, firsts = np.unique([number for number, _, _ in rows], return_index=True)
    return _Shelf(
        language=language,
        documents=documents,
        firsts=firsts,
        passages=tuple(passage for _, passage, _ in rows),
        named=tuple(text.heading for text in texts),
        words=WordIndex.of([text.whole for text in texts]),
        starts=np.cumsum([0, *sizes[:-1]]),
        sentences=_rows((sentence for text in texts for sentence in text.sentences), known),
        wholes=_rows((text.whole for text in texts), known) if english else np.zeros((len(texts), 384), np.float32),
        headings=_rows((text.heading for text in texts), known),
        foreign=_rows((text.heading for text in texts), vectors.multilingual)
        if english
        else np.zeros((0, 512), np.float32),
    )


def _rows(texts: Iterator[str], vectors: Mapping[str, Vector]) -> Matrix:
    return np.array([vectors[text] for text in texts], dtype=np.float32)
