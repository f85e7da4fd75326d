"""Backups are of conversations with a real engine behind them, and go to databases of their own."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest

from tests.conftest import Cluster
from tests.engine.conftest import key_encryption_key, world

__all__ = ["key_encryption_key", "world"]


@pytest.fixture
async def empty_database(cluster: Cluster) -> AsyncIterator[str]:
    """The address of a database without anything in it, as the role that may create tables."""
    name = f"restored_{uuid4().hex}"
    connection = await asyncpg.connect(cluster.owner)
    try:
        await connection.execute(f"create database {name}")
        yield urlsplit(cluster.owner)._replace(path=f"/{name}").geturl()
        await connection.execute(f"drop database {name} with (force)")
    finally:
        await connection.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "backups"
    made.mkdir()
    return made
