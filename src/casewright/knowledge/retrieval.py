"""Scores the passages that the index proposes, and says how sure an answer from each would be.

A passage speaks for itself in six ways: the share of the question's words that it has (rare words count for more), how
close the question is to its title and heading, to the whole, to its closest sentence, and to the closest of the questions
that it is known to be asked as, and how likely the question is about its article at all.
The weighted sum, and what its surroundings add (`surroundings.py`), is its evidence.
Articles compete: the similarity is the probability that this article answers and neither another nor none does (a
softmax). Similarity is then weighed with what is known of the article.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from casewright.knowledge.models import ArticleId
from casewright.knowledge.passages import Sentence
from casewright.knowledge.searching import Search, stems
from casewright.knowledge.surroundings import Surroundings, look_around
from casewright.understanding.models import Vector


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage of the index. `vectors`: of its title and heading first, then of each sentence; shape (1 + sentences, 384),
    or, if it is not English, (1 + sentences, 512); normalised. `asked`: of how customers ask for it, alike. `whole`: cosine of the question and the whole passage. `original`: key of the article, or of the one it is a
    translation of. `words`: those of its title, heading and sentences, in small letters, each between spaces. `coverage`: the weighted share of the question's words it has, 0…1. `checked_on`: when somebody last looked
    at the article; `source_checked_on`: when they compared it with its source, None if that is not known."""

    article_id: ArticleId
    original: str
    version: int
    title: str
    section: str
    language: str
    product: str
    source: str
    source_checked_on: date | None
    position: int
    codes: frozenset[str]
    sentences: tuple[Sentence, ...]
    words: str = field(repr=False)
    vectors: NDArray[np.float32] = field(repr=False)
    asked: NDArray[np.float32] = field(repr=False)
    coverage: float
    whole: float
    credibility: float
    checked_on: date
    successes: int
    failures: int
    editions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """`closeness[i]`: cosine of the question and sentence i. `evidence`: the log odds that the passage answers, before
    anything else is known of its article. `confidence` 0…1."""

    passage: Candidate
    heading_closeness: float
    closeness: NDArray[np.float32] = field(repr=False)
    evidence: float
    confidence: float

    @property
    def vector_score(self) -> float:
        """The mean of the two cosines, 0…1."""
        return max(0.0, (self.heading_closeness + float(self.closeness.max())) / 2)


Number = TypeVar("Number", float, NDArray[np.float32], NDArray[np.float64])

# --- scores -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Calibration:
    """Weights of coverage, the four cosines and the logarithm of the article's likelihood in the evidence. `unasked`: added
    where nobody wrote down how a passage is asked for."""

    coverage: float
    whole: float
    closest: float
    offset: float
    heading: float = 0.0
    asked: float = 0.0
    unasked: float = 0.0
    likelihood: float = 0.0

    def evidence(
        self,
        coverage: Number,
        whole: Number,
        closest: Number,
        heading: Number | float = 0.0,
        asked: float | None = None,
        likelihood: float = 0.0,
    ) -> Number:
        """Of one passage, or of many at once. `asked` None: nobody wrote down how it is asked for."""
        return (
            self.coverage * coverage
            + self.heading * heading
            + self.whole * whole
            + self.closest * closest
            + (self.unasked if asked is None else self.asked * asked)
            + self.likelihood * likelihood
            + self.offset
        )


ENGLISH: Final = Calibration(
    coverage=5.3, heading=4.2, whole=6.0, closest=1.0, asked=3.6, unasked=3.7, likelihood=0.10, offset=-13.4
)
OTHER: Final = Calibration(
    coverage=6.3, heading=4.4, whole=0.0, closest=1.3, asked=2.8, unasked=2.4, likelihood=0.34, offset=-8.9
)
FOREIGN: Final = Calibration(
    coverage=3.2, heading=6.6, whole=0.0, closest=6.8, asked=3.4, unasked=2.5, likelihood=0.22, offset=-11.8
)
"""English; another language; and an article in another language than the question. Fitted on questions to companies with 8
to 110 articles, with and without `asked_as`."""


def calibration(language: str, asked_in: str) -> Calibration:
    """For a passage in one language and a question in another, or the same."""
    if asked_in != language:
        return FOREIGN
    return ENGLISH if language == "en" else OTHER


