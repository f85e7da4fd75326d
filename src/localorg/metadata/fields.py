"""A deployed field as the org's own definition."""

import re
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree.ElementTree import Element

from localorg.metadata.errors import NotComputedError, RefusedError
from localorg.metadata.picklists import ValueSet, value_set
from localorg.schema.models import SObject
from localorg.soap.xml import child, child_text, children

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


def field_document(
    name: str, element: Element, find: Callable[[str], SObject | None], value_sets: Mapping[str, ValueSet]
) -> dict[str, Any]:
    """`find` knows the objects it may refer to. Raises RefusedError."""
    kind, label = child_text(element, "type"), child_text(element, "label")
    if kind is None or label is None:
        raise RefusedError(f"Required field is missing: {'label' if kind else 'type'}")
    if not name.endswith("__c"):
        raise RefusedError(f"Field {name} is no custom field: its name must end in __c")
    if kind not in _TYPES:
        raise RefusedError(f"'{kind}' is not a valid value for the enum 'FieldType'")
    document: dict[str, Any] = {"name": name, "label": label, "type": _TYPES[kind]}
    if kind in _NEED_LENGTH:
        document["length"] = _number(element, "length", kind)
    if kind in _NEED_PRECISION:
        document |= {"precision": _number(element, "precision", kind), "scale": _number(element, "scale", kind)}
    if kind == "AutoNumber":
        document |= {"autoNumber": auto_number(element), "length": 30}
    if kind in ("Picklist", "MultiselectPicklist"):
        document |= _picklist(element, value_sets)
    if kind in ("Lookup", "MasterDetail"):
        document |= _reference(name, element, kind, find)
    flags = ("required", "unique", "externalId", "caseSensitive", "trackHistory")
    document |= {flag: True for flag in flags if is_true(element, flag)}
    return document


def default_of(element: Element, kind: str) -> dict[str, Any]:
    """A constant. Raises NotComputedError for any other formula."""
    given = child_text(element, "defaultValue")
    if kind == "boolean":
        return {"default": (given or "").lower() == "true"}
    if given is None:
        return {}
    if re.fullmatch(r"-?\d+(\.\d+)?", given) and kind in ("double", "currency", "percent"):
        return {"default": float(given)}
    quoted = re.fullmatch(r""""([^"\\]*)"|'([^'\\]*)'""", given)
    if quoted is None or kind not in ("string", "textarea", "email", "phone", "url"):
        raise NotComputedError(f"the default value {given}")
    return {"default": quoted[1] if quoted[1] is not None else quoted[2]}


def _number(element: Element, name: str, kind: str) -> int:
    text = child_text(element, name)
    if text is None or not text.isdigit() or len(text) > 6:
        raise RefusedError(f"Must specify '{name}' for a {kind} field")
    return int(text)


def _picklist(element: Element, value_sets: Mapping[str, ValueSet]) -> dict[str, Any]:
    given = child(element, "valueSet")
    shared = child_text(given, "valueSetName")
    values = value_set(children(child(given, "valueSetDefinition"), "value"))
    if shared is not None:
        if shared.lower() not in value_sets:
            raise RefusedError(f"In field: valueSetName - no GlobalValueSet named {shared} found")
        values = value_sets[shared.lower()]
    if not values.values:
        raise RefusedError("Must specify either valueSetDefinition or valueSetName for a picklist field")
    return values.document() | {"restricted": is_true(given, "restricted")}


def _reference(name: str, element: Element, kind: str, find: Callable[[str], SObject | None]) -> dict[str, Any]:
    target = child_text(element, "referenceTo") or ""
    definition = find(target)
    if definition is None:
        raise RefusedError(f"referenceTo value of '{target}' does not resolve to a valid sObject type")
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


def is_true(element: Element | None, name: str) -> bool:
    return child_text(element, name) == "true"


def auto_number(element: Element | None) -> dict[str, Any]:
    shape = child_text(element, "displayFormat") or "{0}"
    if "{" not in shape or "}" not in shape:
        raise RefusedError("The displayFormat of an AutoNumber must hold a number like {0000}")
    start = child_text(element, "startingNumber") or "1"
    return {"displayFormat": shape, "start": int(start) if start.isdigit() else 1}
