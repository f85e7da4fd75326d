"""Vectors of a company's content, kept beside the model, so that a text is encoded once and not at every installation and
training. Never for customers' words: a vector tells what it was made of."""

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path

import numpy as np

from casewright.understanding.models import Vector

MOST_AT_ONCE = 500
"""Texts in one query; SQLite allows 32,766 parameters at least."""
PATIENCE_SECONDS = 30.0


class RememberedVectors:
    """A SQLite file, shared between processes. Without a place to write it, it remembers nothing."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def find(self, texts: Sequence[str]) -> dict[str, Vector]:
        """The vectors of those texts that are known: float32."""
        by_digest = {_digest(text): text for text in texts}
        digests = list(by_digest)
        found: dict[str, Vector] = {}
        try:
            with closing(self._open()) as connection:
                for start in range(0, len(digests), MOST_AT_ONCE):
                    some = digests[start : start + MOST_AT_ONCE]
                    marks = ",".join("?" * len(some))
                    rows = connection.execute(f"select digest, vector from remembered where digest in ({marks})", some)
                    found |= {by_digest[digest]: np.frombuffer(vector, dtype=np.float32) for digest, vector in rows}
        except sqlite3.Error:
            return {}
        return found

    def keep(self, vectors: Mapping[str, Vector]) -> None:
        rows = [(_digest(text), vector.astype(np.float32).tobytes()) for text, vector in vectors.items()]
        try:
            with closing(self._open()) as connection, connection:
                connection.executemany("insert or ignore into remembered (digest, vector) values (?, ?)", rows)
        except sqlite3.Error:
            return

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=PATIENCE_SECONDS)
        connection.execute("pragma journal_mode = wal")
        connection.execute("pragma synchronous = off")
        connection.execute("create table if not exists remembered (digest blob primary key, vector blob) without rowid")
        return connection


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode(errors="replace")).digest()
