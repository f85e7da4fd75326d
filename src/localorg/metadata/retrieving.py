"""Components back out of the org, as a zip in the form in which they are deployed."""

import io
import sqlite3
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from localorg.clock import to_wire
from localorg.ids import RecordId, instance_code
from localorg.metadata.models import ComponentName, Manifest, StoredComponent
from localorg.metadata.packages import NAMESPACE, PACKAGE, manifest_xml
from localorg.metadata.store import Store
from localorg.metadata.types import is_type, parent_of, type_named, type_of_path
from localorg.schema.models import Field, FieldType, Schema, SObject
from localorg.soap.xml import SCHEMA_INSTANCE, local_name, parse_xml

RETRIEVAL_PREFIX = "09S"
_TYPE = f"{{{SCHEMA_INSTANCE}}}type"
_FIELD_TYPES = {
    FieldType.STRING: "Text",
    FieldType.TEXTAREA: "TextArea",
    FieldType.EMAIL: "Email",
    FieldType.PHONE: "Phone",
    FieldType.URL: "Url",
    FieldType.PICKLIST: "Picklist",
    FieldType.MULTIPICKLIST: "MultiselectPicklist",
    FieldType.BOOLEAN: "Checkbox",
    FieldType.INT: "Number",
    FieldType.DOUBLE: "Number",
    FieldType.CURRENCY: "Currency",
    FieldType.PERCENT: "Percent",
    FieldType.DATE: "Date",
    FieldType.DATETIME: "DateTime",
    FieldType.REFERENCE: "Lookup",
}


def list_components(store: Store, schema: Schema, kind: str, namespace_user: RecordId) -> list[dict[str, Any]]:
    """FileProperties of all components of a type, the org's own objects and fields among them."""
    stored = list(store.of_type(kind))
    known = {one.component.name.full_name.lower() for one in stored}
    own = [name for name in _own_parts(schema, kind) if name.full_name.lower() not in known]
    return [_properties(one) for one in stored] + [_own_properties(name, namespace_user) for name in own]


def retrieve(
    connection: sqlite3.Connection,
    org_name: str,
    schema: Schema,
    user_id: RecordId,
    now: datetime,
    manifest: Manifest,
    *,
    single_package: bool,
) -> dict[str, Any]:
    """Keeps the report and the zip for whoever asks later."""
    store = Store(connection, instance_code(org_name))
    messages: list[dict[str, str]] = []
    files: dict[str, bytes] = {}
    properties: list[dict[str, Any]] = []
    objects: dict[str, list[StoredComponent | ComponentName]] = {}
    members: dict[str, list[str]] = {}
    for name in _wanted(store, schema, manifest, messages):
        stored = store.find(name)
        if stored is None and name not in _own_parts(schema, name.type):
            text = f"Entity of type '{name.type}' named '{name.full_name}' cannot be found"
            messages.append({"fileName": f"unpackaged/{PACKAGE}", "problem": text})
            continue
        members.setdefault(name.type, []).append(name.full_name)
        properties.append(_properties(stored) if stored else _own_properties(name, user_id))
        if parent_of(name.type) or _has_children(name.type):
            path = stored.component.file_name if stored else _object_path(name)
            objects.setdefault(path, []).append(stored or name)
        elif stored is not None:
            files |= stored.component.files
    for path, parts in objects.items():
        files[path] = _composed(path, parts, store, schema)
    root = "" if single_package else "unpackaged/"
    files[PACKAGE] = manifest_xml(members, manifest.version)
    report_id = store.new_id(RETRIEVAL_PREFIX)
    for told in properties:
        told["fileName"] = f"unpackaged/{told['fileName']}"
    report = {
        "done": True,
        "fileProperties": properties,
        "id": report_id,
        "messages": messages,
        "status": "Succeeded",
        "success": True,
    }
    store.keep_report(report_id, report, _zipped(root, files))
    return report


def is_there(store: Store, schema: Schema, name: ComponentName) -> bool:
    return store.find(name) is not None or name in _own_parts(schema, name.type)


def read_component(store: Store, schema: Schema, name: ComponentName) -> Element | None:
    """A component as the element `records`, an object with all its parts; None if it is not there."""
    stored = store.find(name)
    if stored is None and name not in _own_parts(schema, name.type):
        return None
    parts = _elements(stored or name, schema)
    if parent_of(name.type):
        parts = [part for part in parts[0] if local_name(part) != "fullName"]
    else:
        parts += [part for child in _all_children(name, store, schema) for part in _elements(child, schema)]
    records = _element("records")
    records.set(_TYPE, name.type)
    _append(records, "fullName", name.full_name)
    records.extend(parts)
    return records


def _wanted(
    store: Store, schema: Schema, manifest: Manifest, messages: list[dict[str, str]]
) -> Iterable[ComponentName]:
    names: dict[ComponentName, None] = {}
    for kind, members in manifest.members.items():
        if not is_type(kind):
            messages.append({"fileName": f"unpackaged/{PACKAGE}", "problem": f"Unknown type name '{kind}'"})
            continue
        for member in members:
            if member == "*":
                names |= dict.fromkeys(one.component.name for one in store.of_type(kind))
                names |= dict.fromkeys(name for name in _own_parts(schema, kind) if name.full_name.endswith("__c"))
            else:
                names[ComponentName(kind, member)] = None
    return names


def _has_children(kind: str) -> bool:
    known = type_named(kind)
    return known is not None and bool(known.children)


