"""The SQL for single records; nothing is checked here."""

import sqlite3
from dataclasses import dataclass

from localorg.ids import RecordId, numbered_id
from localorg.records.values import ColumnValue, Row
from localorg.schema.models import SObject
from localorg.storage.tables import quoted


@dataclass(frozen=True, slots=True)
class Rows:
    connection: sqlite3.Connection
    instance: str

    def find(self, definition: SObject, record_id: str, *, deleted_too: bool = False) -> Row | None:
        found = self.matching(definition, "Id", record_id, deleted_too=deleted_too)
        return found[0] if found else None

    def matching(self, definition: SObject, column: str, value: ColumnValue, *, deleted_too: bool = False) -> list[Row]:
        """The records whose column equals the value, oldest id first; null matches nothing."""
        visible = "" if deleted_too else 'AND "IsDeleted" = 0 '
        sql = f'SELECT * FROM {quoted(definition.name)} WHERE {quoted(column)} = ? {visible}ORDER BY "Id"'
        return [dict(row) for row in self.connection.execute(sql, (value,))]

    def insert(self, definition: SObject, row: Row) -> None:
        columns = ", ".join(quoted(name) for name in row)
        places = ", ".join("?" for _ in row)
        sql = f"INSERT INTO {quoted(definition.name)} ({columns}) VALUES ({places})"
        self.connection.execute(sql, tuple(row.values()))

    def update(self, definition: SObject, record_id: str, changes: Row) -> None:
        assignments = ", ".join(f"{quoted(name)} = ?" for name in changes)
        sql = f'UPDATE {quoted(definition.name)} SET {assignments} WHERE "Id" = ?'
        self.connection.execute(sql, (*changes.values(), record_id))

    def new_id(self, definition: SObject) -> RecordId:
        return numbered_id(definition.key_prefix, self.instance, self.next_number(definition.name, 1))

    def next_number(self, sequence: str, start: int) -> int:
        sql = """INSERT INTO _sequence (name, next) VALUES (?, ? + 1)
                 ON CONFLICT (name) DO UPDATE SET next = next + 1 RETURNING next - 1"""
        number: int = self.connection.execute(sql, (sequence, start)).fetchone()[0]
        return number
