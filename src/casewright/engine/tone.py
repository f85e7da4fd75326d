"""Tone: what is said before the answer to someone who is upset or glad, and nothing to someone who is neither.

Thresholds: valence below −0.3 is negative, above 0.3 positive; intensity above 0.8 is severe.
"""

from collections.abc import Sequence
from datetime import timedelta

from casewright.engine.models import Feeling, State
from casewright.understanding.models import Emotion

NEGATIVE = -0.3
POSITIVE = 0.3
SEVERE = 0.8
UPSET = 0.5
DECAY = 0.85
"""What remains of frustration from one message to the next calm one."""
HALF_LIFE = timedelta(hours=8)
"""After this long half of it is left, whatever was said meanwhile."""
MEMORY = 0.6
"""How much of the satisfaction so far is left in the next."""
STEADY = 0.05
"""A trend is one from this difference on."""


def frustration(before: float, emotion: Emotion, elapsed: timedelta = timedelta()) -> float:
    """0…1. Rises with each negative message by its strength, falls with each other one and with the time since the last."""
    before *= 0.5 ** (max(elapsed, timedelta()) / HALF_LIFE)
    if emotion.valence < NEGATIVE:
        return round(min(1.0, before * DECAY + 0.45 * emotion.intensity * -emotion.valence + 0.1), 3)
    if emotion.valence > POSITIVE:
        return round(before * DECAY * 0.5, 3)
    return round(before * DECAY, 3)


def satisfaction(feelings: Sequence[Feeling]) -> tuple[float, ...]:
    """0…1 after each message, 0.5 for neither: what was felt so far, the latest most."""
    levels: list[float] = []
    level = 0.5
    for feeling in feelings:
        level = MEMORY * level + (1 - MEMORY) * (1 + feeling.emotion.valence) / 2
        levels.append(round(level, 3))
    return tuple(levels)


def satisfaction_trend(feelings: Sequence[Feeling]) -> str:
    """`rising`, `falling` or `steady`, from the last message to the one before the one before."""
    levels = (0.5, *satisfaction(feelings))[-3:]
    difference = levels[-1] - levels[0]
    return "rising" if difference > STEADY else "falling" if difference < -STEADY else "steady"


def opening(state: State, *, handing_over: bool, asking: bool, answering: bool = False) -> tuple[str, ...]:
    """Keys of the phrases to open with, by the last message's emotion and the frustration so far."""
    if not state.feelings:
        return ()
    emotion = state.feelings[-1].emotion
    if emotion.valence > POSITIVE:
        return ("reinforce",) if answering and state.frustration < UPSET and not handing_over else ()
    if emotion.valence >= NEGATIVE:
        return ()
    if emotion.intensity > SEVERE:
        urgent = "escalate" if handing_over else "expedite"
        return ("apologise_formal",) if asking and not handing_over else ("apologise_formal", urgent)
    if emotion.label == "worried":
        return ("empathise_worried",)
    if state.frustration < UPSET:
        return ("acknowledge",)
    if handing_over:
        return ("escalate",)
    return ("empathise",) if _said_last(state, "apologise") else ("apologise",)


def _said_last(state: State, key: str) -> bool:
    return any(variant.partition("/")[0] == key for variant in state.openers)
