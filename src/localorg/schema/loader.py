"""Reads the object definitions that lie beside this module, one YAML file an object."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from localorg.schema.data_categories import ARTICLE_OBJECTS, DataCategoryGroup
from localorg.schema.models import Schema, SObject

_SYSTEM_FIELDS: tuple[dict[str, Any], ...] = (
    {"name": "IsDeleted", "label": "Deleted", "type": "boolean", "default": False},
    {"name": "CreatedDate", "label": "Created Date", "type": "datetime", "indexed": True},
    {
        "name": "CreatedById",
        "label": "Created By ID",
        "type": "reference",
        "referenceTo": "User",
        "relationshipName": "CreatedBy",
    },
    {"name": "LastModifiedDate", "label": "Last Modified Date", "type": "datetime"},
    {
        "name": "LastModifiedById",
        "label": "Last Modified By ID",
        "type": "reference",
        "referenceTo": "User",
        "relationshipName": "LastModifiedBy",
    },
    {"name": "SystemModstamp", "label": "System Modstamp", "type": "datetime", "indexed": True},
)
_READ_ONLY = {"createable": False, "updateable": False}
SYSTEM_FIELD_NAMES = frozenset({"Id", *(field["name"] for field in _SYSTEM_FIELDS)})


RECORD_TYPE_FIELD: dict[str, Any] = {
    "name": "RecordTypeId",
    "label": "Record Type ID",
    "type": "reference",
    "referenceTo": "RecordType",
    "relationshipName": "RecordType",
}
_SHARE_PREFIXES = {"Account": "00r", "Asset": "70a", "Case": "01n", "Contact": "03s"}
_ACCESS_LEVELS = ["Read", "Edit", "All"]


def standard_schema() -> Schema:
    """The objects every local org has; a new one each time, for an org may add to its own."""
    return Schema(tuple(_standard_objects()))


def extended_schema(
    additions: Mapping[str, Mapping[str, Any]], data_category_groups: tuple[DataCategoryGroup, ...] = ()
) -> Schema:
    """The standard objects with what an org adds, by object: an object of its own whole, of a standard one any keys.

    Lists are added to, a list's item replaces the one of the same name, and any other value takes the old one's place.
    Raises pydantic.ValidationError, or KeyError for an object of its own without a label.
    """
    documents = {document["name"]: document for document in _standard_documents()}
    for name, addition in additions.items():
        documents[name] = _merged(documents.get(name, {"name": name}), addition)
    return Schema(tuple(_objects(tuple(documents.values()))), data_category_groups)


def object_of(document: Mapping[str, Any]) -> SObject:
    """A definition in the form of this folder's files, completed by what every object has."""
    return SObject.model_validate(_with_system_fields(dict(document)))


def objects_of(document: Mapping[str, Any]) -> Iterator[SObject]:
    """The definition, and that of its shares if its records have owners."""
    definition = object_of(document)
    yield definition
    if definition.owner_field == "OwnerId" and definition.name not in ARTICLE_OBJECTS:
        yield object_of(_share_document(definition))


@cache
def _standard_documents() -> tuple[dict[str, Any], ...]:
    folder = resources.files("localorg.schema") / "objects"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    return tuple(load_yaml(entry.read_text(encoding="utf-8")) for entry in files)


@cache
def _standard_objects() -> tuple[SObject, ...]:
    return tuple(_objects(_standard_documents()))


def _objects(documents: tuple[dict[str, Any], ...]) -> Iterator[SObject]:
    for document in documents:
        yield from objects_of(document)


def _with_system_fields(document: dict[str, Any]) -> dict[str, Any]:
    record_id = {"name": "Id", "label": f"{document['label']} ID", "type": "id", **_READ_ONLY}
    system = [{**field, **_READ_ONLY} for field in _SYSTEM_FIELDS]
    record_type = [RECORD_TYPE_FIELD] if document.get("recordTypes") else []
    return {**document, "fields": [record_id, *document["fields"], *record_type, *system]}


def _share_document(definition: SObject) -> dict[str, Any]:
    """Who else has been given a record: CaseShare of Case, Credit__Share of Credit__c."""
    custom = definition.custom
    parent, level = ("ParentId", "AccessLevel") if custom else (f"{definition.name}Id", f"{definition.name}AccessLevel")
    name = definition.name.replace("__c", "__Share") if custom else f"{definition.name}Share"
    return {
        "name": name,
        "label": f"{definition.label} Share",
        "labelPlural": f"{definition.label} Share",
        "keyPrefix": _SHARE_PREFIXES.get(definition.name, f"X{definition.key_prefix[1:]}"),
        "nameField": None,
        "fields": [
            {"name": parent, "type": "reference", "referenceTo": definition.name, "required": True,
             "relationshipName": "Parent" if custom else definition.name, "childRelationshipName": "Shares",
             "cascadeDelete": True, "updateable": False},
            {"name": "UserOrGroupId", "type": "reference", "referenceTo": ["Group", "User"], "required": True,
             "relationshipName": "UserOrGroup", "updateable": False},
            {"name": level, "type": "picklist", "values": _ACCESS_LEVELS, "restricted": True, "required": True},
            {"name": "RowCause", "type": "picklist", "values": ["Manual", "Owner", "Rule"], "default": "Manual",
             "updateable": False},
        ],
    }  # fmt: skip


def _merged(document: dict[str, Any], addition: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(document)
    for key, value in addition.items():
        present = merged.get(key)
        merged[key] = [*_others(present, value), *value] if isinstance(present, list) else value
    return merged


def _others(present: list[Any], added: list[Any]) -> list[Any]:
    """Items that none of the added ones replaces."""
    names = {_item_name(item) for item in added}
    return [item for item in present if _item_name(item) not in names]


def _item_name(item: Any) -> object:
    """The name of a field or rule; anything else replaces nothing."""
    keys = ("name", "fullName", "developerName")
    return next((item[key] for key in keys if key in item), id(item)) if isinstance(item, dict) else id(item)


def load_yaml(text: str) -> Any:
    """Many times faster than yaml.safe_load where the C library is there."""
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
