"""The moments at which an object's automation runs."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localorg.records.values import ColumnValue, Row
from localorg.schema.models import SObject

if TYPE_CHECKING:
    from localorg.records.service import Records


@dataclass(frozen=True, slots=True)
class Change:
    """`row` is what will be saved and may still be changed before it is; `old` is None for a new record."""

    definition: SObject
    row: dict[str, ColumnValue]
    old: Row | None

    def changes(self, name: str) -> bool:
        return self.old is None or self.old[name] != self.row[name]


class Automation:
    """Does nothing; an object's own automation overrides what it needs."""

    def before_save(self, change: Change, records: "Records") -> None:
        """Completes `change.row`. Raises ApiError to refuse the save."""

    def after_save(self, change: Change, records: "Records") -> None:
        """Writes what follows from the save."""

    def after_delete(self, row: Row, records: "Records") -> None:
        """Writes what follows from `row` being in the recycle bin."""


NO_AUTOMATION = Automation()
