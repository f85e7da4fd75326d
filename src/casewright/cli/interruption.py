"""Ctrl-C and its relatives, turned into a cancellation that can clean up."""

import asyncio
import signal
from collections.abc import Callable, Coroutine


async def run_until_interrupted(work: Coroutine[None, None, None], on_interrupt: Callable[[], None]) -> None:
    """Run `work`; at Ctrl-C, SIGTERM or when the terminal closes cancel it once, and return when it has cleaned up."""
    running = asyncio.ensure_future(work)
    is_interrupted = False

    def interrupt() -> None:
        nonlocal is_interrupted
        if not is_interrupted:
            is_interrupted = True
            running.cancel()
            on_interrupt()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, interrupt)
    try:
        await running
    except asyncio.CancelledError:
        if not is_interrupted:
            raise
