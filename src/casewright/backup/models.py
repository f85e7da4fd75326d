"""What a backup says of itself."""

from datetime import datetime

from casewright.kit.model import Model

FORMAT = 1
"""Of the archive. Raised when an older Casewright could no longer read it."""


class TableName(Model):
    schema_name: str
    name: str

    def __str__(self) -> str:
        return f"{self.schema_name}.{self.name}"


class TableContent(Model):
    """An entry of the archive: PostgreSQL's text COPY of `columns`. `sha256` of its uncompressed bytes, in hexadecimal."""

    table: TableName
    columns: tuple[str, ...]
    rows: int
    sha256: str

    @property
    def entry(self) -> str:
        return f"tables/{self.table}.copy"


class Manifest(Model):
    """The archive's `manifest.json`. `revision`: of the schema. `sealed_under`: tells key-encryption keys apart and gives
    nothing of them away. `left_out`: tables that are derived or belong to running processes."""

    format: int = FORMAT
    made_at: datetime
    made_by: str
    revision: str
    sealed_under: str
    tables: tuple[TableContent, ...]
    left_out: tuple[TableName, ...] = ()

    def rows(self, table: str) -> int:
        """Of the table, 0 if the archive has none of that name."""
        return sum(one.rows for one in self.tables if str(one.table) == table)


class Saved(Model):
    """`conversations`, `persons`: how many the backup holds; `keys` how many persons can still be read."""

    conversations: int
    events: int
    persons: int
    keys: int
    bytes: int


class Restored(Model):
    """`forgotten`: persons of the backup whose key was destroyed since, erased once more."""

    conversations: int
    events: int
    forgotten: int


class Finding(Model):
    """Something that is not as it must be. `where`: a conversation or a table."""

    tenant: str
    where: str
    what: str


class Verified(Model):
    conversations: int
    events: int
    findings: tuple[Finding, ...]
