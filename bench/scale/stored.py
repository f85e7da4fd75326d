"""A past for the database: conversations that were really held, written again under new ids, sealed under keys of their own, until
there are as many as are wanted. What comes of it reads like any other."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Final
from uuid import UUID

import asyncpg
import orjson

from casewright.conversations.event_log import LAST_MESSAGE, SNAPSHOT
from casewright.conversations.models import ConversationId, ConversationKey, Person, PersonId
from casewright.conversations.sealer import Sealer
from casewright.kit.ids import TenantId, new_id
from casewright.kit.sealing import new_person_key

TABLES: Final = ("person", "conversation", "conversation_snapshot", "conversation_event", "idempotency")
AT_ONCE: Final = 500
"""Conversations written in one go."""

Row = dict[str, Any]
Report = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation's rows, by table, with what was sealed in them opened."""

    key: ConversationKey
    rows: dict[str, list[Row]]


@dataclass(frozen=True, slots=True)
class Size:
    """Bytes of a table and of its indexes, and how many rows it has."""

    table: str
    rows: int
    bytes: int
    index_bytes: int


class Past:
    """`connection`: of a superuser, since rows are copied past row-level security."""

    def __init__(self, connection: asyncpg.Connection, sealer: Sealer) -> None:
        self._connection = connection
        self._sealer = sealer

    async def newest(self, count: int) -> list[UUID]:
        """The conversations last held."""
        found = await self._connection.fetch("select id from conversation order by created_at desc limit $1", count)
        return [row["id"] for row in found]

    async def held(self, conversation_ids: Sequence[UUID]) -> list[Held]:
        return [await self._held(one) for one in conversation_ids]

    async def write(self, held: Sequence[Held], count: int, report: Report) -> None:
        """So many conversations, copied in turn from those that were held. `report` is told how many there are."""
        written, source = 0, cycle(held)
        while written < count:
            some = list(islice(source, min(AT_ONCE, count - written)))
            copies = await asyncio.to_thread(lambda: [self._copy(one) for one in some])  # noqa: B023 (awaited at once)
            async with self._connection.transaction():
                for table in TABLES:
                    rows = [row for copy in copies for row in copy[table]]
                    if rows:
                        records = [tuple(row.values()) for row in rows]
                        await self._connection.copy_records_to_table(table, records=records, columns=list(rows[0]))
            written += len(some)
            report(written)
        await self._connection.execute("vacuum analyze", timeout=1800)

    async def sizes(self) -> list[Size]:
        return [
            Size(
                table,
                await self._connection.fetchval(f"select count(*) from {table}"),
                await self._connection.fetchval("select pg_table_size($1::text::regclass)", table),
                await self._connection.fetchval("select pg_indexes_size($1::text::regclass)", table),
            )
            for table in TABLES
        ]

    async def database_bytes(self) -> int:
        size: int = await self._connection.fetchval("select pg_database_size(current_database())")
        return size

    async def _held(self, conversation_id: UUID) -> Held:
        row = await self._connection.fetchrow(
            "select c.*, p.wrapped_key from conversation c join person p on p.id = c.person_id where c.id = $1",
            conversation_id,
        )
        assert row is not None
        key = ConversationKey(tenant_id=TenantId(row["tenant_id"]), conversation_id=ConversationId(conversation_id))
        person, rows = self._sealer.person(row), {}
        for table in TABLES:
            name, value = {"person": ("id", person.id), "conversation": ("id", conversation_id)}.get(
                table, ("conversation_id", conversation_id)
            )
            found = await self._connection.fetch(f"select * from {table} where {name} = $1", value)
            rows[table] = [self._opened(table, dict(one), person, key) for one in found]
        return Held(key, rows)

    def _opened(self, table: str, row: Row, person: Person, key: ConversationKey) -> Row:
        for column, place in _sealed(table, row):
            row[column] = self._sealer.open(person, key, place, row[column])
        return row

    def _copy(self, held: Held) -> dict[str, list[Row]]:
        key = ConversationKey(tenant_id=held.key.tenant_id, conversation_id=ConversationId(new_id()))
        person = Person(id=PersonId(new_id()), key=(secret := new_person_key()))
        wrapped = self._sealer.wrap(key.tenant_id, person.id, secret)
        new: dict[UUID, UUID] = {held.key.conversation_id: key.conversation_id}
        new[held.rows["person"][0]["id"]] = person.id
        return {
            table: [self._copied(table, row, person, key, wrapped, new) for row in rows]
            for table, rows in held.rows.items()
        }

    def _copied(
        self, table: str, row: Row, person: Person, key: ConversationKey, wrapped: bytes, new: dict[UUID, UUID]
    ) -> Row:
        copy = {name: new.get(value, value) if isinstance(value, UUID) else value for name, value in row.items()}
        if table == "person":
            copy["wrapped_key"] = wrapped
        if table == "conversation_event" and row["turn_id"]:
            copy["turn_id"] = new.setdefault(row["turn_id"], new_id())
        for column, place in _sealed(table, row):
            if row[column] is not None:
                copy[column] = self._sealer.seal(person, key, place, row[column])
        return copy


def _sealed(table: str, row: Row) -> list[tuple[str, object]]:
    """The columns that are sealed, and the place to which each is bound."""
    match table:
        case "conversation":
            return [("last_message", LAST_MESSAGE)]
        case "conversation_snapshot":
            return [("sealed", SNAPSHOT)]
        case "conversation_event":
            return [("sealed", row["seq"])]
        case _:
            return []


@asynccontextmanager
async def past_of(address: str, sealer: Sealer) -> AsyncIterator[Past]:
    connection = await asyncpg.connect(address)
    try:
        await connection.set_type_codec(
            "jsonb", schema="pg_catalog", encoder=lambda one: b"\x01" + orjson.dumps(one), decoder=_read_jsonb, format="binary"
        )  # fmt: skip
        yield Past(connection, sealer)
    finally:
        await connection.close()


def _read_jsonb(data: bytes) -> Any:
    """After a version byte."""
    return orjson.loads(data[1:])
