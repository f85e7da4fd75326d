"""Results larger than one batch: which records are still to come, fetched with nextRecordsUrl."""

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field

from localorg.errors import ApiError
from localorg.ids import RecordId

_MOST_CURSORS = 10
"""As many as Salesforce keeps for a user; the oldest gives way."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The query and the ids it found, for the one user who asked."""

    user_id: RecordId
    text: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The ids of one batch, and where the next is, if there is one."""

    text: str
    ids: tuple[str, ...]
    total_size: int
    next_locator: str | None


@dataclass
class Cursors:
    _open: OrderedDict[str, Cursor] = field(default_factory=OrderedDict)

    def open(self, cursor: Cursor, given: int) -> str:
        """The locator of what follows the `given` first records."""
        name = "01g" + secrets.token_hex(8)[:15]
        self._open[name] = cursor
        of_user = [name for name, other in self._open.items() if other.user_id == cursor.user_id]
        for oldest in of_user[:-_MOST_CURSORS]:
            del self._open[oldest]
        return f"{name}-{given}"

    def page(self, locator: str, user_id: RecordId, size: int) -> Page:
        """`locator` is `01g…-2000`: the cursor and how many records were given. Raises ApiError."""
        name, _, given = locator.partition("-")
        cursor = self._open.get(name)
        known = cursor is not None and cursor.user_id == user_id
        if cursor is None or not known or not given.isdecimal() or int(given) >= len(cursor.ids):
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        end = int(given) + size
        following = f"{name}-{end}" if end < len(cursor.ids) else None
        return Page(cursor.text, cursor.ids[int(given) : end], len(cursor.ids), following)

    def clear(self) -> None:
        self._open.clear()
