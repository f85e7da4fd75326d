"""A program in a terminal of its own: types into it, and reads what stands there."""

import codecs
import fcntl
import os
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

CTRL_D, ENTER = "\x04", "\r"

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)|[ -/]*[0-~])")
_PATIENCE = 30.0


class PseudoTerminal:
    """Use as `with`. What was read already is not read again."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], columns: int, rows: int = 50) -> None:
        ours, theirs = os.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._terminal = ours
        self._decoder = codecs.getincrementaldecoder("utf8")("replace")
        self._read = ""
        # The terminal says itself how large it is.
        inherited = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
        self._process = subprocess.Popen(
            command,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**inherited, "TERM": "xterm-256color", **environment},
            start_new_session=True,
            # Ctrl-C reaches only the session whose own terminal this is.
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0) and None,
        )
        os.close(theirs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def press(self, keys: str) -> None:
        os.write(self._terminal, keys.encode())

    def write(self, line: str) -> None:
        self.press(line + ENTER)

    def until(self, words: str) -> str:
        """What stands before these words, and they; without escapes. Fails if they do not come."""
        give_up_at = time.monotonic() + _PATIENCE
        while words not in (text := self._text()):
            assert time.monotonic() < give_up_at and self._more(), f"{words!r} did not come after:\n{text[-3000:]}"
        before = text.partition(words)[0] + words
        self._read = text[len(before) :]
        return before

    def interrupt(self) -> None:
        """Ctrl-C, once the program waits for keys: one that comes while a prompt is being drawn is lost."""
        while select.select([self._terminal], [], [], 0.3)[0] and self._more():
            pass
        self.press("\x03")

    def until_end(self) -> int:
        """The program's exit code."""
        give_up_at = time.monotonic() + _PATIENCE
        while self._more():
            assert time.monotonic() < give_up_at, f"it did not end after:\n{self._text()[-3000:]}"
        return self._process.wait(_PATIENCE)

    def _text(self) -> str:
        return _ESCAPES.sub("", self._read).replace("\r\n", "\n")

    def _more(self) -> bool:
        """Whether the program may write more."""
        if select.select([self._terminal], [], [], 0.2)[0]:
            try:
                self._read += self._decoder.decode(os.read(self._terminal, 65_536))
            except OSError:  # The other end is closed.
                return False
        return True
