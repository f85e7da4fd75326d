"""The seed document: the records a new org begins with.

Records name each other by `ref`: `AccountId: "@acme"`. Moments may count from the seeding,
`CreatedDate: "-3d 4h"`, `Next_Run__c: "+2d"`. Ids follow from the org's name and the order in the document.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from localorg.access import is_permissionable
from localorg.automations.assignment import add_entry
from localorg.automations.entitlements import add_milestone
from localorg.clock import to_wire
from localorg.errors import ApiError
from localorg.formulas.evaluation import FormulaError
from localorg.formulas.evaluation import parse as parse_formula
from localorg.ids import RecordId, instance_code, numbered_id
from localorg.records.rules import ensure_record_types
from localorg.records.service import Caller, Records
from localorg.records.values import JsonValue
from localorg.schema.data_categories import DataCategoryGroup
from localorg.schema.loader import extended_schema, load_yaml
from localorg.schema.models import FieldType, Schema, SObject
from localorg.settings import OrgSettings
from localorg.soql.parser import parse as parse_query

_OFFSET = re.compile(r"([+-])\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?")
_Values = dict[str, Any]
_NO_DEFAULTS: Mapping[str, JsonValue] = {}


class SeedError(Exception):
    """The seed document says something that cannot be; the message says what and where."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Record(BaseModel):
    """`ref` and the record's fields."""

    model_config = ConfigDict(frozen=True, extra="allow")
    __pydantic_extra__: dict[str, Any]

    ref: str | None = None

    @property
    def fields(self) -> _Values:
        return dict(self.__pydantic_extra__)


class _User(_Record):
    """`login` and `methods`: fields of the user's UserLogin and TwoFactorMethodsInfo."""

    login: dict[str, bool] = {}
    methods: dict[str, bool] = {}


class _ObjectPermission(_Part):
    """`rights` on an object, and the fields that are withheld; every other field can be read and edited."""

    rights: tuple[Literal["Read", "Create", "Edit", "Delete", "ViewAllRecords", "ModifyAllRecords"], ...] = ("Read",)
    hidden: tuple[str, ...] = ()
    read_only: tuple[str, ...] = ()


class _Profile(_Record):
    """Without `permissions` a profile permits every object and field; with them only the objects they name."""

    permissions: dict[str, _ObjectPermission] | None = None


class _PermissionSet(_Record):
    permissions: dict[str, _ObjectPermission] = {}
    assigned_to: tuple[str, ...] = ()


class _Queue(_Record):
    objects: tuple[str, ...] = ("Case",)
    members: tuple[str, ...] = ()


class _AssignmentEntry(_Part):
    when: dict[str, str]
    assign_to: str


class _AssignmentRule(_Part):
    name: str
    object: str = "Case"
    active: bool = True
    entries: tuple[_AssignmentEntry, ...]


class _Milestone(_Part):
    """Begins when a case of the process meets `criteria`, ends when it meets `completed_when`, if that says anything."""

    type: str
    minutes: int = Field(ge=1)
    criteria: dict[str, str] = {}
    completed_when: dict[str, str] = {}


class _EntitlementProcess(_Record):
    milestones: tuple[_Milestone, ...] = ()


class _Case(_Record):
    comments: tuple[_Record, ...] = ()
    history: tuple[_Record, ...] = ()


