"""A reliability plot as SVG: how often a confidence is right, and how many questions reach it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 640
HEIGHT: Final = 420
LEFT: Final = 60
TOP: Final = 30
SIDE: Final = 340
"""Of the square that the points stand in; one that is calibrated has them on its diagonal."""


@dataclass(frozen=True, slots=True)
class Level:
    """Questions with a confidence between `start` and `end`. `confidence` and `right`: means of them. `answered_from`: share of the
    questions that have an answer whose confidence is `start` or more."""

    start: float
    end: float
    questions: int
    confidence: float
    right: float
    answered_from: float


def plot(levels: Sequence[Level], *, least: float) -> str:
    """`least`: confidence from which an answer is given."""
    points = [(_x(one.confidence), _y(one.right), one) for one in levels if one.questions]
    coverage = " ".join(f"{_x(one.start):.0f},{_y(one.answered_from):.0f}" for one in levels)
    dots = "\n".join(
        f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{3 + one.questions**0.5:.1f}" fill="#4338ca" fill-opacity="0.75">'
        f"<title>{one.questions} questions, {one.right:.0%} right</title></circle>"
        f'<text x="{x:.0f}" y="{y - 6 - one.questions**0.5:.0f}" text-anchor="middle" font-size="11">{one.questions}</text>'
        for x, y, one in points
    )
    ticks = "\n".join(
        f'<text x="{_x(tick):.0f}" y="{TOP + SIDE + 18}" text-anchor="middle">{tick:.1f}</text>'
        f'<text x="{LEFT - 8}" y="{_y(tick) + 4:.0f}" text-anchor="end">{tick:.0%}</text>'
        f'<path d="M{LEFT} {_y(tick):.0f}h{SIDE}" stroke="#ddd"/>'
        for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    )
    legend = LEFT + SIDE + 24
    return f"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">
<title>How often a confidence is right</title>
<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>
{ticks}
<path d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}" stroke="#999" stroke-dasharray="4 4"/>
<path d="M{_x(least):.0f} {TOP}v{SIDE}" stroke="#b45309" stroke-dasharray="2 3"/>
<polyline points="{coverage}" fill="none" stroke="#059669" stroke-width="2"/>
{dots}
<text x="{LEFT + SIDE / 2:.0f}" y="{TOP + SIDE + 36}" text-anchor="middle">confidence</text>
<text x="{legend}" y="{TOP + 20}" fill="#4338ca">● right, of so many questions</text>
<text x="{legend}" y="{TOP + 42}" fill="#666">┄ if calibrated</text>
<text x="{legend}" y="{TOP + 64}" fill="#059669">━ answered from here on</text>
<text x="{legend}" y="{TOP + 86}" fill="#b45309">┊ min_confidence {least:.1f}</text>
</svg>
"""


def _x(share: float) -> float:
    return LEFT + SIDE * share


def _y(share: float) -> float:
    return TOP + SIDE * (1 - share)
