"""A program that is killed and frozen on purpose, and comes back at its own address.

What gives up while it starts, since the database went away just then, is started again, as a service manager would."""

import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx2

PATIENCE_SECONDS = 120.0
STARTS_WITHIN_SECONDS = 60.0


@dataclass
class MortalProgram:
    """`ready_url` answers when it is at work; None: nobody asks."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    ready_url: str | None = None
    _process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    _started_at: float = field(default=0.0, init=False)

    def start(self) -> None:
        """Does not wait until it is at work."""
        self._started_at = time.monotonic()
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @contextmanager
    def running(self) -> Iterator[Self]:
        self.start()
        try:
            self.wait_until_ready()
            yield self
        finally:
            self.end()

    def kill(self) -> None:
        self._signal(signal.SIGKILL)
        assert self._process is not None
        self._process.wait(30)

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def end(self) -> None:
        if self._process is None or self._process.poll() is not None:
            return
        self.thaw()
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(10)

    def wait_until_ready(self) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while not self._is_ready():
            self.require_alive()
            assert time.monotonic() < until, f"{self.name} never became ready; {self._last_words()}"
            time.sleep(0.1)

    def require_alive(self) -> None:
        assert self._process is not None
        ended = self._process.poll()
        if ended is not None and ended > 0 and time.monotonic() - self._started_at < STARTS_WITHIN_SECONDS:
            print(f"{self.name} gave up while it started", flush=True)
            self.start()
        else:
            assert ended is None, f"{self.name} ended by itself ({ended}); {self._last_words()}"

    @property
    def log(self) -> Path:
        return self.directory / f"{self.name}.log"

    def _is_ready(self) -> bool:
        if self.ready_url is None:
            return True
        try:
            return httpx2.get(self.ready_url, timeout=5, trust_env=False).status_code < 400
        except httpx2.TransportError:
            return False

    def _signal(self, number: signal.Signals) -> None:
        """To nothing but what was started here: a process that ended is not waited for, so its number is still its own."""
        self.require_alive()
        assert self._process is not None
        self._process.send_signal(number)

    def _last_words(self) -> str:
        return f"its log ends so:\n{self.log.read_text(errors='replace')[-3000:]}"
