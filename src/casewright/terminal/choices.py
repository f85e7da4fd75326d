"""What one may pick by its number instead of writing."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from casewright.conversations.schemas import MessageView

_FIGURES: Final = ("number", "money")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Choice:
    """`mark`: what one types to pick it. `text`: what is sent for it; None opens what a confirmation rests on."""

    mark: str
    label: str
    text: str | None


def choices_of(question: MessageView, edit: str | None) -> tuple[Choice, ...]:
    """`edit`: what changing a confirmation's values is called; None where that is not offered. Where a figure is asked
    for, letters mark them."""
    offered: list[tuple[str, str | None]] = [(one.label, one.text) for one in question.quick_replies]
    if edit and may_be_edited(question):
        offered.append((edit, None))
    asks_for_figure = any(field.type in _FIGURES for field in question.fields) and not may_be_edited(question)
    marks = _LETTERS if asks_for_figure else (str(number) for number in range(1, len(offered) + 1))
    return tuple(Choice(mark, label, text) for mark, (label, text) in zip(marks, offered, strict=False))


def numbered(labels: Iterable[str]) -> tuple[Choice, ...]:
    """Questions to begin with, each sent as it stands."""
    return tuple(Choice(str(number), label, label) for number, label in enumerate(labels, start=1))


def may_be_edited(question: MessageView) -> bool:
    return bool(question.expects and question.expects.kind == "confirmation" and question.fields)
