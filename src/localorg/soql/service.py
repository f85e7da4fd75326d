"""A query from text to records."""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace

from localorg.access import UNLIMITED, Access, UserAccess
from localorg.errors import row_locked
from localorg.ids import RecordId
from localorg.schema.models import Schema, SObject
from localorg.soql.ast import FieldPath, ForClause, InValues, Query
from localorg.soql.compiled import CompiledQuery
from localorg.soql.compiler import Compiler
from localorg.soql.conditions import SqlValue
from localorg.soql.date_literals import Calendar
from localorg.soql.executor import Executor, JsonRecord, QueryResult
from localorg.soql.parser import parse
from localorg.soql.text import query_text
from localorg.storage.quoting import sql_text


def access_of(connection: sqlite3.Connection, schema: Schema, calendar: Calendar, viewer: RecordId | None) -> Access:
    """What the user may see; without one, everything."""

    def criteria(definition: SObject, condition: str) -> str:
        text = f"SELECT Id FROM {definition.name} WHERE {condition}"
        parameters: list[SqlValue] = []
        return _inlined(Compiler(schema, calendar, text).subquery(parse(text), parameters), parameters)

    return UNLIMITED if viewer is None else UserAccess(connection, schema, viewer, criteria)


def compile_query(
    schema: Schema, calendar: Calendar, text: str, *, with_deleted: bool = False, access: Access = UNLIMITED
) -> CompiledQuery:
    """Raises ApiError with Salesforce's words for what is wrong with `text`."""
    return Compiler(schema, calendar, text, with_deleted=with_deleted, access=access).compile(parse(text))


def run_query(
    connection: sqlite3.Connection,
    schema: Schema,
    calendar: Calendar,
    text: str,
    *,
    data_path: str,
    with_deleted: bool = False,
    viewer: RecordId | None = None,
    first: int | None = None,
) -> QueryResult:
    """The records that `viewer` may see; without one, all. Raises ApiError with Salesforce's words."""
    access = access_of(connection, schema, calendar, viewer)
    compiled = compile_query(schema, calendar, text, with_deleted=with_deleted, access=access)
    result = Executor(connection, schema, data_path).run(compiled, first=first)
    if ForClause.UPDATE in parse(text).for_clauses:
        _refuse_held(connection, [*map(record_id_of, result.records), *result.rest])
    return result


def stream_query(
    connection: sqlite3.Connection,
    schema: Schema,
    calendar: Calendar,
    text: str,
    *,
    data_path: str,
    with_deleted: bool = False,
    viewer: RecordId | None = None,
) -> Iterator[JsonRecord]:
    """The same records, one after another in constant memory, on a connection that does nothing else meanwhile."""
    access = access_of(connection, schema, calendar, viewer)
    compiled = compile_query(schema, calendar, text, with_deleted=with_deleted, access=access)
    return Executor(connection, schema, data_path).stream(compiled)


def run_tree(
    connection: sqlite3.Connection,
    schema: Schema,
    calendar: Calendar,
    query: Query,
    *,
    data_path: str,
    viewer: RecordId | None = None,
) -> QueryResult:
    """For queries the program makes itself."""
    access = access_of(connection, schema, calendar, viewer)
    compiled = Compiler(schema, calendar, query_text(query), access=access).compile(query)
    return Executor(connection, schema, data_path).run(compiled)


def run_on(
    connection: sqlite3.Connection,
    schema: Schema,
    calendar: Calendar,
    text: str,
    ids: Sequence[str],
    *,
    data_path: str,
    viewer: RecordId | None = None,
) -> tuple[JsonRecord, ...]:
    """What the query `text` shows of these records, in their order; those meanwhile hidden or gone are left out."""
    tree = replace(
        parse(text), where=InValues(FieldPath(("Id",)), tuple(ids)), order_by=(), limit=None, offset=None, scope=None
    )
    access = access_of(connection, schema, calendar, viewer)
    compiled = Compiler(schema, calendar, text, with_deleted=True, access=access).compile(tree)
    place = {record_id: position for position, record_id in enumerate(ids)}
    found = Executor(connection, schema, data_path).run(compiled).records
    return tuple(sorted(found, key=lambda record: place[record_id_of(record)]))


def _refuse_held(connection: sqlite3.Connection, ids: Sequence[str]) -> None:
    """FOR UPDATE waits for whoever is at one of the records, and in the end gives up."""
    held = connection.execute("SELECT record_id FROM _record_lock WHERE kind = 'row'").fetchall()
    for row in held:
        if row["record_id"] in ids:
            raise row_locked(row["record_id"])


def record_id_of(record: JsonRecord) -> str:
    return str(record["attributes"]["url"]).rsplit("/", 1)[-1]


def _inlined(sql: str, parameters: Sequence[SqlValue]) -> str:
    """The statement with its values in it; a question mark stands nowhere else in compiled SQL but for a value."""
    first, *rest = sql.split("?")
    return first + "".join(_literal(value) + piece for value, piece in zip(parameters, rest, strict=True))


def _literal(value: SqlValue) -> str:
    if value is None:
        return "NULL"
    return sql_text(value) if isinstance(value, str) else repr(value)
