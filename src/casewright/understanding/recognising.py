"""Which intents a text asks for, by itself: outside a conversation, for other programs."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from casewright.kit.model import Model
from casewright.understanding import features
from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.errors import IntentModelMissing, IntentModelUnreadable
from casewright.understanding.intents import IntentModel, Prediction
from casewright.understanding.models import IntentDefinition, IntentSet, IntentTarget, LabelledText
from casewright.understanding.segments import Span
from casewright.understanding.training import train

AMBIGUITY_GAP = 0.15
MODEL_FILE = "intents.npz"
REPORT_FILE = "report.json"
LEAST_EXAMPLES = 1


class RankedConfidence(Model):
    name: str
    confidence: float


class FoundIntent(RankedConfidence):
    """`span`: from and to, in characters of the text."""

    span: Span


class Recognised(Model):
    """`intents`: none where the text is out of scope, several where several requests were found. `ranking`: best first, at most five,
    for the text as a whole; all of a model's confidences, given that the text is in scope, sum to 1. `ambiguous`: the two best lie closer
    than 0.15."""

    text: str
    intents: tuple[FoundIntent, ...]
    ranking: tuple[RankedConfidence, ...]
    out_of_scope: bool
    out_of_scope_score: float
    ambiguous: bool


class Recogniser:
    def __init__(self, model: IntentModel, encoder: Encoder) -> None:
        self._model = model
        self._encoder = encoder

    def recognise(self, texts: Sequence[str], *, single: bool = False) -> list[Recognised]:
        """`single`: each text is taken for one request. Each text is encoded once, and each request in it where there are several."""
        wholes = self._predict(texts)
        spans = [() if single else self._model.split(text) for text in texts]
        pieces = [text[start:end] for text, cut in zip(texts, spans, strict=True) if len(cut) > 1 for start, end in cut]
        predictions = iter(self._predict(pieces))
        found = []
        for text, whole, cut in zip(texts, wholes, spans, strict=True):
            requests = [(span, next(predictions)) for span in cut] if len(cut) > 1 else []
            found.append(_recognised(text, whole, tuple(_requests(requests))))
        return found

    def _predict(self, texts: Sequence[str]) -> list[Prediction]:
        return self._model.predict_many(features.read_batch(texts, self._encoder)) if texts else []


def _requests(pieces: Sequence[tuple[Span, Prediction]]) -> Iterator[FoundIntent]:
    """One for each run of pieces about the same; what is out of scope belongs to none."""
    last: FoundIntent | None = None
    for span, prediction in pieces:
        if prediction.out_of_scope:
            continue
        best = prediction.ranking[0]
        if last and last.name == best.name:
            confidence = max(last.confidence, round(best.probability, 4))
            last = FoundIntent(name=last.name, confidence=confidence, span=(last.span[0], span[1]))
            continue
        if last:
            yield last
        last = FoundIntent(name=best.name, confidence=round(best.probability, 4), span=span)
    if last:
        yield last


def _recognised(text: str, whole: Prediction, requests: tuple[FoundIntent, ...]) -> Recognised:
    ranking = tuple(RankedConfidence(name=one.name, confidence=round(one.probability, 4)) for one in whole.ranking)
    if len(requests) < 2:
        start, end = len(text) - len(text.lstrip()), len(text.rstrip())
        alone = FoundIntent(name=ranking[0].name, confidence=ranking[0].confidence, span=(min(start, end), end))
        requests = () if whole.out_of_scope else (alone,)
    is_close = len(whole.ranking) > 1 and whole.ranking[0].probability - whole.ranking[1].probability < AMBIGUITY_GAP
    return Recognised(
        text=text,
        intents=requests,
        ranking=ranking,
        out_of_scope=not requests,
        out_of_scope_score=round(whole.out_of_scope_score, 4),
        ambiguous=is_close and len(requests) == 1,
    )


# --- models in a folder ---


def learn(examples: Sequence[LabelledText], encoder: Encoder, on_progress: Progress | None = None) -> IntentModel:
    """Trains on examples alone; intents are called by their names. Raises `TrainingDataInvalid`."""
    return train(intent_set(examples), encoder, on_progress, least_examples=LEAST_EXAMPLES)


def intent_set(examples: Sequence[LabelledText]) -> IntentSet:
    by_intent: dict[str, list[str]] = {}
    for one in examples:
        if one.intent is not None:
            by_intent.setdefault(one.intent, []).append(one.text)
    return IntentSet(
        intents=tuple(
            IntentDefinition(
                name=name, title={"en": in_words(name)}, target=IntentTarget(knowledge=True), examples=tuple(texts)
            )
            for name, texts in by_intent.items()
        ),
        out_of_scope=tuple(one.text for one in examples if one.intent is None),
    )


def in_words(name: str) -> str:
    """`reset_password` and `ResetPassword` → "reset password"."""
    spaced = "".join(
        f" {letter}" if letter.isupper() and before.islower() else letter
        for before, letter in zip(f" {name}", name, strict=False)
    )
    return " ".join("".join(letter if letter.isalnum() else " " for letter in spaced).lower().split()) or name


def save(model: IntentModel, folder: Path) -> None:
    """Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REPORT_FILE).write_text(model.header.report.model_dump_json(indent=2) + "\n", encoding="utf-8")
    part = folder / f"{MODEL_FILE}.part"
    part.write_bytes(model.to_bytes())
    part.replace(folder / MODEL_FILE)


def load(folder: Path, encoder: Encoder) -> IntentModel:
    """Raises `IntentModelMissing`, `IntentModelUnreadable`."""
    file = folder / MODEL_FILE
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        raise IntentModelMissing(f"There is no model in {folder}: train one by `casewright intents train`.") from None
    except OSError as error:
        raise IntentModelUnreadable(f"{file} cannot be read ({error.strerror}).") from error
    return IntentModel.from_bytes(data, encoder)
