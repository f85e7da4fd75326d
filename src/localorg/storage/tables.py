"""One table an object, made from the schema, and a few of the org's own whose names begin with an underscore."""

import sqlite3

from localorg.schema.models import Field, FieldType, Schema, SObject

_OWN_TABLES = """
CREATE TABLE IF NOT EXISTS _meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _sequence (name TEXT PRIMARY KEY, next INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS _assignment_entry (
    rule_id TEXT NOT NULL, position INTEGER NOT NULL, criteria TEXT NOT NULL, assign_to TEXT NOT NULL,
    PRIMARY KEY (rule_id, position));
CREATE TABLE IF NOT EXISTS _session (
    token_digest TEXT PRIMARY KEY, user_id TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS _password (
    user_id TEXT PRIMARY KEY, salt BLOB NOT NULL, digest BLOB NOT NULL, is_temporary INTEGER NOT NULL,
    reset_token_digest TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS _mail (
    id INTEGER PRIMARY KEY AUTOINCREMENT, recipient TEXT NOT NULL COLLATE NOCASE, subject TEXT NOT NULL,
    body TEXT NOT NULL, at TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS _mail_recipient ON _mail (recipient, id);
"""
_OWN_TABLE_NAMES = ("_meta", "_sequence", "_assignment_entry", "_session", "_password", "_mail")


def quoted(name: str) -> str:
    return f'"{name}"'


def create_tables(connection: sqlite3.Connection, schema: Schema) -> None:
    """Creates what is missing; a file written by an older version gains the new tables and columns."""
    for statement in _OWN_TABLES.split(";"):
        connection.execute(statement)
    for definition in schema:
        _create_table(connection, definition)


def empty_tables(connection: sqlite3.Connection, schema: Schema) -> None:
    """Takes out every row but the sessions'."""
    for table in (*(definition.name for definition in schema), *_OWN_TABLE_NAMES):
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
        if field.unique or field.external_id or field.indexed:
            connection.execute(_index(definition, field))


def _column(field: Field) -> str:
    if field.type is FieldType.ID:
        return f"{quoted(field.name)} TEXT PRIMARY KEY"
    return f"{quoted(field.name)} {_affinity(field)}"


def _affinity(field: Field) -> str:
    if field.type in (FieldType.BOOLEAN, FieldType.INT):
        return "INTEGER"
    if field.is_number:
        return "REAL"
    return "TEXT COLLATE salesforce" if field.is_text and not field.case_sensitive else "TEXT"


def _index(definition: SObject, field: Field) -> str:
    name = quoted(f"{definition.name}_{field.name}")
    on = f"{quoted(definition.name)} ({quoted(field.name)})"
    if field.unique:
        return f'CREATE UNIQUE INDEX IF NOT EXISTS {name} ON {on} WHERE "IsDeleted" = 0'
    return f"CREATE INDEX IF NOT EXISTS {name} ON {on}"
