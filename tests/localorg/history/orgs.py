"""Orgs with a history, made without a process."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from localorg.history import reservation
from localorg.history.loading import Document, load
from localorg.history.making import write_history
from localorg.schema.loader import standard_schema
from localorg.seeds import Seed, apply_seed
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
NOW = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)


@contextmanager
def org_with_history(
    path: Path, company: str, document: Document | None = None, now: datetime = NOW, *, written: bool = True
) -> Iterator[sqlite3.Connection]:
    """An org made as `localorg serve --history` makes it."""
    folder, schema = EXAMPLES / company, standard_schema()
    document = document or load(folder / "history.yaml")
    connection = connect(path)
    create_tables(connection, schema)
    reservation.begin(connection, schema, document.history.cases, now)
    identity = apply_seed(connection, schema, company, Seed.load(folder / "org.yaml"), now)
    connection.execute("INSERT INTO _meta VALUES ('api_user_id', ?)", (identity.api_user_id,))
    if written:
        write_all(connection, company, document, now)
    try:
        yield connection
    finally:
        connection.close()


def write_all(connection: sqlite3.Connection, company: str, document: Document, now: datetime = NOW) -> None:
    for _ in write_history(connection, standard_schema(), company, document, now):
        pass
