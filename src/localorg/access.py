"""What one user may see and do: objects and fields by profile and permission sets, records by sharing.

A profile that has no permission set of its own permits every object and field. Records are open to all internal users
until an object's sharing model says otherwise; customers and guests begin with nothing but what is theirs.
"""

import sqlite3
from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from functools import cached_property
from typing import Final

from localorg.ids import RecordId
from localorg.knowledge.visibility import hidden_by_category, visible_outside
from localorg.schema.data_categories import ARTICLE_OBJECTS
from localorg.schema.loader import SYSTEM_FIELD_NAMES
from localorg.schema.models import Field, Schema, SharedTo, SharingModel, SObject
from localorg.storage.quoting import quoted


class Level(IntEnum):
    """Of access to a record; ALL is what its owner has, who may also delete and share it."""

    READ = 1
    EDIT = 2
    ALL = 3


_GRANTED_TO_ALL: Final[Mapping[SharingModel, int]] = {
    SharingModel.PRIVATE: 0,
    SharingModel.READ: Level.READ,
    SharingModel.READ_WRITE: Level.EDIT,
    SharingModel.FULL_ACCESS: Level.ALL,
}
_LEVEL_NAMES: Final = {Level.READ: ("Read", "Edit", "All"), Level.EDIT: ("Edit", "All"), Level.ALL: ("All",)}
_RIGHTS: Final = ("Read", "Create", "Edit", "Delete", "ViewAllRecords", "ModifyAllRecords")
_INTERNAL_TYPES: Final = frozenset({"Standard", None})
_NOBODY: Final = "0"
EVERYTHING: Final = "1"

_SUBORDINATES: Final = """
WITH RECURSIVE below (id) AS (
    SELECT "Id" FROM "UserRole" WHERE "ParentRoleId" = ?
    UNION SELECT role."Id" FROM "UserRole" AS role JOIN below ON role."ParentRoleId" = below.id)
SELECT "Id" FROM "User" WHERE "UserRoleId" IN (SELECT id FROM below)
"""
_GROUPS: Final = """
WITH RECURSIVE holding (id) AS (
    SELECT "GroupId" FROM "GroupMember" WHERE "UserOrGroupId" IN ({0}) AND "IsDeleted" = 0
    UNION SELECT "Id" FROM "Group" WHERE "Type" = 'Role' AND "RelatedId" IN ({1})
    UNION SELECT member."GroupId" FROM "GroupMember" AS member
          JOIN holding ON member."UserOrGroupId" = holding.id WHERE member."IsDeleted" = 0)
SELECT id FROM holding
"""
_PERMISSION_SETS: Final = """
SELECT "Id", "IsOwnedByProfile", "PermissionsViewAllData", "PermissionsModifyAllData" FROM "PermissionSet"
WHERE "IsDeleted" = 0 AND ("ProfileId" = ? AND "IsOwnedByProfile" = 1
   OR "Id" IN (SELECT "PermissionSetId" FROM "PermissionSetAssignment" WHERE "AssigneeId" = ? AND "IsDeleted" = 0))
"""

Criteria = Callable[[SObject, str], str]
"""The ids, as SQL without parameters, of the records of an object that meet a condition of SOQL."""


class Access:
    """Sees and does everything: the org itself, and what it writes when it is filled."""

    def read_permissions(self) -> None:
        """Afterwards `may`, `sees` and `edits` need no database any more."""

    def owned_by(self, *, with_groups: bool) -> tuple[str, ...]:
        """Who counts as `mine` in USING SCOPE: the user, and the groups the user belongs to."""
        return ()

    def may(self, definition: SObject, right: str) -> bool:
        """`right` is one of Read, Create, Edit, Delete."""
        return True

    def sees(self, definition: SObject, known: Field) -> bool:
        return True

    def edits(self, definition: SObject, known: Field) -> bool:
        return True

    def records(self, definition: SObject, alias: str, level: Level = Level.READ) -> str:
        """A condition for the rows of `alias` that are open to the user at this level; EVERYTHING if all are."""
        return EVERYTHING

    def opens(self, definition: SObject, record_id: str, level: Level) -> bool:
        return True


