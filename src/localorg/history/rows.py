"""Whole rows in the org's own format, saved by the thousand: no automation runs, so what follows is written out here."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from localorg.errors import ApiError
from localorg.history.errors import HistoryError
from localorg.ids import RecordId, numbered_id
from localorg.records.values import ColumnValue, read_value
from localorg.schema.models import FieldType, Schema, SObject
from localorg.storage.quoting import quoted


def wire(moment: datetime) -> str:
    """As `localorg.clock.to_wire` writes it, for a moment in UTC with whole seconds."""
    return moment.isoformat(timespec="seconds")[:19] + ".000+0000"


class Table:
    """Rows of one object, gathered until they are saved."""

    def __init__(self, definition: SObject, instance: str) -> None:
        self.definition = definition
        self._instance = instance
        self._columns = {field.name: position for position, field in enumerate(definition.stored_fields)}
        self._blank = [self._default(field.name) for field in definition.stored_fields]
        self._rows: list[list[ColumnValue]] = []
        names, places = ", ".join(map(quoted, self._columns)), ", ".join("?" for _ in self._columns)
        self._sql = f"INSERT OR IGNORE INTO {quoted(definition.name)} ({names}) VALUES ({places})"

    def id(self, number: int) -> RecordId:
        return numbered_id(self.definition.key_prefix, self._instance, number)

    def has(self, name: str) -> bool:
        return name in self._columns

    def add(
        self,
        number: int,
        values: Mapping[str, ColumnValue],
        *,
        at: str,
        by: str,
        changed: str = "",
        changed_by: str = "",
    ) -> RecordId:
        """The `number`-th record of the object. `at` and `changed` as `wire` writes moments."""
        record_id = self.id(number)
        row = self._blank.copy()
        columns = self._columns
        for name, value in values.items():
            row[columns[name]] = value
        row[columns["Id"]] = record_id
        row[columns["CreatedDate"]], row[columns["CreatedById"]] = at, by
        row[columns["LastModifiedDate"]] = row[columns["SystemModstamp"]] = changed or at
        row[columns["LastModifiedById"]] = changed_by or by
        self._rows.append(row)
        return record_id

    def read(self, fields: Mapping[str, str]) -> dict[str, ColumnValue]:
        """Column values of texts from the document. Raises HistoryError for what the object does not have or take."""
        values: dict[str, ColumnValue] = {}
        for name, text in fields.items():
            field = self.definition.field(name)
            if field is None:
                raise HistoryError(f"the history sets {name} of {self.definition.name}, a field this org does not know")
            try:
                values[field.name] = read_value(field, text)
            except ApiError as error:
                raise HistoryError(
                    f"the history's {self.definition.name}.{name} is refused: {error.message}"
                ) from error
        return values

    def save(self, connection: sqlite3.Connection) -> None:
        """What is there already stays as it is, so that an interrupted history can be written again."""
        connection.executemany(self._sql, self._rows)
        self._rows.clear()

    def _default(self, name: str) -> ColumnValue:
        field = self.definition.field(name)
        assert field is not None
        if field.default is not None:
            return read_value(field, field.default)
        return 0 if field.type is FieldType.BOOLEAN else None


class Tables:
    """The tables a history writes to, made when first asked for."""

    def __init__(self, schema: Schema, instance: str) -> None:
        self._schema = schema
        self._instance = instance
        self._tables: dict[str, Table] = {}

    def __getitem__(self, name: str) -> Table:
        if name not in self._tables:
            definition = self._schema.find(name)
            if definition is None:
                raise HistoryError(f"the history has records of {name}, an object this org does not know")
            self._tables[name] = Table(definition, self._instance)
        return self._tables[name]

    def __contains__(self, name: str) -> bool:
        return self._schema.find(name) is not None

    def save(self, connection: sqlite3.Connection) -> None:
        for table in self._tables.values():
            table.save(connection)
