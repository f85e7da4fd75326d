"""A child process that ends with its parent, however the parent ends.

The parent gives it a pipe as standard input, started with `OPTION`, and never writes. When the parent closes the pipe
or dies, even by kill -9, the operating system ends the input, and that is the sign to go.
"""

import os
import signal
import time
from threading import Thread
from typing import Final

OPTION: Final = "--lifeline-stdin"


def follow_parent(patience: float = 10.0) -> None:
    """Send this process SIGTERM when its standard input ends, so that one way of stopping serves all.

    If it is still there `patience` seconds later, it ends at once.
    """
    Thread(target=_follow, args=(patience,), name="lifeline", daemon=True).start()


def _follow(patience: float) -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(patience)
    os._exit(1)
