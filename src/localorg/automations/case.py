"""Cases: closing, the account of the contact, the parent, the assignment rule, and the history of tracked fields."""

from typing import TYPE_CHECKING

from localorg.automations import entitlements
from localorg.automations.assignment import assigned_owner
from localorg.automations.base import Automation, Change
from localorg.errors import ApiError
from localorg.records.values import ColumnValue
from localorg.schema.models import Field, FieldType

if TYPE_CHECKING:
    from localorg.records.service import Records

_CLOSED_STATUSES = ("Closed",)


class CaseAutomation(Automation):
    def before_save(self, change: Change, records: "Records") -> None:
        self._take_account_of_contact(change, records)
        self._close_or_reopen(change, records)
        self._refuse_parent_loop(change, records)
        entitlements.follow_process(change, records)
        if records.caller.auto_assign:
            owner = assigned_owner(change, records)
            if owner is not None:
                change.row["OwnerId"] = owner

    def after_save(self, change: Change, records: "Records") -> None:
        self._write_history(change, records)
        entitlements.keep_milestones(change, records)

    def _write_history(self, change: Change, records: "Records") -> None:
        if change.old is None:
            _write_history(change, records, "created", "Text", None, None)
            return
        for tracked in change.definition.fields:
            if tracked.track_history and change.changes(tracked.name):
                _write_change(change, tracked, records)

    def _take_account_of_contact(self, change: Change, records: "Records") -> None:
        row = change.row
        if row["ContactId"] and not row["AccountId"] and change.changes("ContactId"):
            contact = records.rows.find(records.schema.get("Contact"), str(row["ContactId"]))
            row["AccountId"] = contact["AccountId"] if contact else None

    def _close_or_reopen(self, change: Change, records: "Records") -> None:
        row = change.row
        status = change.definition.field("Status")
        closed = row["Status"] in ((status and status.closed_values) or _CLOSED_STATUSES)
        row["IsClosed"] = int(closed)
        if not closed:
            row["ClosedDate"] = None
        elif not row["ClosedDate"]:
            row["ClosedDate"] = records.now

    def _refuse_parent_loop(self, change: Change, records: "Records") -> None:
        if change.old is None or not change.changes("ParentId"):
            return
        parent_id = change.row["ParentId"]
        while parent_id:
            if parent_id == change.row["Id"]:
                message = "attempt to violate hierarchy constraints"
                raise ApiError("CIRCULAR_DEPENDENCY", message, fields=("ParentId",))
            parent = records.rows.find(change.definition, str(parent_id))
            parent_id = parent["ParentId"] if parent else None


def _write_change(change: Change, tracked: Field, records: "Records") -> None:
    """A changed reference leaves two entries, as in Salesforce: one with the names, one with the ids."""
    old = change.old[tracked.name] if change.old else None
    new = change.row[tracked.name]
    if tracked.type is not FieldType.REFERENCE:
        _write_history(change, records, tracked.name, "Text", _shown(tracked, old), _shown(tracked, new))
        return
    name = tracked.name.removesuffix("Id")
    _write_history(change, records, name, "Text", _record_name(old, records), _record_name(new, records))
    _write_history(change, records, name, "EntityId", old, new)


def _shown(tracked: Field, value: ColumnValue) -> ColumnValue:
    return ("true" if value else "false") if tracked.type is FieldType.BOOLEAN else value


def _record_name(record_id: ColumnValue, records: "Records") -> ColumnValue:
    definition = records.schema.of_record(str(record_id))
    row = records.rows.find(definition, str(record_id), deleted_too=True) if definition else None
    return row[definition.name_field] if row and definition and definition.name_field else record_id


def _write_history(
    change: Change, records: "Records", name: str, data_type: str, old: ColumnValue, new: ColumnValue
) -> None:
    history = records.schema.get("CaseHistory")
    moment, user = ("CreatedDate", "CreatedById") if change.old is None else ("LastModifiedDate", "LastModifiedById")
    audit = {
        "CreatedById": change.row[user],
        "CreatedDate": change.row[moment],
        "LastModifiedById": change.row[user],
        "LastModifiedDate": change.row[moment],
        "SystemModstamp": change.row[moment],
    }
    entry: dict[str, ColumnValue] = {
        "Id": records.rows.new_id(history),
        "IsDeleted": 0,
        "CaseId": change.row["Id"],
        "Field": name,
        "DataType": data_type,
        "OldValue": old,
        "NewValue": new,
    }
    records.rows.insert(history, entry | audit)
