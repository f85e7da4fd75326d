"""Whether a confidence of 0.8 means that eight of ten are right, and how many questions get an answer at each level."""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.figures import Figure
from bench.knowledge.asking import Answered, ask
from bench.knowledge.plotting import Level, plot
from bench.public_data import Data, Part
from casewright.knowledge.grounding import supports
from casewright.settings import Thresholds

LEVELS: Final = 10
PICTURE: Final = Path(__file__).parents[2] / "docs" / "images" / "knowledge-calibration.svg"


def calibration(data: Data) -> Iterator[Figure]:
    """Every other question."""
    yield from _figures(ask(data.encoder, held_back=False))


def held_back(data: Data) -> Iterator[Figure]:
    """The rest, which nothing was looked at for; draws the picture of the documentation."""
    answered = ask(data.encoder, held_back=True)
    PICTURE.write_text(plot(levels(answered), least=_least()), encoding="utf-8")
    yield from _figures(answered)


def _figures(answered: Sequence[Answered]) -> Iterator[Figure]:
    least = _least()
    answerable = [one for one in answered if one.right]
    none = [one for one in answered if not one.right]
    said = [one for one in answered if one.confidence >= least]
    rightly = sum(one.is_right for one in said)
    sentences = [
        (sentence.text, body) for one in said for sentence, body in zip(one.answer.sentences, one.bodies, strict=True)
    ]
    unsupported = sum(not supports(text, _plain(body)) for text, body in sentences)
    yield Figure(
        f"answered, of {len(answerable)} that may be",
        100 * sum(one in said for one in answerable) / len(answerable),
        target=80,
    )
    yield Figure("… rightly", 100 * rightly / len(answerable))
    yield Figure(
        f"wrong source first, of all {len(answered)}",
        100 * (len(said) - rightly) / len(answered),
        target=5,
        better="lower",
    )
    yield Figure(
        f"answered, of {len(none)} that no article answers", sum(one in said for one in none), unit="", better="lower"
    )
    yield Figure(
        f"sentences that their source does not support, of {len(sentences)}",
        unsupported,
        unit="",
        target=0,
        better="lower",
    )
    yield Figure(
        "right article first, answered or not", 100 * sum(one.is_right for one in answerable) / len(answerable)
    )
    yield Figure("error of calibration, in the mean", 100 * _error(levels(answered)), better="lower")
    for level in levels(answered):
        if level.questions:
            yield Figure(
                f"confidence {level.start:.1f} to {level.end:.1f}: right",
                100 * level.right,
                note=f"{level.questions} questions, confidence {level.confidence:.2f} in the mean; "
                f"{level.answered_from:.0%} of the answerable have {level.start:.1f} or more",
            )


def levels(answered: Sequence[Answered]) -> list[Level]:
    """Questions by their confidence, in tenths."""
    answerable = [one for one in answered if one.right]
    found = []
    for number in range(LEVELS):
        start, end = number / LEVELS, (number + 1) / LEVELS
        some = [one for one in answered if start <= one.confidence < (end if number < LEVELS - 1 else math.inf)]
        found.append(
            Level(
                start=start,
                end=end,
                questions=len(some),
                confidence=sum(one.confidence for one in some) / max(1, len(some)),
                right=sum(one.is_right for one in some) / max(1, len(some)),
                answered_from=sum(one.confidence >= start for one in answerable) / max(1, len(answerable)),
            )
        )
    return found


def _error(some: Sequence[Level]) -> float:
    """Expected calibration error: the distance of confidence and share, weighed by questions."""
    total = sum(one.questions for one in some)
    return sum(one.questions * abs(one.right - one.confidence) for one in some) / total


def _least() -> float:
    return Thresholds().min_confidence


def _plain(body: str) -> str:
    return body.replace("**", "").replace("`", "")


PARTS = (
    Part("calibration", "Confidence and answers, on every other question", calibration),
    Part("held_back", "Confidence and answers, on the questions held back", held_back),
)
