"""Reads the object definitions that lie beside this module, one YAML file an object."""

from functools import cache
from importlib import resources
from typing import Any

import yaml

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


def _with_system_fields(document: dict[str, Any]) -> dict[str, Any]:
    record_id = {"name": "Id", "label": f"{document['label']} ID", "type": "id", **_READ_ONLY}
    system = [{**field, **_READ_ONLY} for field in _SYSTEM_FIELDS]
    return {**document, "fields": [record_id, *document["fields"], *system]}


@cache
def standard_schema() -> Schema:
    """The objects every local org has."""
    folder = resources.files("localorg.schema") / "objects"
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".yaml")), key=lambda entry: entry.name)
    documents = (yaml.safe_load(entry.read_text(encoding="utf-8")) for entry in files)
    return Schema(tuple(SObject.model_validate(_with_system_fields(document)) for document in documents))