SURROUNDINGS: Final = Surroundings(
    length=1.9, unknown=-1.0, usually=5.8, coverage=3.1, closest=1.7, asked=2.3, likelihood=0.14
)
"""In every language."""

USUAL: Final = 4
"""Ways of asking, the closest to the question, of which the mean is taken."""
_NEVER_ASKED: Final = np.zeros(1, dtype=np.float32)

SURE_ENOUGH: Final = 0.2
"""Log odds that make a probability of 0.66 a confidence of 0.7, the default of `min_confidence`: below it, more of the
development questions were answered wrongly than a support team would accept."""

UNKNOWN_LIKELIHOOD: Final = -2.0
"""Of a company's only article, and of one that the article model has not learned yet."""

SAME_CODE: Final = 1.5
EXPLAINED_CODE: Final = 3.5
"""A title or heading names the code, or a sentence begins with it, as in a list of codes and their meanings."""
OTHER_CODE: Final = -6.0
"""A question about E999 is not answered by a passage about E101, however alike they read."""
UNKNOWN_NAME: Final = -2.5
"""A name that no candidate mentions: what is asked may hang on it."""

NO_PRICE: Final = -6.0
"""What something costs is not said by a passage without a price, however much it says of the thing."""

SIMILARITY: Final = 0.4
CREDIBILITY: Final = 0.2
SUCCESS: Final = 0.2
RECENCY: Final = 0.1
CONTEXT: Final = 0.1

UNKNOWN_CONTEXT: Final = 0.5
"""Context match of an article in the asker's language when the topic says nothing for it."""

FRESH_DAYS: Final = 365
HALF_LIFE_DAYS: Final = 730
TRUSTED_USES: Final = 50
"""An article begins with the credit of this many successful uses."""


_PRICE: Final = re.compile(
    r"[$€£]\s?\d|\d\s?(?:[$€£]|(?:USD|EUR|euros?|dollars?|cents?)\b)|\b(?:free|no (?:extra )?(?:charge|cost)|kostenlos\w*|kostenfrei\w*|gratis)\b",
    re.IGNORECASE,
)


def rank(candidates: Sequence[Candidate], search: Search, today: date) -> list[Hit]:
    """All candidates, surest first."""
    unknown_name = any(all(f" {name} " not in one.words for one in candidates) for name in search.names)
    cosines = [one.vectors @ _of(one, search) for one in candidates]
    asked = [one.asked @ _of(one, search) for one in candidates]
    around = SURROUNDINGS.evidence(surroundings_of(candidates, search, cosines, asked)) if candidates else ()
    evidence = [
        _evidence(candidate, search, near, ways, unknown_name) + float(more)
        for candidate, near, ways, more in zip(candidates, cosines, asked, around, strict=True)
    ]
    best: dict[str, float] = {}
    for candidate, sure in zip(candidates, evidence, strict=True):
        best[candidate.original] = max(sure, best.get(candidate.original, sure))
    weights = {original: math.exp(min(sure, 50)) for original, sure in best.items()}
    others = {original: _against_others(weights, original) for original in best}
    hits = [
        _hit(candidate, search, today, near, sure, others[candidate.original])
        for candidate, near, sure in zip(candidates, cosines, evidence, strict=True)
    ]
    return sorted(hits, key=lambda hit: (-hit.confidence, -hit.evidence, hit.passage.article_id, hit.passage.position))


def surroundings_of(
    candidates: Sequence[Candidate],
    search: Search,
    cosines: Sequence[NDArray[np.float32]],
    asked: Sequence[NDArray[np.float32]],
) -> NDArray[np.float64]:
    """As `look_around` has it. `cosines`, `asked`: of the question with each candidate's `vectors`, and with its `asked`. At least one
    candidate."""
    ways = [np.sort(one)[::-1] if len(one) else _NEVER_ASKED for one in asked]
    own = [
        (one.coverage, near[1:].max(), closest[0], search.likelihoods.get(one.original, UNKNOWN_LIKELIHOOD))
        for one, near, closest in zip(candidates, cosines, ways, strict=True)
    ]
    return look_around(
        search.stems,
        [one.words for one in candidates],
        [float(closest[:USUAL].mean()) for closest in ways],
        np.array(own, dtype=np.float64),
        [one.original for one in candidates],
    )


