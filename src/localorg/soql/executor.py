"""Runs a compiled query and gives its rows the shape of Salesforce's JSON."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from localorg.records.values import to_json
from localorg.schema.models import Schema
from localorg.soql.compiler import CompiledQuery
from localorg.soql.conditions import SqlValue
from localorg.soql.errors import too_complicated
from localorg.soql.resolver import NAME_ENTITY, Parent

JsonRecord = dict[str, Any]


@dataclass(frozen=True, slots=True)
class QueryResult:
    total_size: int
    records: tuple[JsonRecord, ...]


@dataclass(frozen=True, slots=True)
class Executor:
    """`data_path` is `/services/data/v67.0`: the address of each record begins with it."""

    connection: sqlite3.Connection
    schema: Schema
    data_path: str

    def run(self, query: CompiledQuery, *, parent_id: str | None = None) -> QueryResult:
        parameters: tuple[SqlValue, ...] = query.parameters if parent_id is None else (parent_id, *query.parameters)
        rows = self._rows(query.sql, parameters)
        if query.counts_only:
            return QueryResult(int(rows[0][0]), ())
        shape = self._aggregate if query.aggregate else self._record
        records = tuple(shape(query, tuple(row)) for row in rows)
        return QueryResult(len(records), records)

    def _rows(self, sql: str, parameters: Sequence[SqlValue]) -> list[sqlite3.Row]:
        try:
            return self.connection.execute(sql, parameters).fetchall()
        except sqlite3.OperationalError as error:
            # SQLite's own limits: too many variables, columns or joins, an expression too deep.
            if "too large" in str(error) or "too many" in str(error) or "at most" in str(error):
                raise too_complicated() from None
            raise

    def _aggregate(self, query: CompiledQuery, row: Sequence[SqlValue]) -> JsonRecord:
        values = {o.names[0]: to_json(o.field, value) for o, value in zip(query.outputs, row, strict=True)}
        return {"attributes": {"type": "AggregateResult"}, **values}

    def _record(self, query: CompiledQuery, row: Sequence[SqlValue]) -> JsonRecord:
        record_id = str(row[0])
        values = row[1 + len(query.parents) :]
        record: JsonRecord = {"attributes": self.attributes(query.root.name, query.root.name, record_id)}
        parents = {parent.names: key for parent, key in zip(query.parents, row[1:], strict=False)}
        for output, value in zip(query.outputs, values, strict=True):
            holder = self._holder(record, output.names, query.parents, parents)
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
        names: tuple[str, ...],
        parents: tuple[Parent, ...],
        keys: dict[tuple[str, ...], SqlValue],
    ) -> JsonRecord | None:
        """The nested object a value goes into; None where the parent is null, which is then written as null."""
        holder = record
        for length in range(1, len(names)):
            step = names[:length]
            key = keys[step]
            if key is None:
                holder[step[-1]] = None
                return None
            if step[-1] not in holder:
                parent = next(parent for parent in parents if parent.names == step)
                holder[step[-1]] = {"attributes": self._parent_attributes(parent, str(key))}
            holder = holder[step[-1]]
        return holder

    def _parent_attributes(self, parent: Parent, record_id: str) -> JsonRecord:
        target = self.schema.of_record(record_id) if parent.entity == NAME_ENTITY else None
        return self.attributes(parent.entity, target.name if target else parent.entity, record_id)

    def attributes(self, type_name: str, object_name: str, record_id: str) -> JsonRecord:
        return {"type": type_name, "url": f"{self.data_path}/sobjects/{object_name}/{record_id}"}
