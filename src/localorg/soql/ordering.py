"""How rows are put in order: where nulls go, and that picklists go by rank."""

from localorg.schema.models import FieldType
from localorg.soql.ast import Ordering
from localorg.soql.resolver import Column
from localorg.storage.quoting import sql_text


def direction(ordering: Ordering, *, nullable: bool) -> str:
    direction = "DESC" if ordering.descending else "ASC"
    return f"{direction} NULLS {ordering.nulls.value}" if nullable else direction


def sort_key(column: Column) -> str:
    """Picklists sort in the order of their values, as they stand in Setup."""
    if column.field.type is not FieldType.PICKLIST or not column.field.values or column.sql == "NULL":
        return column.sql
    cases = " ".join(f"WHEN {sql_text(v)} THEN {rank}" for rank, v in enumerate(column.field.values))
    beyond = f"CASE WHEN {column.sql} IS NULL THEN NULL ELSE {len(column.field.values)} END"
    return f"(CASE {column.sql} {cases} ELSE {beyond} END)"
