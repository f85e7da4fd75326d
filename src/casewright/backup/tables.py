"""Which tables a backup holds, in an order in which they can be loaded, and what it leaves out."""

from collections.abc import Mapping
from typing import Final

import asyncpg

from casewright.backup.models import TableName
from casewright.kit.model import Model

LEFT_OUT: Final[Mapping[str, str]] = {
    "control.alembic_version": "a restore makes the schema itself",
    "control.request_window": "counts of this minute",
    "control.procrastinate_workers": "running processes",
    "public.conversation_snapshot": "derived: the next turn folds the log",
}

REPLACED: Final[Mapping[str, Mapping[str, str]]] = {
    "public.person": {"wrapped_key": "null"},
    "public.conversation": {"lease_owner": "null", "lease_until": "null"},
    "control.procrastinate_jobs": {
        "worker_id": "null",
        "status": "case when status = 'doing' then 'todo' else status end",
    },
}
"""SQL in place of a column: persons' keys stand in a file of their own, and what a process held is free again."""


class Table(Model):
    """`columns` without generated ones; `by_tenant`: row-level security shows one tenant's rows at a time."""

    name: TableName
    columns: tuple[str, ...]
    by_tenant: bool

    @property
    def sql(self) -> str:
        return f'"{self.name.schema_name}"."{self.name.name}"'

    @property
    def selection(self) -> str:
        replaced = REPLACED.get(str(self.name), {})
        columns = ", ".join(f'{replaced[one]} as "{one}"' if one in replaced else f'"{one}"' for one in self.columns)
        return f"select {columns} from {self.sql}"


_TABLES: Final = """
    select n.nspname as schema_name, c.relname as name, c.relrowsecurity as by_tenant,
           array(select a.attname::text from pg_attribute a
                 where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
                 order by a.attnum) as columns,
           array(select distinct (k.confrelid::regclass)::oid from pg_constraint k
                 where k.conrelid = c.oid and k.contype = 'f' and k.confrelid <> c.oid) as needs,
           c.oid
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'control') and c.relkind in ('r', 'p') and not c.relispartition
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    order by 1, 2"""


async def tables_of(connection: asyncpg.Connection) -> tuple[tuple[Table, ...], tuple[TableName, ...]]:
    """The tables to save, each after those it refers to, and those that are left out."""
    rows = await connection.fetch(_TABLES)
    ordered: list[Table] = []
    left_out: list[TableName] = []
    placed: set[int] = set()
    while waiting := [row for row in rows if row["oid"] not in placed]:
        ready = [row for row in waiting if placed.issuperset(row["needs"])] or waiting[:1]
        for row in ready:
            placed.add(row["oid"])
            name = TableName(schema_name=row["schema_name"], name=row["name"])
            if str(name) in LEFT_OUT:
                left_out.append(name)
            else:
                ordered.append(Table(name=name, columns=tuple(row["columns"]), by_tenant=row["by_tenant"]))
    return tuple(ordered), tuple(left_out)
