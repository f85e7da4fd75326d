"""What the org says of its objects: the list, the short and the full description."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from localorg.access import UNLIMITED, Access, is_permissionable
from localorg.answers import json_answer
from localorg.errors import not_found
from localorg.records.recent import recent_items
from localorg.rest.context import data_path, org_of, sobject_of, user_id
from localorg.schema.models import ChildRelationship, Field, FieldType, Schema, SObject
from localorg.soql.service import access_of

_LARGEST_BATCH = 200
_MASTER: Final = "012000000000000AAA"
_NO_RECORD_TYPES: Mapping[str, str] = {}
_SOAP_TYPES = {
    FieldType.ID: "tns:ID",
    FieldType.REFERENCE: "tns:ID",
    FieldType.BOOLEAN: "xsd:boolean",
    FieldType.INT: "xsd:int",
    FieldType.DOUBLE: "xsd:double",
    FieldType.CURRENCY: "xsd:double",
    FieldType.PERCENT: "xsd:double",
    FieldType.DATE: "xsd:date",
    FieldType.DATETIME: "xsd:dateTime",
    FieldType.TIME: "xsd:time",
}


async def list_objects(request: Request) -> Response:
    schema, path, access = org_of(request).schema, data_path(request), await access_for(request)
    sobjects = [_summary(one, path, access) for one in schema if access.may(one, "Read")]
    return json_answer({"encoding": "UTF-8", "maxBatchSize": _LARGEST_BATCH, "sobjects": sobjects})


async def basic_information(request: Request) -> Response:
    definition, access = await _readable(request)
    org, path, user = org_of(request), data_path(request), user_id(request)
    recent = await org.database.read(lambda c: recent_items(c, user, definition, path))
    return json_answer({"objectDescribe": _summary(definition, path, access), "recentItems": recent})


async def describe_object(request: Request) -> Response:
    definition, access = await _readable(request)
    org, path = org_of(request), data_path(request)
    sql = 'SELECT "Id", "DeveloperName" FROM "RecordType" WHERE "SobjectType" = ? AND "IsDeleted" = 0'
    rows = await org.database.read(lambda c: c.execute(sql, (definition.name,)).fetchall())
    record_types = {row["DeveloperName"]: row["Id"] for row in rows}
    return json_answer(describe(definition, org.schema, path, access, record_types))


async def access_for(request: Request) -> Access:
    """What the user of the request may see of objects and fields."""
    org, user = org_of(request), user_id(request)
    calendar = org.calendar()

    def load(connection: sqlite3.Connection) -> Access:
        access = access_of(connection, org.schema, calendar, user)
        access.read_permissions()
        return access

    return await org.database.read(load)


async def _readable(request: Request) -> tuple[SObject, Access]:
    """Raises ApiError NOT_FOUND for an object that the user cannot see either."""
    definition, access = sobject_of(request), await access_for(request)
    if not access.may(definition, "Read"):
        raise not_found()
    return definition, access


def describe(
    definition: SObject,
    schema: Schema,
    path: str,
    access: Access = UNLIMITED,
    record_types: Mapping[str, str] = _NO_RECORD_TYPES,
) -> dict[str, Any]:
    """`record_types`: the ids of the object's record types by their developer names."""
    return {
        **_summary(definition, path, access),
        "actionOverrides": [],
        "childRelationships": [_child(child) for child in schema.child_relationships(definition)],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(field, definition, access) for field in definition.fields if access.sees(definition, field)],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": _record_types(definition, path, record_types),
        "searchLayoutable": definition.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": label, "name": name} for name, label in _scopes(definition)],
    }


def _scopes(definition: SObject) -> Iterator[tuple[str, str]]:
    yield "everything", f"All {definition.label_plural.lower()}"
    if definition.owner_field == "OwnerId":
        yield "mine", f"My {definition.label_plural.lower()}"
        yield "mine_and_my_groups", f"My {definition.label_plural.lower()} and those of my groups"


