"""Syntax tree to one SQL statement with bound parameters, and what each of its columns means."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, TypeGuard

from localorg.access import EVERYTHING, UNLIMITED, Access
from localorg.errors import ApiError
from localorg.schema.data_categories import ARTICLE_OBJECTS
from localorg.schema.models import ChildRelationship, Field, FieldType, Schema, SObject
from localorg.soql import joins
from localorg.soql.ast import (
    ChildQuery,
    FieldPath,
    ForClause,
    FunctionCall,
    Grouping,
    Operand,
    Ordering,
    Query,
    Selected,
    TypeOf,
)
from localorg.soql.compiled import CompiledChild, CompiledQuery, Output
from localorg.soql.conditions import ConditionCompiler, SqlValue
from localorg.soql.data_categories import categorised
from localorg.soql.date_literals import Calendar
from localorg.soql.errors import (
    invalid_field,
    malformed_query,
    unknown_child_relationship,
    unsupported_type,
)
from localorg.soql.functions import Functions, holds_aggregate, is_part_of_date
from localorg.soql.grouping import grouping_sets
from localorg.soql.ordering import direction, sort_key
from localorg.soql.resolver import Column, Parent, Resolver
from localorg.storage.quoting import quoted, sql_text

MOST_ROWS_OF_ALL_FIELDS: Final = 200
LARGEST_OFFSET: Final = 2000
MOST_CHILD_QUERIES: Final = 20
MOST_PARENTS: Final = 55
MOST_GROUPED: Final = 3
"""By ROLLUP or CUBE."""
_WHOLE: Final = Field(name="grouping", label="Grouping", type=FieldType.INT, precision=1)


@dataclass
class Compiler:
    """Compiles queries against one schema at one moment for one user; `with_deleted` is queryAll."""

    schema: Schema
    calendar: Calendar
    text: str
    with_deleted: bool = False
    access: Access = UNLIMITED
    _tables: int = field(default=0, init=False)

    def compile(self, query: Query) -> CompiledQuery:
        """Raises ApiError INVALID_TYPE, INVALID_FIELD, MALFORMED_QUERY or INVALID_QUERY_FILTER_OPERATOR."""
        if query.all_rows:
            raise malformed_query("ALL ROWS not allowed in this context", self.text)
        if sum(isinstance(item, ChildQuery) for item in query.select) > MOST_CHILD_QUERIES:
            sentence = f"A maximum of {MOST_CHILD_QUERIES} child relationships are allowed in a query"
            raise malformed_query(sentence, self.text)
        return self._compile(query, self._root(query), None, 1)

    def _root(self, query: Query) -> SObject:
        root = self.schema.find(query.source.name)
        if root is None or not self.access.may(root, "Read"):
            raise unsupported_type(self.text, query.source.position, query.source.name)
        return root

    def _compile(self, query: Query, root: SObject, child_of: ChildRelationship | None, level: int) -> CompiledQuery:
        if query.categories and root.name not in ARTICLE_OBJECTS:
            sentence = f"WITH DATA CATEGORY is not supported for entity type {root.name}"
            raise malformed_query(sentence, self.text, query.source.position)
        if ForClause.UPDATE in query.for_clauses and query.order_by:
            raise malformed_query("ORDER BY cannot be used with FOR UPDATE", self.text)
        scope = _Scope(self, query, root)
        if scope.is_aggregate:
            scope.refuse_as_aggregate(child=child_of is not None)
            outputs, columns = scope.aggregate_outputs()
            if scope.counts_only and query.limit is not None:
                columns = [f"min({columns[0]}, {query.limit})"]
            parents: tuple[Parent, ...] = ()
        else:
            outputs, columns = scope.record_outputs()
            parents = scope.parents_of(outputs)
            columns = [f'{scope.alias}."Id"', *(parent.key for parent in parents), *columns]
        children = tuple(self._child(i.query, root, level + 1) for i in query.select if isinstance(i, ChildQuery))
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

    def _child(self, query: Query, parent: SObject, level: int) -> CompiledChild:
        if level > joins.MOST_CHILD_LEVELS:
            raise malformed_query("SOQL statements cannot query aggregate relationships more than 5 levels", self.text)
        relationship = self.schema.child_relationship(parent, query.source.name)
        root = self.schema.get(relationship.child) if relationship else None
        if relationship is None or relationship.name is None or root is None or not self.access.may(root, "Read"):
            raise unknown_child_relationship(self.text, query.source.position, query.source.name)
        return CompiledChild(relationship.name, self._compile(query, root, relationship, level))

    def subquery(self, query: Query, parameters: list[SqlValue]) -> str:
        """The ids a semi-join looks among; nulls are left out, for NOT IN must not meet one."""
        root = self._root(query)
        scope = _Scope(self, query, root)
        joins.refuse_in_subquery(query, self.text, aggregate=scope.is_aggregate)
        outputs, columns = scope.record_outputs()
        if not outputs[0].field.is_id:
            sentence = f"The inner select field '{outputs[0].field.name}' must be of type Id or reference"
            raise invalid_field(self.text, query.source.position, sentence)
        if len(outputs[0].names) > 1:
            sentence = f"The inner select field '{'.'.join(outputs[0].names)}' cannot have more than one level of relationships"
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
        self._resolver = Resolver(compiler.schema, root, query.source, compiler.text, self.alias, compiler.access)
        self._functions = Functions(self._resolver, compiler.calendar, compiler.text)
        self._absent: frozenset[str] = frozenset()
        """Columns of a ROLLUP or CUBE that the rows now being written are not grouped by."""
        self._grouped = tuple(dict.fromkeys(self._group_column(operand).sql for operand in query.group_by))
        calls = [i.operand for i in query.select if isinstance(i, Selected) and isinstance(i.operand, FunctionCall)]
        computed = any(holds_aggregate(call) or is_part_of_date(call) for call in calls)
        self.is_aggregate = bool(query.group_by) or query.having is not None or computed
        self.counts_only = len(query.select) == 1 and len(calls) == 1 and _is_plain_count(calls[0])

    def record_outputs(self) -> tuple[list[Output], list[str]]:
        outputs: dict[tuple[str | None, ...], Output] = {}
        columns: list[str] = []
        for item in self._query.select:
            for output, sql, operand in self._outputs_of(item):
                key = (output.of_type, *output.names)
                if key in outputs:
                    sentence = f"duplicate field selected: {'.'.join(output.names)}"
                    raise invalid_field(self._text, operand.position, sentence)
                outputs[key] = output
                columns.append(sql)
        return list(outputs.values()), columns

    def _outputs_of(self, item: object) -> list[tuple[Output, str, Operand]]:
        match item:
            case TypeOf():
                return self._typed_outputs(item)
            case Selected(operand, alias):
                if alias and not isinstance(operand, FunctionCall):
                    sentence = "only aggregate expressions use field aliasing"
                    raise malformed_query(sentence, self._text, operand.position)
                columns = self._columns(item)
                names = [(*c.names[:-1], alias) if alias else c.names for c in columns]
                return [(Output(n, c.field), c.sql, operand) for n, c in zip(names, columns, strict=True)]
            case _:
                return []

    def _typed_outputs(self, item: TypeOf) -> list[tuple[Output, str, Operand]]:
        given = {name.lower(): paths for name, paths in item.whens}
        found: list[tuple[Output, str, Operand]] = []
        for name in self._resolver.types_of(item.relationship):
            for path in given.get(name.lower(), item.otherwise):
                column = self._resolver.typed_column(item.relationship, name, path)
                if column is not None:
                    found.append((Output(column.names, column.field, of_type=name), column.sql, path))
        for name, _ in item.whens:
            if self._compiler.schema.find(name) is None:
                raise unsupported_type(self._text, item.relationship.position, name)
        return found

    def aggregate_outputs(self) -> tuple[list[Output], list[str]]:
        outputs: list[Output] = []
        columns: list[str] = []
        unnamed = 0
        for item in self._query.select:
            if not isinstance(item, Selected):
                raise malformed_query("Aggregate queries cannot have child relationship subqueries.", self._text)
            column = self._column(item.operand)
            computed = isinstance(item.operand, FunctionCall)
            if not (holds_aggregate(item.operand) or _is_grouping(item.operand)):
                self._refuse_ungrouped(item.operand, column)
            name = item.alias or (f"expr{unnamed}" if computed else column.names[-1])
            unnamed += computed and not item.alias
            if any(output.names == (name,) for output in outputs):
                raise malformed_query(f"duplicate alias: {name}", self._text, item.operand.position)
            outputs.append(Output((name,), column.field))
            columns.append(column.sql)
        return outputs, columns

    def refuse_as_aggregate(self, *, child: bool) -> None:
        query = self._query
        if child:
            raise malformed_query("only root queries support aggregate expressions", self._text, query.source.position)
        if query.group_by and self.counts_only:
            raise malformed_query("COUNT() cannot be used with GROUP BY; use COUNT(Id)", self._text)
        if not query.group_by:
            if query.having:
                raise malformed_query("HAVING can only be used with GROUP BY", self._text)
            if query.limit is not None and not self.counts_only:
                sentence = "Non-grouped query that uses overall aggregate functions cannot also use LIMIT"
                raise malformed_query(sentence, self._text)
        if query.for_clauses:
            sentence = f"FOR {query.for_clauses[0].value} is not allowed with an aggregate query"
            raise malformed_query(sentence, self._text)

    def parents_of(self, outputs: Sequence[Output]) -> tuple[Parent, ...]:
        parents = {parent.names: parent for o in outputs for parent in self._resolver.parents_of(o.names)}
        return tuple(parents.values())

    def statement(self, columns: Sequence[str], child_of: ChildRelationship | None, *, not_null: str = "") -> str:
        """The clauses in the order of their parameters."""
        if self._query.grouping is not Grouping.PLAIN:
            return self._grouping_sets_statement()
        sql = self._select(columns, child_of, self._grouped, not_null)
        if len(self._resolver.joins) > MOST_PARENTS:
            sentence = f"A maximum of {MOST_PARENTS} child-to-parent relationships are allowed in a query"
            raise malformed_query(sentence, self._text)
        return " ".join(filter(None, (sql, self._order_by(), self._bounds())))

    def _select(
        self, columns: Sequence[str], child_of: ChildRelationship | None, grouped: Sequence[str], not_null: str
    ) -> str:
        query = self._query
        for ordering in query.order_by:
            self._column(ordering.operand)
        conditions = [f"{self.alias}.{quoted(child_of.field.name)} = ?"] if child_of else []
        if not self._compiler.with_deleted:
            conditions.append(f'{self.alias}."IsDeleted" = 0')
        if (open_to_user := self._compiler.access.records(self._root, self.alias)) != EVERYTHING:
            conditions.append(open_to_user)
        conditions += [categorised(self._compiler.schema, one, self.alias, self._text) for one in query.categories]
        if scope := self._scope_condition():
            conditions.append(scope)
        if query.where:
            conditions.append(self._conditions(self._filtered).compile(query.where))
        if not_null:
            conditions.append(f"{not_null} IS NOT NULL")
        having = self._conditions(self._having_column).compile(query.having) if query.having else None
        clauses = [
            f"WHERE {' AND '.join(conditions)}" if conditions else "",
            f"GROUP BY {', '.join(grouped)}" if grouped else "",
            f"HAVING {having}" if having else "",
        ]
        source = " ".join((f"FROM {quoted(self._root.name)} AS {self.alias}", *self._resolver.joins))
        return " ".join((f"SELECT {', '.join(columns)}", source, *filter(None, clauses)))

    def _grouping_sets_statement(self) -> str:
        """A SELECT for each set of columns that rows are grouped by; the columns left out are null in its rows."""
        if len(self._grouped) > MOST_GROUPED:
            sentence = f"GROUP BY {self._query.grouping.value} can have at most {MOST_GROUPED} fields"
            raise malformed_query(sentence, self._text)
        selects = []
        orderings = self._query.order_by
        width = 0
        for present in grouping_sets(self._query.grouping, self._grouped):
            self._absent = frozenset(self._grouped) - set(present)
            _, columns = self.aggregate_outputs()
            width = len(columns)
            keys = [sort_key(self._orderable(one)) for one in orderings] or [self._present(g) for g in self._grouped]
            named = [f"{sql} AS c{number}" for number, sql in enumerate((*columns, *keys))]
            selects.append(self._select(named, None, present, ""))
        self._absent = frozenset()
        directions = [direction(one, nullable=True) for one in orderings] or ["ASC NULLS LAST"] * len(self._grouped)
        order = ", ".join(f"c{width + number} {direction}" for number, direction in enumerate(directions))
        shown = ", ".join(f"c{number}" for number in range(width))
        return f"SELECT {shown} FROM ({' UNION ALL '.join(selects)}) ORDER BY {order} {self._bounds()}"

    def _scope_condition(self) -> str:
        """USING SCOPE."""
        asked = self._query.scope
        if asked is None or asked.lower() == "everything":
            return ""
        owner = self._root.owner_field
        if asked.lower() not in ("mine", "mine_and_my_groups") or owner is None:
            raise malformed_query(f"invalid scope '{asked}' for entity type {self._root.name}", self._text)
        owners = self._compiler.access.owned_by(with_groups=asked.lower() != "mine")
        return f"{self.alias}.{quoted(owner)} IN ({', '.join(map(sql_text, owners))})"

    def _conditions(self, column: "_ColumnOf") -> ConditionCompiler:
        def subquery(query: Query) -> str:
            return self._compiler.subquery(query, self.parameters)

        if self._query.where is not None:
            joins.refuse_misplaced(self._query.where, self._query.source.name, self._text)
        return ConditionCompiler(self._text, self._compiler.calendar, column, subquery, self.parameters)

    def _filtered(self, operand: Operand) -> Column:
        if holds_aggregate(operand) or _is_grouping(operand):
            sentence = f"unexpected aggregate function in WHERE: {operand.name}"  # type: ignore[union-attr]
            raise malformed_query(sentence, self._text, operand.position)
        absent, self._absent = self._absent, frozenset()
        column = self._column(operand)
        self._absent = absent
        return column

    def _having_column(self, operand: Operand) -> Column:
        column = self._column(operand)
        if not (holds_aggregate(operand) or _is_grouping(operand)):
            self._refuse_ungrouped(operand, column)
        return column

    def _group_column(self, operand: Operand) -> Column:
        column = self._column(operand)
        if holds_aggregate(operand):
            raise malformed_query("unexpected aggregate function in GROUP BY", self._text, operand.position)
        if isinstance(operand, FieldPath) and not column.field.groupable:
            sentence = f"field '{column.field.name}' can not be grouped in a query call"
            raise malformed_query(sentence, self._text, operand.position)
        return column

    def _column(self, operand: Operand) -> Column:
        if isinstance(operand, FieldPath):
            column = self._resolver.column(operand)
        elif _is_grouping(operand):
            return self._grouping_column(operand)
        else:
            column = self._functions.column(operand)
        return replace(column, sql="NULL") if column.sql in self._absent else column

    def _present(self, sql: str) -> str:
        return "NULL" if sql in self._absent else sql

    def _grouping_column(self, call: FunctionCall) -> Column:
        """GROUPING(field): 1 in the subtotals over that field's values."""
        argument = call.arguments[0] if len(call.arguments) == 1 else None
        if not isinstance(argument, (FieldPath, FunctionCall)) or self._query.grouping is Grouping.PLAIN:
            sentence = "GROUPING function can only be used with GROUP BY ROLLUP or GROUP BY CUBE"
            raise malformed_query(sentence, self._text, call.position)
        absent, self._absent = self._absent, frozenset()
        inner = self._column(argument)
        self._absent = absent
        self._refuse_ungrouped(argument, inner)
        return Column(str(int(inner.sql in absent)), _WHOLE, ())

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
        seen = [known for known in self._root.fields if self._compiler.access.sees(self._root, known)]
        return [known for known in seen if group == "ALL" or known.custom == (group == "CUSTOM")]

    def _refuse_ungrouped(self, operand: Operand, column: Column) -> None:
        if column.sql not in self._grouped and not (self._absent and column.sql == "NULL"):
            shown = str(operand) if isinstance(operand, FieldPath) else operand.name
            raise malformed_query(f"Field must be grouped or aggregated: {shown}", self._text, operand.position)

    def _order_by(self) -> str:
        """Records that compare alike come in the order of their ids, so that pages neither overlap nor miss any."""
        keys = [self._ordering(ordering) for ordering in self._query.order_by]
        if not self.is_aggregate:
            keys.append(f'{self.alias}."Id"')
        return f"ORDER BY {', '.join(keys)}" if keys else ""

    def _ordering(self, ordering: Ordering) -> str:
        column = self._orderable(ordering)
        return f"{sort_key(column)} {direction(ordering, nullable=not column.never_null)}"

    def _orderable(self, ordering: Ordering) -> Column:
        column = self._column(ordering.operand)
        if not column.field.sortable:
            sentence = f"field '{column.field.name}' can not be sorted in a query call"
            raise invalid_field(self._text, ordering.operand.position, sentence)
        computed = holds_aggregate(ordering.operand) or _is_grouping(ordering.operand)
        if self.is_aggregate and not computed:
            self._refuse_unordered(ordering, column)
        elif computed and not self.is_aggregate:
            sentence = "Aggregate functions in ORDER BY need GROUP BY"
            raise malformed_query(sentence, self._text, ordering.operand.position)
        return column

    def _refuse_unordered(self, ordering: Ordering, column: Column) -> None:
        if column.sql not in self._grouped and not (self._absent and column.sql == "NULL"):
            shown = str(ordering.operand) if isinstance(ordering.operand, FieldPath) else ordering.operand.name
            sentence = f"Ordered field must be grouped or aggregated: {shown}"
            raise malformed_query(sentence, self._text, ordering.operand.position)

    def _bounds(self) -> str:
        query = self._query
        if query.offset is not None and query.offset > LARGEST_OFFSET:
            raise ApiError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {LARGEST_OFFSET}")
        if (query.limit is None and query.offset is None) or self.counts_only:
            return ""
        limit = -1 if query.limit is None else query.limit
        return f"LIMIT {limit}" if query.offset is None else f"LIMIT {limit} OFFSET {query.offset}"


_ColumnOf = Callable[[Operand], Column]


def _is_plain_count(call: FunctionCall) -> bool:
    return call.name.upper() == "COUNT" and not call.arguments


def _is_grouping(operand: Operand) -> TypeGuard[FunctionCall]:
    return isinstance(operand, FunctionCall) and operand.name.upper() == "GROUPING"
