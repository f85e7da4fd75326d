"""What happens when a record is created, changed or deleted, in the order Salesforce does it."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from localorg.access import UNLIMITED, Access, Level
from localorg.automations import AUTOMATIONS
from localorg.automations.base import NO_AUTOMATION, Automation, Change
from localorg.clock import to_wire
from localorg.errors import (
    ApiError,
    DuplicateExternalIdError,
    entity_is_deleted,
    field_not_writable,
    insufficient_access,
    insufficient_access_to_parent,
    invalid_cross_reference,
    no_such_column,
    required_fields_missing,
)
from localorg.ids import RecordId
from localorg.records import rules
from localorg.records.rows import Rows
from localorg.records.values import ColumnValue, JsonValue, Row, read_value
from localorg.schema.loader import SYSTEM_FIELD_NAMES
from localorg.schema.models import Field, FieldType, Schema, SObject
from localorg.soql.date_literals import Calendar
from localorg.soql.service import access_of


@dataclass(frozen=True, slots=True)
class Caller:
    """Who writes, and how: `auto_assign` is Sforce-Auto-Assign; `seeding` may set what only the system sets."""

    user_id: RecordId
    at: datetime
    auto_assign: bool = True
    seeding: bool = False
    allow_duplicates: bool = False
    """Sforce-Duplicate-Rule-Header: allowSave=true"""
    assignment_rule_id: RecordId | None = None
    """Sforce-Auto-Assign: the id of a rule, active or not"""
    loses_events: bool = False
    """What is written is not told to who follows changes."""


@dataclass(frozen=True, slots=True)
class Upserted:
    id: RecordId
    created: bool


@dataclass(frozen=True)
class Records:
    """The records of one org inside one transaction. Every method raises ApiError for what Salesforce refuses."""

    connection: sqlite3.Connection
    schema: Schema
    instance: str
    caller: Caller
    rows: Rows = field(init=False)
    assignment_entries: dict[str, tuple[tuple[str, str], ...]] = field(init=False, default_factory=dict)
    """By object, those that were asked for: criteria and owner."""
    _blank_rows: dict[str, Row] = field(init=False, default_factory=dict)
    _writable_fields: dict[tuple[str, str, bool], Field | None] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rows", Rows(self.connection, self.instance, self.caller.loses_events))

    @cached_property
    def access(self) -> Access:
        """What the caller may do; the org itself may do everything."""
        if self.caller.seeding:
            return UNLIMITED
        calendar = Calendar(self.caller.at, ZoneInfo("UTC"))
        return access_of(self.connection, self.schema, calendar, self.caller.user_id)

    @cached_property
    def now(self) -> str:
        """Salesforce keeps whole seconds."""
        return to_wire(self.caller.at.replace(microsecond=0))

    def create(self, definition: SObject, values: Mapping[str, JsonValue]) -> RecordId:
        createable = definition.createable and self.access.may(definition, "Create")
        if not (createable or self.caller.seeding):
            message = f"entity type cannot be inserted: {definition.label}"
            raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message, fields=())
        given = self._read(definition, values, creating=True)
        row = self._defaults(definition) | given
        change = Change(definition, row, None)
        automation = _automation(definition)
        automation.before_save(change, self)
        self._check(definition, row, row, None)
        rules.check_validation_rules(self, definition, row, None)
        rules.check_duplicate_rules(self, definition, row, None)
        record_id = self.rows.new_id(definition)
        row["Id"] = record_id
        for numbered in definition.numbered_fields:
            assert numbered.auto_number is not None
            number = self.rows.next_number(f"{definition.name}.{numbered.name}", numbered.auto_number.start)
            row[numbered.name] = numbered.auto_number.text(number)
        self.rows.insert(definition, row)
        automation.after_save(change, self)
        return record_id

    def create_own(self, definition: SObject, values: Row) -> RecordId:
        """A record that only the org itself creates, as it is."""
        record_id = self.rows.new_id(definition)
        self.rows.insert(definition, self._defaults(definition) | dict(values) | {"Id": record_id})
        return record_id

    def update(
        self,
        definition: SObject,
        record_id: RecordId,
        values: Mapping[str, JsonValue],
    ) -> None:
        if not (definition.updateable or self.caller.seeding):
            message = f"entity type cannot be updated: {definition.label}"
            raise ApiError("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", message, fields=())
        old = self._existing(definition, record_id)
        self._refuse_unless_open(definition, record_id, "Edit", Level.EDIT)
        given = self._read(definition, values, creating=False)
        row = {**old, **given}
        if not self.caller.seeding:
            row |= {"LastModifiedDate": self.now, "LastModifiedById": self.caller.user_id, "SystemModstamp": self.now}
        change = Change(definition, row, old)
        automation = _automation(definition)
        automation.before_save(change, self)
        changes = {name: value for name, value in row.items() if value != old[name]}
        self._check(definition, row, changes, record_id)
        rules.check_validation_rules(self, definition, row, old)
        rules.check_duplicate_rules(self, definition, row, record_id)
        if changes:
            self.rows.update(definition, record_id, changes)
        automation.after_save(change, self)

    def delete(self, definition: SObject, record_id: RecordId) -> None:
        """Moves the record and what cascades from it to the recycle bin: only queryAll still sees them."""
        if not definition.deletable:
            raise ApiError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", fields=())
        self._existing(definition, record_id, missing=invalid_cross_reference(status=404))
        self._refuse_unless_open(definition, record_id, "Delete", Level.ALL)
        for child in self.schema.child_relationships(definition):
            if child.field.restricted_delete:
                self._refuse_if_referred_to(definition, record_id, self.schema.get(child.child), child.field)
        self._delete_with_children(definition, record_id)

    def remove(self, definition: SObject, record_id: RecordId) -> None:
        """Deletes the record past the recycle bin; what cascades from it still goes there."""
        self.delete(definition, record_id)
        self.rows.remove(definition, record_id)

    def upsert(
        self,
        definition: SObject,
        external_id: Field,
        value: ColumnValue,
        values: Mapping[str, JsonValue],
    ) -> Upserted:
        """Raises DuplicateExternalIdError when the value does not tell which record is meant."""
        if any(name.lower() == external_id.name.lower() for name in values):
            message = f"The {external_id.name} field should not be specified in the sobject data."
            raise ApiError("INVALID_FIELD", message, fields=(external_id.name,))
        found = self.find_by_external_id(definition, external_id, value)
        if found is None:
            return Upserted(self.create(definition, {**values, external_id.name: value}), created=True)
        self.update(definition, found, values)
        return Upserted(found, created=False)

    def find_by_external_id(self, definition: SObject, external_id: Field, value: ColumnValue) -> RecordId | None:
        ids = tuple(str(row["Id"]) for row in self.rows.matching(definition, external_id.name, value))
        if len(ids) > 1:
            raise DuplicateExternalIdError(definition.name, ids)
        return RecordId(ids[0]) if ids else None

    def _existing(self, definition: SObject, record_id: RecordId, *, missing: ApiError | None = None) -> Row:
        row = self.rows.find(definition, record_id, deleted_too=True)
        if row is None:
            raise missing or ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
        if row["IsDeleted"]:
            raise entity_is_deleted()
        return row

    def _refuse_unless_open(self, definition: SObject, record_id: RecordId, right: str, level: Level) -> None:
        if not self.access.opens(definition, record_id, Level.READ):
            raise ApiError("NOT_FOUND", "The requested resource does not exist", status=404)
        if not (self.access.may(definition, right) and self.access.opens(definition, record_id, level)):
            raise insufficient_access()
        if not self.caller.seeding:
            rules.check_lock(self, record_id)

    def _read(self, definition: SObject, values: Mapping[str, JsonValue], *, creating: bool) -> dict[str, ColumnValue]:
        read: dict[str, ColumnValue] = {}
        for name, value in values.items():
            if name.lower() == "attributes":
                continue
            known = self._writable_field(definition, name, creating=creating)
            if known is None:
                reference = definition.parent_relationship(name)
                if reference is None or not isinstance(value, dict):
                    raise no_such_column(name, definition.name)
                read[reference.name] = self._find_parent(reference, value)
            else:
                read[known.name] = read_value(known, value)
        return read

    def _writable_field(self, definition: SObject, name: str, *, creating: bool) -> Field | None:
        """None if no field has this name."""
        question = (definition.name, name, creating)
        if question not in self._writable_fields:
            known = definition.field(name)
            if known is not None:
                if not self.access.sees(definition, known):
                    raise no_such_column(name, definition.name)
                self._refuse_unless_writable(definition, known, creating=creating)
            self._writable_fields[question] = known
        return self._writable_fields[question]

    def _refuse_unless_writable(self, definition: SObject, known: Field, *, creating: bool) -> None:
        if known.type is FieldType.ID:
            raise ApiError("INVALID_FIELD", "The Id field should not be specified in the sobject data.", fields=())
        allowed = known.createable if creating else known.updateable
        allowed = allowed and self.access.edits(definition, known)
        if not (allowed or (self.caller.seeding and known.stored)):
            raise field_not_writable(known.name)

    def _find_parent(self, reference: Field, keys: Mapping[str, JsonValue]) -> RecordId:
        """A parent named by its external id: `{"Case__r": {"Casewright_Conversation__c": "…"}}`."""
        named = {name: value for name, value in keys.items() if name.lower() != "attributes"}
        parent = self.schema.get(reference.reference_to[0])
        name, value = next(iter(named.items()), ("", None))
        external_id = parent.external_id_field(name)
        if external_id is None or len(named) != 1:
            message = f"Foreign key external ID: {value} not found for field {name} in entity {parent.name}"
            raise ApiError("INVALID_FIELD", message, fields=())
        found = self.find_by_external_id(parent, external_id, read_value(external_id, value))
        if found is None:
            message = f"Foreign key external ID: {value} not found for field {external_id.name} in entity {parent.name}"
            raise ApiError("INVALID_FIELD", message, fields=())
        return found

    def _defaults(self, definition: SObject) -> dict[str, ColumnValue]:
        row = dict(self._blank_row(definition))
        if "RecordTypeId" in row:
            row["RecordTypeId"] = rules.default_record_type(self, definition)
        return row

    def _blank_row(self, definition: SObject) -> Row:
        """What a new record has where nothing is said, its record type aside."""
        known = self._blank_rows.get(definition.name)
        if known is None:
            user, now = self.caller.user_id, self.now
            row: dict[str, ColumnValue] = dict(definition.blank_row)
            row |= {one.name: read_value(one, one.default) for one in definition.defaulted_fields}
            if "OwnerId" in row:
                row["OwnerId"] = user
            row |= {"CreatedDate": now, "CreatedById": user, "LastModifiedDate": now, "LastModifiedById": user}
            known = self._blank_rows[definition.name] = row | {"SystemModstamp": now}
        return known

    def _check(self, definition: SObject, row: Row, changes: Row, record_id: RecordId | None) -> None:
        missing = tuple(known.name for known in definition.required_fields if row[known.name] is None)
        if missing:
            raise required_fields_missing(missing)
        rules.check_record_type(self, definition, row, changes)
        rules.check_parent_locks(self, definition, changes)
        for known in definition.tied_fields:
            value = changes.get(known.name)
            if value is None or known.name in SYSTEM_FIELD_NAMES:
                continue
            if known.type is FieldType.REFERENCE:
                self._check_reference(definition, known, str(value))
            elif known.unique:
                self._check_unique(definition, known, value, record_id)

    def _check_reference(self, definition: SObject, known: Field, value: str) -> None:
        target = self.schema.of_record(value)
        if target is None or target.name not in known.reference_to:
            message = f"{known.label}: id value of incorrect type: {value}"
            raise ApiError("FIELD_INTEGRITY_EXCEPTION", message, fields=(known.name,))
        if not self.rows.exists(target, value):
            raise invalid_cross_reference((known.name,))
        if known.name != "OwnerId" and not self.access.opens(target, value, Level.READ):
            raise insufficient_access_to_parent(known.name)
        if known.name == "OwnerId":
            self._check_owner(definition, target, value)

    def _check_owner(self, definition: SObject, target: SObject, owner_id: str) -> None:
        if target.name == "User" and not self.caller.seeding:
            owner = self.rows.find(target, owner_id)
            if owner is None or not owner["IsActive"]:
                message = f"operation performed with inactive user [{owner_id}] as owner of {definition.name.lower()}"
                raise ApiError("INACTIVE_OWNER_OR_USER", message, fields=("OwnerId",))
        if target.name == "Group":
            served = self.rows.matching(self.schema.get("QueueSobject"), "QueueId", owner_id)
            if not any(row["SobjectType"] == definition.name for row in served):
                message = "Queue not associated with this SObject type"
                raise ApiError("INVALID_OPERATION", message, fields=("OwnerId",))

    def _check_unique(self, definition: SObject, known: Field, value: ColumnValue, record_id: RecordId | None) -> None:
        for row in self.rows.matching(definition, known.name, value):
            if row["Id"] != record_id:
                message = f"duplicate value found: {known.name} duplicates value on record with id: {row['Id']}"
                raise ApiError("DUPLICATE_VALUE", message, fields=())

    def _refuse_if_referred_to(
        self, definition: SObject, record_id: RecordId, child: SObject, reference: Field
    ) -> None:
        referring = self.rows.matching(child, reference.name, record_id)
        if referring and child.name_field:
            names = ", ".join(str(row[child.name_field]) for row in referring)
            message = (
                f"Your attempt to delete {record_id} could not be completed because it is associated with the "
                f"following {child.label_plural.lower()}.: {names}\n"
            )
            raise ApiError("DELETE_FAILED", message, fields=())

    def _delete_with_children(self, definition: SObject, record_id: str) -> None:
        for child in self.schema.child_relationships(definition):
            child_definition = self.schema.get(child.child)
            for row in self.rows.matching(child_definition, child.field.name, record_id):
                if child.field.cascade_delete:
                    self._delete_with_children(child_definition, str(row["Id"]))
                elif child.field.updateable:
                    self.rows.update(child_definition, str(row["Id"]), {child.field.name: None})
        self.rows.update(definition, record_id, {"IsDeleted": 1, "SystemModstamp": self.now})
        for row in self.rows.matching(definition, "Id", record_id, deleted_too=True):
            _automation(definition).after_delete(row, self)


def _automation(definition: SObject) -> Automation:
    return AUTOMATIONS.get(definition.name, NO_AUTOMATION)
