"""What the command line does with histories: write one into an org's file, or make one to look at."""

import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import orjson

from localorg.history import reservation
from localorg.history.loading import Document, load
from localorg.history.making import Progress, write_history
from localorg.schema.loader import standard_schema
from localorg.seeds import Seed, apply_seed
from localorg.storage.database import connect
from localorg.storage.tables import create_tables

_LOWER_PRIORITY = 5


def write_due(database: Path, org_name: str, document: Path) -> None:
    """Writes what is due, telling of it in lines of JSON; ends when nobody reads them any more. Raises HistoryError."""
    os.nice(_LOWER_PRIORITY)
    connection = connect(database)
    word, moment = reservation.due(connection), reservation.moment(connection)
    if word is None or moment is None:
        return
    for progress in write_history(connection, standard_schema(), org_name, load(document), moment):
        _tell(progress)
    reservation.fulfil(connection, word)
    connection.close()


def _tell(progress: Progress) -> None:
    sys.stdout.write(orjson.dumps({"done": progress.done, "total": progress.total}).decode() + "\n")
    sys.stdout.flush()


@contextmanager
def made(document: Document, seed: Seed, org_name: str, now: datetime) -> Iterator[tuple[sqlite3.Connection, float]]:
    """An org with its history that is thrown away at the end, and the CPU seconds it took. Raises HistoryError."""
    schema = standard_schema()
    with TemporaryDirectory() as directory:
        connection = connect(Path(directory) / "org.sqlite3")
        create_tables(connection, schema)
        reservation.begin(connection, schema, document.history.cases, now)
        identity = apply_seed(connection, schema, org_name, seed, now)
        connection.execute("INSERT INTO _meta VALUES ('api_user_id', ?)", (identity.api_user_id,))
        began = time.process_time()
        for _ in write_history(connection, schema, org_name, document, now):
            pass
        try:
            yield connection, time.process_time() - began
        finally:
            connection.close()
