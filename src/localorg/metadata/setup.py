"""Deployed roles, groups, queues, permission sets and assignment rules, as the records that they are in the org."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from xml.etree.ElementTree import Element

from localorg.automations.assignment import add_entry, forget_entries
from localorg.errors import ApiError
from localorg.ids import RecordId
from localorg.metadata.errors import NotComputedError, RefusedError
from localorg.metadata.filters import formula_of
from localorg.metadata.models import Component, ComponentName, Problem
from localorg.records.service import Records
from localorg.records.values import JsonValue
from localorg.soap.xml import child_text, children, parse_xml
from localorg.storage.database import savepoint

_OBJECT_RIGHTS: Final = {
    "allowRead": "PermissionsRead",
    "allowCreate": "PermissionsCreate",
    "allowEdit": "PermissionsEdit",
    "allowDelete": "PermissionsDelete",
    "viewAllRecords": "PermissionsViewAllRecords",
    "modifyAllRecords": "PermissionsModifyAllRecords",
}
_USER_RIGHTS: Final = {"ViewAllData": "PermissionsViewAllData", "ModifyAllData": "PermissionsModifyAllData"}
_Values = dict[str, JsonValue]


def set_up(records: Records, components: Iterable[Component]) -> Iterator[Problem]:
    """Makes or changes the records; what cannot be is told."""
    order = list(_MAKERS)
    own = [component for component in components if component.name.type in _MAKERS]
    for component in sorted(own, key=lambda one: order.index(one.name.type)):
        try:
            with savepoint(records.connection):
                _MAKERS[component.name.type](
                    records, component.name.full_name, parse_xml(component.files[component.file_name])
                )
        except RefusedError as error:
            yield Problem(component.name, component.file_name, str(error))
        except ApiError as error:
            yield Problem(component.name, component.file_name, error.message)
        except NotComputedError as error:
            text = f"{component.name.full_name} is stored, but has no effect here: this org does not compute {error}"
            yield Problem(component.name, component.file_name, text, warning=True)


def take_down(records: Records, name: ComponentName) -> None:
    """The record that a component has made. Raises RefusedError."""
    found = _RECORDS[name.type](records, name.full_name) if name.type in _RECORDS else None
    if found is None:
        return
    object_name, record_id = found
    if object_name == "Group" and records.rows.matching(records.schema.get("Case"), "OwnerId", record_id):
        raise RefusedError("This queue cannot be deleted because it owns records")
    if object_name == "AssignmentRule":
        forget_entries(records, record_id)
        records.rows.update(records.schema.get(object_name), record_id, {"IsDeleted": 1})
        return
    try:
        records.delete(records.schema.get(object_name), record_id)
    except ApiError as error:
        raise RefusedError(error.message) from None


def _role(records: Records, name: str, element: Element) -> None:
    parent = child_text(element, "parentRole")
    values: _Values = {"Name": child_text(element, "name"), "DeveloperName": name}
    values["ParentRoleId"] = _named(records, "UserRole", "DeveloperName", parent, "parentRole") if parent else None
    _put(records, "UserRole", _find(records, "UserRole", "DeveloperName", name), values)


def _group(records: Records, name: str, element: Element) -> None:
    _put_group(records, name, {"Name": child_text(element, "name"), "Type": "Regular"})


def _queue(records: Records, name: str, element: Element) -> None:
    queue_id = _put_group(
        records,
        name,
        {
            "Name": child_text(element, "name"),
            "Type": "Queue",
            "Email": child_text(element, "email"),
            "DoesSendEmailToMembers": child_text(element, "doesSendEmailToMembers") == "true",
        },
    )
    served = [child_text(one, "sobjectType") or "" for one in children(element, "queueSobject")]
    for object_name in served:
        if records.schema.find(object_name) is None:
            raise RefusedError(f"In field: sobjectType - no CustomObject named {object_name} found")
    _replace(records, "QueueSobject", "QueueId", queue_id, [{"SobjectType": one} for one in served])
    members = [{"UserOrGroupId": one} for part in children(element, "queueMembers") for one in _members(records, part)]
    _replace(records, "GroupMember", "GroupId", queue_id, members)


def _members(records: Records, element: Element) -> Iterator[RecordId]:
    for kind, (tag, object_name, column) in {
        "users": ("user", "User", "Username"),
        "publicGroups": ("publicGroup", "Group", "DeveloperName"),
    }.items():
        for one in (one for group in children(element, kind) for one in children(group, tag)):
            yield _named(records, object_name, column, (one.text or "").strip(), tag)
    for one in (one for group in children(element, "roles") for one in children(group, "role")):
        role_id = _named(records, "UserRole", "DeveloperName", (one.text or "").strip(), "role")
        yield _group_of_role(records, role_id)


def _group_of_role(records: Records, role_id: RecordId) -> RecordId:
    groups = records.rows.matching(records.schema.get("Group"), "RelatedId", role_id)
    known = next((RecordId(str(row["Id"])) for row in groups if row["Type"] == "Role"), None)
    return known or _put(records, "Group", None, {"Name": str(role_id), "Type": "Role", "RelatedId": role_id})


def _permission_set(records: Records, name: str, element: Element) -> None:
    label = child_text(element, "label")
    values: _Values = {"Name": name, "Label": label, "Description": child_text(element, "description")}
    granted = {child_text(one, "name") for one in children(element, "userPermissions") if _is_true(one, "enabled")}
    values |= {column: right in granted for right, column in _USER_RIGHTS.items()}
    set_id = _put(records, "PermissionSet", _find(records, "PermissionSet", "Name", name), values)
    objects: list[_Values] = []
    for one in children(element, "objectPermissions"):
        object_name = child_text(one, "object") or ""
        if (definition := records.schema.find(object_name)) is None:
            raise RefusedError(f"In field: field - no CustomObject named {object_name} found")
        rights: _Values = {column: _is_true(one, right) for right, column in _OBJECT_RIGHTS.items()}
        objects.append({"SobjectType": definition.name, **rights})
    _replace(records, "ObjectPermissions", "ParentId", set_id, objects)
    fields: list[_Values] = []
    for one in children(element, "fieldPermissions"):
        named = child_text(one, "field") or ""
        owner = records.schema.find(named.partition(".")[0])
        known = owner.field(named.partition(".")[2]) if owner else None
        if owner is None or known is None:
            raise RefusedError(f"In field: field - no CustomField named {named} found")
        reads: _Values = {"PermissionsRead": _is_true(one, "readable"), "PermissionsEdit": _is_true(one, "editable")}
        fields.append({"SobjectType": owner.name, "Field": f"{owner.name}.{known.name}", **reads})
    _replace(records, "FieldPermissions", "ParentId", set_id, fields)


def _assignment_rule(records: Records, full_name: str, element: Element) -> None:
    """Of an object's rules one is active: this one from now on, if it says so."""
    object_name, _, name = full_name.partition(".")
    definition = records.schema.find(object_name)
    if definition is None or definition.name != "Case":
        raise RefusedError(f"Entity of type 'AssignmentRules' named '{object_name}' cannot be found")
    entries = [
        (formula_of(entry, definition, records.schema), _assignee(records, entry))
        for entry in children(element, "ruleEntry")
    ]
    rules, active = records.schema.get("AssignmentRule"), _is_true(element, "active")
    for row in records.rows.matching(rules, "SobjectType", definition.name):
        if active and row["Name"] != name:
            records.rows.update(rules, str(row["Id"]), {"Active": 0})
    known = _assignment_rule_id(records, full_name)
    rule_id = _put(records, rules.name, known, {"Name": name, "SobjectType": definition.name, "Active": active})
    forget_entries(records, rule_id)
    for position, (formula, owner) in enumerate(entries):
        add_entry(records, rule_id, position, formula, owner)


