"""A figure with what it should be, and the table of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """`target` is the most or the least that `value` should be, in the same unit."""

    name: str
    value: float
    unit: str
    target: float | None = None
    should_be: Literal["at most", "at least"] = "at most"
    note: str = ""

    @property
    def reached(self) -> bool:
        if self.target is None:
            return True
        return self.value <= self.target if self.should_be == "at most" else self.value >= self.target


def p95(seconds: Sequence[float]) -> float:
    """In milliseconds."""
    ordered = sorted(seconds)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]


def print_table(figures: Sequence[Figure], console: Console) -> None:
    table = Table("What", "Figure", "Target", "", "Note")
    for figure in figures:
        target = f"{figure.should_be} {figure.target:,.0f} {figure.unit}" if figure.target is not None else ""
        shown = f"{figure.value:,.1f} {figure.unit}" if figure.value < 1000 else f"{figure.value:,.0f} {figure.unit}"
        mark = "" if figure.target is None else "[green]yes[/]" if figure.reached else "[red]no[/]"
        table.add_row(figure.name, shown, target, mark, figure.note)
    console.print(table)
