"""How many API requests the org has answered today, and the list of them that tests read."""

from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import Any

from localorg.clock import Clock

_KEPT_REQUESTS = 10_000


class ApiUsage:
    """Counts from midnight UTC on; a restart begins at zero again."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self.limit = limit
        self._clock = clock
        self._day: date | None = None
        self._used = 0

    @property
    def used(self) -> int:
        self._turn_over()
        return self._used

    @property
    def exhausted(self) -> bool:
        return self.used >= self.limit

    def count(self) -> None:
        self._turn_over()
        self._used += 1

    def clear(self) -> None:
        self._used = 0

    def header(self, *, exhausted: bool = False) -> str:
        """The value of Sforce-Limit-Info; `exhausted` says that none is left, whatever was counted."""
        return f"api-usage={self.limit if exhausted else self.used}/{self.limit}"

    def _turn_over(self) -> None:
        today = self._clock().date()
        if today != self._day:
            self._day, self._used = today, 0


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    id: int
    method: str
    path: str
    at: str

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "method": self.method, "path": self.path, "at": self.at}


class RequestLog:
    """The latest requests under /services, oldest first."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._requests: deque[ReceivedRequest] = deque(maxlen=_KEPT_REQUESTS)
        self._last_id = 0

    def add(self, method: str, path: str) -> None:
        self._last_id += 1
        at = self._clock().isoformat(timespec="milliseconds")
        self._requests.append(ReceivedRequest(self._last_id, method, path, at))

    def since(self, request_id: int) -> tuple[ReceivedRequest, ...]:
        """Those that came after the one with this id."""
        return tuple(request for request in self._requests if request.id > request_id)

    def clear(self) -> None:
        """Ids go on counting, so that an id remembered before still means the same."""
        self._requests.clear()
