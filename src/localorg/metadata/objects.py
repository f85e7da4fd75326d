"""Deployed objects and fields as the org's own definitions, so that they can be described, written and queried, and the
validation rules that refuse records from then on."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from localorg.formulas.evaluation import FormulaError, check, paths, unknown_functions
from localorg.metadata.models import Component, Problem
from localorg.schema.loader import object_of
from localorg.schema.models import Schema, SObject
from localorg.soap.xml import XmlError, child, child_text, children, parse_xml

_TYPES: Mapping[str, str] = {
    "Text": "string",
    "TextArea": "textarea",
    "LongTextArea": "textarea",
    "Html": "textarea",
    "EncryptedText": "string",
    "Email": "email",
    "Phone": "phone",
    "Url": "url",
    "Picklist": "picklist",
    "MultiselectPicklist": "multipicklist",
    "Checkbox": "boolean",
    "Number": "double",
    "Currency": "currency",
    "Percent": "percent",
    "Date": "date",
    "DateTime": "datetime",
    "Lookup": "reference",
    "MasterDetail": "reference",
    "AutoNumber": "string",
}
_NEED_LENGTH = frozenset({"Text", "LongTextArea", "Html", "EncryptedText"})
_NEED_PRECISION = frozenset({"Number", "Currency", "Percent"})
_WITHOUT_RECORDS = ("__e", "__mdt")
_STORED_ONLY = frozenset(
    {"Summary", "Location", "Time", "MetadataRelationship", "ExternalLookup", "IndirectLookup", "File"}
)


class _RefusedError(Exception):
    """The definition cannot be; the message says why."""


def new_definitions(components: Iterable[Component], schema: Schema, problems: list[Problem]) -> tuple[SObject, ...]:
    """The objects of `schema` that these components make or change; what cannot be is told in `problems`."""
    changed: dict[str, SObject] = {}
    listed = list(components)
    for component in listed:
        if component.name.type == "CustomObject" and schema.find(component.name.full_name) is None:
            _add(component, changed, schema, problems)
    for component in listed:
        if component.name.type == "CustomField":
            _extend(component, changed, schema, problems)
    for component in listed:
        if component.name.type == "ValidationRule":
            _restrict(component, changed, schema, problems)
    return tuple(changed.values())


def _add(component: Component, changed: dict[str, SObject], schema: Schema, problems: list[Problem]) -> None:
    name = component.name.full_name
    try:
        element = parse_xml(component.files[component.file_name])
        changed[name.lower()] = object_of(_object_document(name, element, _free_prefix(schema, changed)))
        if name.endswith(_WITHOUT_RECORDS):
            text = f"{name} is stored, but there are no events and no custom metadata records here"
            problems.append(Problem(component.name, component.file_name, text, warning=True))
    except (_RefusedError, XmlError, ValueError) as error:
        problems.append(_problem(component, error))


def _extend(component: Component, changed: dict[str, SObject], schema: Schema, problems: list[Problem]) -> None:
    object_name, _, field_name = component.name.full_name.rpartition(".")
    try:
        definition = changed.get(object_name.lower()) or schema.find(object_name)
        if definition is None:
            raise _RefusedError(f"Entity of type 'CustomObject' named '{object_name}' cannot be found")
        element = parse_xml(component.files[component.file_name])
        if child(element, "formula") is not None or child_text(element, "type") in _STORED_ONLY:
            text = f"{field_name} is stored, but it has no values here: this org computes no formulas of its own"
            problems.append(Problem(component.name, component.file_name, text, warning=True))
            return
        field = _field_document(field_name, element, schema, changed)
        changed[object_name.lower()] = with_field(definition, field)
    except (_RefusedError, XmlError, ValueError) as error:
        problems.append(_problem(component, error))


def _restrict(component: Component, changed: dict[str, SObject], schema: Schema, problems: list[Problem]) -> None:
    object_name, _, rule_name = component.name.full_name.rpartition(".")
    try:
        definition = changed.get(object_name.lower()) or schema.find(object_name)
        if definition is None:
            raise _RefusedError(f"Entity of type 'CustomObject' named '{object_name}' cannot be found")
        document = _rule_document(rule_name, parse_xml(component.files[component.file_name]), definition)
        if unknown := unknown_functions(document["errorConditionFormula"]):
            text = f"{rule_name} is stored, but refuses nothing here: this org does not compute {', '.join(unknown)}"
            problems.append(Problem(component.name, component.file_name, text, warning=True))
            document["active"] = False
        changed[object_name.lower()] = with_rule(definition, document)
    except FormulaError as error:
        problems.append(Problem(component.name, component.file_name, f"Error: {error}"))
    except (_RefusedError, XmlError, ValueError) as error:
        problems.append(_problem(component, error))


def _problem(component: Component, error: Exception) -> Problem:
    text = str(error) if isinstance(error, _RefusedError | XmlError) else "The definition cannot be understood"
    return Problem(component.name, component.file_name, text)


def with_field(definition: SObject, document: Mapping[str, Any]) -> SObject:
    """A field of the same name is replaced."""
    whole = definition.model_dump(by_alias=True)
    kept = [field for field in whole["fields"] if field["name"].lower() != document["name"].lower()]
    return SObject.model_validate({**whole, "fields": [*kept, document]})


def without_field(definition: SObject, name: str) -> SObject:
    whole = definition.model_dump(by_alias=True)
    kept = [field for field in whole["fields"] if field["name"].lower() != name.lower()]
    return SObject.model_validate({**whole, "fields": kept})


def with_rule(definition: SObject, document: Mapping[str, Any]) -> SObject:
    """A validation rule of the same name is replaced."""
    others = without_rule(definition, document["fullName"]).model_dump(by_alias=True)
    return SObject.model_validate({**others, "validationRules": [*others["validationRules"], document]})


def without_rule(definition: SObject, name: str) -> SObject:
    whole = definition.model_dump(by_alias=True)
    kept = [rule for rule in whole["validationRules"] if rule["fullName"].lower() != name.lower()]
    return SObject.model_validate({**whole, "validationRules": kept})


def rules_about(definition: SObject, field_name: str) -> tuple[str, ...]:
    """The names of the validation rules that ask for a field of the object itself."""
    return tuple(
        rule.full_name
        for rule in definition.active_validation_rules
        if any(path[0].lower() == field_name.lower() for path in paths(rule.error_condition_formula))
    )


def _free_prefix(schema: Schema, changed: Mapping[str, SObject]) -> str:
    taken = {definition.key_prefix for definition in (*schema, *changed.values())}
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    return next(prefix for first in letters for second in letters if (prefix := f"a{first}{second}") not in taken)


def _object_document(name: str, element: Element, prefix: str) -> dict[str, Any]:
    if not name.endswith(("__c", *_WITHOUT_RECORDS)):
        raise _RefusedError(f"Entity of type 'CustomObject' named '{name}' cannot be found")
    label, plural = child_text(element, "label"), child_text(element, "pluralLabel")
    name_field = child(element, "nameField")
    if label is None:
        raise _RefusedError("Required field is missing: label")
    if name.endswith("__c") and (plural is None or child_text(element, "sharingModel") is None):
        raise _RefusedError(f"Required field is missing: {'sharingModel' if plural else 'pluralLabel'}")
    if name.endswith("__c") and name_field is None:
        raise _RefusedError("Must specify a nameField of type Text or AutoNumber")
    named: dict[str, Any] = {
        "name": "Name",
        "label": child_text(name_field, "label") or "Name",
        "type": "string",
        "length": 80,
    }
    if child_text(name_field, "type") == "AutoNumber":
        named["autoNumber"] = _auto_number(name_field)
    owner = {
        "name": "OwnerId",
        "label": "Owner ID",
        "type": "reference",
        "referenceTo": ["Group", "User"],
        "relationshipName": "Owner",
    }
    fields = [named] if child_text(element, "sharingModel") == "ControlledByParent" else [named, owner]
    document: dict[str, Any] = {"name": name, "label": label, "labelPlural": plural or label, "keyPrefix": prefix}
    document["fields"] = fields
    if name.endswith(_WITHOUT_RECORDS):
        document |= {"createable": False, "updateable": False, "deletable": False}
    return document


def _rule_document(name: str, element: Element, definition: SObject) -> dict[str, Any]:
    told = {tag: child_text(element, tag) for tag in ("active", "errorConditionFormula", "errorMessage")}
    missing = next((tag for tag, text in told.items() if text is None), None)
    if missing is not None:
        raise _RefusedError(f"Required field is missing: {missing}")
    formula, shown = told["errorConditionFormula"] or "", child_text(element, "errorDisplayField")
    check(formula)
    own = [path[0] for path in paths(formula) if len(path) == 1]
    unknown = next((one for one in (*own, *filter(None, (shown,))) if definition.field(one) is None), None)
    if unknown is not None:
        raise _RefusedError(f"Field {unknown} does not exist. Check spelling.")
    return {**told, "fullName": name, "errorDisplayField": shown, "active": told["active"] == "true"}


def _auto_number(element: Element | None) -> dict[str, Any]:
    shape = child_text(element, "displayFormat") or "{0}"
    if "{" not in shape or "}" not in shape:
        raise _RefusedError("The displayFormat of an AutoNumber must hold a number like {0000}")
    start = child_text(element, "startingNumber") or "1"
    return {"displayFormat": shape, "start": int(start) if start.isdigit() else 1}


def _field_document(name: str, element: Element, schema: Schema, changed: Mapping[str, SObject]) -> dict[str, Any]:
    kind, label = child_text(element, "type"), child_text(element, "label")
    if kind is None or label is None:
        raise _RefusedError(f"Required field is missing: {'label' if kind else 'type'}")
    if not name.endswith("__c"):
        raise _RefusedError(f"Field {name} is no custom field: its name must end in __c")
    if kind not in _TYPES:
        raise _RefusedError(f"'{kind}' is not a valid value for the enum 'FieldType'")
    document: dict[str, Any] = {"name": name, "label": label, "type": _TYPES[kind]}
    if kind in _NEED_LENGTH:
        document["length"] = _number(element, "length", kind)
    if kind in _NEED_PRECISION:
        document |= {"precision": _number(element, "precision", kind), "scale": _number(element, "scale", kind)}
    if kind == "AutoNumber":
        document |= {"autoNumber": _auto_number(element), "length": 30}
    if kind in ("Picklist", "MultiselectPicklist"):
        document |= _picklist(element)
    if kind in ("Lookup", "MasterDetail"):
        document |= _reference(name, element, kind, schema, changed)
    if kind == "Checkbox":
        document["default"] = _is_true(element, "defaultValue")
    flags = {"required": "required", "unique": "unique", "externalId": "externalId", "caseSensitive": "caseSensitive"}
    document |= {key: True for key, tag in flags.items() if _is_true(element, tag)}
    return document


def _number(element: Element, name: str, kind: str) -> int:
    text = child_text(element, name)
    if text is None or not text.isdigit() or len(text) > 6:
        raise _RefusedError(f"Must specify '{name}' for a {kind} field")
    return int(text)


def _picklist(element: Element) -> dict[str, Any]:
    value_set = child(element, "valueSet")
    values = list(children(child(value_set, "valueSetDefinition"), "value"))
    default = next((child_text(value, "fullName") for value in values if _is_true(value, "default")), None)
    named = [text for value in values if (text := child_text(value, "fullName"))]
    if not named and child_text(value_set, "valueSetName") is None:
        raise _RefusedError("Must specify either valueSetDefinition or valueSetName for a picklist field")
    return {"values": named, "restricted": _is_true(value_set, "restricted") and bool(named), "default": default}


def _reference(
    name: str, element: Element, kind: str, schema: Schema, changed: Mapping[str, SObject]
) -> dict[str, Any]:
    target = child_text(element, "referenceTo") or ""
    definition = changed.get(target.lower()) or schema.find(target)
    if definition is None:
        raise _RefusedError(f"referenceTo value of '{target}' does not resolve to a valid sObject type")
    children_name = child_text(element, "relationshipName")
    return {
        "referenceTo": definition.name,
        "relationshipName": name.removesuffix("__c") + "__r",
        "childRelationshipName": f"{children_name}__r" if children_name else None,
        "cascadeDelete": kind == "MasterDetail" or child_text(element, "deleteConstraint") == "Cascade",
        "restrictedDelete": child_text(element, "deleteConstraint") == "Restrict",
        "required": kind == "MasterDetail",
        "indexed": True,
    }


def _is_true(element: Element | None, name: str) -> bool:
    return child_text(element, name) == "true"
