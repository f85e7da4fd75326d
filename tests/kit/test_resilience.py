"""The circuit breaker and the limit on calls."""

import asyncio

import pytest

from casewright.kit.resilience import CallLimit, CircuitBreaker, CircuitOpen, CircuitState, LimitReached


class ServiceDownError(Exception):
    pass


class Moments:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def _is_down(error: BaseException) -> bool:
    return isinstance(error, ServiceDownError)


async def _call(breaker: CircuitBreaker, error: BaseException | None = None) -> None:
    async with breaker.guard(_is_down):
        if error is not None:
            raise error


async def _fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ServiceDownError):
            await _call(breaker, ServiceDownError())


async def test_it_opens_after_failures_in_a_row_and_says_when_to_come_back() -> None:
    breaker = CircuitBreaker("Billing", threshold=3, recovery_seconds=10, monotonic=Moments())
    await _fail(breaker, 3)
    with pytest.raises(CircuitOpen, match="Billing failed several times") as caught:
        await _call(breaker)
    assert caught.value.retry_after == 10


async def test_a_success_in_between_starts_the_count_again() -> None:
    breaker = CircuitBreaker("Billing", threshold=3)
    await _fail(breaker, 2)
    await _call(breaker)
    await _fail(breaker, 2)
    assert breaker.state is CircuitState.CLOSED


async def test_an_error_that_is_not_the_services_fault_counts_as_an_answer() -> None:
    breaker = CircuitBreaker("Billing", threshold=2)
    await _fail(breaker, 1)
    with pytest.raises(ValueError, match="ours"):
        await _call(breaker, ValueError("ours"))
    await _fail(breaker, 1)
    assert breaker.state is CircuitState.CLOSED


async def test_after_its_rest_one_probe_decides() -> None:
    moments = Moments()
    breaker = CircuitBreaker("Billing", threshold=1, recovery_seconds=10, monotonic=moments)
    await _fail(breaker, 1)
    moments.now += 10
    await _fail(breaker, 1)
    with pytest.raises(CircuitOpen):
        await _call(breaker)
    moments.now += 10
    await _call(breaker)
    assert breaker.state is CircuitState.CLOSED


async def test_only_one_probe_runs_at_a_time_and_a_cancelled_one_makes_room() -> None:
    moments = Moments()
    breaker = CircuitBreaker("Billing", threshold=1, recovery_seconds=10, monotonic=moments)
    await _fail(breaker, 1)
    moments.now += 10

    async def hang() -> None:
        async with breaker.guard(_is_down):
            await asyncio.Event().wait()

    probe = asyncio.create_task(hang())
    await asyncio.sleep(0)
    with pytest.raises(CircuitOpen):
        await _call(breaker)
    probe.cancel()
    await asyncio.wait((probe,))
    await _call(breaker)
    assert breaker.state is CircuitState.CLOSED


async def test_no_more_calls_than_slots_run_at_once() -> None:
    limit = CallLimit("Billing", concurrent=2)
    running: set[int] = set()
    most = 0

    async def call(number: int) -> None:
        nonlocal most
        async with limit.slot():
            running.add(number)
            most = max(most, len(running))
            await asyncio.sleep(0)
            running.discard(number)

    await asyncio.gather(*(call(number) for number in range(10)))
    assert most == 2


async def test_a_call_that_finds_no_slot_in_time_is_told_so_and_takes_none() -> None:
    limit = CallLimit("Billing", concurrent=1, patience=0.01)
    async with limit.slot():
        with pytest.raises(LimitReached, match=r"No call to Billing could be made within 0\.01 seconds"):
            async with limit.slot():
                pytest.fail("two calls held one slot")
    async with limit.slot():
        pass


async def test_starts_are_spread_to_the_rate() -> None:
    limit = CallLimit("Billing", per_second=1, patience=0.5)
    async with limit.slot():
        pass
    with pytest.raises(LimitReached):
        async with limit.slot():
            pytest.fail("the second call of a second started")
