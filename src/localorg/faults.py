"""Faults that tests switch on: what goes wrong with which requests, how often."""

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

_WRITING = frozenset({"POST", "PATCH", "DELETE"})
_RECORDS = re.compile(r"/sobjects(/|$)|/composite/tree/")
_CHANGES = re.compile(r"/services/data/v[^/]+/(sobjects|composite|actions)(/|$)")


class FaultKind(StrEnum):
    EXPIRE_SESSIONS = "expire_sessions"
    STATUS = "status"
    SLOW = "slow"
    ROW_LOCK = "row_lock"
    DAILY_LIMIT = "daily_limit"
    LOST_ANSWER = "lost_answer"
    DROP_CONNECTION = "drop_connection"
    LOST_EVENT = "lost_event"

    @property
    def effect(self) -> str:
        """On the requests it meets."""
        return _EFFECTS[self]


_EFFECTS = {
    FaultKind.EXPIRE_SESSIONS: "All sessions end now; nothing stays switched on.",
    FaultKind.STATUS: "They are answered with `status`, 503 if none is given, and with Retry-After if `seconds` is given.",
    FaultKind.SLOW: "They are carried out after a wait of `seconds`.",
    FaultKind.ROW_LOCK: "Those that write records are answered with 400 UNABLE_TO_LOCK_ROW.",
    FaultKind.DAILY_LIMIT: "They are answered with 403 REQUEST_LIMIT_EXCEEDED.",
    FaultKind.LOST_ANSWER: "They are carried out, and the connection is dropped instead of an answer.",
    FaultKind.DROP_CONNECTION: "The connection is dropped, and they are not carried out.",
    FaultKind.LOST_EVENT: (
        "They are carried out and answered, but what they write is missing from `updated` and `deleted` until it is "
        "written again. Not what a Bulk job writes."
    ),
}


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
        written = {FaultKind.ROW_LOCK: _RECORDS, FaultKind.LOST_EVENT: _CHANGES}.get(self.kind)
        if written is not None and (method not in _WRITING or written.search(path) is None):
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
