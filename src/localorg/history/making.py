"""Writes a history into an org: customers first, then the cases in the order in which they were written."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from localorg.history.loading import Document
from localorg.history.rows import Tables
from localorg.history.saving import CaseRows, CustomerRows, People
from localorg.history.world import World, make_world
from localorg.ids import instance_code
from localorg.schema.models import Schema

_CHUNK = 200


@dataclass(frozen=True, slots=True)
class Progress:
    """Cases written, of all."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 0


def write_history(
    connection: sqlite3.Connection, schema: Schema, org_name: str, document: Document, now: datetime
) -> Iterator[Progress]:
    """Each step is a transaction of its own, short enough for others to write in between.

    The same document, org and moment give the same rows, whatever else the org holds; what is there already stays.
    Raises HistoryError.
    """
    world = make_world(document, now)
    tables = Tables(schema, instance_code(org_name))
    people = People.of_org(connection, world)
    CustomerRows(world, tables, people).add_all()
    _save(connection, tables)
    total = len(world.cases)
    yield Progress(0, total)
    rows = CaseRows(world, tables, people)
    for start in range(0, total, _CHUNK):
        _add_cases(world, rows, start)
        _save(connection, tables)
        yield Progress(min(start + _CHUNK, total), total)


def _add_cases(world: World, rows: CaseRows, start: int) -> None:
    for case in world.cases[start : start + _CHUNK]:
        rows.add(case, world.courses[case.number])


def _save(connection: sqlite3.Connection, tables: Tables) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        tables.save(connection)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
