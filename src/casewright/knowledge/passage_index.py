"""A company's passages as a process searches them: vectors, words and codes in arrays, made of one knowledge revision.

Words are those that PostgreSQL's text search made of each passage, and weighed as its `ts_rank` does.
"""

import math
import struct
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import product
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.models import ArticleId, Audience
from casewright.knowledge.searching import Search
from casewright.knowledge.trigrams import Trigrams
from casewright.understanding.models import Vector

Numbers = NDArray[np.int32]
Places = tuple[int, ...]

TEXT_CONFIGURATIONS: Final = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
"""PostgreSQL's stemmers by language; texts of any other language are indexed word by word (`simple`)."""

LIKELIEST: Final = 5
"""Articles that the article model proposes."""
PASSAGES_OF_LIKELY: Final = 3
"""Passages of each of them; of a question in another language than English, whose vectors are weak, more."""
PASSAGES_OF_LIKELY_FOREIGN: Final = 8
MISSING_WEIGHT: Final = 3.0
"""A question of common words only covers little, as if one more word, of this weight, were missing."""
PREFIX_FROM: Final = 4
"""Letters from which on a word also stands for all that begin with it."""
LABEL_WEIGHTS: Final = (0.9, 0.9, 1.0, 0.8)
"""Of a word in the text, in the questions, in the headings and in the title: a heading says more than the text, and the title,
which all passages of an article share, says less."""
TIE: Final = 1e-9
"""What a cosine counts where two scores are the same."""
_LABEL, _POSITION = 14, 0x3FFF
"""Bits of a place within a `tsvector`."""


class Term(NamedTuple):
    """A word on its way to PostgreSQL's text search, which makes lexemes of it."""

    configuration: str
    text: str


Lexemes = Mapping[Term, tuple[str, ...]]


class PassageRow(NamedTuple):
    """`words`: its `tsvector` as PostgreSQL sends it. `embedding`: of the whole, float32 of shape (384,), normalised."""

    id: UUID
    article_id: ArticleId
    language: str
    audience: Audience
    position: int
    codes: Sequence[str]
    words: bytes
    embedding: Vector


class ArticleRow(NamedTuple):
    """A published article. `original`: key of itself, or of the one it is a translation of."""

    id: ArticleId
    original: str
    language: str
    audience: Audience
    valid_from: date = date.min
    valid_until: date = date.max

    def is_for(self, audiences: Collection[Audience], today: date) -> bool:
        return self.audience in audiences and self.valid_from <= today <= self.valid_until


