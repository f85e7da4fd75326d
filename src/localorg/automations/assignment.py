"""The active assignment rule of an object: its first entry that matches names the new owner."""

from functools import lru_cache
from typing import TYPE_CHECKING

import orjson

from localorg.ids import RecordId
from localorg.records.values import Row

if TYPE_CHECKING:
    from localorg.records.service import Records

_ENTRIES = """
SELECT entry.criteria, entry.assign_to FROM _assignment_entry AS entry
JOIN "AssignmentRule" AS rule ON rule."Id" = entry.rule_id
WHERE rule."SobjectType" = ? AND rule."Active" = 1 AND rule."IsDeleted" = 0
ORDER BY rule."Id", entry.position
"""


def add_entry(records: "Records", rule_id: RecordId, position: int, criteria: dict[str, str], owner: RecordId) -> None:
    """An entry matches a record whose fields equal all `criteria`."""
    values = (rule_id, position, orjson.dumps(criteria).decode(), owner)
    records.connection.execute("INSERT INTO _assignment_entry VALUES (?, ?, ?, ?)", values)
    records.assignment_entries.clear()


def assigned_owner(object_name: str, row: Row, records: "Records") -> RecordId | None:
    """None if no entry matches; the owner then stays."""
    entries = records.assignment_entries.get(object_name)
    if entries is None:
        found = records.connection.execute(_ENTRIES, (object_name,)).fetchall()
        entries = records.assignment_entries[object_name] = tuple((one["criteria"], one["assign_to"]) for one in found)
    return next((RecordId(owner) for criteria, owner in entries if meets(row, criteria)), None)


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
