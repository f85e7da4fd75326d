"""The Tooling API's objects: classes and triggers are views of the components that were deployed."""

import sqlite3
from functools import cache
from importlib import resources

import yaml

from localorg.schema.loader import object_of
from localorg.schema.models import Schema, SObject
from localorg.storage.tables import create_tables

SOURCES = ("ApexClass", "ApexTrigger")
_VIEW = """
CREATE VIEW IF NOT EXISTS "{type}" AS SELECT
    c.id AS "Id", NULL AS "NamespacePrefix", c.full_name AS "Name", 'Active' AS "Status", 1 AS "IsValid",
    CAST(coalesce(source.content, '') AS TEXT) AS "Body", length(source.content) AS "LengthWithoutComments",
    CAST(substr(CAST(meta.content AS TEXT), instr(CAST(meta.content AS TEXT), '<apiVersion>') + 12, 4) AS REAL)
        AS "ApiVersion",
    0 AS "IsDeleted", c.created_at AS "CreatedDate", c.created_by AS "CreatedById",
    c.modified_at AS "LastModifiedDate", c.modified_by AS "LastModifiedById", c.modified_at AS "SystemModstamp"
FROM _component c
LEFT JOIN _component_file source ON source.component_id = c.id AND source.path = c.file_name
LEFT JOIN _component_file meta ON meta.component_id = c.id AND meta.path = c.file_name || '-meta.xml'
WHERE c.type = '{type}'
"""


@cache
def _own_objects() -> tuple[SObject, ...]:
    text = (resources.files("localorg.tooling") / "objects.yaml").read_text(encoding="utf-8")
    return tuple(object_of(document) for document in yaml.safe_load(text))


def tooling_schema(schema: Schema) -> Schema:
    """Its own objects, and of the org's the users they name."""
    return Schema((*_own_objects(), schema.get("User")))


def create_tooling_tables(connection: sqlite3.Connection) -> None:
    """Must follow the org's own tables."""
    for name in SOURCES:
        connection.execute(_VIEW.format(type=name))
    create_tables(connection, Schema(tuple(one for one in _own_objects() if one.name not in SOURCES)))
