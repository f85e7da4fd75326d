"""Mails on cases: each has a moment, an id of its own and the thread it stands in."""

from typing import TYPE_CHECKING

from localorg.automations.base import Automation, Change

if TYPE_CHECKING:
    from localorg.records.service import Records


class EmailMessageAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        if change.old is None:
            change.row["MessageDate"] = change.row["MessageDate"] or records.now

    def after_save(self, change: Change, records: "Records") -> None:
        row = change.row
        if change.old is not None:
            return
        own = row["MessageIdentifier"] or f"<{str(row['Id']).lower()}.{row['Id']}@{records.instance}.localorg.example>"
        siblings = records.rows.matching(change.definition, "ParentId", row["ParentId"])
        first = next((other for other in siblings if other["Id"] != row["Id"]), None)
        thread = row["ThreadIdentifier"] or (first["ThreadIdentifier"] if first else str(own)[:255])
        named = {"MessageIdentifier": own, "ThreadIdentifier": thread}
        records.rows.update(change.definition, str(row["Id"]), named)
