"""Syntax tree to one SQL statement with bound parameters, and what each of its columns means."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from localorg.schema.models import ChildRelationship, Field, FieldType, Schema, SObject
from localorg.soql.ast import ChildQuery, FieldPath, FunctionCall, Nulls, Operand, Ordering, Query, Selected
from localorg.soql.conditions import ConditionCompiler, SqlValue
from localorg.soql.date_literals import Calendar
from localorg.soql.errors import (
    invalid_field,
    malformed_query,
    unknown_child_relationship,
    unsupported_type,
)
from localorg.soql.functions import function_column, is_aggregate
from localorg.soql.resolver import Column, Parent, Resolver
from localorg.storage.tables import quoted

MOST_ROWS_OF_ALL_FIELDS = 200
LARGEST_OFFSET = 2000


@dataclass(frozen=True, slots=True)
class Output:
    """One value of a result row; `names` is its place in the record: the relationships, then the field or alias."""

    names: tuple[str, ...]
    field: Field


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


@dataclass
class Compiler:
    """Compiles queries against one schema at one moment; `with_deleted` is queryAll."""

    schema: Schema
    calendar: Calendar
    text: str
    with_deleted: bool = False
    _tables: int = field(default=0, init=False)

    def compile(self, query: Query) -> CompiledQuery:
        """Raises ApiError INVALID_TYPE, INVALID_FIELD, MALFORMED_QUERY or INVALID_QUERY_FILTER_OPERATOR."""
        root = self.schema.find(query.source.name)
        if root is None:
            raise unsupported_type(self.text, query.source.position, query.source.name)
        return self._compile(query, root, None)

    def _compile(self, query: Query, root: SObject, child_of: ChildRelationship | None) -> CompiledQuery:
        scope = _Scope(self, query, root)
        if scope.is_aggregate:
            outputs, columns = scope.aggregate_outputs()
            if scope.counts_only and query.limit is not None:
                columns = [f"min({columns[0]}, {query.limit})"]
            parents: tuple[Parent, ...] = ()
        else:
            outputs, columns = scope.record_outputs()
            parents = scope.parents_of(outputs)
            columns = [f'{scope.alias}."Id"', *(parent.key for parent in parents), *columns]
        children = tuple(self._child(item.query, root) for item in query.select if isinstance(item, ChildQuery))
        sql = scope.statement(columns, child_of)
        return CompiledQuery(
            sql=sql,
            parameters=tuple(scope.parameters),
            root=root,
            outputs=tuple(outputs),
            parents=parents,
            children=children,
            aggregate=scope.is_aggregate,
            counts_only=scope.counts_only,
        )

    def _child(self, query: Query, parent: SObject) -> CompiledChild:
        relationship = self.schema.child_relationship(parent, query.source.name)
        if relationship is None or relationship.name is None:
            raise unknown_child_relationship(self.text, query.source.position, query.source.name)
        root = self.schema.get(relationship.child)
        return CompiledChild(relationship.name, self._compile(query, root, relationship))

    def subquery(self, query: Query, parameters: list[SqlValue]) -> str:
        """The ids a semi-join looks among; nulls are left out, for NOT IN must not meet one."""
        root = self.schema.find(query.source.name)
        if root is None:
            raise unsupported_type(self.text, query.source.position, query.source.name)
        scope = _Scope(self, query, root)
        if len(query.select) != 1 or scope.is_aggregate:
            raise malformed_query("Semi join sub-selects must select exactly one field.", self.text)
        outputs, columns = scope.record_outputs()
        if not outputs[0].field.is_id:
            sentence = (
                f"The inner select field '{outputs[0].field.name}' cannot have more than one level of relationships"
            )
            raise invalid_field(self.text, query.source.position, sentence)
        sql = scope.statement(columns, None, not_null=columns[0])
        parameters.extend(scope.parameters)
        return sql

    def next_table(self) -> str:
        self._tables += 1
        return f"t{self._tables}"


class _Scope:
    """One SELECT on its way to SQL."""

    def __init__(self, compiler: Compiler, query: Query, root: SObject) -> None:
        self._compiler = compiler
        self._query = query
        self._root = root
        self._text = compiler.text
        self.alias = compiler.next_table()
        self.parameters: list[SqlValue] = []
        self._resolver = Resolver(compiler.schema, root, query.source, compiler.text, self.alias)
        self._grouped = {self._column(operand).sql for operand in query.group_by}
        calls = [i.operand for i in query.select if isinstance(i, Selected) and isinstance(i.operand, FunctionCall)]
        self.is_aggregate = bool(query.group_by) or any(is_aggregate(call) for call in calls)
        self.counts_only = len(query.select) == 1 and len(calls) == 1 and _is_plain_count(calls[0])

    def record_outputs(self) -> tuple[list[Output], list[str]]:
        outputs: dict[tuple[str, ...], Output] = {}
        columns: list[str] = []
        for item in self._query.select:
            if isinstance(item, ChildQuery):
                continue
            for column in self._columns(item):
                names = (*column.names[:-1], item.alias) if item.alias else column.names
                if names in outputs:
                    sentence = f"duplicate field selected: {'.'.join(names)}"
                    raise invalid_field(self._text, item.operand.position, sentence)
                outputs[names] = Output(names, column.field)
                columns.append(column.sql)
        return list(outputs.values()), columns

    def aggregate_outputs(self) -> tuple[list[Output], list[str]]:
        outputs: list[Output] = []
        columns: list[str] = []
        unnamed = 0
        for item in self._query.select:
            if isinstance(item, ChildQuery):
                raise malformed_query("Aggregate queries cannot have child relationship subqueries.", self._text)
            column = self._column(item.operand)
            computed = isinstance(item.operand, FunctionCall)
            if not (isinstance(item.operand, FunctionCall) and _holds_aggregate(item.operand)):
                self._refuse_ungrouped(item.operand, column)
            name = item.alias or (f"expr{unnamed}" if computed else column.names[-1])
            unnamed += computed and not item.alias
            outputs.append(Output((name,), column.field))
            columns.append(column.sql)
        return outputs, columns

    def parents_of(self, outputs: Sequence[Output]) -> tuple[Parent, ...]:
        parents = {parent.names: parent for o in outputs for parent in self._resolver.parents_of(o.names)}
        return tuple(parents.values())

    def statement(self, columns: Sequence[str], child_of: ChildRelationship | None, *, not_null: str = "") -> str:
        """The clauses in the order of their parameters."""
        query = self._query
        conditions = [f"{self.alias}.{quoted(child_of.field.name)} = ?"] if child_of else []
        if not self._compiler.with_deleted:
            conditions.append(f'{self.alias}."IsDeleted" = 0')
        if query.where:
            conditions.append(self._conditions().compile(query.where))
        if not_null:
            conditions.append(f"{not_null} IS NOT NULL")
        having = self._conditions().compile(query.having) if query.having else None
        clauses = [
            f"WHERE {' AND '.join(conditions)}" if conditions else "",
            f"GROUP BY {', '.join(self._column(o).sql for o in query.group_by)}" if query.group_by else "",
            f"HAVING {having}" if having else "",
            self._order_by(),
            self._bounds(),
        ]
        source = " ".join((f"FROM {quoted(self._root.name)} AS {self.alias}", *self._resolver.joins))
        return " ".join((f"SELECT {', '.join(columns)}", source, *filter(None, clauses)))

    def _conditions(self) -> ConditionCompiler:
        def subquery(query: Query) -> str:
            return self._compiler.subquery(query, self.parameters)

        return ConditionCompiler(self._text, self._compiler.calendar, self._column, subquery, self.parameters)

    def _column(self, operand: Operand) -> Column:
        if isinstance(operand, FieldPath):
            return self._resolver.column(operand)
        return function_column(operand, self._resolver, self._text)

    def _columns(self, item: Selected) -> list[Column]:
        operand = item.operand
        if isinstance(operand, FunctionCall) and operand.name.upper() == "FIELDS":
            return [self._resolver.column(FieldPath((field.name,))) for field in self._group_of_fields(operand)]
        return [self._column(operand)]

    def _group_of_fields(self, call: FunctionCall) -> list[Field]:
        group = str(call.arguments[0]).upper() if len(call.arguments) == 1 else ""
        if group not in ("ALL", "STANDARD", "CUSTOM"):
            raise malformed_query(f"unexpected token: '{call.name}'", self._text, call.position)
        limit = self._query.limit
        if group != "STANDARD" and (limit is None or limit > MOST_ROWS_OF_ALL_FIELDS):
            sentence = f"The SOQL FIELDS function must have a LIMIT of at most {MOST_ROWS_OF_ALL_FIELDS}"
            raise malformed_query(sentence, self._text, call.position)
        return [field for field in self._root.fields if group == "ALL" or field.custom == (group == "CUSTOM")]

    def _refuse_ungrouped(self, operand: Operand, column: Column) -> None:
        if column.sql not in self._grouped:
            shown = str(operand) if isinstance(operand, FieldPath) else operand.name
            raise malformed_query(f"Field must be grouped or aggregated: {shown}", self._text, operand.position)

    def _order_by(self) -> str:
        """Records that compare alike come in the order of their ids, so that pages neither overlap nor miss any."""
        keys = [self._ordering(ordering) for ordering in self._query.order_by]
        if not self.is_aggregate:
            keys.append(f'{self.alias}."Id"')
        return f"ORDER BY {', '.join(keys)}" if keys else ""

    def _ordering(self, ordering: Ordering) -> str:
        column = self._column(ordering.operand)
        if column.field.is_long_text:
            sentence = f"field '{column.field.name}' can not be sorted in a query call"
            raise invalid_field(self._text, ordering.operand.position, sentence)
        if self.is_aggregate and not _is_aggregate_operand(ordering.operand):
            self._refuse_unordered(ordering, column)
        direction = "DESC" if ordering.descending else "ASC"
        nulls = "NULLS LAST" if ordering.nulls is Nulls.LAST else "NULLS FIRST"
        return f"{_sort_key(column)} {direction} {nulls}"

    def _refuse_unordered(self, ordering: Ordering, column: Column) -> None:
        if column.sql not in self._grouped:
            shown = str(ordering.operand) if isinstance(ordering.operand, FieldPath) else ordering.operand.name
            sentence = f"Ordered field must be grouped or aggregated: {shown}"
            raise malformed_query(sentence, self._text, ordering.operand.position)

    def _bounds(self) -> str:
        query = self._query
        if query.offset is not None and query.offset > LARGEST_OFFSET:
            raise malformed_query(f"Maximum SOQL offset allowed is {LARGEST_OFFSET}", self._text)
        if (query.limit is None and query.offset is None) or self.counts_only:
            return ""
        limit = -1 if query.limit is None else query.limit
        return f"LIMIT {limit}" if query.offset is None else f"LIMIT {limit} OFFSET {query.offset}"


def _is_plain_count(call: FunctionCall) -> bool:
    return call.name.upper() == "COUNT" and not call.arguments


def _is_aggregate_operand(operand: Operand) -> bool:
    return isinstance(operand, FunctionCall) and _holds_aggregate(operand)


def _holds_aggregate(call: FunctionCall) -> bool:
    return is_aggregate(call) or any(_is_aggregate_operand(argument) for argument in call.arguments)


def _sort_key(column: Column) -> str:
    """Picklists sort in the order of their values, as they stand in Setup."""
    if column.field.type is not FieldType.PICKLIST or not column.field.values:
        return column.sql
    cases = " ".join(f"WHEN {_sql_text(v)} THEN {rank}" for rank, v in enumerate(column.field.values))
    beyond = f"CASE WHEN {column.sql} IS NULL THEN NULL ELSE {len(column.field.values)} END"
    return f"(CASE {column.sql} {cases} ELSE {beyond} END)"


def _sql_text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
