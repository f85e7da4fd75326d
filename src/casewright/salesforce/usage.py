"""The org's daily API calls: seen on every answer, so that we slow down before the limit and stop short of it."""

import re
import time
from collections.abc import Callable

from casewright.salesforce.errors import DailyLimitReached
from casewright.salesforce.models import ApiUsage

SLOW_FROM = 0.90
STOP_FROM = 0.98
"""Shares of the limit. What is left above the second is for people and for what the org itself does."""
LONGEST_PAUSE_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 300.0
"""The limit counts the last 24 hours, so usage falls by itself: one call now and then finds out."""

_USAGE = re.compile(r"\bapi-usage=(\d+)/(\d+)")


class UsageGuard:
    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._seen_at = 0.0
        self.usage: ApiUsage | None = None

    def note(self, limit_info: str | None) -> None:
        """Takes in the header `Sforce-Limit-Info` of an answer, such as `api-usage=18/100000`."""
        if limit_info and (found := _USAGE.search(limit_info)):
            self.usage = ApiUsage(used=int(found[1]), limit=int(found[2]))
            self._seen_at = self._monotonic()

    def pause(self) -> float:
        """Seconds to wait before the next call: none below `SLOW_FROM`, then more and more.

        Raises `DailyLimitReached` from `STOP_FROM` on."""
        share = self.usage.share if self.usage else 0.0
        if share >= STOP_FROM:
            self._stop_unless_due()
        return LONGEST_PAUSE_SECONDS * min(max(0.0, share - SLOW_FROM) / (STOP_FROM - SLOW_FROM), 1.0)

    def _stop_unless_due(self) -> None:
        now = self._monotonic()
        left = self._seen_at + LOOK_AGAIN_SECONDS - now
        if left > 0:
            message = "The org's API calls of the last 24 hours are almost used up; the rest is kept for people."
            raise DailyLimitReached(message, retry_after=left)
        self._seen_at = now
