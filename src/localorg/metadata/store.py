"""The SQL for deployed components and for what became of deployments."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from localorg.clock import from_wire, to_wire
from localorg.ids import RecordId, numbered_id, unique_number
from localorg.metadata.models import Component, ComponentName, StoredComponent
from localorg.metadata.types import parent_of, type_named

_CHILD_PREFIXES = {"CustomField": "00N", "RecordType": "012", "ValidationRule": "03d", "ListView": "00B"}
_OTHER_CHILD = "0Az"
_PREFIX = "key_prefix."


@dataclass(frozen=True, slots=True)
class Store:
    connection: sqlite3.Connection
    instance: str

    def find(self, name: ComponentName) -> StoredComponent | None:
        sql = "SELECT * FROM _component WHERE type = ? AND full_name = ?"
        row = self.connection.execute(sql, (name.type, name.full_name)).fetchone()
        return self._stored(row) if row else None

    def of_type(self, kind: str) -> Iterator[StoredComponent]:
        sql = "SELECT * FROM _component WHERE type = ? ORDER BY full_name"
        for row in self.connection.execute(sql, (kind,)).fetchall():
            yield self._stored(row)

    def save(self, component: Component, user_id: RecordId, now: datetime) -> RecordId:
        """Files that the component no longer has are gone."""
        name, moment = component.name, to_wire(now)
        known = self.find(name)
        record_id = known.id if known else self.new_id(_prefix(name.type))
        created = (to_wire(known.created_at), known.created_by) if known else (moment, user_id)
        values = (record_id, name.type, name.full_name, component.file_name, *created, moment, user_id)
        self.connection.execute("INSERT OR REPLACE INTO _component VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
        self.connection.execute("DELETE FROM _component_file WHERE component_id = ?", (record_id,))
        files = [(record_id, path, content) for path, content in component.files.items()]
        self.connection.executemany("INSERT INTO _component_file VALUES (?, ?, ?)", files)
        return record_id

    def delete(self, record_id: RecordId) -> None:
        self.connection.execute("DELETE FROM _component_file WHERE component_id = ?", (record_id,))
        self.connection.execute("DELETE FROM _component WHERE id = ?", (record_id,))

    def delete_parts(self, full_name: str) -> None:
        """The components that stand in the file of another, by its name."""
        sql = "SELECT id FROM _component WHERE substr(full_name, 1, ?) = ?"
        start = f"{full_name}."
        for row in self.connection.execute(sql, (len(start), start)).fetchall():
            self.delete(RecordId(row["id"]))

    def key_prefixes(self) -> dict[str, str]:
        """Of deployed objects, by their names in lower case: an id means the same as long as the org lives."""
        rows = self.connection.execute("SELECT name, value FROM _meta WHERE name LIKE ?", (f"{_PREFIX}%",))
        return {row["name"].removeprefix(_PREFIX): row["value"] for row in rows}

    def keep_key_prefix(self, object_name: str, prefix: str) -> None:
        values = (f"{_PREFIX}{object_name.lower()}", prefix)
        self.connection.execute("INSERT OR IGNORE INTO _meta VALUES (?, ?)", values)

    def keep_report(self, report_id: RecordId, report: dict[str, Any], content: bytes = b"") -> None:
        """What became of a deployment or a retrieval, until it is asked for."""
        sql = "INSERT OR REPLACE INTO _deployment VALUES (?, ?, ?)"
        self.connection.execute(sql, (report_id, orjson.dumps(report), content))

    def report(self, report_id: str) -> tuple[dict[str, Any], bytes] | None:
        sql = "SELECT report, content FROM _deployment WHERE id = ?"
        row = self.connection.execute(sql, (report_id,)).fetchone()
        return (orjson.loads(row["report"]), bytes(row["content"])) if row else None

    def new_id(self, prefix: str) -> RecordId:
        return numbered_id(prefix, self.instance, unique_number())

    def _stored(self, row: sqlite3.Row) -> StoredComponent:
        sql = "SELECT path, content FROM _component_file WHERE component_id = ? ORDER BY path"
        files = {one["path"]: bytes(one["content"]) for one in self.connection.execute(sql, (row["id"],))}
        component = Component(ComponentName(row["type"], row["full_name"]), row["file_name"], files)
        created, modified = from_wire(row["created_at"]), from_wire(row["modified_at"])
        return StoredComponent(
            component, RecordId(row["id"]), created, RecordId(row["created_by"]), modified, RecordId(row["modified_by"])
        )


def forget_all(connection: sqlite3.Connection) -> bool:
    """Takes out every component. Tells whether there was one."""
    for table in ("_component_file", "_deployment"):
        connection.execute(f"DELETE FROM {table}")
    return connection.execute("DELETE FROM _component").rowcount > 0


def _prefix(kind: str) -> str:
    known = type_named(kind)
    if known is not None:
        return known.prefix
    return _CHILD_PREFIXES.get(kind, _OTHER_CHILD) if parent_of(kind) else _OTHER_CHILD
