"""Tone: what is said before the answer to someone who is upset, and nothing to someone who is not.

Thresholds: valence below −0.3 is negative, above 0.3 positive; intensity above 0.8 is severe.
"""

from casewright.engine.models import State
from casewright.understanding.models import Emotion

NEGATIVE = -0.3
SEVERE = 0.8
UPSET = 0.5
DECAY = 0.85
"""What remains of frustration from one message to the next calm one."""


def frustration(before: float, emotion: Emotion) -> float:
    """0…1. Rises with each negative message by its strength, falls with each other one."""
    if emotion.valence < NEGATIVE:
        return round(min(1.0, before * DECAY + 0.45 * emotion.intensity * -emotion.valence + 0.1), 3)
    if emotion.valence > -NEGATIVE:
        return round(before * DECAY * 0.5, 3)
    return round(before * DECAY, 3)


def opening(state: State, *, handing_over: bool, asking: bool) -> tuple[str, ...]:
    """Keys of the phrases to open with, by the last message's emotion and the frustration so far."""
    if not state.feelings:
        return ()
    emotion = state.feelings[-1].emotion
    if emotion.valence >= NEGATIVE:
        return ()
    if emotion.intensity > SEVERE:
        return ("apologise_formal",) if handing_over or asking else ("apologise_formal", "expedite")
    if state.frustration >= UPSET:
        return ("empathise",) if handing_over else ("apologise",)
    return ("acknowledge",)
