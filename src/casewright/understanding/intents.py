"""A tenant's intent model: what a text is about, how sure that is, and whether it is anything we are there for.

Kernel ridge regression: a text counts as what the examples most like it are, each weighed by how much it tells. Everything out of
scope is one more class there, and how alike a text is to anything known says the rest. Stored as arrays and JSON, never as code: reading
a model cannot run anything.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from casewright.kit.model import Model
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import IntentModelUnreadable
from casewright.understanding.features import Matrix, Reading
from casewright.understanding.kernel import EQUAL_WEIGHTS, Landmarks, Views
from casewright.understanding.models import IntentDefinition, IntentSet, Quality, RankedIntent, TextVectors, Vector
from casewright.understanding.segments import Span, Splitter, split

FORMAT = 3
MOST_RANKED = 5
LEAST_SCORE = 0.03
"""Added to each score: what is left of an intent that no example near by speaks for."""


class TrainingReport(Model):
    """How good the model is on examples it was not trained on: each is judged by what the model would be without it.

    `accuracy`: of the examples within scope, judged among the intents only. `out_of_scope_recall`: found of what is out
    of scope; `false_rejections`: lost of what is not. `calibration_error`: mean gap between confidence and accuracy
    (ECE, 10 bins; Guo et al. 2017, arXiv:1706.04599). `confusions`: meant, understood, how often; the most first."""

    intents: int
    examples: int
    out_of_scope_examples: int
    folds: int
    accuracy: float
    out_of_scope_recall: float
    false_rejections: float
    calibration_error: float
    temperature: float
    threshold: float
    confusions: tuple[tuple[str, str, int], ...] = ()
    seconds: float
    quality: Quality | None = None


class ScopeJudge(Model):
    """How likely a text is out of scope, by `evidence`: logistic regression."""

    weights: tuple[float, ...]
    bias: float

    def score(self, facts: Matrix) -> Vector:
        """Probabilities along the last axis of `facts`."""
        return np.asarray(1 / (1 + np.exp(-(facts @ np.array(self.weights) + self.bias))))


class Header(Model):
    """All of a model that is not an array. `threshold`: out-of-scope probability from which a text counts as such, unless one
    intent alone is likelier. `judge` None: of a format that can no longer be used."""

    format: int = FORMAT
    encoder: str
    multilingual: str
    definitions: IntentSet
    temperature: float
    threshold: float
    judge: ScopeJudge | None = None
    report: TrainingReport

    def fits(self, encoder: Encoder) -> bool:
        """Whether the model can be used with this encoder, by this version of Casewright."""
        return self.format == FORMAT and (self.encoder, self.multilingual) == versions(encoder)


@dataclass(frozen=True, slots=True)
class Prediction:
    """`ranking`: intents, best first, their probabilities given that the text is in scope."""

    ranking: tuple[RankedIntent, ...]
    out_of_scope_score: float
    out_of_scope: bool

    @property
    def confidence(self) -> float:
        """That the best intent is meant; 0 out of scope."""
        return 0.0 if self.out_of_scope else self.ranking[0].probability * (1 - self.out_of_scope_score)


@dataclass(frozen=True, slots=True)
class NearestExample:
    intent: str
    text: str
    similarity: float


@dataclass(frozen=True, slots=True)
class IntentModel:
    """`splitter` cuts a message into requests. `landmarks`: the examples that texts are compared with; `coefficients` (landmarks, intents + 1), the last column for out of
    scope. `places` (landmarks,): which example each is, in the order of the definitions, a title if it is beyond them; −1 from where on
    they are out of scope."""

    header: Header = field(repr=False)
    splitter: Splitter = field(repr=False)
    views: Views = field(repr=False)
    landmarks: Landmarks = field(repr=False)
    coefficients: Matrix = field(repr=False)
    places: NDArray[np.int32] = field(repr=False)

    @property
    def intents(self) -> tuple[IntentDefinition, ...]:
        return self.header.definitions.intents

    def predict(self, reading: Reading) -> Prediction:
        return self.predict_many([reading])[0]

    def predict_many(self, readings: Sequence[Reading]) -> list[Prediction]:
        """In less than the time of its parts. Memory grows with their number: some hundreds are enough at once."""
        assert self.header.judge is not None, "from_bytes refuses what has none"
        alike = self.landmarks.alikeness(self.views, self.views.rows(readings))
        scores = alike @ self.coefficients
        within = softmax(logits(scores[:, :-1]) / self.header.temperature)
        inside = int(np.searchsorted(self.places < 0, True))
        nearest = np.stack([alike[:, :inside].max(axis=1), alike[:, inside:].max(axis=1)], axis=1)
        outside = self.header.judge.score(evidence(scores, nearest))
        rejected = is_out_of_scope(np.column_stack([within * (1 - outside)[:, None], outside]), self.header.threshold)
        best = np.argsort(-within, axis=1)[:, :MOST_RANKED]
        return [
            Prediction(
                ranking=tuple(
                    RankedIntent(name=self.intents[i].name, probability=float(within[row, i])) for i in places
                ),
                out_of_scope_score=float(outside[row]),
                out_of_scope=bool(rejected[row]),
            )
            for row, places in enumerate(best)
        ]

    def split(self, text: str) -> tuple[Span, ...]:
        """Places of what may each be a request."""
        return split(text, self.splitter)

    def explain(self, vectors: TextVectors, most: int = 3) -> tuple[NearestExample, ...]:
        """The training examples closest to a text by both its sentence vectors (mean cosine), closest first."""
        texts = [(intent.name, text) for intent in self.intents for text in intent.examples]
        kept = (self.places >= 0) & (self.places < len(texts))
        similarities = np.zeros(int(kept.sum()), dtype=np.float32)
        sentence_views = zip((vectors.english, vectors.multilingual), self.views.slices, strict=False)
        for (vector, view), directions in zip(sentence_views, self.views.directions, strict=False):
            codes = self.landmarks.codes[kept, view] * self.landmarks.scales[view]
            similarities += codes @ (vector @ directions / max(float(np.linalg.norm(vector)), 1e-9)) / 2
        nearest = dict.fromkeys(int(self.places[kept][row]) for row in np.argsort(-similarities))
        best = dict(zip(self.places[kept].tolist(), similarities.tolist(), strict=True))
        return tuple(NearestExample(*texts[place], best[place]) for place in list(nearest)[:most])

    # --- as bytes ---

    def to_bytes(self) -> bytes:
        header = np.frombuffer(self.header.model_dump_json().encode(), dtype=np.uint8)
        file = io.BytesIO()
        np.savez_compressed(
            file,
            header=header,
            splitter=self.splitter.weights.astype(np.float16),
            english=self.views.directions[0].astype(np.float16),
            multilingual=self.views.directions[1].astype(np.float16),
            hashed=self.views.directions[2].astype(np.float16),
            weights=np.array(self.views.weights),
            codes=self.landmarks.codes,
            scales=self.landmarks.scales,
            coefficients=self.coefficients.astype(np.float16),
            places=self.places,
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, encoder: Encoder) -> "IntentModel":
        """Raises `IntentModelUnreadable` when the data are damaged or were made with another encoder."""
        header = read_header(data)
        if header.format != FORMAT or header.judge is None:
            raise IntentModelUnreadable("The intent model was made by another version of Casewright: train it again.")
        if not header.fits(encoder):
            raise IntentModelUnreadable("The intent model was trained with another sentence encoder: train it again.")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            directions = tuple(arrays[name].astype(np.float32) for name in ("english", "multilingual", "hashed"))
            weights = tuple(arrays["weights"].tolist()) if "weights" in arrays else EQUAL_WEIGHTS
            return cls(
                header=header,
                splitter=Splitter(arrays["splitter"].astype(np.float32)),
                views=Views(directions, weights),
                landmarks=Landmarks(arrays["codes"], arrays["scales"]),
                coefficients=arrays["coefficients"].astype(np.float32),
                places=arrays["places"],
            )


def read_header(data: bytes) -> Header:
    """The header alone, which can be read whatever encoder or format the model was made with. Raises `IntentModelUnreadable`."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return Header.model_validate(json.loads(arrays["header"].tobytes()))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError) as error:
        raise IntentModelUnreadable("The stored intent model is damaged: train it again.") from error


