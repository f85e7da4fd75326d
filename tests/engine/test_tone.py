"""Feelings over time, and what is said because of them."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from casewright.engine.models import Feeling, State
from casewright.engine.tone import frustration, opening
from casewright.understanding.models import Emotion

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANGRY = Emotion(valence=-0.9, intensity=0.95, label="angry")
CROSS = Emotion(valence=-0.5, intensity=0.5, label="frustrated")


def feeling(emotion: Emotion, level: float = 0.0) -> State:
    return State(frustration=level, feelings=(Feeling(at=NOW, emotion=emotion, frustration=level),))


@given(st.floats(0, 1), st.floats(-1, 1), st.floats(0, 1))
def test_frustration_stays_between_nought_and_one(before: float, valence: float, intensity: float) -> None:
    assert 0 <= frustration(before, Emotion(valence=valence, intensity=intensity)) <= 1


def test_frustration_rises_with_anger_and_decays_with_calm() -> None:
    risen = frustration(0.3, ANGRY)
    assert risen > 0.3
    assert frustration(risen, Emotion()) < risen


def test_the_calm_get_no_empathy() -> None:
    assert opening(feeling(Emotion()), handing_over=False, asking=False) == ()


def test_the_severely_upset_get_a_formal_apology_and_urgency() -> None:
    assert opening(feeling(ANGRY), handing_over=False, asking=False) == ("apologise_formal", "expedite")


def test_the_mildly_upset_are_acknowledged() -> None:
    assert opening(feeling(CROSS), handing_over=False, asking=False) == ("acknowledge",)


def test_the_long_frustrated_get_an_apology() -> None:
    assert opening(feeling(CROSS, 0.6), handing_over=False, asking=False) == ("apologise",)
