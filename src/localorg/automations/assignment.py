"""The assignment rule of an object, the active one or the one a caller names: its first entry that matches names the new owner."""

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from localorg.automations.base import Change
from localorg.errors import invalid_cross_reference
from localorg.formulas.evaluation import FormulaError, holds
from localorg.ids import RecordId
from localorg.records.rules import asked_of
from localorg.records.values import Row

if TYPE_CHECKING:
    from localorg.records.service import Records

_ENTRIES = """
SELECT entry.criteria, entry.assign_to FROM _assignment_entry AS entry
JOIN "AssignmentRule" AS rule ON rule."Id" = entry.rule_id
WHERE rule."SobjectType" = ? AND {} AND rule."IsDeleted" = 0
ORDER BY rule."Id", entry.position
"""


def add_entry(
    records: "Records", rule_id: RecordId, position: int, criteria: dict[str, str] | str, owner: RecordId | None
) -> None:
    """An entry matches a record whose fields equal all `criteria`, or for which they are true if they are a formula.

    Without an `owner` the record keeps the one it has.
    """
    values = (rule_id, position, orjson.dumps(criteria).decode(), owner or "")
    records.connection.execute("INSERT INTO _assignment_entry VALUES (?, ?, ?, ?)", values)
    records.assignment_entries.clear()


def forget_entries(records: "Records", rule_id: RecordId) -> None:
    records.connection.execute("DELETE FROM _assignment_entry WHERE rule_id = ?", (rule_id,))
    records.assignment_entries.clear()


def assigned_owner(change: Change, records: "Records") -> RecordId | None:
    """None if no entry matches; the owner then stays. Raises ApiError for a rule named by the caller that is not there."""
    entries = records.assignment_entries.get(change.definition.name)
    if entries is None:
        entries = records.assignment_entries[change.definition.name] = _entries(change.definition.name, records)
    owner = next((owner for criteria, owner in entries if _matches(change, criteria, records)), "")
    return RecordId(owner) if owner else None


def _entries(object_name: str, records: "Records") -> tuple[tuple[str, str], ...]:
    named = records.caller.assignment_rule_id
    if named is None:
        found = records.connection.execute(_ENTRIES.format('rule."Active" = 1'), (object_name,))
        return tuple((one["criteria"], one["assign_to"]) for one in found)
    sql = 'SELECT 1 FROM "AssignmentRule" WHERE "Id" = ? AND "SobjectType" = ? AND "IsDeleted" = 0'
    if records.connection.execute(sql, (named, object_name)).fetchone() is None:
        raise invalid_cross_reference()
    found = records.connection.execute(_ENTRIES.format('rule."Id" = ?'), (object_name, named))
    return tuple((one["criteria"], one["assign_to"]) for one in found)


def _matches(change: Change, criteria: str, records: "Records") -> bool:
    if criteria.startswith("{"):
        return meets(change.row, criteria)
    try:
        return holds(orjson.loads(criteria), asked_of(records, change.definition, change.row, change.old))
    except FormulaError:
        return False


def meets(row: Row, criteria: str) -> bool:
    """Whether the fields equal what the criteria, a JSON object, name."""
    return all(_equal(row.get(name), wanted) for name, wanted in _criteria(criteria))


@lru_cache(maxsize=256)
def _criteria(text: str) -> tuple[tuple[str, str], ...]:
    return tuple(orjson.loads(text).items())


def _equal(value: object, wanted: str) -> bool:
    if isinstance(value, int) and wanted.casefold() in ("true", "false"):
        return bool(value) == (wanted.casefold() == "true")
    return value is not None and str(value).casefold() == wanted.casefold()
