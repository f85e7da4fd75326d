"""Which article a question is about, learned from how customers ask for each.

Two multinomial logistic regressions: one over both vectors of a question, for questions in English, and one over the
multilingual vector alone, for all others. Examples are the questions of `asked_as`, and titles and headings. A
translation's examples count for the article it translates, so that a question finds an article in any language.

There is one for each audience, made of what that audience may read: an article that somebody may not read does not even
shift what they are told of others.
"""

import io
import zipfile
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from casewright.knowledge.models import Audience
from casewright.understanding.models import TextVectors, Vector

Matrix = NDArray[np.float32]

MULTILINGUAL_WEIGHT: Final = 1.4
"""Length of the multilingual vector relative to the English one, as for intents."""
REGULARISATION: Final = 30.0
MOST_ITERATIONS: Final = 100
TOLERANCE: Final = 1e-3
UNLIKELIEST: Final = -10.0
"""The least logarithm of a probability that counts."""


@dataclass(frozen=True, slots=True)
class Regression:
    """`weights` of shape (articles, inputs), `offsets` (articles,)."""

    weights: Matrix = field(repr=False)
    offsets: Vector = field(repr=False)

    @classmethod
    def fit(cls, inputs: Matrix, labels: Sequence[str]) -> Self:
        # Most processes never learn, and this takes long to import.
        from sklearn.linear_model import LogisticRegression

        fitted = LogisticRegression(C=REGULARISATION, max_iter=MOST_ITERATIONS, tol=TOLERANCE).fit(inputs, labels)
        weights, offsets = fitted.coef_, fitted.intercept_
        if len(weights) == 1:  # Of two articles, only what speaks for the second.
            weights, offsets = np.vstack([-weights, weights]) / 2, np.hstack([-offsets, offsets]) / 2
        return cls(weights.astype(np.float32), offsets.astype(np.float32))

    def log_probabilities(self, inputs: Vector) -> Vector:
        scores = self.weights @ inputs + self.offsets
        scores = scores - scores.max()
        logarithms: Vector = np.maximum(scores - np.log(np.exp(scores).sum()), UNLIKELIEST)
        return logarithms


@dataclass(frozen=True, slots=True)
class ArticleModel:
    """`originals`: keys of the articles it tells apart, none if there are fewer than two."""

    originals: tuple[str, ...] = ()
    english: Regression | None = None
    multilingual: Regression | None = None

    @classmethod
    def train(cls, originals: Sequence[str], english: Matrix, multilingual: Matrix) -> Self:
        """`originals[i]`: key of the article of example i, or of the one it is a translation of; `english` (examples, 384) and
        `multilingual` (examples, 512): vectors of the examples. Takes seconds for a hundred articles."""
        different = tuple(sorted(set(originals)))
        if len(different) < 2:
            return cls()
        both = np.hstack([english, MULTILINGUAL_WEIGHT * multilingual])
        return cls(different, Regression.fit(both, originals), Regression.fit(multilingual, originals))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            originals = tuple(map(str, stored["originals"]))
            if not originals:
                return cls()
            regressions = (Regression(stored[f"{name}_weights"], stored[f"{name}_offsets"]) for name in _NAMES)
            return cls(originals, *regressions)

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        parts: dict[str, NDArray[np.float32]] = {}
        for name, regression in zip(_NAMES, (self.english, self.multilingual), strict=True):
            if regression is not None:
                parts |= {f"{name}_weights": regression.weights, f"{name}_offsets": regression.offsets}
        np.savez(file, allow_pickle=False, originals=np.array(self.originals, dtype=str), **parts)
        return file.getvalue()

    def likelihoods(self, question: TextVectors, language: str) -> dict[str, float]:
        """The logarithm of each article's probability, likeliest first, by the original's key."""
        if self.english is None or self.multilingual is None:
            return {}
        if language == "en":
            inputs = np.hstack([question.english, MULTILINGUAL_WEIGHT * question.multilingual])
            logarithms = self.english.log_probabilities(inputs)
        else:
            logarithms = self.multilingual.log_probabilities(question.multilingual)
        return {self.originals[place]: float(logarithms[place]) for place in np.argsort(-logarithms)}


_NAMES: Final = ("english", "multilingual")


@dataclass(frozen=True, slots=True)
class Example:
    """`original`: key of the article, or of the one it is a translation of. `text`: a title, a heading or a question."""

    original: str
    audience: Audience
    text: str


@dataclass(frozen=True, slots=True)
class ArticleModels:
    """By the widest audience whose articles somebody may read. Where it has no articles of its own, it has no model either."""

    by_audience: Mapping[Audience, ArticleModel] = field(default_factory=dict)

    @classmethod
    def train(cls, examples: Sequence[Example], english: Matrix, multilingual: Matrix) -> Self:
        """`english` (examples, 384) and `multilingual` (examples, 512): vectors of the examples. Takes seconds for a hundred
        articles. Blocking."""
        some = {one.audience for one in examples}
        readable = {audience: set(_LEVELS[: place + 1]) for place, audience in enumerate(_LEVELS) if audience in some}

        def model(audience: Audience) -> ArticleModel:
            chosen = [place for place, one in enumerate(examples) if one.audience in readable[audience]]
            originals = [examples[place].original for place in chosen]
            return ArticleModel.train(originals, english[chosen], multilingual[chosen])

        # More threads inside one fit would mostly wait for each other. The limit holds for libraries that are loaded already.
        import sklearn.linear_model  # noqa: F401

        with threadpool_limits(1), ThreadPoolExecutor(len(_LEVELS)) as threads:
            return cls(dict(zip(readable, threads.map(model, readable), strict=True)))

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return cls({Audience(name): ArticleModel.from_bytes(archive.read(name)) for name in archive.namelist()})

    def to_bytes(self) -> bytes:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for audience, model in self.by_audience.items():
                archive.writestr(audience, model.to_bytes())
        return file.getvalue()

    def likelihoods(self, question: TextVectors, language: str, audiences: Collection[Audience]) -> Mapping[str, float]:
        """As `ArticleModel.likelihoods`, for somebody who may read the articles for `audiences`."""
        for audience in reversed(_LEVELS):
            if audience in audiences and audience in self.by_audience:
                return self.by_audience[audience].likelihoods(question, language)
        return {}


_LEVELS: Final = (Audience.PUBLIC, Audience.CUSTOMER, Audience.INTERNAL)
"""Whoever may read what is for one of them may read what is for those before it."""
