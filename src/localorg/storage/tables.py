"""One table an object, made from the schema, and a few of the org's own whose names begin with an underscore."""

import sqlite3

from localorg.schema.loader import SYSTEM_FIELD_NAMES
from localorg.schema.models import Field, FieldType, Schema, SObject
from localorg.storage.quoting import quoted
from localorg.storage.search import create_search

_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _sequence (name TEXT PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS _assignment_entry (
    rule_id TEXT NOT NULL, position INTEGER NOT NULL, criteria TEXT NOT NULL, assign_to TEXT NOT NULL,
    PRIMARY KEY (rule_id, position));
CREATE TABLE IF NOT EXISTS _milestone (
    process_id TEXT NOT NULL, position INTEGER NOT NULL, milestone_type_id TEXT NOT NULL, minutes INTEGER NOT NULL,
    criteria TEXT NOT NULL, completed_when TEXT NOT NULL, PRIMARY KEY (process_id, position));
CREATE TABLE IF NOT EXISTS _session (
    token_digest TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _password (
    user_id TEXT PRIMARY KEY, salt BLOB NOT NULL, digest BLOB NOT NULL, is_temporary INTEGER NOT NULL,
    reset_token_digest TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS _mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL COLLATE NOCASE, subject TEXT NOT NULL,
    body TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS _mail_recipient ON _mail (recipient, id);
CREATE TABLE IF NOT EXISTS _refresh_token (
    token_digest TEXT PRIMARY KEY, user_id TEXT NOT NULL, client_id TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _component (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, full_name TEXT NOT NULL, file_name TEXT NOT NULL,
    created_at TEXT NOT NULL, created_by TEXT NOT NULL, modified_at TEXT NOT NULL, modified_by TEXT NOT NULL,
    UNIQUE (type, full_name));
CREATE TABLE IF NOT EXISTS _component_file (
    component_id TEXT NOT NULL, path TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (component_id, path));
CREATE TABLE IF NOT EXISTS _deployment (id TEXT PRIMARY KEY, report BLOB NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS _recent (
    user_id TEXT NOT NULL, record_id TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (user_id, record_id));
CREATE TABLE IF NOT EXISTS _untold (record_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS _record_lock (record_id TEXT PRIMARY KEY, kind TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _bulk_job (
    id TEXT PRIMARY KEY, kind TEXT NOT NULL, state TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _unsearched (object TEXT PRIMARY KEY, first_row INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS _content (record_id TEXT PRIMARY KEY, data BLOB NOT NULL);
"""
_OWN_TABLE_NAMES = (
    "_meta",
    "_sequence",
    "_assignment_entry",
    "_milestone",
    "_session",
    "_password",
    "_mail",
    "_content",
    "_record_lock",
    "_untold",
    "_recent",
)


def create_tables(connection: sqlite3.Connection, schema: Schema) -> None:
    """Creates what is missing; a file written by an older version gains the new tables and columns."""
    for statement in _OWN_TABLES.split(";"):
        connection.execute(statement)
    for definition in schema:
        if definition.view_of is not None:
            _create_view(connection, definition, definition.view_of)
            continue
        _create_table(connection, definition)
        create_search(connection, definition)


def empty_tables(connection: sqlite3.Connection, schema: Schema) -> None:
    """Takes out every row but the sessions'."""
    for table in (*(one.name for one in schema if one.view_of is None), *_OWN_TABLE_NAMES):
        if table != "_session":
            connection.execute(f"DELETE FROM {quoted(table)}")


def _create_table(connection: sqlite3.Connection, definition: SObject) -> None:
    table = quoted(definition.name)
    columns = ", ".join(_column(field) for field in definition.stored_fields)
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
    present = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
    for field in definition.stored_fields:
        if field.name not in present:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {_column(field)}")
    create_indexes(connection, definition)


def _create_view(connection: sqlite3.Connection, definition: SObject, table: str) -> None:
    columns = ", ".join(quoted(field.name) for field in definition.stored_fields)
    connection.execute(f"DROP VIEW IF EXISTS {quoted(definition.name)}")
    connection.execute(f"CREATE VIEW {quoted(definition.name)} AS SELECT {columns} FROM {quoted(table)}")


def create_indexes(connection: sqlite3.Connection, definition: SObject) -> None:
    for field in _indexed_fields(definition):
        connection.execute(_index(definition, field))


def drop_indexes(connection: sqlite3.Connection, definition: SObject) -> None:
    """For writing very many rows: an index made afterwards costs a fraction."""
    for field in _indexed_fields(definition):
        connection.execute(f"DROP INDEX IF EXISTS {_index_name(definition, field)}")


def _indexed_fields(definition: SObject) -> tuple[Field, ...]:
    return tuple(one for one in definition.stored_fields if one.indexes or one.name == definition.name_field)


def _column(field: Field) -> str:
    if field.type is FieldType.ID:
        return f"{quoted(field.name)} TEXT PRIMARY KEY"
    return f"{quoted(field.name)} {_affinity(field)}"


def _affinity(field: Field) -> str:
    if field.type in (FieldType.BOOLEAN, FieldType.INT):
        return "INTEGER"
    if field.is_number:
        return "REAL"
    if field.auto_number and field.auto_number.display_format.isascii():
        return "TEXT COLLATE NOCASE"  # the same order, without calling Python for each comparison
    return "TEXT COLLATE salesforce" if field.is_text and not field.case_sensitive else "TEXT"


def _index(definition: SObject, field: Field) -> str:
    """Null is in no index, as in Salesforce, but for what records are sorted by."""
    sorted_by = field.name in SYSTEM_FIELD_NAMES or field.name == definition.name_field
    conditions = [] if sorted_by else [f"{quoted(field.name)} IS NOT NULL"]
    conditions += ['"IsDeleted" = 0'] if field.unique else []
    unique = "UNIQUE " if field.unique else ""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    name, table = _index_name(definition, field), quoted(definition.name)
    return f"CREATE {unique}INDEX IF NOT EXISTS {name} ON {table} ({quoted(field.name)}){where}"


def _index_name(definition: SObject, field: Field) -> str:
    return quoted(f"{definition.name}_{field.name}")
