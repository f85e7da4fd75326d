"""Lines from whoever types, or from a pipe."""

import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Protocol

READLINE: ModuleType | None
try:
    import readline as READLINE
except ImportError:  # Some Pythons are built without it: then there is no history, and no editing.
    READLINE = None


class Lines(Protocol):
    def read(self, prompt: str, *, remember: bool = False) -> str | None:
        """None at the end. Raises `KeyboardInterrupt` for a line that was given up."""
        ...


class PipedLines:
    def read(self, prompt: str, *, remember: bool = False) -> str | None:
        line = sys.stdin.readline()
        return line.rstrip("\r\n") if line else None


class TypedLines:
    """A line at a time, edited and with a history where readline is there. `at_prompt` is called when the prompt stands, and
    `left` when it is answered or given up."""

    def __init__(self, at_prompt: Callable[[str], None], left: Callable[[], None]) -> None:
        self._at_prompt = at_prompt
        self._left = left
        if READLINE:
            READLINE.set_auto_history(False)

    def read(self, prompt: str, *, remember: bool = False) -> str | None:
        """`remember`: the line joins the history. Codes and forms' values do not."""
        if READLINE and hasattr(READLINE, "set_pre_input_hook"):
            READLINE.set_pre_input_hook(lambda: self._at_prompt(prompt))
        else:
            self._at_prompt(prompt)
        try:
            line = input(prompt)
        except EOFError:
            return None
        finally:
            self._left()
        if READLINE and remember and line.strip():
            READLINE.add_history(line)
        return line


@contextmanager
def typed_ahead_kept() -> Iterator[None]:
    """What is typed between two prompts waits for the next one, as if it were typed there. Without readline the terminal
    itself edits the lines, and a Ctrl-D before its prompt is lost."""
    if READLINE is None:
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    key_by_key = list(before)
    key_by_key[3] &= ~termios.ICANON
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, key_by_key)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


def typed_so_far() -> str:
    """What stands on the line that is being typed."""
    return READLINE.get_line_buffer() if READLINE else ""
