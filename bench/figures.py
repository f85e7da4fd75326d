"""Figures that are measured, with what is to be reached, and the table of them."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, Literal

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` is the least that is to be reached, the most where `better` is "lower", None for a figure that only informs.
    `note`: others' published results with where they come from, or how much was measured."""

    what: str
    measured: float
    unit: str = "%"
    target: float | None = None
    note: str = ""
    better: Literal["higher", "lower"] = "higher"

    @property
    def is_reached(self) -> bool:
        if self.target is None:
            return True
        return self.measured >= self.target if self.better == "higher" else self.measured <= self.target


def table_of(figures: Iterable[Figure], title: str, notes: str = "note") -> Table:
    """`notes`: what the column of notes is called."""
    table = Table("figure", title=title, title_justify="left")
    for column in ("measured", "to reach"):
        table.add_column(column, justify="right")
    table.add_column(notes)
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        target = f"{sign} {_number(figure.target)}" if figure.target is not None else ""
        style = "none" if figure.target is None else "green" if figure.is_reached else "red"
        table.add_row(figure.what, f"[{style}]{_number(figure.measured)} {figure.unit}[/]", target, figure.note)
    return table


def fields_of(figure: Figure) -> dict[str, Any]:
    """For JSON."""
    return {**asdict(figure), "measured": round(figure.measured, 4), "reached": figure.is_reached}


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
