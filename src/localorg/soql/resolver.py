"""Field paths to columns: each parent relationship on the way becomes one left join, made once."""

from dataclasses import dataclass

from localorg.access import EVERYTHING, Access
from localorg.schema.models import Field, FieldType, Schema, SObject
from localorg.soql.ast import FieldPath, Source
from localorg.soql.errors import malformed_query, no_such_column, unknown_relationship
from localorg.storage.quoting import quoted

NAME_ENTITY = "Name"
"""What Salesforce calls the parent of a relationship that may lead to several objects."""
MOST_LEVELS = 5
"""Up from a record to its parents' parents."""
_NEVER_NULL = frozenset({"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp"})
_NAME_FIELDS = (
    "Name",
    "FirstName",
    "LastName",
    "Email",
    "Username",
    "Phone",
    "Title",
    "Alias",
    "IsActive",
    "ProfileId",
)


@dataclass(frozen=True, slots=True)
class Parent:
    """One step up: `names` are the relationships from the query's object, `key` the column holding the parent's id."""

    names: tuple[str, ...]
    entity: str
    key: str
    joined: tuple[tuple[str, SObject], ...]
    """Table alias and object; several for a polymorphic relationship, of which at most one has a row."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where a path led: the SQL expression, the field that says its type, and the names under which it is shown."""

    sql: str
    field: Field
    names: tuple[str, ...]

    @property
    def never_null(self) -> bool:
        """The record's own id and moments: sorting by them needs no place for nulls, so that an index can do it."""
        return len(self.names) == 1 and self.field.name in _NEVER_NULL