def _summary(definition: SObject, path: str, access: Access) -> dict[str, Any]:
    address = f"{path}/sobjects/{definition.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": definition.createable and access.may(definition, "Create"),
        "custom": definition.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": definition.deletable and access.may(definition, "Delete"),
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": definition.key_prefix,
        "label": definition.label,
        "labelPlural": definition.label_plural,
        "layoutable": True,
        "mergeable": False,
        "mruEnabled": False,
        "name": definition.name,
        "queryable": True,
        "replicateable": True,
        "retrieveable": True,
        "searchable": definition.searchable,
        "triggerable": True,
        "undeletable": False,
        "updateable": definition.updateable and access.may(definition, "Edit"),
        "urls": {"sobject": address, "describe": f"{address}/describe", "rowTemplate": address + "/{ID}"},
    }


def _field(field: Field, definition: SObject, access: Access) -> dict[str, Any]:
    editable = access.edits(definition, field)
    return {
        "aggregatable": field.aggregatable,
        "aiPredictionField": False,
        "autoNumber": field.auto_number is not None,
        "byteLength": field.length * (1 if field.is_id else 3),
        "calculated": field.formula is not None,
        "calculatedFormula": None,
        "cascadeDelete": field.cascade_delete,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": None,
        "controllerName": None,
        "createable": field.createable and definition.createable and editable,
        "custom": field.custom,
        "defaultValue": field.default,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.default is not None or field.name == "OwnerId" or field.type is FieldType.BOOLEAN,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.precision if field.type is FieldType.INT else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": "plaintextarea" if field.type is FieldType.TEXTAREA else None,
        "filterable": field.filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": _is_id_lookup(field, definition),
        "inlineHelpText": None,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == definition.name_field,
        "namePointing": field.polymorphic,
        "nillable": not field.required and field.type not in (FieldType.ID, FieldType.BOOLEAN),
        "permissionable": is_permissionable(definition, field),
        "picklistValues": [_picklist_value(value, field) for value in field.values],
        "polymorphicForeignKey": field.polymorphic,
        "precision": 0 if field.type is FieldType.INT else field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "relationshipOrder": None,
        "restrictedDelete": field.restricted_delete,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": False,
        "soapType": _SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.sortable,
        "type": field.type.value,
        "unique": field.unique,
        "updateable": field.updateable and definition.updateable and editable,
        "writeRequiresMasterRead": False,
    }


def _picklist_value(value: str, field: Field) -> dict[str, Any]:
    label, default = field.label_of(value), value == field.default
    return {"active": True, "defaultValue": default, "label": label, "validFor": None, "value": value}


def _is_id_lookup(field: Field, definition: SObject) -> bool:
    """Whether a record can be named by the field's value: when importing, for example."""
    named = field.name == definition.name_field or (field.type is FieldType.EMAIL and field.indexed)
    return field.external_id or field.type is FieldType.ID or named


def _child(child: ChildRelationship) -> dict[str, Any]:
    return {
        "cascadeDelete": child.field.cascade_delete,
        "childSObject": child.child,
        "deprecatedAndHidden": False,
        "field": child.field.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": child.name,
        "restrictedDelete": child.field.restricted_delete,
    }


def _record_types(definition: SObject, path: str, ids: Mapping[str, str]) -> list[dict[str, Any]]:
    """The object's own, and Master, which stands for having none."""
    default = next((one.developer_name for one in definition.record_types if one.default), "Master")
    own = [
        _record_type(definition, path, one.label, one.developer_name, ids[one.developer_name], one.active, default)
        for one in definition.record_types
        if one.developer_name in ids
    ]
    return [*own, _record_type(definition, path, "Master", "Master", _MASTER, True, default)]


def _record_type(
    definition: SObject, path: str, label: str, name: str, record_type_id: str, active: bool, default: str
) -> dict[str, Any]:
    return {
        "active": active,
        "available": active,
        "defaultRecordTypeMapping": name == default,
        "developerName": name,
        "master": name == "Master",
        "name": label,
        "recordTypeId": record_type_id,
        "urls": {"layout": f"{path}/sobjects/{definition.name}/describe/layouts/{record_type_id}"},
    }
