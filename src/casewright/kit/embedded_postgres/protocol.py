"""What a keeper tells its owners: one JSON line for each change of state."""

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final

LOCK_IS_HELD: Final = 75
"""Exit code of a keeper that found another at work."""


class State(StrEnum):
    STARTING = "starting"
    READY = "ready"
    FAILED = "failed"
    STOPPING = "stopping"


@dataclass(frozen=True)
class Report:
    state: State
    message: str = ""

    def to_line(self) -> bytes:
        return json.dumps(asdict(self)).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> "Report":
        fields = json.loads(line)
        return cls(State(fields["state"]), fields["message"])