class Resolver:
    """Resolves the paths of one query as one user may; `joins` is then what its FROM needs."""

    def __init__(
        self, schema: Schema, root: SObject, source: Source, text: str, table_alias: str, access: Access
    ) -> None:
        self._schema = schema
        self._text = text
        self._access = access
        self._joined = {joined.alias.lower(): joined.path.parts for joined in source.joined}
        self._aliases = {name.lower() for name in (source.alias, source.name) if name}
        self._alias = source.alias.lower() if source.alias else None
        self.root = root
        self.table_alias = table_alias
        self.joins: list[str] = []
        self.parents: dict[tuple[str, ...], Parent] = {
            (): Parent((), root.name, f'{table_alias}."Id"', ((table_alias, root),))
        }

    def column(self, path: FieldPath) -> Column:
        """Raises ApiError INVALID_FIELD for what the schema does not know."""
        parts = self._without_alias(path.parts)
        if len(parts) - 1 > MOST_LEVELS:
            sentence = f"Relationship field path {path} exceeds the maximum number of {MOST_LEVELS} levels"
            raise malformed_query(sentence, self._text, path.position)
        parent = self.parents[()]
        for name in parts[:-1]:
            parent = self._step(parent, name, path)
        if parent.entity == NAME_ENTITY:
            return self._polymorphic_column(parent, parts[-1], path)
        return self._column_of(parent, parent.joined[0], parts[-1], path)

    def typed_column(self, relationship: FieldPath, type_name: str, path: FieldPath) -> Column | None:
        """For TYPEOF: a field of one of the types of a polymorphic parent; None if it never is of that type."""
        parent = self._polymorphic(relationship)
        joined = next((one for one in parent.joined if one[1].name.lower() == type_name.lower()), None)
        if joined is None:
            return None
        if len(path.parts) > 1:
            raise malformed_query("TYPEOF fields cannot follow relationships", self._text, path.position)
        return self._column_of(parent, joined, path.parts[0], path)

    def types_of(self, relationship: FieldPath) -> tuple[str, ...]:
        """The objects a polymorphic relationship may lead to."""
        return tuple(definition.name for _, definition in self._polymorphic(relationship).joined)

    def _polymorphic(self, relationship: FieldPath) -> Parent:
        parent = self.parents[()]
        for name in self._without_alias(relationship.parts):
            parent = self._step(parent, name, relationship)
        if parent.entity != NAME_ENTITY:
            sentence = f"TYPEOF can only be used with a polymorphic relationship: {relationship}"
            raise malformed_query(sentence, self._text, relationship.position)
        return parent

    def _column_of(self, parent: Parent, joined: tuple[str, SObject], name: str, path: FieldPath) -> Column:
        alias, definition = joined
        field = definition.field(name)
        if field is None or not self._access.sees(definition, field):
            raise no_such_column(self._text, path.position, name, definition.name)
        names = (*parent.names, field.name)
        if field.formula:
            computed = self._formula(parent, field.formula)
            return Column(computed.sql, field, names)
        return Column(f"{alias}.{quoted(field.name)}", field, names)

    def parents_of(self, names: tuple[str, ...]) -> list[Parent]:
        """The steps that lead to a column with these names, the nearest first."""
        return [self.parents[names[:length]] for length in range(1, len(names))]

    def _without_alias(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        if len(parts) > 1 and (meant := self._joined.get(parts[0].lower())):
            return self._without_alias((*meant, *parts[1:]))
        if len(parts) == 1 or parts[0].lower() not in self._aliases:
            return parts
        is_relationship = parts[0].lower() != self._alias and self.root.parent_relationship(parts[0])
        return parts if is_relationship else parts[1:]

    def _formula(self, parent: Parent, formula: str) -> Column:
        steps = formula.split(".")
        path = FieldPath(tuple(steps))
        for name in steps[:-1]:
            parent = self._step(parent, name, path)
        alias, definition = parent.joined[0]
        field = definition.field(steps[-1])
        assert field is not None, f"the schema's own formula {formula} leads nowhere"
        return Column(f"{alias}.{quoted(field.name)}", field, (*parent.names, field.name))

    def _step(self, parent: Parent, name: str, path: FieldPath) -> Parent:
        alias, definition = parent.joined[0]
        reference = definition.parent_relationship(name) if parent.entity != NAME_ENTITY else None
        if reference is None or reference.relationship_name is None:
            raise unknown_relationship(self._text, path.position, name)
        names = (*parent.names, reference.relationship_name)
        if names not in self.parents:
            self.parents[names] = self._join(alias, reference, names)
        return self.parents[names]

    def _join(self, alias: str, reference: Field, names: tuple[str, ...]) -> Parent:
        key = f"{alias}.{quoted(reference.name)}"
        restricted = False
        joined: list[tuple[str, SObject]] = []
        for target_name in reference.reference_to:
            target = self._schema.get(target_name)
            target_alias = f"{self.table_alias}_{len(self.joins) + 1}"
            open_to_user = self._access.records(target, target_alias)
            seen = "" if open_to_user == EVERYTHING else f" AND {open_to_user}"
            self.joins.append(f'LEFT JOIN {quoted(target.name)} AS {target_alias} ON {target_alias}."Id" = {key}{seen}')
            joined.append((target_alias, target))
            restricted = restricted or bool(seen)
        entity = NAME_ENTITY if reference.polymorphic else joined[0][1].name
        return Parent(names, entity, _id_of(joined) if restricted else key, tuple(joined))

    def _polymorphic_column(self, parent: Parent, name: str, path: FieldPath) -> Column:
        if name.lower() == "type":
            return Column(_type_of(parent), _NAME_TYPE, (*parent.names, "Type"))
        if name.lower() == "id":
            return Column(parent.key, _NAME_ID, (*parent.names, "Id"))
        known = next((known for known in _NAME_FIELDS if known.lower() == name.lower()), None)
        carriers = [(alias, f) for alias, target in parent.joined if known and (f := target.field(known))]
        if known is None or not carriers:
            raise no_such_column(self._text, path.position, name, NAME_ENTITY)
        columns = [f"{alias}.{quoted(field.name)}" for alias, field in carriers]
        sql = columns[0] if len(columns) == 1 else f"coalesce({', '.join(columns)})"
        return Column(
            f"({sql} COLLATE salesforce)" if carriers[0][1].is_text else sql, carriers[0][1], (*parent.names, known)
        )


def _id_of(joined: list[tuple[str, SObject]]) -> str:
    """The parent's id as far as the user may see the parent."""
    ids = [f'{alias}."Id"' for alias, _ in joined]
    return ids[0] if len(ids) == 1 else f"coalesce({', '.join(ids)})"


_NAME_TYPE = Field(name="Type", label="Type", type=FieldType.PICKLIST)
_NAME_ID = Field(name="Id", label="Name ID", type=FieldType.ID)


def _type_of(parent: Parent) -> str:
    cases = []
    for alias, target in parent.joined:
        shown = f'{alias}."Type"' if target.name == "Group" else f"'{target.name}'"
        cases.append(f'WHEN {alias}."Id" IS NOT NULL THEN {shown}')
    return f"(CASE {' '.join(cases)} END COLLATE salesforce)"