def _evidence(
    passage: Candidate,
    search: Search,
    near: NDArray[np.float32],
    ways: NDArray[np.float32],
    unknown_name: bool,
) -> float:
    asked = float(ways.max()) if len(ways) else None
    likelihood = search.likelihoods.get(passage.original, UNKNOWN_LIKELIHOOD)
    weights = calibration(passage.language, search.language)
    evidence = weights.evidence(
        passage.coverage, passage.whole, float(near[1:].max()), float(near[0]), asked, likelihood
    )
    heading = f"{passage.title} {passage.section}"
    evidence += code_bonus(passage.codes, heading, passage.sentences, search) + price_bonus(passage.sentences, search)
    return evidence + (UNKNOWN_NAME if unknown_name else 0.0)


def _of(passage: Candidate, search: Search) -> Vector:
    """The question's vector by the encoder that read the passage."""
    english = passage.vectors.shape[1] == len(search.vectors.english)
    return search.vectors.english if english else search.vectors.multilingual


def _against_others(weights: Mapping[str, float], original: str) -> float:
    """What the other articles, and the chance that none answers, weigh against this one: the logarithm of their sum."""
    return math.log(1 + sum(weight for other, weight in weights.items() if other != original))


def _hit(
    passage: Candidate, search: Search, today: date, cosines: NDArray[np.float32], evidence: float, others: float
) -> Hit:
    heading, closeness = float(cosines[0]), cosines[1:]
    quality = (
        SIMILARITY / (1 + math.exp(min(others - evidence - SURE_ENOUGH, 50)))
        + CREDIBILITY * passage.credibility
        + SUCCESS * (passage.successes + TRUSTED_USES) / (passage.successes + passage.failures + TRUSTED_USES)
        + RECENCY * recency(passage.checked_on, today)
        + CONTEXT * _context_match(passage, search)
    )
    return Hit(passage, heading, closeness, evidence, confidence(quality))


def confidence(quality: float) -> float:
    """Takes off what a sound article would score for a question it has nothing to do with, so that 0 means "no idea"."""
    ground = CREDIBILITY + SUCCESS + RECENCY + CONTEXT * UNKNOWN_CONTEXT
    return min(1.0, max(0.0, (quality - ground) / SIMILARITY))


def recency(checked_on: date, today: date) -> float:
    """1 for a year after somebody checked the article, then half as much every two years."""
    age = (today - checked_on).days
    return float(0.5 ** (max(0, age - FRESH_DAYS) / HALF_LIFE_DAYS))


def code_bonus(codes: frozenset[str], heading: str, sentences: Sequence[Sentence], search: Search) -> float:
    """What a passage's codes add to its evidence. What is only possibly a code counts only if the passage has it:
    "500" may be 500 users."""
    shared = codes.intersection(search.codes) | codes.intersection(search.possible_codes)
    if not shared:
        return OTHER_CODE if search.codes else 0.0
    explained = any(code in heading.upper() for code in shared) or any(
        sentence.text.upper().startswith(tuple(shared)) for sentence in sentences
    )
    return EXPLAINED_CODE if explained else SAME_CODE


def price_bonus(sentences: Sequence[Sentence], search: Search) -> float:
    """What naming no price takes from a passage's evidence, if one is asked for."""
    return NO_PRICE if search.asks_price and not any(_PRICE.search(one.text) for one in sentences) else 0.0


def _context_match(passage: Candidate, search: Search) -> float:
    if passage.language != search.language:
        return 0.0
    of_the_topic = search.topic and stems(f"{passage.title} {passage.product}") & search.topic
    return 1.0 if of_the_topic else UNKNOWN_CONTEXT


def words_of(title: str, section: str, sentences: Sequence[Sentence]) -> str:
    """As `Candidate.words`."""
    texts = (title, section, *(sentence.text for sentence in sentences))
    words = dict.fromkeys(re.findall(r"[^\W_]+", " ".join(texts).lower()))
    return f" {' '.join(words)} "
