"""A query from text to records."""

import sqlite3

from localorg.schema.models import Schema
from localorg.soql.ast import Query
from localorg.soql.compiler import CompiledQuery, Compiler
from localorg.soql.date_literals import Calendar
from localorg.soql.executor import Executor, QueryResult
from localorg.soql.parser import parse
from localorg.soql.text import query_text


def compile_query(schema: Schema, calendar: Calendar, text: str, *, with_deleted: bool = False) -> CompiledQuery:
    """Raises ApiError with Salesforce's words for what is wrong with `text`."""
    return Compiler(schema, calendar, text, with_deleted=with_deleted).compile(parse(text))


def run_query(
    connection: sqlite3.Connection,
    schema: Schema,
    calendar: Calendar,
    text: str,
    *,
    data_path: str,
    with_deleted: bool = False,
) -> QueryResult:
    """Raises ApiError with Salesforce's words for what is wrong with `text`."""
    compiled = compile_query(schema, calendar, text, with_deleted=with_deleted)
    return Executor(connection, schema, data_path).run(compiled)


def run_tree(
    connection: sqlite3.Connection, schema: Schema, calendar: Calendar, query: Query, *, data_path: str
) -> QueryResult:
    """For queries the program makes itself."""
    compiled = Compiler(schema, calendar, query_text(query)).compile(query)
    return Executor(connection, schema, data_path).run(compiled)
