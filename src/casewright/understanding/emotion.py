"""How the customer feels, from what people say to a support desk when they feel it, and from GoEmotions.

Support phrases decide, in eight languages; the model of emotions adds what they do not name, for English. Strict on purpose: the
subject of support is errors and failures, so naming one is no feeling, and neither is a plain question.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from casewright.kit.yaml_reading import read_yaml
from casewright.understanding.goemotions import CHOSEN, emotion_model
from casewright.understanding.models import Emotion

MAXIMUM_CHARACTERS = 4000
PHRASES = Path(__file__).with_name("support_phrases.yaml")
NEUTRAL = "neutral"
ENGLISH = "en"
UNSPACED = frozenset({"ja"})
"""Languages without spaces, where a phrase may begin in the middle of a word."""

_SHORTHANDS: Final = {
    "<negated>": r"(?:doesn'?t|does not|isn'?t|is not|won'?t|will not|can'?t|cannot|didn'?t|did not|don'?t|do not|not)",
    "<ordinal>": r"(?:second|third|fourth|fifth|sixth|tenth|hundredth|\d+(?:nd|rd|th))",
}
_NEGATIVE: Final = ("angry", "frustrated", "worried")
_POSITIVE: Final = ("grateful", "happy")

# What GoEmotions' labels say: how pleasant each is, and which of our feelings it is. The others say neither.
PLEASANTNESS: Final[Mapping[str, tuple[float, str]]] = {
    "anger": (-0.9, "angry"),
    "annoyance": (-0.6, "frustrated"),
    "disappointment": (-0.6, "frustrated"),
    "disgust": (-0.8, "angry"),
    "fear": (-0.5, "worried"),
    "grief": (-0.8, "frustrated"),
    "nervousness": (-0.4, "worried"),
    "sadness": (-0.6, "frustrated"),
    "admiration": (0.7, "happy"),
    "amusement": (0.5, "happy"),
    "excitement": (0.8, "happy"),
    "gratitude": (0.7, "grateful"),
    "joy": (0.9, "happy"),
    "love": (0.9, "happy"),
    "pride": (0.7, "happy"),
    "relief": (0.6, "happy"),
}
MODEL_FLOOR = 0.6
"""Below this score a label of the model says nothing about a customer: it was trained on comments, not on faults."""
MODEL_SHARE = 0.8
"""How much of what the model says counts as one phrase."""

# A feeling that is denied, wished for or offered is not there.
_DENIED = re.compile(
    r"(?:not|never|n't|no longer|nicht|kein\w*|would be|wäre|if (?:it|that|this)|wenn (?:es|das)) (?:\w+ ){0,2}$",
    re.IGNORECASE,
)
# The model counts words, so it takes "not happy" for happy.
_DENIES = re.compile(r"\b(?:not|never|no longer|hardly)\b|n't\b", re.IGNORECASE)
_NOT_FELT = re.compile(
    r"(?:would|'d|could|wäre|might) (?:be|really|also)? ?(?:great|nice|good|perfect|awesome|lovely|helpful|love|like"
    r"|toll|super|schön)"
    r"|happy to|glad to|feel free|no worries|don'?t worry|keine sorge"
    r"|good (?:morning|afternoon|evening|day|night)\b|have a (?:good|nice|great) \w+|stop (?:this|that|it)\b",
    re.IGNORECASE,
)
_NOT_PROSE = re.compile(
    r"```.*?(?:```|$)|`[^`\n]*`|https?://\S+|\[[A-Z_]+_\d+\]|^>.*$|\"[^\"\n]{1,300}\"|„[^“\n]{1,300}“"
    r"|\b(?=\w*_)[A-Z0-9_]{4,}\b",
    re.DOTALL | re.MULTILINE,
)
_SHOUTED = re.compile(
    r"\b(?:NOW|NEVER|AGAIN|STILL|WHY|NOT|NOTHING|HELP|PLEASE|STOP|SOFORT|IMMER|NICHT|NIE|ENDLICH|JETZT)\b"
)
_CAPITALS = re.compile(r"\b[A-ZÄÖÜ]{3,}\b")
_WORDS = re.compile(r"[^\W\d_]{2,}")
_EXCLAIMED = re.compile(r"!!|\?!|!\?|\?\?\?")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Ways to show one feeling. `strength` 0…1 is how far one occurrence moves the valence; `emotion`: GoEmotions' label."""

    feeling: str
    strength: float
    emotion: str
    words: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Felt:
    """Feelings of one kind, together: `strength` 0…1, `feeling` the strongest, "" if there is none."""

    strength: float = 0.0
    feeling: str = ""

    def add(self, strength: float, feeling: str) -> "Felt":
        """Several add up with less and less effect."""
        return Felt(1 - (1 - self.strength) * (1 - strength), self.feeling or feeling)


def feel(text: str, language: str) -> Emotion:
    """The emotion of one message in a language (ISO 639-1); neutral unless something in it says otherwise."""
    prose = _prose(text)
    said = list(_said(prose))
    return _felt(prose, said, emotion_model().scores(prose) if language == ENGLISH else None)


def read_emotions(text: str, language: str) -> tuple[Emotion, dict[str, float]]:
    """The emotion, and the score 0…1 of each of GoEmotions' 28 labels, chosen from 0.5 on.

    For other languages than English only what support phrases tell is scored."""
    prose = _prose(text)
    said = list(_said(prose))
    model = emotion_model()
    labels = model.scores(text) if language == ENGLISH else dict.fromkeys(model.labels, 0.0)
    emotion = _felt(prose, said, model.scores(prose) if language == ENGLISH else None)
    _score_phrases(labels, [one for one in said if one.feeling in _NEGATIVE] or said)
    return emotion, labels


