"""A query made ready to run: its SQL, and what each of the result's columns means."""

from dataclasses import dataclass

from localorg.schema.models import Field, SObject
from localorg.soql.conditions import SqlValue
from localorg.soql.resolver import Parent


@dataclass(frozen=True, slots=True)
class Output:
    """One value of a result row; `names` is its place in the record: the relationships, then the field or alias."""

    names: tuple[str, ...]
    field: Field
    of_type: str | None = None
    """TYPEOF: shown only in a parent that is of this object."""


@dataclass(frozen=True, slots=True)
class CompiledChild:
    """Run once for each parent record, whose id is then the first parameter."""

    relationship: str
    query: "CompiledQuery"


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """Result columns: the record's id (unless `aggregate`), the ids of `parents`, then `outputs`."""

    sql: str
    parameters: tuple[SqlValue, ...]
    root: SObject
    outputs: tuple[Output, ...]
    parents: tuple[Parent, ...] = ()
    children: tuple[CompiledChild, ...] = ()
    aggregate: bool = False
    counts_only: bool = False
    """`SELECT COUNT()`: the number is the answer's totalSize."""
