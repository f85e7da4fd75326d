"""Steps of a start, one line each, with the time each took."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape


class Progress:
    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the first step."""
        return time.monotonic() - self._began

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Gives a function that says how far the step is."""
        began = time.monotonic()
        try:
            with self._console.status(f"{escape(name)} …") as status:
                yield lambda how_far: status.update(f"{escape(name)} … {escape(how_far)}")
        except Exception:
            self._line("[red]✗[/]", name, began)
            raise
        self._line("[green]✓[/]", name, began)

    def tell(self, sentence: str) -> None:
        """Something happened that a person should know."""
        self._console.print(f"[yellow]![/] {escape(sentence)}", soft_wrap=True)

    def _line(self, mark: str, name: str, began: float) -> None:
        self._console.print(f"{mark} {escape(name):<44}[dim]{time.monotonic() - began:6.1f} s[/]")
