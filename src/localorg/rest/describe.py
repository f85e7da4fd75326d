"""What the org says of its objects: the list, the short and the full description."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from localorg.answers import json_answer
from localorg.rest.context import data_path, org_of, sobject_of
from localorg.schema.models import ChildRelationship, Field, FieldType, Schema, SObject

_LARGEST_BATCH = 200
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
}


async def list_objects(request: Request) -> Response:
    path = data_path(request)
    sobjects = [_summary(definition, path) for definition in org_of(request).schema]
    return json_answer({"encoding": "UTF-8", "maxBatchSize": _LARGEST_BATCH, "sobjects": sobjects})


async def basic_information(request: Request) -> Response:
    return json_answer({"objectDescribe": _summary(sobject_of(request), data_path(request)), "recentItems": []})


async def describe_object(request: Request) -> Response:
    definition, schema, path = sobject_of(request), org_of(request).schema, data_path(request)
    return json_answer(describe(definition, schema, path))


def describe(definition: SObject, schema: Schema, path: str) -> dict[str, Any]:
    return {
        **_summary(definition, path),
        "actionOverrides": [],
        "childRelationships": [_child(child) for child in schema.child_relationships(definition)],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(field, definition) for field in definition.fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [_master_record_type()],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": "All records", "name": "everything"}],
    }


def _summary(definition: SObject, path: str) -> dict[str, Any]:
    address = f"{path}/sobjects/{definition.name}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": definition.createable,
        "custom": definition.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": definition.deletable,
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
        "searchable": False,
        "triggerable": True,
        "undeletable": False,
        "updateable": definition.updateable,
        "urls": {"sobject": address, "describe": f"{address}/describe", "rowTemplate": address + "/{ID}"},
    }


def _field(field: Field, definition: SObject) -> dict[str, Any]:
    filterable = not field.is_long_text
    return {
        "aggregatable": filterable,
        "aiPredictionField": False,
        "autoNumber": field.auto_number is not None,
        "byteLength": field.length * (1 if field.is_id else 3),
        "calculated": field.formula is not None,
        "calculatedFormula": None,
        "cascadeDelete": field.cascade_delete,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": None,
        "controllerName": None,
        "createable": field.createable and definition.createable,
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
        "filterable": filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": filterable and not field.is_number,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.external_id or field.type is FieldType.ID,
        "inlineHelpText": None,
        "label": field.label,
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name == definition.name_field,
        "namePointing": field.polymorphic,
        "nillable": not field.required and field.type not in (FieldType.ID, FieldType.BOOLEAN),
        "permissionable": field.custom,
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
        "sortable": filterable,
        "type": field.type.value,
        "unique": field.unique,
        "updateable": field.updateable and definition.updateable,
        "writeRequiresMasterRead": False,
    }


def _picklist_value(value: str, field: Field) -> dict[str, Any]:
    return {"active": True, "defaultValue": value == field.default, "label": value, "validFor": None, "value": value}


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


def _master_record_type() -> dict[str, Any]:
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": "012000000000000AAA",
        "urls": {},
    }