def _assignee(records: Records, entry: Element) -> RecordId | None:
    """None leaves the owner as it is."""
    name = child_text(entry, "assignedTo")
    if name is None:
        return None
    if child_text(entry, "assignedToType") == "Queue":
        return _named(records, "Group", "DeveloperName", name, "assignedTo")
    return _named(records, "User", "Username", name, "assignedTo")


def _assignment_rule_id(records: Records, full_name: str) -> RecordId | None:
    object_name, _, name = full_name.partition(".")
    rows = records.rows.matching(records.schema.get("AssignmentRule"), "Name", name)
    return next((RecordId(str(row["Id"])) for row in rows if row["SobjectType"] == object_name), None)


def _put_group(records: Records, name: str, values: _Values) -> RecordId:
    groups = records.rows.matching(records.schema.get("Group"), "DeveloperName", name)
    known = next((RecordId(str(row["Id"])) for row in groups if row["Type"] == values["Type"]), None)
    return _put(records, "Group", known, {**values, "DeveloperName": name})


def _put(records: Records, object_name: str, known: RecordId | None, values: _Values) -> RecordId:
    definition = records.schema.get(object_name)
    if known is None:
        return records.create(definition, values)
    records.update(definition, known, values)
    return known


def _replace(
    records: Records,
    object_name: str,
    parent_field: str,
    parent_id: RecordId,
    values: Iterable[Mapping[str, JsonValue]],
) -> None:
    definition = records.schema.get(object_name)
    for row in records.rows.matching(definition, parent_field, parent_id):
        records.delete(definition, RecordId(str(row["Id"])))
    for one in values:
        records.create(definition, {parent_field: parent_id, **one})


def _find(records: Records, object_name: str, column: str, value: str) -> RecordId | None:
    found = records.rows.matching(records.schema.get(object_name), column, value)
    return RecordId(str(found[0]["Id"])) if found else None


def _named(records: Records, object_name: str, column: str, value: str, tag: str) -> RecordId:
    found = _find(records, object_name, column, value)
    if found is None:
        raise RefusedError(f"In field: {tag} - no {_SHOWN.get(object_name, object_name)} named {value} found")
    return found


def _is_true(element: Element, tag: str) -> bool:
    return child_text(element, tag) == "true"


def _by(object_name: str, column: str) -> Callable[[Records, str], tuple[str, RecordId] | None]:
    def find(records: Records, name: str) -> tuple[str, RecordId] | None:
        found = _find(records, object_name, column, name)
        return (object_name, found) if found else None

    return find


def _rule_record(records: Records, name: str) -> tuple[str, RecordId] | None:
    found = _assignment_rule_id(records, name)
    return ("AssignmentRule", found) if found else None


_SHOWN: Final = {"UserRole": "Role"}
_MAKERS: Final[Mapping[str, Callable[[Records, str, Element], None]]] = {
    "Role": _role,
    "Group": _group,
    "Queue": _queue,
    "PermissionSet": _permission_set,
    "AssignmentRule": _assignment_rule,
}
"""In the order in which one may speak of another."""
SET_UP: Final = frozenset(_MAKERS)
"""The types whose components are records."""
_RECORDS: Final[Mapping[str, Callable[[Records, str], tuple[str, RecordId] | None]]] = {
    "Role": _by("UserRole", "DeveloperName"),
    "Group": _by("Group", "DeveloperName"),
    "Queue": _by("Group", "DeveloperName"),
    "PermissionSet": _by("PermissionSet", "Name"),
    "AssignmentRule": _rule_record,
}