UNLIMITED: Final = Access()


class UserAccess(Access):
    """Read from the org's own records, once for a query or a transaction."""

    def __init__(self, connection: sqlite3.Connection, schema: Schema, user_id: RecordId, criteria: Criteria) -> None:
        self._connection = connection
        self._schema = schema
        self._user_id = user_id
        self._criteria = criteria
        self._sql: dict[tuple[str, Level], str] = {}

    def read_permissions(self) -> None:
        if self._limited:
            _ = (self._all_data, self._objects, self._fields)

    @cached_property
    def _user(self) -> Mapping[str, str | None]:
        columns = '"ProfileId", "UserRoleId", "UserType", "ContactId", "AccountId", "Username"'
        row = self._connection.execute(f'SELECT {columns} FROM "User" WHERE "Id" = ?', (self._user_id,)).fetchone()
        return {name: row[name] for name in row.keys()} if row else {"UserType": "Guest"}  # noqa: SIM118

    @property
    def _internal(self) -> bool:
        return self._user.get("UserType") in _INTERNAL_TYPES

    @cached_property
    def _permission_sets(self) -> tuple[sqlite3.Row, ...]:
        values = (self._user.get("ProfileId"), self._user_id)
        return tuple(self._connection.execute(_PERMISSION_SETS, values))

    @cached_property
    def _limited(self) -> bool:
        return any(row["IsOwnedByProfile"] for row in self._permission_sets)

    @cached_property
    def _all_data(self) -> int:
        if any(row["PermissionsModifyAllData"] for row in self._permission_sets):
            return Level.ALL
        return Level.READ if any(row["PermissionsViewAllData"] for row in self._permission_sets) else 0

    @cached_property
    def _objects(self) -> Mapping[str, frozenset[str]]:
        """The rights on each object, by its name in lower case."""
        rights: dict[str, frozenset[str]] = {}
        columns = ", ".join(f'max("Permissions{right}") AS "{right}"' for right in _RIGHTS)
        sql = f'SELECT "SobjectType", {columns} FROM "ObjectPermissions" {self._of_sets()} GROUP BY "SobjectType"'
        for row in self._connection.execute(sql):
            rights[row["SobjectType"].lower()] = frozenset(right for right in _RIGHTS if row[right])
        return rights

    @cached_property
    def _fields(self) -> Mapping[str, tuple[bool, bool]]:
        """Whether each field can be read and edited, by `object.field` in lower case."""
        columns = 'max("PermissionsRead") AS reads, max("PermissionsEdit") AS edits'
        sql = f'SELECT "Field", {columns} FROM "FieldPermissions" {self._of_sets()} GROUP BY "Field"'
        rows = self._connection.execute(sql)
        return {row["Field"].lower(): (bool(row["reads"] or row["edits"]), bool(row["edits"])) for row in rows}

    def _of_sets(self) -> str:
        return f'WHERE "IsDeleted" = 0 AND "ParentId" IN ({_literals(row["Id"] for row in self._permission_sets)})'

    def may(self, definition: SObject, right: str) -> bool:
        if not self._limited or is_setup(definition):
            return True
        rights = self._objects.get(_governing(self._schema, definition).name.lower(), frozenset())
        wide = "ModifyAllRecords" in rights or self._all_data == Level.ALL
        return right in rights or wide or (right == "Read" and self._all_data >= Level.READ)

    def sees(self, definition: SObject, known: Field) -> bool:
        return self._field(definition, known)[0]

    def edits(self, definition: SObject, known: Field) -> bool:
        return self._field(definition, known)[1]

    def _field(self, definition: SObject, known: Field) -> tuple[bool, bool]:
        if not self._limited or not is_permissionable(definition, known) or is_setup(definition):
            return True, True
        return self._fields.get(f"{definition.name}.{known.name}".lower(), (False, False))

    @cached_property
    def _owners(self) -> tuple[str, ...]:
        subordinates = tuple(row[0] for row in self._connection.execute(_SUBORDINATES, (self._user.get("UserRoleId"),)))
        people = (self._user_id, *subordinates)
        return (*people, *self._groups_of(people))

    def owned_by(self, *, with_groups: bool) -> tuple[str, ...]:
        own = (self._user_id,)
        return (*own, *self._groups_of(own)) if with_groups else own

    def _groups_of(self, people: tuple[str, ...]) -> tuple[str, ...]:
        roles = f'SELECT "UserRoleId" FROM "User" WHERE "Id" IN ({_literals(people)}) AND "UserRoleId" IS NOT NULL'
        sql = _GROUPS.format(_literals(people), roles)
        return tuple(row[0] for row in self._connection.execute(sql))

    def records(self, definition: SObject, alias: str, level: Level = Level.READ) -> str:
        key = (definition.name, level)
        if key not in self._sql:
            self._sql[key] = self._condition(definition, level)
        return self._sql[key].replace("{}", alias)

    def opens(self, definition: SObject, record_id: str, level: Level) -> bool:
        condition = self.records(definition, "record", level)
        if condition == EVERYTHING:
            return True
        sql = f'SELECT 1 FROM {quoted(definition.name)} AS record WHERE record."Id" = ? AND {condition}'
        return self._connection.execute(sql, (record_id,)).fetchone() is not None

    def _condition(self, definition: SObject, level: Level) -> str:
        if self._all_data >= level or self._has_all_of(definition, level):
            return EVERYTHING
        model = definition.sharing_model if self._internal else definition.external_sharing_model
        if model is SharingModel.CONTROLLED_BY_PARENT:
            condition = self._through_parent(definition, level)
        elif model is not None and _GRANTED_TO_ALL[model] >= level:
            condition = EVERYTHING
        else:
            condition = f"({' OR '.join(self._ways(definition, level))})"
        condition = condition if self._internal else self._outside(definition, condition)
        return self._articles(condition) if definition.name in ARTICLE_OBJECTS else condition

    def _articles(self, condition: str) -> str:
        """Data categories hide articles, and outside the company only what is published for there is shown."""
        shown = [] if self._internal else [visible_outside(guest=self._user.get("UserType") == "Guest")]
        shown += hidden_by_category(self._schema.data_category_groups, self._holders)
        shown += [condition] if condition != EVERYTHING else []
        return f"({' AND '.join(shown)})" if shown else EVERYTHING

    @cached_property
    def _holders(self) -> frozenset[tuple[str, str]]:
        """The profile, role and permission sets of the user, by which data categories are granted."""
        profile = self._found('SELECT "Name" FROM "Profile" WHERE "Id" = ?', str(self._user.get("ProfileId")))
        role = self._found('SELECT "DeveloperName" FROM "UserRole" WHERE "Id" = ?', str(self._user.get("UserRoleId")))
        sets = f'SELECT "Name" FROM "PermissionSet" WHERE "Id" IN ({_literals(r["Id"] for r in self._permission_sets)})'
        held = {("permission_set", row["Name"]) for row in self._connection.execute(sets)}
        return frozenset(held | {("profile", profile or ""), ("role", role or "")})

    def _has_all_of(self, definition: SObject, level: Level) -> bool:
        rights = self._objects.get(definition.name.lower(), frozenset()) if self._permission_sets else frozenset()
        return "ModifyAllRecords" in rights or (level is Level.READ and "ViewAllRecords" in rights)

    def _through_parent(self, definition: SObject, level: Level) -> str:
        parent_field = definition.field(definition.parent_field or "")
        assert parent_field is not None, f"{definition.name} is controlled by a parent that its schema does not name"
        parent = self._schema.get(parent_field.reference_to[0])
        inside = self.records(parent, "parent", min(level, Level.EDIT))
        if inside == EVERYTHING:
            return EVERYTHING
        found = f'SELECT parent."Id" FROM {quoted(parent.name)} AS parent WHERE {inside}'
        return f"({{}}.{quoted(parent_field.name)} IN ({found}))"

    def _ways(self, definition: SObject, level: Level) -> list[str]:
        ways = []
        if definition.owner_field:
            ways.append(f"{{}}.{quoted(definition.owner_field)} IN ({_literals(self._owners)})")
        if level is not Level.ALL:
            ways += self._shares(definition, level)
            ways += [
                f'{{}}."Id" IN ({self._criteria(definition, rule.criteria)})'
                for rule in definition.sharing_rules
                if rule.access_level in _LEVEL_NAMES[level] and self._is_among(rule.shared_to)
            ]
            ways += [
                f"{{}}.{quoted(shared.field)} = {_literals((str(value),))}"
                for shared in definition.sharing_sets
                if not self._internal and (value := self._user.get(shared.user_field))
            ]
        return ways or [_NOBODY]

    def _shares(self, definition: SObject, level: Level) -> list[str]:
        share = self._schema.find(share_name(definition))
        if share is None or definition.owner_field != "OwnerId":
            return []
        parent, access = share.fields[1].name, share.fields[3].name
        names = ", ".join(f"'{name}'" for name in _LEVEL_NAMES[level])
        return [
            f'{{}}."Id" IN (SELECT {quoted(parent)} FROM {quoted(share.name)} WHERE "IsDeleted" = 0 '
            f'AND "UserOrGroupId" IN ({_literals(self._owners)}) AND {quoted(access)} IN ({names}))'
        ]

    def _is_among(self, shared: SharedTo) -> bool:
        if shared.all_internal_users:
            return self._internal
        if shared.guest_user:
            return self._user.get("UserType") == "Guest" and self._user.get("Username") == shared.guest_user
        if group := shared.group or shared.queue:
            return self._found('SELECT "Id" FROM "Group" WHERE "DeveloperName" = ?', group) in self._owners
        role = self._found('SELECT "Id" FROM "UserRole" WHERE "DeveloperName" = ?', shared.role or "")
        if shared.role and role is not None:
            return role == self._user.get("UserRoleId")
        top = self._found('SELECT "Id" FROM "UserRole" WHERE "DeveloperName" = ?', shared.role_and_subordinates or "")
        if top is None:
            return False
        below = {row[0] for row in self._connection.execute(_SUBORDINATES, (top,))}
        return top == self._user.get("UserRoleId") or self._user_id in below

    def _found(self, sql: str, name: str) -> str | None:
        row = self._connection.execute(sql, (name,)).fetchone()
        return row[0] if row else None

    def _outside(self, definition: SObject, condition: str) -> str:
        """Customers and guests never see what the company keeps for itself."""
        kept = [f"{{}}.{quoted(name)} = {int(value)}" for name, value in definition.external_filter.items()]
        if not kept:
            return condition
        return f"({' AND '.join([*kept, *([condition] if condition != EVERYTHING else [])])})"


def share_name(definition: SObject) -> str:
    return definition.name.replace("__c", "__Share") if definition.custom else f"{definition.name}Share"


def is_setup(definition: SObject) -> bool:
    """Objects of the org's own make-up, which no profile withholds."""
    return not definition.searchable and definition.owner_field != "OwnerId" and definition.parent_field is None


def is_permissionable(definition: SObject, known: Field) -> bool:
    """Whether a profile can withhold a field: not one that every record must have or that names it."""
    always = SYSTEM_FIELD_NAMES | _ALWAYS | {definition.name_field}
    return not known.required and known.name not in always


_ALWAYS: Final = frozenset({"OwnerId", "RecordTypeId", "CaseNumber", "IsClosed", "Status"})


def _governing(schema: Schema, definition: SObject) -> SObject:
    """Comments and histories have no permissions of their own but their parent's."""
    parent_field = definition.field(definition.parent_field) if definition.parent_field else None
    return schema.get(parent_field.reference_to[0]) if parent_field else definition


def _literals(ids: Iterable[str]) -> str:
    """Ids as SQL; they hold letters and digits only."""
    return ", ".join(f"'{one}'" for one in ids if one.isalnum())
