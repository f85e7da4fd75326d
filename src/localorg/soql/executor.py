"""Runs a compiled query and gives its rows the shape of Salesforce's JSON."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from localorg.errors import ApiError
from localorg.records.values import ColumnValue, JsonValue, to_json
from localorg.schema.models import FieldType, Schema
from localorg.soql.compiled import CompiledQuery, Output
from localorg.soql.conditions import SqlValue
from localorg.soql.errors import too_complicated
from localorg.soql.resolver import NAME_ENTITY, Parent

JsonRecord = dict[str, Any]
MOST_AGGREGATES: Final = 2000


@dataclass(frozen=True, slots=True)
class QueryResult:
    """`rest` holds the ids of the records that were found and not asked for yet."""

    total_size: int
    records: tuple[JsonRecord, ...]
    rest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Executor:
    """`data_path` is `/services/data/v67.0`: the address of each record begins with it."""

    connection: sqlite3.Connection
    schema: Schema
    data_path: str

    def run(self, query: CompiledQuery, *, parent_id: str | None = None, first: int | None = None) -> QueryResult:
        """All records, or the `first` so many and the ids of the rest."""
        rows = self._rows(query, parent_id)
        if query.counts_only:
            return QueryResult(int(next(rows)[0]), ())
        if query.aggregate:
            return self._run_aggregate(query, rows)
        records = tuple(map(self._shape(query), islice(rows, first)))
        rest = tuple(str(row[0]) for row in rows)
        return QueryResult(len(records) + len(rest), records, rest)

    def stream(self, query: CompiledQuery) -> Iterator[JsonRecord]:
        """One record after another, however many there are."""
        return map(self._shape(query), self._rows(query, None))

    def _rows(self, query: CompiledQuery, parent_id: str | None) -> Iterator[sqlite3.Row]:
        parameters: Sequence[SqlValue] = query.parameters if parent_id is None else (parent_id, *query.parameters)
        try:
            return iter(self.connection.execute(query.sql, parameters))
        except sqlite3.OperationalError as error:
            # SQLite's own limits: too many variables, columns or joins, an expression too deep.
            if "too large" in str(error) or "too many" in str(error) or "at most" in str(error):
                raise too_complicated() from None
            raise

    def _run_aggregate(self, query: CompiledQuery, rows: Iterator[sqlite3.Row]) -> QueryResult:
        records = tuple(map(self._shape(query), islice(rows, MOST_AGGREGATES + 1)))
        if len(records) > MOST_AGGREGATES:
            sentence = (
                "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
            )
            raise ApiError("EXCEEDED_ID_LIMIT", sentence)
        return QueryResult(len(records), records)

    def _shape(self, query: CompiledQuery) -> Callable[[sqlite3.Row], JsonRecord]:
        if query.aggregate:
            return lambda row: {"attributes": {"type": "AggregateResult"}, **self._values(query.outputs, row, 0)}
        if query.parents or query.children:
            return lambda row: self._record(query, tuple(row))
        return lambda row: {
            "attributes": self.attributes(query.root.name, query.root.name, row[0]),
            **self._values(query.outputs, row, 1),
        }

    def _values(self, outputs: tuple[Output, ...], row: sqlite3.Row, first: int) -> JsonRecord:
        return {
            output.names[-1]: row[at] if output.field.type in _AS_THEY_ARE else to_json(output.field, row[at])
            for at, output in enumerate(outputs, first)
        }

    def _record(self, query: CompiledQuery, row: Sequence[ColumnValue]) -> JsonRecord:
        record_id = str(row[0])
        values = row[1 + len(query.parents) :]
        record: JsonRecord = {"attributes": self.attributes(query.root.name, query.root.name, record_id)}
        parents = {parent.names: (parent, key) for parent, key in zip(query.parents, row[1:], strict=False)}
        for output, value in zip(query.outputs, values, strict=True):
            holder = self._holder(record, output, parents)
            if holder is not None:
                holder[output.names[-1]] = to_json(output.field, value)
        for child in query.children:
            found = self.run(child.query, parent_id=record_id)
            answer = {"totalSize": found.total_size, "done": True, "records": list(found.records)}
            record[child.relationship] = answer if found.total_size else None
        return record

    def _holder(
        self,
        record: JsonRecord,
        output: Output,
        parents: dict[tuple[str, ...], tuple[Parent, ColumnValue]],
    ) -> JsonRecord | None:
        """The nested object a value goes into; None where the parent is null, which is then written as null."""
        holder = record
        for length in range(1, len(output.names)):
            step = output.names[:length]
            parent, key = parents[step]
            if key is None:
                holder[step[-1]] = None
                return None
            if output.of_type is None:
                holder = holder.setdefault(step[-1], {"attributes": self._parent_attributes(parent, str(key))})
                continue
            target = self.schema.of_record(str(key))
            actual = target.name if target else ""
            holder = holder.setdefault(step[-1], {"attributes": self.attributes(actual, actual, str(key))})
            if actual != output.of_type:
                return None
        return holder

    def _parent_attributes(self, parent: Parent, record_id: str) -> JsonRecord:
        target = self.schema.of_record(record_id) if parent.entity == NAME_ENTITY else None
        return self.attributes(parent.entity, target.name if target else parent.entity, record_id)

    def attributes(self, type_name: str, object_name: str, record_id: JsonValue) -> JsonRecord:
        return {"type": type_name, "url": f"{self.data_path}/sobjects/{object_name}/{record_id}"}


_AS_THEY_ARE: Final = frozenset(FieldType) - {FieldType.BOOLEAN, FieldType.INT}
"""Types whose column values are JSON values."""
