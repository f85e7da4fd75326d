"""The log: appended to, read, and the snapshot kept beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from casewright.conversations.models import ConversationKey, TurnId
from casewright.conversations.repository.due import TriggerRow, triggered
from casewright.conversations.repository.statements import assignments, given
from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event as stored. `sealed` is bound to its conversation and seq."""

    seq: int
    kind: str
    version: int
    data: dict[str, Any]
    sealed: bytes | None
    turn_id: TurnId | None


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """The state after an append, not kept where `sealed` is None; `consumed`: triggers that have gone into it.

    The dispatcher looks at the conversation again after `busy`, by the database's own clock, where the turn goes on. Where it is over:
    at once if other triggers wait, else at `due_at`; None: never, unless something comes in."""

    version: int
    sealed: bytes | None
    consumed: Sequence[UUID]
    due_at: datetime | None
    busy: timedelta | None


async def append(
    tx: Transaction,
    key: ConversationKey,
    rows: Sequence[EventRow],
    *,
    fence: int,
    at: datetime,
    next_seq: int,
    columns: Mapping[str, object] = MappingProxyType({}),
    trigger: TriggerRow | None = None,
    snapshot: SnapshotRow | None = None,
) -> bool:
    """Appends to the log, lays down a trigger, keeps a snapshot, and sets columns of the conversation's row as `update_row` does, in
    one round trip. The row must be locked, and `seq`s follow on its `next_seq`. True if with a snapshot other triggers wait."""
    values: list[Any] = [key.tenant_id, key.conversation_id]
    parts = [_appended(values, rows, fence, at)]
    if trigger:
        parts.append(triggered(values, trigger))
    if snapshot:
        parts.append(_saved(values, next_seq - 1, snapshot))
    all_columns = {**columns, "next_seq": next_seq}
    others_wait: bool = await tx.fetchval(
        f"""with {", ".join(parts)}
            update conversation set {assignments(all_columns, len(values) + 1)} where tenant_id = $1 and id = $2
            returning {"(select wait from others)" if snapshot else "false"}""",
        *values,
        *all_columns.values(),
    )
    return others_wait


def _appended(values: list[Any], rows: Sequence[EventRow], fence: int, at: datetime) -> str:
    numbers = given(
        values,
        fence,
        at,
        [row.seq for row in rows],
        [row.kind for row in rows],
        [row.version for row in rows],
        [orjson.dumps(row.data).decode() for row in rows],
        [row.sealed for row in rows],
        [row.turn_id for row in rows],
    )
    return """appended as (
        insert into conversation_event
            (tenant_id, conversation_id, fence, at, seq, kind, schema_version, data, sealed, turn_id)
        select $1, $2, {}, {}, seq, kind, version, data::jsonb, sealed, turn_id
        from unnest({}::bigint[], {}::text[], {}::smallint[], {}::text[], {}::bytea[], {}::uuid[])
            as event (seq, kind, version, data, sealed, turn_id))""".format(*numbers)


def _saved(values: list[Any], seq: int, snapshot: SnapshotRow) -> str:
    number, version, sealed, consumed, due_at, busy = given(
        values, seq, snapshot.version, snapshot.sealed, list(snapshot.consumed), snapshot.due_at, snapshot.busy
    )
    return f"""saved as (
        insert into conversation_snapshot (tenant_id, conversation_id, seq, schema_version, sealed)
        select $1, $2, {number}, {version}, {sealed} where {sealed}::bytea is not null
        on conflict (tenant_id, conversation_id)
        do update set seq = excluded.seq, schema_version = excluded.schema_version, sealed = excluded.sealed),
    deleted as (delete from conversation_trigger where tenant_id = $1 and id = any({consumed}::uuid[])),
    others as (
        select exists (
            select from conversation_trigger
            where tenant_id = $1 and conversation_id = $2 and not id = any({consumed}::uuid[])) as wait),
    due as (
        select case when {busy}::interval is not null then clock_timestamp() + {busy}
            when others.wait then clock_timestamp() else {due_at}::timestamptz end as at from others),
    put_off as (
        insert into control.due_conversation (conversation_id, tenant_id, due_at)
        select $2, $1, at from due where at is not null
        on conflict (conversation_id) do update set due_at = excluded.due_at),
    forgotten as (
        delete from control.due_conversation where conversation_id = $2 and (select at from due) is null)"""


async def events_after(tx: Transaction, key: ConversationKey, seq: int) -> list[Record]:
    return await tx.fetch(
        """select seq, kind, schema_version, data, sealed, turn_id, at from conversation_event
           where tenant_id = $1 and conversation_id = $2 and seq > $3 order by seq""",
        key.tenant_id,
        key.conversation_id,
        seq,
    )


async def log_and_triggers(tx: Transaction, key: ConversationKey, seq: int) -> tuple[list[Record], list[Record]]:
    """As `events_after` and `triggers`, in one round trip."""
    rows = await tx.fetch(
        """select true as is_event, null::uuid as id, seq, kind, schema_version, data, sealed, turn_id, at
           from conversation_event where tenant_id = $1 and conversation_id = $2 and seq > $3
           union all
           select false, id, seq, kind, null, data, sealed, null, null
           from conversation_trigger where tenant_id = $1 and conversation_id = $2
           order by seq, id""",
        key.tenant_id,
        key.conversation_id,
        seq,
    )
    return [row for row in rows if row["is_event"]], [row for row in rows if not row["is_event"]]


async def last_of_kind(tx: Transaction, key: ConversationKey, kind: str) -> Record | None:
    return await tx.fetchrow(
        """select seq, kind, schema_version, data, sealed, turn_id, at from conversation_event
           where tenant_id = $1 and conversation_id = $2 and kind = $3 order by seq desc limit 1""",
        key.tenant_id,
        key.conversation_id,
        kind,
    )


async def finished_turn(tx: Transaction, tenant_id: TenantId, turn_id: UUID) -> Record | None:
    return await tx.fetchrow(
        """select e.conversation_id, e.seq, e.kind, e.schema_version, e.data, e.sealed, e.turn_id, e.at
           from conversation_event e where e.tenant_id = $1 and e.turn_id = $2 and e.kind = 'turn_finished'""",
        tenant_id,
        turn_id,
    )


async def snapshot(tx: Transaction, key: ConversationKey) -> Record | None:
    return await tx.fetchrow(
        """select seq, schema_version, sealed from conversation_snapshot
           where tenant_id = $1 and conversation_id = $2""",
        key.tenant_id,
        key.conversation_id,
    )
