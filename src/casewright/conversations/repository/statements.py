"""What is put together into statements: values by number, columns by name."""

from collections.abc import Iterable
from typing import Any


def given(values: list[Any], *more: Any) -> list[str]:
    """Adds values of a statement; returns how it names them."""
    values.extend(more)
    return [f"${number}" for number in range(len(values) - len(more) + 1, len(values) + 1)]


def assignments(columns: Iterable[str], first: int) -> str:
    return ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, first))
