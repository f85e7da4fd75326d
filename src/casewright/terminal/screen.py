"""What is shown, and where: above the line that is being typed, beside the progress, or plainly into a pipe."""

import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import RLock
from typing import Final

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.live import Live
from rich.segment import Segment
from rich.spinner import Spinner
from rich.text import Text

from casewright.terminal.lines import typed_so_far

WIDE: Final = 140
"""Columns from which on two things stand side by side."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def harmless(text: str) -> str:
    """Without what would steer the terminal: others wrote it."""
    return _CONTROL.sub("", text)


class ChatConsole(Console):
    """A reader who goes away, like `head`, is no error."""

    def on_broken_pipe(self) -> None:
        with suppress(SystemExit):
            super().on_broken_pipe()


class Screen:
    """`plain`: for a pipe: words only, a paragraph a line. `complaints`: where it is said then what went wrong. May be called
    from several threads."""

    def __init__(self, console: Console, complaints: Console, *, plain: bool) -> None:
        self.console = console
        self._complaints = complaints
        self.plain = plain
        self._lock = RLock()
        self._prompt: str | None = None
        self._live: Live | None = None

    @property
    def is_wide(self) -> bool:
        return not self.plain and self.console.width >= WIDE

    @property
    def is_cut_off(self) -> bool:
        """Nobody reads any more."""
        return self.console.quiet

    def show(self, *renderables: RenderableType) -> None:
        with self._lock:
            if self._prompt is not None:
                self._erase_prompt()
            if self.plain:
                for one in renderables:
                    self.console.print(_Harmless(one), soft_wrap=isinstance(one, Text))
            else:
                self.console.print(_Harmless(Group(*renderables)))
            if self._prompt is not None:
                self._print_prompt()

    def complain(self, words: str, style: str = "red") -> None:
        """Beside what is piped on, not in it."""
        if self.plain:
            self._complaints.print(_Harmless(Text(words)), soft_wrap=True)
        else:
            self.show(Text(words, style=style))

    @contextmanager
    def waiting(self, words: str) -> Iterator[None]:
        """A sign of progress, until it ends; nothing in a pipe."""
        if self.plain or not self.console.is_terminal or self.console.is_dumb_terminal:
            yield
            return
        self._live = Live(_progress(words), console=self.console, transient=True, refresh_per_second=10)
        try:
            with self._live:
                yield
        finally:
            self._live = None

    def progress(self, words: str, *above: RenderableType) -> None:
        """What is waited for just now, and what was said already."""
        if live := self._live:
            live.update(_Harmless(Group(*above, _progress(words))))

    # --- the line that is being typed ---

    def prompt_stands(self, prompt: str) -> None:
        with self._lock:
            self._prompt = prompt

    def prompt_left(self) -> None:
        with self._lock:
            self._prompt = None

    def _erase_prompt(self) -> None:
        assert self._prompt is not None
        if self.console.is_dumb_terminal:
            self.console.file.write("\n")
            return
        rows_above = cell_len(self._prompt + typed_so_far()) // self.console.width
        self.console.file.write(f"\x1b[{rows_above}A" * bool(rows_above) + "\r\x1b[J")

    def _print_prompt(self) -> None:
        assert self._prompt is not None
        self.console.file.write(self._prompt + typed_so_far())
        self.console.file.flush()


class _Harmless:
    def __init__(self, renderable: RenderableType) -> None:
        self._renderable = renderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._renderable, options):
            yield Segment(text if control else harmless(text), style, control)


def _progress(words: str) -> Spinner:
    return Spinner("dots", Text(words, style="dim"), style="dim")
