"""Guards around calls to something that may be slow or broken: a circuit breaker and a limit."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from enum import StrEnum

from casewright.kit.errors import TryLater


class CircuitOpen(TryLater):
    """The service failed several times in a row; it is left alone for a while."""

    title = "An outside service is not available right now"


class LimitReached(TryLater):
    """No slot came free in time."""

    title = "Too many calls to an outside service at once"


class CircuitState(StrEnum):
    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """After `threshold` failures in a row it lets nothing through for `recovery_seconds`, then one call as a probe.

    The probe's success closes it, its failure opens it again.
    """

    def __init__(
        self,
        name: str,
        *,
        threshold: int = 5,
        recovery_seconds: float = 10.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name = name
        self._threshold = threshold
        self._recovery_seconds = recovery_seconds
        self._monotonic = monotonic
        self._failures = 0
        self._opened_at: float | None = None
        self._is_probing = False

    @property
    def state(self) -> CircuitState:
        if self._opened_at is None:
            return CircuitState.CLOSED
        return CircuitState.HALF_OPEN if self._remaining() <= 0 else CircuitState.OPEN

    @asynccontextmanager
    async def guard(self, counts: Callable[[BaseException], bool]) -> AsyncIterator[None]:
        """Around one call; `counts` says which errors are the service's fault. Raises `CircuitOpen`."""
        probing = self._enter()
        try:
            yield
        except BaseException as error:
            if counts(error):
                self._failed()
            elif isinstance(error, Exception):
                self._succeeded()
            raise
        else:
            self._succeeded()
        finally:
            if probing:
                self._is_probing = False

    def _enter(self) -> bool:
        state = self.state
        if state is CircuitState.CLOSED:
            return False
        if state is CircuitState.OPEN or self._is_probing:
            raise CircuitOpen(
                f"{self._name} failed several times in a row and is left alone for a moment.",
                retry_after=max(self._remaining(), 0.5),
            )
        self._is_probing = True
        return True

    def _remaining(self) -> float:
        assert self._opened_at is not None
        return self._opened_at + self._recovery_seconds - self._monotonic()

    def _failed(self) -> None:
        self._failures += 1
        if self._failures >= self._threshold:
            self._opened_at = self._monotonic()

    def _succeeded(self) -> None:
        self._failures = 0
        self._opened_at = None


class CallLimit:
    """At most `concurrent` calls at once and, if given, `per_second` starts; others wait up to `patience` seconds."""

    def __init__(
        self, name: str, *, concurrent: int = 20, per_second: float | None = None, patience: float = 10.0
    ) -> None:
        self._name = name
        self._slots = asyncio.Semaphore(concurrent)
        self._interval = 1 / per_second if per_second else 0.0
        self._patience = patience
        self._next_start = 0.0

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Around one call. Raises `LimitReached`."""
        give_up_at = time.monotonic() + self._patience
        try:
            async with asyncio.timeout(self._patience):
                await self._slots.acquire()
        except TimeoutError:
            raise self._refusal() from None
        try:
            await self._wait_for_turn(give_up_at)
            yield
        finally:
            self._slots.release()

    async def _wait_for_turn(self, give_up_at: float) -> None:
        now = time.monotonic()
        start = max(self._next_start, now)
        if start > give_up_at:
            raise self._refusal()
        self._next_start = start + self._interval
        if start > now:
            await asyncio.sleep(start - now)

    def _refusal(self) -> LimitReached:
        return LimitReached(
            f"No call to {self._name} could be made within {self._patience:g} seconds.", retry_after=self._patience
        )
