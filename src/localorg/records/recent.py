"""What a user has looked at lately: FOR VIEW and FOR REFERENCE of a query say so."""

import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from localorg.clock import to_wire
from localorg.ids import RecordId
from localorg.schema.models import SObject
from localorg.storage.quoting import quoted

_MOST_KEPT: Final = 200
_MOST_SHOWN: Final = 50


def note(connection: sqlite3.Connection, user_id: RecordId, record_ids: Iterable[str], at: datetime) -> None:
    moment = to_wire(at)
    connection.executemany(
        "INSERT OR REPLACE INTO _recent VALUES (?, ?, ?)", [(user_id, record_id, moment) for record_id in record_ids]
    )
    older = "SELECT record_id FROM _recent WHERE user_id = ? ORDER BY at DESC, record_id LIMIT -1 OFFSET ?"
    sql = f"DELETE FROM _recent WHERE user_id = ? AND record_id IN ({older})"
    connection.execute(sql, (user_id, user_id, _MOST_KEPT))


def recent_items(
    connection: sqlite3.Connection, user_id: RecordId, definition: SObject, data_path: str
) -> list[dict[str, Any]]:
    """The latest first."""
    if not definition.name_field:
        return []
    name = quoted(definition.name_field)
    sql = (
        f'SELECT record."Id", record.{name} AS shown FROM _recent JOIN {quoted(definition.name)} AS record '
        'ON record."Id" = _recent.record_id WHERE _recent.user_id = ? AND record."IsDeleted" = 0 '
        f'ORDER BY _recent.at DESC, record."Id" LIMIT {_MOST_SHOWN}'
    )
    address = f"{data_path}/sobjects/{definition.name}"
    return [
        {
            "attributes": {"type": definition.name, "url": f"{address}/{row['Id']}"},
            "Id": row["Id"],
            "Name": row["shown"],
        }
        for row in connection.execute(sql, (user_id,))
    ]
