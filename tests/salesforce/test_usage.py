import pytest

from casewright.salesforce.errors import DailyLimitReached
from casewright.salesforce.usage import LONGEST_PAUSE_SECONDS, LOOK_AGAIN_SECONDS, UsageGuard


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_below_the_limit_nothing_waits() -> None:
    guard = UsageGuard()
    assert guard.pause() == 0
    guard.note("api-usage=100/1000; per-app-api-usage=5/10(appName=x)")
    assert guard.usage is not None
    assert (guard.usage.used, guard.usage.limit) == (100, 1000)
    assert guard.pause() == 0


def test_near_the_limit_calls_slow_down_more_and_more() -> None:
    guard = UsageGuard()
    guard.note("api-usage=920/1000")
    slower = guard.pause()
    guard.note("api-usage=970/1000")
    assert 0 < slower < guard.pause() < LONGEST_PAUSE_SECONDS


def test_short_of_the_limit_nothing_is_sent_and_now_and_then_one_call_looks_again() -> None:
    stopwatch = Stopwatch()
    guard = UsageGuard(stopwatch)
    guard.note("api-usage=985/1000")
    with pytest.raises(DailyLimitReached) as reached:
        guard.pause()
    assert reached.value.retry_after == LOOK_AGAIN_SECONDS
    stopwatch.seconds += LOOK_AGAIN_SECONDS
    assert guard.pause() == LONGEST_PAUSE_SECONDS
    with pytest.raises(DailyLimitReached):
        guard.pause()
    guard.note("api-usage=500/1000")
    assert guard.pause() == 0


@pytest.mark.parametrize("header", [None, "", "nonsense", "api-usage=x/y"])
def test_an_answer_without_usage_changes_nothing(header: str | None) -> None:
    guard = UsageGuard()
    guard.note("api-usage=100/1000")
    guard.note(header)
    assert guard.usage is not None
    assert guard.usage.used == 100
