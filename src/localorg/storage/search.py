"""The full-text index of each object that can be searched, kept true by triggers whoever writes.

A writer of many records holds the index back and lets it catch up once: every write to it costs more than the record.
"""

import sqlite3
from typing import Final

from localorg.schema.models import FieldType, SObject
from localorg.storage.quoting import quoted, sql_text

_WRITTEN: Final = frozenset({FieldType.STRING, FieldType.TEXTAREA, FieldType.EMAIL, FieldType.PHONE, FieldType.URL})


def index_name(definition: SObject) -> str:
    return f"_search_{definition.name}"


def terms_name(definition: SObject) -> str:
    """The table of all words that are in the index."""
    return f"_terms_{definition.name}"


def searched_fields(definition: SObject) -> tuple[str, ...]:
    """What people have written; picklists are not searched."""
    return tuple(field.name for field in definition.stored_fields if field.type in _WRITTEN)


def create_search(connection: sqlite3.Connection, definition: SObject) -> None:
    """Makes the index, anew if the object has other fields than when it was made."""
    if not definition.searchable:
        return
    index, table, names = quoted(index_name(definition)), quoted(definition.name), searched_fields(definition)
    triggers = _triggers(definition, index, table, names)
    present = tuple(row["name"] for row in connection.execute(f"PRAGMA table_info({index})"))
    if present == names and _present_triggers(connection, definition) == triggers:
        return
    for name in _present_triggers(connection, definition):
        connection.execute(f"DROP TRIGGER {quoted(name)}")
    connection.execute(f"DROP TABLE IF EXISTS {quoted(terms_name(definition))}")
    connection.execute(f"DROP TABLE IF EXISTS {index}")
    columns = ", ".join(map(quoted, names))
    connection.execute(
        f"CREATE VIRTUAL TABLE {index} USING fts5("
        f"{columns}, content={quoted(definition.name)}, tokenize='unicode61 remove_diacritics 2')"
    )
    connection.execute(f"CREATE VIRTUAL TABLE {quoted(terms_name(definition))} USING fts5vocab({index}, 'row')")
    for statement in triggers.values():
        connection.execute(statement)
    connection.execute(f"INSERT INTO {index} ({index}) VALUES ('rebuild')")


def hold_back(connection: sqlite3.Connection, definition: SObject) -> None:
    """Records that are inserted from now on are not found before `catch_up`, which belongs into the same transaction."""
    sql = f"INSERT INTO _unsearched SELECT ?, coalesce(max(rowid), 0) + 1 FROM {quoted(definition.name)}"
    connection.execute(sql, (definition.name,))


def catch_up(connection: sqlite3.Connection, definition: SObject) -> None:
    """Does nothing if the index is not held back, or no more since a savepoint was undone."""
    index, table = quoted(index_name(definition)), quoted(definition.name)
    columns = ", ".join(map(quoted, searched_fields(definition)))
    first = "(SELECT first_row FROM _unsearched WHERE object = ?)"
    sql = f"INSERT INTO {index} (rowid, {columns}) SELECT rowid, {columns} FROM {table} WHERE rowid >= {first}"
    connection.execute(sql, (definition.name,))
    connection.execute("DELETE FROM _unsearched WHERE object = ?", (definition.name,))


def _present_triggers(connection: sqlite3.Connection, definition: SObject) -> dict[str, str]:
    """The statements by the triggers' names."""
    sql = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? ORDER BY name"
    return {row["name"]: row["sql"] for row in connection.execute(sql, (definition.name,))}


def _triggers(definition: SObject, index: str, table: str, names: tuple[str, ...]) -> dict[str, str]:
    columns = ", ".join(map(quoted, names))
    new, old = (", ".join(f"{row}.{quoted(name)}" for name in names) for row in ("new", "old"))
    add = f"INSERT INTO {index} (rowid, {columns}) VALUES (new.rowid, {new});"
    take = f"INSERT INTO {index} ({index}, rowid, {columns}) VALUES ('delete', old.rowid, {old});"
    held = f"SELECT 1 FROM _unsearched WHERE object = {sql_text(definition.name)} AND first_row <="
    bodies = {
        "deleted": ("DELETE", f"WHEN NOT EXISTS ({held} old.rowid) BEGIN {take} END"),
        "inserted": ("INSERT", f"WHEN NOT EXISTS ({held} new.rowid) BEGIN {add} END"),
        "updated": (f"UPDATE OF {columns}", f"WHEN NOT EXISTS ({held} old.rowid) BEGIN {take} {add} END"),
    }
    triggers = {}
    for part, (event, body) in bodies.items():
        name = f"{index_name(definition)}_{part}"
        triggers[name] = f"CREATE TRIGGER {quoted(name)} AFTER {event} ON {table} {body}"
    return triggers
