from pathlib import Path
from typing import Protocol

import pytest

from casewright.scenarios.schemas import Connection
from casewright.scenarios.server import read_connection


class Live(Protocol):
    """A running demo."""

    @property
    def data_directory(self) -> Path: ...


@pytest.fixture(scope="session")
def connection(live_server: Live) -> Connection:
    """How scenarios reach the running demo."""
    return read_connection(live_server.data_directory)