def _prose(text: str) -> str:
    """Without what is no feeling of the customer's: code, quotes, manners."""
    return _NOT_FELT.sub(" ", _NOT_PROSE.sub(" ", text[:MAXIMUM_CHARACTERS].replace("\u2019", "'")))


def _felt(prose: str, said: list[Phrases], labels: Mapping[str, float] | None) -> Emotion:
    """`labels`: what the model says of `prose`, None where it knows nothing of its language."""
    bad, good = _together(said, _NEGATIVE), _together(said, _POSITIVE)
    if labels is not None:
        bad, good = _with_model(prose, bad, good, labels)
    return _emotion(prose, bad, good)


def _score_phrases(labels: dict[str, float], said: list[Phrases]) -> None:
    """A phrase chooses its label where the model has chosen none as pleasant or unpleasant."""
    chosen = {pleasantness > 0 for label, (pleasantness, _) in PLEASANTNESS.items() if labels[label] >= CHOSEN}
    for phrases in said:
        if (phrases.feeling in _POSITIVE) not in chosen:
            labels[phrases.emotion] = max(labels[phrases.emotion], (1 + phrases.strength) / 2)
    if not any(labels.values()):
        labels[NEUTRAL] = 1.0


def _said(prose: str) -> Iterator[Phrases]:
    """The phrases of each occurrence, the strongest first; what is a phrase in two languages counts once."""
    for phrases in _phrases():
        is_good = phrases.feeling in _POSITIVE
        for match in phrases.words.finditer(prose):
            if not (is_good and _DENIED.search(prose, max(0, match.start() - 30), match.start())):
                yield phrases


def _together(said: list[Phrases], feelings: tuple[str, ...]) -> Felt:
    felt = Felt()
    for phrases in said:
        if phrases.feeling in feelings:
            felt = felt.add(phrases.strength, phrases.feeling)
    return felt


def _with_model(prose: str, bad: Felt, good: Felt, labels: Mapping[str, float]) -> tuple[Felt, Felt]:
    """The model's strongest feeling, if it is strong enough and the phrases name none of its kind."""
    score, label = max((labels[label], label) for label in PLEASANTNESS)
    pleasantness, feeling = PLEASANTNESS[label]
    if score < MODEL_FLOOR or score < labels[NEUTRAL]:
        return bad, good
    felt = Felt(abs(pleasantness) * score * MODEL_SHARE, feeling)
    if pleasantness < 0:
        return bad if bad.strength else felt, good
    return bad, good if bad.strength or good.strength or _DENIES.search(prose) else felt


def _emotion(prose: str, bad: Felt, good: Felt) -> Emotion:
    emphasis = _emphasis(prose)
    pleasure = good.strength * (0.5 if _is_request(prose) else 1.0)
    if bad.strength:
        valence, label = -min(1.0, bad.strength + emphasis) + pleasure * 0.3, bad.feeling
    elif pleasure:
        valence, label = min(1.0, pleasure + emphasis * 0.5), good.feeling
    else:
        valence, label = -emphasis / 2, NEUTRAL
    intensity = min(1.0, abs(valence) + emphasis * 0.5) if label != NEUTRAL else min(1.0, emphasis)
    return Emotion(valence=round(max(-1.0, valence), 3) + 0.0, intensity=round(intensity, 3), label=label)


def _is_request(prose: str) -> bool:
    """Thanks after a question are manners, not gratitude."""
    return "?" in prose or len(_WORDS.findall(prose)) > 12


def _emphasis(prose: str) -> float:
    """0…0.3: capitals and repeated punctuation. It strengthens what is felt and is nearly nothing by itself."""
    words = _WORDS.findall(prose)
    capitals = _CAPITALS.findall(prose)
    shouting = len(words) >= 3 and sum(word.isupper() for word in words) >= 0.6 * len(words)
    emphasis = 0.2 if shouting else 0.12 if _SHOUTED.search(prose) and len(capitals) < 4 else 0.0
    emphasis += 0.12 if _EXCLAIMED.search(prose) else 0.05 if "!" in prose else 0.0
    return min(0.3, emphasis)


@cache
def _phrases() -> tuple[Phrases, ...]:
    """From the strongest feeling to the weakest."""
    stored: dict[str, dict[str, Any]] = read_yaml(PHRASES.read_text(encoding="utf-8"))
    read = [
        Phrases(
            feeling=feeling,
            strength=about.pop("strength"),
            emotion=about.pop("emotion"),
            words=_pattern(about),
        )
        for feeling, about in stored.items()
    ]
    return tuple(sorted(read, key=lambda phrases: -phrases.strength))


def _pattern(by_language: Mapping[str, list[str]]) -> re.Pattern[str]:
    """Of all languages in one, which takes a fifth of the time that one each takes."""
    spaced = "|".join(
        words for language, several in by_language.items() if language not in UNSPACED for words in several
    )
    unspaced = [words for language in UNSPACED for words in by_language.get(language, ())]
    joined = "|".join((rf"(?<!\w)(?:{spaced})", *unspaced))
    for shorthand, words in _SHORTHANDS.items():
        joined = joined.replace(shorthand, words)
    return re.compile(joined, re.IGNORECASE)
