"""A tenant's intent model: what a text is about, how sure that is, and whether it is anything we are there for.

Multinomial logistic regression in which everything out of scope is one more class. Stored as arrays and JSON, never as
code: reading a model cannot run anything.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from casewright.kit.model import Model
from casewright.understanding import features
from casewright.understanding.encoder import Encoder
from casewright.understanding.errors import IntentModelUnreadable
from casewright.understanding.features import Matrix, Reading
from casewright.understanding.models import IntentDefinition, IntentSet, RankedIntent, Vector

FORMAT = 2
MOST_RANKED = 5


class TrainingReport(Model):
    """How good the model is on examples it was not trained on (5-fold cross-validation).

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


class Header(Model):
    """All of a model that is not an array. `threshold`: out-of-scope probability from which a text counts as such, unless one intent alone is likelier."""

    format: int = FORMAT
    encoder: str
    multilingual: str
    definitions: IntentSet
    temperature: float
    threshold: float
    report: TrainingReport


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
    """`weights` (intents + 1, width) and `bias` (intents + 1), the last row for out of scope; `rarity` (4096,);
    `examples` (examples, 384), the vectors of all examples in the order of the definitions."""

    header: Header
    weights: Matrix
    bias: Vector
    rarity: Vector
    examples: Matrix

    @property
    def intents(self) -> tuple[IntentDefinition, ...]:
        return self.header.definitions.intents

    def predict(self, reading: Reading) -> Prediction:
        logits = (self.weights @ features.combine([reading], self.rarity)[0] + self.bias) / self.header.temperature
        probabilities = softmax(logits)
        out_of_scope = float(probabilities[-1])
        within = probabilities[:-1] / max(float(probabilities[:-1].sum()), 1e-12)
        best = np.argsort(-within)[:MOST_RANKED]
        return Prediction(
            ranking=tuple(RankedIntent(name=self.intents[i].name, probability=float(within[i])) for i in best),
            out_of_scope_score=out_of_scope,
            out_of_scope=bool(is_out_of_scope(probabilities, self.header.threshold)),
        )

    def explain(self, vector: Vector, most: int = 3) -> tuple[NearestExample, ...]:
        """The training examples closest to a text's sentence vector (cosine), closest first."""
        texts = [(intent.name, text) for intent in self.intents for text in intent.examples]
        similarities = self.examples @ vector
        nearest = np.argsort(-similarities)[:most]
        return tuple(NearestExample(texts[place][0], texts[place][1], float(similarities[place])) for place in nearest)

    # --- as bytes ---

    def to_bytes(self) -> bytes:
        header = np.frombuffer(self.header.model_dump_json().encode(), dtype=np.uint8)
        file = io.BytesIO()
        np.savez_compressed(
            file,
            header=header,
            weights=self.weights.astype(np.float16),
            bias=self.bias,
            rarity=self.rarity.astype(np.float16),
            examples=self.examples.astype(np.float16),
        )
        return file.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, encoder: Encoder) -> "IntentModel":
        """Raises `IntentModelUnreadable` when the data are damaged or were made with another encoder."""
        header = read_header(data)
        if (header.encoder, header.multilingual) != versions(encoder):
            raise IntentModelUnreadable("The intent model was trained with another sentence encoder: train it again.")
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            weights, bias, rarity, examples = (
                arrays[name].astype(np.float32) for name in ("weights", "bias", "rarity", "examples")
            )
        return cls(header=header, weights=weights, bias=bias, rarity=rarity, examples=examples)


def read_header(data: bytes) -> Header:
    """The header alone, which can be read whatever encoder the model was made with. Raises `IntentModelUnreadable`."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            content = json.loads(arrays["header"].tobytes())
        if content.get("format") != FORMAT:
            raise IntentModelUnreadable("The intent model was made by another version of Casewright: train it again.")
        return Header.model_validate(content)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, ValidationError) as error:
        raise IntentModelUnreadable("The stored intent model is damaged: train it again.") from error


def versions(encoder: Encoder) -> tuple[str, str]:
    return encoder.version, encoder.multilingual.version


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def softmax(logits: Matrix) -> Matrix:
    """Along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def is_out_of_scope(probabilities: Matrix, threshold: float) -> NDArray[np.bool_]:
    """Along the last axis, whose last place is out of scope: from the threshold on, unless one intent alone is likelier."""
    outside = probabilities[..., -1]
    return np.asarray((outside >= threshold) & (outside >= probabilities[..., :-1].max(axis=-1)))


def labels_of(intents: Sequence[IntentDefinition]) -> list[int]:
    """The number of the intent of each example, in order."""
    return [number for number, intent in enumerate(intents) for _ in intent.examples]