def versions(encoder: Encoder) -> tuple[str, str]:
    return encoder.version, encoder.multilingual.version


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def logits(scores: Matrix) -> Matrix:
    """Scores between 0 and 1, or a little beyond, are nearly shares of the examples around; hence the logarithm."""
    return np.log(np.maximum(scores, 0) + LEAST_SCORE)


def softmax(logits: Matrix) -> Matrix:
    """Along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def evidence(scores: Matrix, nearest: Matrix) -> Matrix:
    """What tells whether a text is out of scope: its scores for that, for the best intent and for the next one, and how alike the
    nearest examples within and out of scope are (rows, 5)."""
    best = np.sort(scores[:, :-1], axis=1)[:, :-3:-1]
    return np.hstack([scores[:, -1:], best, nearest])


def is_out_of_scope(probabilities: Matrix, threshold: float) -> NDArray[np.bool_]:
    """Along the last axis, whose last place is out of scope: from the threshold on, unless one intent alone is likelier."""
    outside = probabilities[..., -1]
    return np.asarray((outside >= threshold) & (outside >= probabilities[..., :-1].max(axis=-1)))


def labels_of(intents: Sequence[IntentDefinition]) -> list[int]:
    """The number of the intent of each example, in order."""
    return [number for number, intent in enumerate(intents) for _ in intent.examples]
