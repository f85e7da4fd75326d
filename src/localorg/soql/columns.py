"""What `columns=true` answers: the columns of a query instead of its records."""

from typing import Any

from localorg.schema.models import FieldType
from localorg.soql.compiled import CompiledQuery, Output

_APEX_TYPES = {
    FieldType.ID: "Id",
    FieldType.REFERENCE: "Id",
    FieldType.BOOLEAN: "Boolean",
    FieldType.INT: "Integer",
    FieldType.DOUBLE: "Double",
    FieldType.CURRENCY: "Double",
    FieldType.PERCENT: "Double",
    FieldType.DATE: "Date",
    FieldType.DATETIME: "Datetime",
}


def column_metadata(query: CompiledQuery) -> dict[str, Any]:
    columns = [] if query.counts_only else _tree(query.outputs, 0, query)
    columns += [
        _column(child.relationship, "List", joined=_tree(child.query.outputs, 0, child.query))
        for child in query.children
    ]
    return {
        "columnMetadata": columns,
        "entityName": query.root.name,
        "groupBy": query.aggregate and not query.counts_only,
        "idSelected": any(output.names == ("Id",) for output in query.outputs),
        "keyPrefix": query.root.key_prefix,
    }


def _tree(outputs: tuple[Output, ...], depth: int, query: CompiledQuery) -> list[dict[str, Any]]:
    """Columns of parents stand below a column for the relationship."""
    by_name: dict[str, list[Output]] = {}
    for output in outputs:
        by_name.setdefault(output.names[depth], []).append(output)
    return [_branch(name, tuple(below), depth, query) for name, below in by_name.items()]


def _branch(name: str, below: tuple[Output, ...], depth: int, query: CompiledQuery) -> dict[str, Any]:
    first = below[0]
    if len(first.names) > depth + 1:
        return _column(name, "Object", joined=_tree(below, depth + 1, query))
    kind = first.field.type
    column = _column(name, _APEX_TYPES.get(kind, "String"), aggregate=query.aggregate, custom=first.field.custom)
    numbers = {"booleanType": kind is FieldType.BOOLEAN, "numberType": first.field.is_number}
    return column | numbers | {"textType": first.field.is_text}


def _column(
    name: str,
    apex_type: str,
    *,
    aggregate: bool = False,
    custom: bool = False,
    joined: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    return {
        "aggregate": aggregate,
        "apexType": apex_type,
        "booleanType": False,
        "columnName": name,
        "custom": custom,
        "displayName": name,
        "foreignKeyName": None,
        "insertable": False,
        "joinColumns": joined or [],
        "numberType": False,
        "textType": False,
        "updatable": False,
    }
