"""What an org's administrators set up to refuse or complete a record: validation, duplicate rules, record types, locks."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from localorg.clock import from_wire
from localorg.errors import ApiError, row_locked
from localorg.formulas.evaluation import FormulaError, Record, Value, holds
from localorg.ids import RecordId
from localorg.records.values import ColumnValue, Row
from localorg.schema.models import DuplicateAction, DuplicateRule, Field, FieldType, RecordType, SObject
from localorg.storage.quoting import quoted

if TYPE_CHECKING:
    from localorg.records.service import Records


class LockKind(StrEnum):
    """APPROVAL holds until the approval ends; ROW is another transaction that is at the record this moment."""

    APPROVAL = "approval"
    ROW = "row"


def check_validation_rules(records: "Records", definition: SObject, row: Row, old: Row | None) -> None:
    """Raises ApiError FIELD_CUSTOM_VALIDATION_EXCEPTION for the first rule whose formula is true."""
    rules = definition.active_validation_rules
    if not rules:
        return
    asked = asked_of(records, definition, row, old)
    for rule in rules:
        fields = (rule.error_display_field,) if rule.error_display_field else ()
        try:
            refused = holds(rule.error_condition_formula, asked)
        except FormulaError as error:
            message = f"The validation rule {rule.full_name} cannot be checked: {error}"
            raise ApiError("FIELD_CUSTOM_VALIDATION_EXCEPTION", message, fields=fields) from None
        if refused:
            raise ApiError("FIELD_CUSTOM_VALIDATION_EXCEPTION", rule.error_message, fields=fields)


def asked_of(records: "Records", definition: SObject, row: Row, old: Row | None) -> Record:
    """The record as formulas ask for it."""

    def value(path: tuple[str, ...]) -> Value:
        if len(path) == 1:
            return _own_value(records, definition, row, path[0])
        return _value(records, definition, row, path)

    def prior_value(path: tuple[str, ...]) -> Value:
        return _value(records, definition, row if old is None else old, path)

    return Record(value, prior_value, is_new=old is None, now=records.caller.at)


def _value(records: "Records", definition: SObject, row: Row, path: tuple[str, ...]) -> Value:
    if len(path) == 1:
        return _own_value(records, definition, row, path[0])
    if path[0].startswith("$"):
        return _global_value(records, row, path)
    for name in path[:-1]:
        reference = definition.parent_relationship(name)
        if reference is None:
            raise FormulaError(f"{definition.name} has no relationship {name}")
        parent_id = row.get(reference.name)
        target = records.schema.of_record(str(parent_id)) if parent_id else None
        found = records.rows.find(target, str(parent_id)) if target else None
        if target is None or found is None:
            return None
        definition, row = target, found
    return _own_value(records, definition, row, path[-1])


def _own_value(records: "Records", definition: SObject, row: Row, name: str) -> Value:
    known = definition.field(name)
    if known is None:
        raise FormulaError(f"{definition.name} has no field {name}")
    if known.formula:
        return _value(records, definition, row, tuple(known.formula.split(".")))
    value = row.get(known.name)
    return None if value is None else _typed(known, value)


def _global_value(records: "Records", row: Row, path: tuple[str, ...]) -> Value:
    """`$User`, `$Profile` and `$RecordType` are the records that the change happens with."""
    user_definition = records.schema.get("User")
    user = records.rows.find(user_definition, records.caller.user_id) or {}
    match path[0].lower():
        case "$user":
            return _value(records, user_definition, user, path[1:])
        case "$profile":
            return _value(records, user_definition, user, ("Profile", *path[1:]))
        case "$recordtype":
            definition = records.schema.get("RecordType")
            found = records.rows.find(definition, str(row.get("RecordTypeId")))
            return _value(records, definition, found, path[1:]) if found else None
        case _:
            raise FormulaError(f"{path[0]} is not known")


def _typed(known: Field, value: str | float) -> Value:
    match known.type:
        case FieldType.BOOLEAN:
            return bool(value)
        case FieldType.DATE:
            return date.fromisoformat(str(value))
        case FieldType.DATETIME:
            return from_wire(str(value))
        case _ if known.is_number:
            return Decimal(str(value))
        case _:
            return str(value)


def check_duplicate_rules(records: "Records", definition: SObject, row: Row, record_id: RecordId | None) -> None:
    """Raises ApiError DUPLICATES_DETECTED with the records that are like this one."""
    for rule in definition.duplicate_rules:
        action = rule.action_on_insert if record_id is None else rule.action_on_update
        allowed = action is None or (action is DuplicateAction.ALLOW and records.caller.allow_duplicates)
        if not rule.active or allowed:
            continue
        if found := tuple(_duplicates(records, definition, rule, row, record_id)):
            result = _duplicate_result(definition, rule, found, allow_save=action is DuplicateAction.ALLOW)
            raise ApiError("DUPLICATES_DETECTED", rule.alert_text, details={"duplicateResult": result})


def _duplicates(
    records: "Records", definition: SObject, rule: DuplicateRule, row: Row, record_id: RecordId | None
) -> Iterator[str]:
    values = [row.get(name) for name in rule.match_fields]
    if any(value is None for value in values):
        return
    same = " AND ".join(f"{quoted(name)} = ?" for name in rule.match_fields)
    sql = f'SELECT "Id" FROM {quoted(definition.name)} WHERE {same} AND "IsDeleted" = 0 ORDER BY "Id"'
    for found in records.connection.execute(sql, values):
        if found["Id"] != record_id:
            yield found["Id"]


def _duplicate_result(
    definition: SObject, rule: DuplicateRule, found: tuple[str, ...], *, allow_save: bool
) -> dict[str, Any]:
    matches = [
        {
            "additionalInformation": [],
            "fieldDiffs": [],
            "matchConfidence": 100.0,
            "record": {"attributes": {"type": definition.name}, "Id": record_id},
        }
        for record_id in found
    ]
    return {
        "allowSave": allow_save,
        "duplicateRule": rule.developer_name,
        "duplicateRuleEntityType": definition.name,
        "errorMessage": rule.alert_text,
        "matchResults": [
            {
                "entityType": definition.name,
                "errors": [],
                "matchEngine": "ExactMatchEngine",
                "matchRecords": matches,
                "rule": rule.developer_name,
                "size": len(matches),
                "success": True,
            }
        ],
    }


def ensure_record_types(records: "Records", definition: SObject) -> None:
    """Gives each record type of the schema its RecordType record, and brings those up to date that it has."""
    types = records.schema.get("RecordType")
    for record_type in definition.record_types:
        values: dict[str, ColumnValue] = {
            "Name": record_type.label,
            "Description": record_type.description,
            "IsActive": int(record_type.active),
        }
        known = record_type_id(records, definition, record_type)
        if known is None:
            own = {"DeveloperName": record_type.developer_name, "SobjectType": definition.name}
            records.create_own(types, values | own)
        else:
            records.rows.update(types, known, values)


def record_type_id(records: "Records", definition: SObject, record_type: RecordType) -> str | None:
    sql = 'SELECT "Id" FROM "RecordType" WHERE "SobjectType" = ? AND "DeveloperName" = ? AND "IsDeleted" = 0'
    row = records.connection.execute(sql, (definition.name, record_type.developer_name)).fetchone()
    return row["Id"] if row else None


def default_record_type(records: "Records", definition: SObject) -> str | None:
    found = next((one for one in definition.record_types if one.default and one.active), None)
    return record_type_id(records, definition, found) if found else None


def check_record_type(records: "Records", definition: SObject, row: Row, changes: Row) -> None:
    """Raises ApiError for a record type of another object, and for values it does not have of restricted picklists."""
    chosen = row.get("RecordTypeId")
    if not definition.record_types or not chosen:
        return
    named = {record_type_id(records, definition, one): one for one in definition.record_types}
    record_type = named.get(str(chosen))
    if record_type is None or ("RecordTypeId" in changes and not record_type.active):
        message = f"Record Type ID: this ID value isn't valid for the user: {chosen}"
        raise ApiError("INVALID_CROSS_REFERENCE_KEY", message, fields=("RecordTypeId",))
    for name, allowed in record_type.picklist_values.items():
        known = definition.field(name)
        value = changes.get(known.name) if known else None
        if known and known.restricted and value is not None and value not in allowed:
            message = f"{known.label}: bad value for restricted picklist field: {value}"
            raise ApiError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", message, fields=(known.name,))


def lock(records: "Records", record_id: RecordId, kind: LockKind) -> None:
    records.connection.execute("INSERT OR REPLACE INTO _record_lock VALUES (?, ?)", (record_id, kind.value))


def unlock(records: "Records", record_id: RecordId) -> None:
    records.connection.execute("DELETE FROM _record_lock WHERE record_id = ?", (record_id,))


def locks(connection: sqlite3.Connection) -> dict[str, LockKind]:
    """By the records' ids."""
    rows = connection.execute("SELECT record_id, kind FROM _record_lock ORDER BY record_id")
    return {row["record_id"]: LockKind(row["kind"]) for row in rows}


def check_lock(records: "Records", record_id: str) -> None:
    """Raises ApiError ENTITY_IS_LOCKED or UNABLE_TO_LOCK_ROW."""
    row = records.connection.execute("SELECT kind FROM _record_lock WHERE record_id = ?", (record_id,)).fetchone()
    if row is None:
        return
    if row["kind"] == LockKind.ROW:
        raise row_locked(record_id)
    message = (
        "This record is locked. If you need to edit it, contact your admin: "
        "the entity is locked for editing while its approval is pending"
    )
    raise ApiError("ENTITY_IS_LOCKED", message, fields=())


def check_parent_locks(records: "Records", definition: SObject, row: Row) -> None:
    """A record that goes with its parent is saved while its parent is held."""
    for known in definition.master_fields:
        parent_id = row.get(known.name)
        if parent_id:
            held = records.connection.execute(
                "SELECT 1 FROM _record_lock WHERE record_id = ? AND kind = ?", (parent_id, LockKind.ROW.value)
            ).fetchone()
            if held:
                raise row_locked(str(parent_id))
