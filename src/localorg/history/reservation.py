"""The place a history takes in its org: ids and numbers set aside for it before the org's own records get theirs.

The past comes first: its ids and case numbers are lower than those of the seed's records and of all new ones. Users are
the exception, for the seed's keep the ids they have without a history.
"""

import sqlite3
import uuid
from datetime import datetime

from localorg.clock import from_wire, to_wire
from localorg.ids import instance_code, numbered_id
from localorg.schema.models import Schema, SObject
from localorg.storage.quoting import quoted

RESERVED = 2_000_000
"""Ids of each object."""
_AFTER_THE_SEED = frozenset({"User"})
_MOMENT, _CASES, _DUE = "history_moment", "history_cases", "history_due"


def first_number(object_name: str) -> int:
    """Of the history's records of that object."""
    return RESERVED + 1 if object_name in _AFTER_THE_SEED else 1


def begin(connection: sqlite3.Connection, schema: Schema, cases: int, now: datetime) -> None:
    """In a new org, before its seed: the history will end `now`, and is due."""
    _set(connection, _MOMENT, to_wire(now.replace(microsecond=0)))
    _set(connection, _CASES, str(cases))
    require(connection)
    reserve(connection, schema, cases)


def reserve(connection: sqlite3.Connection, schema: Schema, cases: int) -> None:
    """Before a seed: its records are numbered after the history's."""
    for definition in schema:
        if definition.name not in _AFTER_THE_SEED:
            _begin_at(connection, definition.name, RESERVED + 1)
    number = schema.get("Case").field("CaseNumber")
    assert number is not None and number.auto_number is not None
    _begin_at(connection, "Case.CaseNumber", number.auto_number.start + cases)


def moment(connection: sqlite3.Connection) -> datetime | None:
    """When the org was made with a history, which ends then; None if it has none."""
    found = _get(connection, _MOMENT)
    return from_wire(found) if found else None


def require(connection: sqlite3.Connection) -> None:
    """From now on something of the history is missing."""
    _set(connection, _DUE, uuid.uuid4().hex)


def due(connection: sqlite3.Connection) -> str | None:
    """A word for what is missing now; None when the history is complete."""
    return _get(connection, _DUE)


def fulfil(connection: sqlite3.Connection, word: str) -> None:
    """It was all written since `due` said that word, unless more went missing meanwhile."""
    connection.execute("DELETE FROM _meta WHERE name = ? AND value = ?", (_DUE, word))


def clear_all_but_history(connection: sqlite3.Connection, schema: Schema, org_name: str) -> None:
    """Takes out every row but the sessions' and the history's; what was changed of the history is due again."""
    made, cases = moment(connection), _get(connection, _CASES)
    assert made is not None and cases is not None
    missing = 0
    for definition in (one for one in schema if one.view_of is None):
        table, (first, last) = quoted(definition.name), _bounds(definition, org_name)
        connection.execute(f'DELETE FROM {table} WHERE "Id" < ? OR "Id" > ?', (first, last))
        changed = connection.execute(f'DELETE FROM {table} WHERE "SystemModstamp" > ?', (to_wire(made),))
        missing += changed.rowcount
    for own in (
        "_assignment_entry",
        "_milestone",
        "_password",
        "_mail",
        "_content",
        "_record_lock",
        "_untold",
        "_recent",
        "_sequence",
    ):
        connection.execute(f"DELETE FROM {own}")
    connection.execute("DELETE FROM _meta WHERE name NOT IN (?, ?, ?)", (_MOMENT, _CASES, _DUE))
    reserve(connection, schema, int(cases))
    if missing:
        require(connection)


def _bounds(definition: SObject, org_name: str) -> tuple[str, str]:
    instance, first = instance_code(org_name), first_number(definition.name)
    ends = (numbered_id(definition.key_prefix, instance, number)[:15] for number in (first, first + RESERVED - 1))
    lowest, highest = ends
    return lowest, highest + "~"


def _begin_at(connection: sqlite3.Connection, sequence: str, number: int) -> None:
    connection.execute("INSERT INTO _sequence (name, next) VALUES (?, ?)", (sequence, number))


def _get(connection: sqlite3.Connection, name: str) -> str | None:
    row = connection.execute("SELECT value FROM _meta WHERE name = ?", (name,)).fetchone()
    return str(row["value"]) if row else None


def _set(connection: sqlite3.Connection, name: str, value: str) -> None:
    connection.execute("INSERT OR REPLACE INTO _meta VALUES (?, ?)", (name, value))