def _own_parts(schema: Schema, kind: str) -> tuple[ComponentName, ...]:
    """Objects that the org has without any deployment, and their custom fields."""
    if kind == "CustomObject":
        return tuple(ComponentName(kind, definition.name) for definition in schema)
    if kind != "CustomField":
        return ()
    return tuple(
        ComponentName(kind, f"{definition.name}.{field.name}")
        for definition in schema
        for field in definition.fields
        if field.custom
    )


def _object_path(name: ComponentName) -> str:
    return f"objects/{name.full_name.split('.')[0]}.object"


def _composed(path: str, parts: list[StoredComponent | ComponentName], store: Store, schema: Schema) -> bytes:
    """One file, as an object's, from the parts that are asked for; the object as a whole brings all."""
    kind = type_of_path(path)
    assert kind is not None
    root = _element(kind.xml_name)
    whole = next((part for part in parts if _name(part).type == kind.xml_name), None)
    if whole is not None:
        parts = [whole, *_all_children(_name(whole), store, schema)]
    for part in parts:
        for element in _elements(part, schema):
            root.append(element)
    content: bytes = tostring(root, encoding="UTF-8", xml_declaration=True)
    return content


def _all_children(parent: ComponentName, store: Store, schema: Schema) -> list[StoredComponent | ComponentName]:
    kind = type_named(parent.type)
    start = "" if parent.type == "CustomLabels" else f"{parent.full_name}."
    found: list[StoredComponent | ComponentName] = [
        one
        for child in (kind.children.values() if kind else ())
        for one in store.of_type(child)
        if one.component.name.full_name.startswith(start)
    ]
    stored = {_name(one) for one in found}
    own = [name for name in _own_parts(schema, "CustomField") if name.full_name.startswith(start) and start]
    return found + [name for name in own if name not in stored]


def _name(part: StoredComponent | ComponentName) -> ComponentName:
    return part.component.name if isinstance(part, StoredComponent) else part


def _elements(part: StoredComponent | ComponentName, schema: Schema) -> list[Element]:
    if isinstance(part, StoredComponent):
        element = parse_xml(next(iter(part.component.files.values())))
        return [element] if parent_of(part.component.name.type) else list(element)
    object_name, _, field_name = part.full_name.rpartition(".")
    definition = schema.find(object_name or field_name)
    if definition is None:
        return []
    if part.type == "CustomObject":
        return _object_elements(definition)
    field = definition.field(field_name)
    return [_field_element(field)] if field else []


def _object_elements(definition: SObject) -> list[Element]:
    if not definition.custom:
        return []
    values = {"label": definition.label, "pluralLabel": definition.label_plural, "sharingModel": "ReadWrite"}
    elements = [_element(name, text) for name, text in values.items()]
    named = definition.field("Name")
    if named is not None:
        element = _element("nameField")
        _append(element, "label", named.label)
        _append(element, "type", "AutoNumber" if named.auto_number else "Text")
        elements.append(element)
    return elements


def _field_element(field: Field) -> Element:
    element = _element("fields")
    _append(element, "fullName", field.name)
    _append(element, "label", field.label)
    kind = _FIELD_TYPES.get(field.type, "Text")
    if field.is_long_text:
        kind = "LongTextArea"
    if field.auto_number is not None:
        kind = "AutoNumber"
        _append(element, "displayFormat", field.auto_number.display_format)
    elif kind in ("Text", "LongTextArea"):
        _append(element, "length", str(field.length))
    if field.is_number:
        _append(element, "precision", str(field.precision))
        _append(element, "scale", str(field.scale))
    if field.reference_to:
        _append(element, "referenceTo", field.reference_to[0])
    for name, given in (("externalId", field.external_id), ("required", field.required), ("unique", field.unique)):
        if given:
            _append(element, name, "true")
    _append(element, "type", kind)
    if kind == "LongTextArea":
        _append(element, "visibleLines", "5")
    if field.values:
        definition = SubElement(SubElement(element, f"{{{NAMESPACE}}}valueSet"), f"{{{NAMESPACE}}}valueSetDefinition")
        for text in field.values:
            value = SubElement(definition, f"{{{NAMESPACE}}}value")
            _append(value, "fullName", text)
            _append(value, "default", str(text == field.default).lower())
            _append(value, "label", text)
    return element


def _element(name: str, text: str | None = None) -> Element:
    element = Element(f"{{{NAMESPACE}}}{name}")
    element.text = text
    return element


def _append(parent: Element, name: str, text: str) -> None:
    parent.append(_element(name, text))


def _properties(stored: StoredComponent) -> dict[str, Any]:
    component = stored.component
    return {
        "createdById": stored.created_by,
        "createdByName": "",
        "createdDate": to_wire(stored.created_at),
        "fileName": component.file_name,
        "fullName": component.name.full_name,
        "id": stored.id,
        "lastModifiedById": stored.modified_by,
        "lastModifiedByName": "",
        "lastModifiedDate": to_wire(stored.modified_at),
        "manageableState": "unmanaged",
        "type": component.name.type,
    }


def _own_properties(name: ComponentName, user_id: RecordId) -> dict[str, Any]:
    """The org had it from the beginning."""
    beginning = "1970-01-01T00:00:00.000Z"
    return {
        "createdById": user_id,
        "createdByName": "",
        "createdDate": beginning,
        "fileName": _object_path(name),
        "fullName": name.full_name,
        "id": "",
        "lastModifiedById": user_id,
        "lastModifiedByName": "",
        "lastModifiedDate": beginning,
        "type": name.type,
    }


def _zipped(root: str, files: dict[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            archive.writestr(root + path, files[path])
    return written.getvalue()