class Proposed(NamedTuple):
    """A passage that may answer. `coverage`, `whole`: as in `Candidate`."""

    id: UUID
    article_id: ArticleId
    language: str
    coverage: float
    whole: float


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The lexemes of one language, sorted. `starts[i]` to `starts[i + 1]`: those of lexeme i in `passages`, `strengths` (of a
    query for it alone), and `places`, which hold where in the passage it stands."""

    lexemes: list[str]
    starts: Numbers
    passages: Numbers
    strengths: NDArray[np.float32]
    places: list[Places]
    spellings: Trigrams

    @classmethod
    def of(cls, entries: Mapping[str, list[tuple[int, Places]]]) -> "Lexicon":
        lexemes = sorted(entries)
        postings = [posting for lexeme in lexemes for posting in entries[lexeme]]
        places = [places for _, places in postings]
        return cls(
            lexemes,
            np.cumsum([0, *(len(entries[lexeme]) for lexeme in lexemes)], dtype=np.int32),
            np.array([passage for passage, _ in postings], dtype=np.int32),
            np.array([_prominence(tuple(one >> _LABEL for one in some)) for some in places], dtype=np.float32),
            places,
            Trigrams(lexemes),
        )

    def any_of(self, lexemes: Sequence[str], count: int) -> NDArray[np.float64]:
        """How strongly each of `count` passages has one or more of these lexemes, 0…1."""
        strengths = np.zeros(count)
        for lexeme in lexemes:
            first, last = self._range(lexeme, as_prefix=len(lexeme) >= PREFIX_FROM)
            if first < last:
                strengths += np.bincount(self.passages[first:last], self.strengths[first:last], count)
        return np.minimum(strengths, 1.0)

    def both_of(self, one: str, other: str, count: int) -> NDArray[np.float64]:
        """How near to each other each passage has these two lexemes, 0…1."""
        strengths = np.zeros(count)
        first, second = self._places(one), self._places(other)
        for passage in first.keys() & second.keys():
            strengths[passage] = min(1.0, 2 * 1.645 * _nearness(first[passage], second[passage]))
        return strengths

    def alike(self, lexeme: str, count: int, visible: NDArray[np.bool_]) -> NDArray[np.float64]:
        """How strongly each visible passage has the lexeme that is spelled most like this one, of those that any has."""
        for spelling in self.spellings.alike(lexeme):
            strengths = self.any_of([spelling.word], count) * visible
            if strengths.any():
                return strengths
        return np.zeros(count)

    def _range(self, lexeme: str, *, as_prefix: bool) -> tuple[int, int]:
        first = bisect_left(self.lexemes, lexeme)
        if as_prefix:
            last = bisect_left(self.lexemes, lexeme + chr(0x10FFFF), first)
        else:
            last = first + (first < len(self.lexemes) and self.lexemes[first] == lexeme)
        return int(self.starts[first]), int(self.starts[last])

    def _places(self, lexeme: str) -> dict[int, Places]:
        first, last = self._range(lexeme, as_prefix=False)
        return dict(zip(self.passages[first:last].tolist(), self.places[first:last], strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class PassageIndex:
    """Passages by number. `languages`, `audiences`: of each passage, as numbers in `spoken` and of `Audience`. `articles`: the
    number of each passage's article. `validity` of shape (passages, 2): from which day until which, as ordinals. `openings`: the
    first passage of each article, by the article's number."""

    rows: tuple[tuple[UUID, ArticleId, str], ...] = ()
    embeddings: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 384), dtype=np.float32))
    spoken: tuple[str, ...] = ()
    languages: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    audiences: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    articles: Numbers = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    validity: Numbers = field(default_factory=lambda: np.zeros((0, 2), dtype=np.int32))
    openings: Mapping[int, int] = field(default_factory=dict)
    originals: tuple[str, ...] = ()
    by_original: Mapping[str, tuple[Numbers, ...]] = field(default_factory=dict)
    same: Mapping[tuple[str, str], tuple[ArticleRow, ...]] = field(default_factory=dict)
    """An original and its translations, by the original's key and language."""
    codes: Mapping[str, frozenset[int]] = field(default_factory=dict)
    lexicons: Mapping[str, Lexicon] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    def terms(self, search: Search) -> list[Term]:
        """What PostgreSQL has to make lexemes of before `propose`."""
        configurations = {_configuration(language) for language in self.spoken}
        texts = [text for word in search.words for text in (word.forms, *word.splits)]
        return [Term(*one) for one in product(configurations, texts)]

    def propose(self, search: Search, lexemes: Lexemes, today: date, most: int) -> list[Proposed]:
        """What may answer today: at most `most` by words, by vector and by code each, passages of the likeliest articles, and the
        opening of each article found, since it often holds the conditions for all that follows."""
        day = today.toordinal()
        visible = np.array([audience in search.audiences for audience in Audience])[self.audiences]
        visible &= (self.validity[:, 0] <= day) & (day <= self.validity[:, 1])
        numbers = np.flatnonzero(visible)
        if not len(numbers):
            return []
        closeness = self.embeddings @ search.vectors.english
        coverage = self._coverage(search, lexemes, visible)
        own = self.languages[numbers] == (self.spoken.index(search.language) if search.language in self.spoken else -1)
        found = {
            *_first(coverage, np.flatnonzero(coverage), most, closeness),
            *_first(closeness, numbers[own], most),
            *_first(closeness, numbers[~own], most // 2),
            *_first(closeness, self._with_codes(search, visible), most),
            *self._of_likeliest(search, visible, closeness),
        }
        found |= {
            opening
            for number in found
            if (opening := self.openings.get(int(self.articles[number]))) is not None and visible[opening]
        }
        return [
            Proposed(*self.rows[number], float(coverage[number]), float(closeness[number]))
            for number in sorted(found)
            if not self._is_translated(number, search, today)
        ]

    def _coverage(self, search: Search, lexemes: Lexemes, visible: NDArray[np.bool_]) -> NDArray[np.float64]:
        """The weighted share of the question's words that each passage has. A word's weight is its inverse document frequency
        as in BM25 (Robertson and Zaragoza 2009), counted over what the asker may read."""
        count = len(self.rows)
        covered = np.zeros(count)
        passages = np.bincount(self.languages[visible], minlength=len(self.spoken))
        for language, among in zip(self.spoken, passages, strict=True):
            lexicon, configuration = self.lexicons[language], _configuration(language)
            total, weighed = 0.0, np.zeros(count)
            for word in search.words if among else ():
                whole, *splits = (lexemes[Term(configuration, text)] for text in (word.forms, *word.splits))
                pairs = [split for split in splits if len(split) == 2]
                if whole or pairs:  # Nothing is left of a stop word.
                    strengths = self._strengths(lexicon, whole, pairs, visible)
                    holders = np.count_nonzero(strengths)
                    weight = math.log(1 + (among - holders + 0.5) / (holders + 0.5))
                    total += weight
                    weighed += weight * strengths
            covered += weighed / (MISSING_WEIGHT + total)
        return covered

    def _strengths(
        self, lexicon: Lexicon, whole: Sequence[str], pairs: Sequence[Sequence[str]], visible: NDArray[np.bool_]
    ) -> NDArray[np.float64]:
        """How strongly each visible passage has a word or, if none has it, the first of its splits that any has, or what is spelled like
        it."""
        count = len(self.rows)
        strengths = lexicon.any_of(whole, count) * visible
        for one, other in pairs:
            if strengths.any():
                break
            strengths = lexicon.both_of(one, other, count) * visible
        if len(whole) == 1 and not strengths.any():
            strengths = lexicon.alike(whole[0], count, visible)
        return strengths

    def _with_codes(self, search: Search, visible: NDArray[np.bool_]) -> Numbers:
        codes = (*search.codes, *search.possible_codes)
        having = {number for code in codes for number in self.codes.get(code, ()) if visible[number]}
        return np.array(sorted(having), dtype=np.int32)

    def _of_likeliest(
        self, search: Search, visible: NDArray[np.bool_], closeness: NDArray[np.float32]
    ) -> Iterator[int]:
        most = PASSAGES_OF_LIKELY if search.language == "en" else PASSAGES_OF_LIKELY_FOREIGN
        for original in list(search.likelihoods)[:LIKELIEST]:
            for numbers in self.by_original.get(original, ()):
                yield from _first(closeness, numbers[visible[numbers]], most)

    def _is_translated(self, number: int, search: Search, today: date) -> bool:
        """Whether the asker may read the same in their own language."""
        if self.rows[number][2] == search.language:
            return False
        original = self.originals[self.articles[number]]
        return any(one.is_for(search.audiences, today) for one in self.same.get((original, search.language), ()))


class PassageIndexBuilder:
    """Takes in the passages one by one."""

    def __init__(self, articles: Iterable[ArticleRow]) -> None:
        self._articles = {article.id: article for article in articles}
        self._numbers = {article_id: number for number, article_id in enumerate(self._articles)}
        self._passages: list[PassageRow] = []
        self._entries: dict[str, dict[str, list[tuple[int, Places]]]] = defaultdict(lambda: defaultdict(list))
        self._places: dict[Places, Places] = {}

    def add(self, rows: Iterable[PassageRow]) -> None:
        """Passages of articles that are not published are passed over."""
        for row in rows:
            if row.article_id in self._articles:
                number = len(self._passages)
                self._passages.append(row._replace(words=b""))
                for lexeme, places in _lexemes_of(row.words):
                    # Most words stand in one place, and there are few places: each is kept once.
                    self._entries[row.language][lexeme].append((number, self._places.setdefault(places, places)))

    def build(self) -> PassageIndex:
        if not self._passages:
            return PassageIndex()
        passages = self._passages
        spoken = tuple(sorted({passage.language for passage in passages}))
        articles = np.array([self._numbers[passage.article_id] for passage in passages], dtype=np.int32)
        codes: dict[str, set[int]] = defaultdict(set)
        of_article: dict[ArticleId, list[int]] = defaultdict(list)
        same: dict[tuple[str, str], list[ArticleRow]] = defaultdict(list)
        by_original: dict[str, list[Numbers]] = defaultdict(list)
        for number, passage in enumerate(passages):
            of_article[passage.article_id].append(number)
            for code in passage.codes:
                codes[code].add(number)
        for article in self._articles.values():
            same[article.original, article.language].append(article)
            by_original[article.original].append(np.array(of_article[article.id], dtype=np.int32))
        return PassageIndex(
            rows=tuple((passage.id, passage.article_id, passage.language) for passage in passages),
            embeddings=np.array([passage.embedding for passage in passages], dtype=np.float32),
            spoken=spoken,
            languages=np.array([spoken.index(passage.language) for passage in passages], dtype=np.int32),
            audiences=np.array([_NUMBERS[passage.audience] for passage in passages], dtype=np.int32),
            articles=articles,
            validity=np.array([self._validity(passage) for passage in passages], dtype=np.int32),
            openings={int(articles[n]): n for n, passage in enumerate(passages) if passage.position == 0},
            originals=tuple(article.original for article in self._articles.values()),
            by_original={original: tuple(some) for original, some in by_original.items()},
            same={key: tuple(some) for key, some in same.items()},
            codes={code: frozenset(some) for code, some in codes.items()},
            lexicons={language: Lexicon.of(self._entries[language]) for language in spoken},
        )

    def _validity(self, passage: PassageRow) -> tuple[int, int]:
        article = self._articles[passage.article_id]
        return article.valid_from.toordinal(), article.valid_until.toordinal()


_NUMBERS: Final = {audience: number for number, audience in enumerate(Audience)}


def _configuration(language: str) -> str:
    return TEXT_CONFIGURATIONS.get(language, "simple")


def _first(
    scores: NDArray[np.floating],
    among: NDArray[np.integer],
    most: int,
    then: NDArray[np.floating] | None = None,
) -> list[int]:
    """The numbers out of `among` with the highest scores; of equals, those that come first by `then`, cosines."""
    if len(among) > most:
        chosen = scores[among] if then is None else scores[among] + TIE * then[among]
        among = among[np.argpartition(-chosen, most)[:most]]
    found: list[int] = among.tolist()
    return found


# --- as PostgreSQL's text search does ---------------------------------------------------------------------------------


def _lexemes_of(words: bytes) -> Iterator[tuple[str, Places]]:
    """Lexemes of a `tsvector` in its binary form, each with its places."""
    (count,) = struct.unpack_from(">i", words)
    start = 4
    for _ in range(count):
        end = words.index(0, start)
        (places,) = struct.unpack_from(">H", words, end + 1)
        yield words[start:end].decode(), struct.unpack_from(f">{places}H", words, end + 3)
        start = end + 3 + 2 * places


@cache
def _prominence(labels: tuple[int, ...]) -> float:
    """1 for a word that stands in a heading once: `ts_rank` of a query for it alone, times 1.645. Each further occurrence counts
    less."""
    weights = [LABEL_WEIGHTS[label] for label in labels]
    best = max(weights, default=0.0)
    at = weights.index(best) + 1 if weights else 1
    return best + sum(weight / place**2 for place, weight in enumerate(weights, 1)) - best / at**2


def _nearness(places: Places, others: Places) -> float:
    """`ts_rank` of a query for two words."""
    apart = 1.0
    for one, other in product(places, others):
        distance = abs((one & _POSITION) - (other & _POSITION))
        if distance:
            weight = LABEL_WEIGHTS[one >> _LABEL] * LABEL_WEIGHTS[other >> _LABEL]
            near = 1e-30 if distance > 100 else 1 / (1.005 + 0.05 * math.exp(distance / 1.5 - 2))
            apart *= 1 - math.sqrt(weight * near)
    return max(1 - apart, 1e-20)
