"""Feelings over time, and what is said because of them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casewright.engine.models import Feeling, State
from casewright.engine.tone import HALF_LIFE, frustration, opening, satisfaction, satisfaction_trend
from casewright.engine.wording import say
from casewright.understanding.models import Emotion

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ANGRY = Emotion(valence=-0.9, intensity=0.95, label="angry")
CROSS = Emotion(valence=-0.5, intensity=0.5, label="frustrated")


GLAD = Emotion(valence=0.6, intensity=0.6, label="happy")
WORRIED = Emotion(valence=-0.4, intensity=0.4, label="worried")


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


def test_frustration_fades_with_time() -> None:
    assert frustration(0.8, Emotion(), HALF_LIFE) == pytest.approx(frustration(0.4, Emotion()))
    assert frustration(0.8, ANGRY, timedelta(days=3)) < frustration(0.8, ANGRY, timedelta(minutes=1))


def test_a_clock_that_went_back_makes_nobody_angrier() -> None:
    assert frustration(0.5, Emotion(), timedelta(hours=-5)) == frustration(0.5, Emotion())


def test_satisfaction_follows_what_is_felt_and_keeps_within_its_bounds() -> None:
    felt = [Feeling(at=NOW, emotion=one, frustration=0) for one in (CROSS, ANGRY, GLAD, GLAD)]
    levels = satisfaction(felt)
    assert levels[1] < levels[0] < 0.5
    assert levels[1] < levels[2] < levels[3]
    assert all(0 <= level <= 1 for level in levels)


@pytest.mark.parametrize(
    ("emotions", "trend"),
    [([], "steady"), ([Emotion()], "steady"), ([CROSS, ANGRY], "falling"), ([ANGRY, ANGRY, GLAD, GLAD], "rising")],
)
def test_satisfaction_rises_and_falls(emotions: list[Emotion], trend: str) -> None:
    assert satisfaction_trend([Feeling(at=NOW, emotion=one, frustration=0) for one in emotions]) == trend


def test_the_severely_upset_who_go_to_a_person_hear_that_it_matters() -> None:
    assert opening(feeling(ANGRY, 0.9), handing_over=True, asking=False) == ("apologise_formal", "escalate")
    assert opening(feeling(CROSS, 0.9), handing_over=True, asking=False) == ("escalate",)


def test_a_question_to_the_severely_upset_promises_no_haste() -> None:
    assert opening(feeling(ANGRY), handing_over=False, asking=True) == ("apologise_formal",)


def test_worry_is_met_with_understanding_not_with_an_apology() -> None:
    assert opening(feeling(WORRIED), handing_over=False, asking=False) == ("empathise_worried",)


def test_who_has_just_had_an_apology_gets_sympathy_instead_of_another() -> None:
    state = feeling(CROSS, 0.6).model_copy(update={"openers": ("apologise/0",)})
    assert opening(state, handing_over=False, asking=False) == ("empathise",)


def test_joy_is_shared_where_something_is_answered_and_nowhere_else() -> None:
    assert opening(feeling(GLAD), handing_over=False, asking=False, answering=True) == ("reinforce",)
    assert opening(feeling(GLAD), handing_over=False, asking=False) == ()
    assert opening(feeling(GLAD, 0.6), handing_over=False, asking=False, answering=True) == ()


@given(
    st.lists(st.tuples(st.floats(-1, 1), st.floats(0, 1), st.booleans(), st.booleans(), st.booleans()), max_size=12),
    st.sampled_from(["en", "de"]),
)
def test_no_phrase_comes_twice_in_a_row_and_none_is_cheerful_to_the_angry(
    messages: list[tuple[float, float, bool, bool, bool]], language: str
) -> None:
    state = State()
    for valence, intensity, handing_over, asking, answering in messages:
        emotion = Emotion(valence=valence, intensity=intensity, label="angry" if valence < 0 else "happy")
        level = frustration(state.frustration, emotion)
        felt = (*state.feelings, Feeling(at=NOW, emotion=emotion, frustration=level))
        state = state.model_copy(update={"feelings": felt, "frustration": level})
        keys = opening(state, handing_over=handing_over, asking=asking, answering=answering)
        variants = [say(key, language, avoid=state.openers)[1] for key in keys]
        assert not set(variants) & set(state.openers)
        assert valence > 0.3 or "reinforce" not in keys
        assert abs(valence) > 0.3 or keys == ()
        state = state.model_copy(update={"openers": tuple(variants) or state.openers})
