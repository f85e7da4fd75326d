"""The SQL for single records; nothing is checked here."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache

from localorg.ids import RecordId, numbered_id
from localorg.records.values import ColumnValue, Row
from localorg.schema.models import SObject
from localorg.storage import database
from localorg.storage.quoting import quoted
from localorg.storage.search import catch_up, hold_back

_Question = tuple[str, ColumnValue, bool]
"""A column, its value, and whether deleted rows are asked for too."""


@dataclass(slots=True)
class _Batch:
    """The next number of each sequence that was asked for, the objects whose search index is held back, and answers.

    What was read of an object is remembered until a row of it is written.
    """

    numbers: dict[str, int] = field(default_factory=dict)
    held: dict[str, SObject] = field(default_factory=dict)
    answers: dict[str, dict[_Question, tuple[Row, ...]]] = field(default_factory=dict)


@dataclass(slots=True)
class Rows:
    connection: sqlite3.Connection
    instance: str
    loses_events: bool = False
    _batch: _Batch | None = None
    _some_untold: bool | None = None

    @contextmanager
    def batch(self) -> Iterator[None]:
        """For many records: sequences and search indexes are written once, at the end of the block.

        Whoever catches what is raised inside has to undo what was written inside.
        """
        self._batch = batch = _Batch()
        try:
            yield
        finally:
            self._batch = None
        for definition in batch.held.values():
            catch_up(self.connection, definition)
        self.connection.executemany("INSERT OR REPLACE INTO _sequence VALUES (?, ?)", batch.numbers.items())

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What the block writes is undone if it raises."""
        try:
            with database.savepoint(self.connection):
                yield
        except BaseException:
            if self._batch is not None:
                self._batch.answers.clear()
            raise

    def find(self, definition: SObject, record_id: str, *, deleted_too: bool = False) -> Row | None:
        found = self.matching(definition, "Id", record_id, deleted_too=deleted_too)
        return found[0] if found else None

    def matching(
        self, definition: SObject, column: str, value: ColumnValue, *, deleted_too: bool = False
    ) -> tuple[Row, ...]:
        """The records whose column equals the value, oldest id first; null matches nothing."""
        if self._batch is None:
            return self._read(definition, column, value, deleted_too)
        answers, question = self._batch.answers.setdefault(definition.name, {}), (column, value, deleted_too)
        if question not in answers:
            answers[question] = self._read(definition, column, value, deleted_too)
        return answers[question]

    def _read(self, definition: SObject, column: str, value: ColumnValue, deleted_too: bool) -> tuple[Row, ...]:
        visible = "" if deleted_too else 'AND "IsDeleted" = 0 '
        sql = f'SELECT * FROM {quoted(definition.name)} WHERE {quoted(column)} = ? {visible}ORDER BY "Id"'
        cursor = self.connection.execute(sql, (value,))
        names = [column[0] for column in cursor.description]
        return tuple(dict(zip(names, row, strict=True)) for row in cursor)

    def exists(self, definition: SObject, record_id: str) -> bool:
        return self.find(definition, record_id) is not None

    def insert(self, definition: SObject, row: Row) -> None:
        if self._batch is not None and definition.searchable and definition.name not in self._batch.held:
            hold_back(self.connection, definition)
            self._batch.held[definition.name] = definition
        self._tell(str(row["Id"]))
        given = {name: value for name, value in row.items() if value is not None}
        self._write(definition, _insert_sql(definition.name, tuple(given)), tuple(given.values()))

    def update(self, definition: SObject, record_id: str, changes: Row) -> None:
        self._tell(record_id)
        assignments = ", ".join(f"{quoted(name)} = ?" for name in changes)
        sql = f'UPDATE {quoted(definition.name)} SET {assignments} WHERE "Id" = ?'
        self._write(definition, sql, (*changes.values(), record_id))

    def remove(self, definition: SObject, record_id: str) -> None:
        self._write(definition, f'DELETE FROM {quoted(definition.name)} WHERE "Id" = ?', (record_id,))

    def _tell(self, record_id: str) -> None:
        """A change is told to who follows changes, though the one before it was not, unless it is lost too."""
        if self.loses_events:
            self.connection.execute("INSERT OR REPLACE INTO _untold VALUES (?)", (record_id,))
            return
        if self._some_untold is None:
            self._some_untold = self.connection.execute("SELECT 1 FROM _untold LIMIT 1").fetchone() is not None
        if self._some_untold:
            self.connection.execute("DELETE FROM _untold WHERE record_id = ?", (record_id,))

    def _write(self, definition: SObject, sql: str, values: tuple[ColumnValue, ...]) -> None:
        if self._batch is not None:
            self._batch.answers.pop(definition.name, None)
        self.connection.execute(sql, values)

    def new_id(self, definition: SObject) -> RecordId:
        return numbered_id(definition.key_prefix, self.instance, self.next_number(definition.name, 1))

    def next_number(self, sequence: str, start: int) -> int:
        if self._batch is None:
            sql = """INSERT INTO _sequence (name, next) VALUES (?, ? + 1)
                     ON CONFLICT (name) DO UPDATE SET next = next + 1 RETURNING next - 1"""
            number: int = self.connection.execute(sql, (sequence, start)).fetchone()[0]
            return number
        following = self._batch.numbers.get(sequence)
        if following is None:
            found = self.connection.execute("SELECT next FROM _sequence WHERE name = ?", (sequence,)).fetchone()
            following = int(found[0]) if found else start
        self._batch.numbers[sequence] = following + 1
        return following


@lru_cache(maxsize=256)
def _insert_sql(table: str, names: tuple[str, ...]) -> str:
    columns, places = ", ".join(quoted(name) for name in names), ", ".join("?" for _ in names)
    return f"INSERT INTO {quoted(table)} ({columns}) VALUES ({places})"