class Seed(_Part):
    organization: dict[str, Any]
    settings: OrgSettings = OrgSettings()
    api_user: str
    objects: dict[str, dict[str, Any]] = {}
    """What the org adds to the standard objects: fields, record types, rules and sharing, as localorg/schema/objects has them."""
    data_category_groups: tuple[DataCategoryGroup, ...] = ()
    roles: tuple[_Record, ...] = ()
    profiles: tuple[_Profile, ...]
    permission_sets: tuple[_PermissionSet, ...] = ()
    users: tuple[_User, ...]
    queues: tuple[_Queue, ...] = ()
    assignment_rules: tuple[_AssignmentRule, ...] = ()
    business_hours: tuple[_Record, ...] = ()
    holidays: tuple[_Record, ...] = ()
    milestone_types: tuple[_Record, ...] = ()
    entitlement_processes: tuple[_EntitlementProcess, ...] = ()
    accounts: tuple[_Record, ...] = ()
    contacts: tuple[_Record, ...] = ()
    assets: tuple[_Record, ...] = ()
    entitlements: tuple[_Record, ...] = ()
    cases: tuple[_Case, ...] = ()
    credits: tuple[_Record, ...] = ()
    service_requests: tuple[_Record, ...] = ()
    records: dict[str, tuple[_Record, ...]] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        """Raises SeedError."""
        try:
            return cls.model_validate(load_yaml(path.read_text(encoding="utf-8")))
        except OSError as error:
            raise SeedError(f"the seed {path} cannot be read: {error.strerror}") from error
        except yaml.YAMLError as error:
            raise SeedError(f"the seed {path} is not YAML: {error}") from error
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise SeedError(f"the seed {path} does not fit at {where}: {first['msg']}") from error

    def org_schema(self) -> Schema:
        """The objects of the org. Raises SeedError."""
        try:
            schema = extended_schema(self.objects, self.data_category_groups)
            for definition in schema:
                for rule in definition.validation_rules:
                    parse_formula(rule.error_condition_formula)
                for shared in definition.sharing_rules:
                    parse_query(f"SELECT Id FROM {definition.name} WHERE {shared.criteria}")
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(step) for step in first["loc"])
            raise SeedError(f"the seed's objects do not fit at {where}: {first['msg']}") from error
        except KeyError as error:
            raise SeedError(f"an object of the seed's own needs {error}") from error
        except FormulaError as error:
            raise SeedError(f"the seed's objects: {error}") from error
        except ApiError as error:
            raise SeedError(f"the criteria of a sharing rule cannot be read: {error.message}") from error
        return schema

    def internal_users(self) -> Iterator[_User]:
        return (user for user in self.users if "ContactId" not in user.fields)

    def customer_users(self) -> Iterator[_User]:
        return (user for user in self.users if "ContactId" in user.fields)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the org is and who its connected app acts as."""

    organization_id: RecordId
    api_user_id: RecordId


def apply_seed(connection: sqlite3.Connection, schema: Schema, org_name: str, seed: Seed, now: datetime) -> Identity:
    """Fills an empty org. Raises SeedError; nothing may then be committed."""
    return _Sower(connection, schema, org_name, seed, now).sow()


@dataclass
class _Sower:
    connection: sqlite3.Connection
    schema: Schema
    org_name: str
    seed: Seed
    now: datetime
    refs: dict[str, RecordId] = field(default_factory=dict)
    records: Records = field(init=False)

    def sow(self) -> Identity:
        seed = self.seed
        instance = instance_code(self.org_name)
        api_user_id = self._api_user_id(instance)
        caller = Caller(api_user_id, self.now, auto_assign=False, seeding=True)
        self.records = Records(self.connection, self.schema, instance, caller)
        organization_id = self._create("Organization", _Record.model_validate(seed.organization))
        for definition in self.schema:
            ensure_record_types(self.records, definition)
        self._create_all("UserRole", seed.roles)
        for profile in seed.profiles:
            self._create_profile(profile)
        self._create_users(seed.internal_users())
        self._create_queues()
        self._create_assignment_rules()
        self._create_all("BusinessHours", seed.business_hours)
        self._create_all("Holiday", seed.holidays)
        self._create_all("MilestoneType", seed.milestone_types)
        self._create_entitlement_processes()
        self._create_all("Account", seed.accounts)
        self._create_all("Contact", seed.contacts)
        self._create_users(seed.customer_users())
        for permission_set in seed.permission_sets:
            self._create_permission_set(permission_set)
        self._create_all("Asset", seed.assets)
        self._create_all("Entitlement", seed.entitlements)
        for case in seed.cases:
            self._create_case(case)
        self._create_all("Credit__c", seed.credits)
        self._create_all("Service_Request__c", seed.service_requests)
        for object_name, records in seed.records.items():
            self._create_all(object_name, records)
        return Identity(organization_id, api_user_id)

    def _api_user_id(self, instance: str) -> RecordId:
        """Known before the user exists, for everything is created by the API user."""
        refs = [user.ref for user in self.seed.internal_users()]
        wanted = self.seed.api_user.removeprefix("@")
        if wanted not in refs:
            raise SeedError(f"api_user is {self.seed.api_user!r}, but no user without ContactId has that ref")
        return numbered_id(self.schema.get("User").key_prefix, instance, refs.index(wanted) + 1)

    def _create_all(self, object_name: str, records: Iterator[_Record] | tuple[_Record, ...]) -> None:
        for record in records:
            self._create(object_name, record)

    def _create_profile(self, profile: _Profile) -> None:
        profile_id = self._create("Profile", profile)
        if profile.permissions is not None:
            name = f"X{profile_id}"
            values = {"Name": name, "Label": name, "ProfileId": profile_id, "IsOwnedByProfile": True}
            self._permit(self._save("PermissionSet", values, name), profile.permissions)

    def _create_permission_set(self, given: _PermissionSet) -> None:
        permission_set_id = self._create("PermissionSet", given, {"Label": given.fields.get("Name")})
        self._permit(permission_set_id, given.permissions)
        for ref in given.assigned_to:
            values = {"PermissionSetId": permission_set_id, "AssigneeId": self._id_of(ref)}
            self._save("PermissionSetAssignment", values, ref)

    def _permit(self, permission_set_id: RecordId, permissions: dict[str, _ObjectPermission]) -> None:
        for name, permission in permissions.items():
            definition = self.schema.find(name)
            if definition is None:
                raise SeedError(f"the seed permits {name}, an object this org does not know")
            of_set = {"ParentId": permission_set_id, "SobjectType": definition.name}
            rights = {f"Permissions{right}": True for right in permission.rights}
            self._save("ObjectPermissions", {**of_set, **rights}, name)
            for known in definition.fields:
                if is_permissionable(definition, known) and known.name not in permission.hidden:
                    values = {**of_set, "Field": f"{definition.name}.{known.name}", "PermissionsRead": True}
                    self._save(
                        "FieldPermissions", {**values, "PermissionsEdit": known.name not in permission.read_only}, name
                    )

    def _create_users(self, users: Iterator[_User]) -> None:
        names = {"TimeZoneSidKey": "TimeZoneSidKey", "LocaleSidKey": "DefaultLocaleSidKey"}
        company = {name: self.seed.organization[key] for name, key in names.items() if key in self.seed.organization}
        for user in users:
            user_id = self._create("User", user, company)
            self._change_of_user("UserLogin", user_id, user.login)
            self._change_of_user("TwoFactorMethodsInfo", user_id, user.methods)

    def _change_of_user(self, object_name: str, user_id: RecordId, values: dict[str, bool]) -> None:
        definition = self.schema.get(object_name)
        (own,) = self.records.rows.matching(definition, "UserId", user_id)
        try:
            self.records.update(definition, RecordId(str(own["Id"])), values)
        except ApiError as error:
            raise SeedError(f"the seed's {object_name} of {user_id} is refused: {error.message}") from error

    def _create_queues(self) -> None:
        for queue in self.seed.queues:
            group = _Record(ref=queue.ref, Type="Queue", **queue.fields)
            queue_id = self._create("Group", group)
            for served in queue.objects:
                self._save("QueueSobject", {"QueueId": queue_id, "SobjectType": served}, served)
            for member in queue.members:
                self._save("GroupMember", {"GroupId": queue_id, "UserOrGroupId": self._id_of(member)}, member)

    def _create_entitlement_processes(self) -> None:
        for process in self.seed.entitlement_processes:
            process_id = self._create("SlaProcess", process)
            for position, one in enumerate(process.milestones):
                kind = self._id_of(one.type)
                add_milestone(self.records, process_id, position, kind, one.minutes, one.criteria, one.completed_when)

    def _create_assignment_rules(self) -> None:
        for rule in self.seed.assignment_rules:
            values = {"Name": rule.name, "SobjectType": rule.object, "Active": rule.active}
            rule_id = self._save("AssignmentRule", values, rule.name)
            for position, entry in enumerate(rule.entries):
                add_entry(self.records, rule_id, position, entry.when, self._id_of(entry.assign_to))

    def _create_case(self, case: _Case) -> None:
        related = [*case.comments, *case.history]
        moments = [str(self._moment(part.fields["CreatedDate"])) for part in related if "CreatedDate" in part.fields]
        record = _Record(ref=case.ref, **case.fields)
        last = max([*moments, str(self._moment(case.fields.get("CreatedDate", to_wire(self.now))))])
        case_id = self._create("Case", record, {"LastModifiedDate": last})
        for comment in case.comments:
            self._create("CaseComment", comment, {"ParentId": case_id})
        for entry in case.history:
            self._create("CaseHistory", entry, {"CaseId": case_id, "DataType": "Text"})

    def _create(self, object_name: str, record: _Record, defaults: Mapping[str, JsonValue] = _NO_DEFAULTS) -> RecordId:
        definition = self.schema.find(object_name)
        if definition is None:
            raise SeedError(f"the seed has records of {object_name}, an object this org does not know")
        values = self._dated({**defaults, **self._resolved(definition, record.fields)})
        record_id = self._save(object_name, values, record.ref or str(record.fields))
        if record.ref:
            if record.ref in self.refs:
                raise SeedError(f"the seed uses the ref {record.ref!r} twice")
            self.refs[record.ref] = record_id
        return record_id

    def _save(self, object_name: str, values: _Values, named: str) -> RecordId:
        try:
            return self.records.create(self.schema.get(object_name), values)
        except ApiError as error:
            raise SeedError(f"the seed's {object_name} {named!r} is refused: {error.message}") from error

    def _resolved(self, definition: SObject, fields: _Values) -> _Values:
        resolved: _Values = {}
        for name, value in fields.items():
            known = definition.field(name)
            if known and known.is_id and isinstance(value, str) and value.startswith("@"):
                resolved[name] = self._id_of(value)
            elif known and known.type is FieldType.DATETIME:
                resolved[name] = self._moment(value)
            else:
                resolved[name] = value
        return resolved

    def _dated(self, values: _Values) -> _Values:
        """What is not said to have been changed later was last changed when it was created."""
        created = values.get("CreatedDate")
        if created is None:
            return values
        changed = values.get("LastModifiedDate", created)
        return {"LastModifiedDate": changed, "SystemModstamp": changed, **values}

    def _id_of(self, ref: str) -> RecordId:
        found = self.refs.get(ref.removeprefix("@"))
        if found is None:
            raise SeedError(f"the seed speaks of {ref!r} before any record has that ref")
        return found

    def _moment(self, value: object) -> JsonValue:
        if isinstance(value, datetime):
            return to_wire(value)
        matched = _OFFSET.fullmatch(value) if isinstance(value, str) else None
        if matched is None:
            return value
        sign, *parts = matched.groups()
        days, hours, minutes = (int(part or 0) for part in parts)
        away = timedelta(days=days, hours=hours, minutes=minutes)
        moment = self.now + away if sign == "+" else self.now - away
        return to_wire(moment.replace(microsecond=0))
