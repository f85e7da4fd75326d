"""Faults that tests switch on: what goes wrong with which requests, how often."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class FaultKind(StrEnum):
    EXPIRE_SESSIONS = "expire_sessions"
    """Ends all sessions now; nothing stays switched on."""
    STATUS = "status"
    """Answers `status`, with Retry-After if `seconds` is given."""
    SLOW = "slow"
    """Waits `seconds` before the request is carried out."""
    ROW_LOCK = "row_lock"
    """Answers 400 UNABLE_TO_LOCK_ROW to what would write."""
    DAILY_LIMIT = "daily_limit"
    """Answers 403 REQUEST_LIMIT_EXCEEDED."""
    LOST_ANSWER = "lost_answer"
    """Carries the request out and commits it, then drops the connection instead of answering."""
    DROP_CONNECTION = "drop_connection"
    """Drops the connection without carrying the request out."""


class Fault(BaseModel):
    """Meets requests under /services whose path contains `path_contains` and whose method is `method`.

    Without `times` it stays until it is cleared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: FaultKind
    path_contains: str = ""
    method: str | None = None
    times: int | None = Field(default=None, ge=1)
    seconds: float | None = Field(default=None, ge=0, le=600)
    status: int = Field(default=503, ge=400, le=599)

    def meets(self, method: str, path: str) -> bool:
        if self.method is not None and self.method.upper() != method:
            return False
        if self.kind is FaultKind.ROW_LOCK and (method not in ("POST", "PATCH", "DELETE") or "/sobjects/" not in path):
            return False
        return self.path_contains in path


class Faults:
    """The faults that are on, oldest first."""

    def __init__(self) -> None:
        self._on: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._on.append(fault)

    def clear(self) -> None:
        self._on.clear()

    def all(self) -> tuple[Fault, ...]:
        return tuple(self._on)

    def take(self, method: str, path: str) -> tuple[Fault, ...]:
        """The faults that meet a request; those with `times` have then one time less."""
        met = tuple(fault for fault in self._on if fault.meets(method, path))
        self._on = [left for fault in self._on if (left := _after(fault, fault in met)) is not None]
        return met


def _after(fault: Fault, met: bool) -> Fault | None:
    if not met or fault.times is None:
        return fault
    return fault.model_copy(update={"times": fault.times - 1}) if fault.times > 1 else None
