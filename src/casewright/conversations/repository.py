"""The conversations' SQL. Every function works inside a principal's transaction and names its tenant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

import orjson

from casewright.conversations.models import ConversationId, ConversationKey, TurnId
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
class TriggerRow:
    """What a turn is to begin with, as stored. The dispatcher looks at the conversation `pick_up_after` later."""

    id: UUID
    kind: str
    data: dict[str, Any]
    sealed: bytes | None
    seq: int
    created_at: datetime
    pick_up_after: timedelta


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


async def insert_conversation(
    tx: Transaction,
    key: ConversationKey,
    *,
    person_id: UUID,
    token_digest: bytes,
    language: str,
    time_zone: str,
    now: datetime,
) -> None:
    await tx.execute(
        """insert into conversation
               (tenant_id, id, person_id, token_digest, language, time_zone, created_at, active_at)
           values ($1, $2, $3, $4, $5, $6, $7, $7)""",
        key.tenant_id, key.conversation_id, person_id, token_digest, language, time_zone, now,
    )  # fmt: skip


async def count_active(tx: Transaction, tenant_id: TenantId, since: datetime) -> int:
    return int(
        await tx.fetchval(
            "select count(*) from conversation where tenant_id = $1 and status = 'open' and active_at > $2",
            tenant_id,
            since,
        )
    )


MOST_DUE_COMPARED = 10_000
"""Among so many that are due, each tenant has its turn."""


_SOON_OVER = """case when current_setting('server_version_num')::int >= 170000
    then set_config('transaction_timeout', '4s', true) end"""
"""Who holds a conversation's row has to go on. A process may also be frozen between a statement's parts, when its transaction
does not count as idle; before PostgreSQL 17 nothing ends that."""


async def lock(tx: Transaction, key: ConversationKey) -> Record | None:
    """The conversation's row with its person's wrapped key, locked: whoever holds it may append to the log."""
    return await tx.fetchrow(
        f"""select c.*, p.wrapped_key, {_SOON_OVER} from conversation c
           join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
           where c.tenant_id = $1 and c.id = $2 for update of c""",
        key.tenant_id,
        key.conversation_id,
    )


async def lock_with_snapshot(tx: Transaction, key: ConversationKey) -> Record | None:
    """As `lock`, with the snapshot, whether the lease `is_free` by the database's clock (`read_at`), and whether a trigger `waits`. What
    another wrote while this waited for the lock shows in the row itself alone."""
    return await tx.fetchrow(
        f"""select c.*, p.wrapped_key, s.seq as snapshot_seq, s.schema_version as snapshot_version, s.sealed as snapshot,
               c.lease_until is null or c.lease_until < clock_timestamp() as is_free, clock_timestamp() as read_at,
               exists (select from conversation_trigger t where t.tenant_id = $1 and t.conversation_id = $2) as waits, {_SOON_OVER}
           from conversation c
           join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
           left join conversation_snapshot s on s.tenant_id = $1 and s.conversation_id = $2
           where c.tenant_id = $1 and c.id = $2 for update of c""",
        key.tenant_id,
        key.conversation_id,
    )


async def find(tx: Transaction, key: ConversationKey) -> Record | None:
    return await tx.fetchrow(
        """select c.*, p.wrapped_key from conversation c
           join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
           where c.tenant_id = $1 and c.id = $2""",
        key.tenant_id,
        key.conversation_id,
    )


async def take_lease(tx: Transaction, key: ConversationKey, owner: str, lease: timedelta) -> Record | None:
    """The row with its snapshot, if the lease was free or expired; its fence is one higher than any before."""
    return await tx.fetchrow(
        f"""update conversation c
           set lease_owner = $3, lease_until = clock_timestamp() + $4, fence = fence + 1
           from person p left join conversation_snapshot s on s.tenant_id = $1 and s.conversation_id = $2
           where c.tenant_id = $1 and c.id = $2 and (c.lease_until is null or c.lease_until < clock_timestamp())
             and p.tenant_id = c.tenant_id and p.id = c.person_id
           returning c.*, p.wrapped_key, s.seq as snapshot_seq, s.schema_version as snapshot_version,
               s.sealed as snapshot, {_SOON_OVER}""",
        key.tenant_id,
        key.conversation_id,
        owner,
        lease,
    )


async def renew_lease(tx: Transaction, key: ConversationKey, fence: int, lease: timedelta) -> bool:
    renewed = await tx.fetchval(
        """update conversation set lease_until = clock_timestamp() + $4
           where tenant_id = $1 and id = $2 and fence = $3 and lease_until is not null returning true""",
        key.tenant_id,
        key.conversation_id,
        fence,
        lease,
    )
    return bool(renewed)


async def release_lease(tx: Transaction, key: ConversationKey, fence: int) -> None:
    await tx.execute(
        """update conversation set lease_owner = null, lease_until = null
           where tenant_id = $1 and id = $2 and fence = $3""",
        key.tenant_id,
        key.conversation_id,
        fence,
    )


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
        parts.append(_triggered(values, trigger))
    if snapshot:
        parts.append(_saved(values, next_seq - 1, snapshot))
    all_columns = {**columns, "next_seq": next_seq}
    assignments = _assignments(all_columns, len(values) + 1)
    others_wait: bool = await tx.fetchval(
        f"""with {", ".join(parts)}
            update conversation set {assignments} where tenant_id = $1 and id = $2
            returning {"(select wait from others)" if snapshot else "false"}""",
        *values,
        *all_columns.values(),
    )
    return others_wait


def _appended(values: list[Any], rows: Sequence[EventRow], fence: int, at: datetime) -> str:
    given = _given(
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
            as event (seq, kind, version, data, sealed, turn_id))""".format(*given)


def _triggered(values: list[Any], trigger: TriggerRow) -> str:
    (pick_up_after,) = _given(values, trigger.pick_up_after)
    row = _given(values, trigger.id, trigger.kind, trigger.data, trigger.sealed, trigger.seq, trigger.created_at)
    return f"""soon as (
        insert into control.due_conversation (conversation_id, tenant_id, due_at)
        values ($2, $1, clock_timestamp() + {pick_up_after}::interval)
        on conflict (conversation_id) do update set due_at = excluded.due_at),
    triggered as (
        insert into conversation_trigger (tenant_id, conversation_id, id, kind, data, sealed, seq, created_at)
        values ($1, $2, {", ".join(row)}))"""


def _saved(values: list[Any], seq: int, snapshot: SnapshotRow) -> str:
    number, version, sealed, consumed, due_at, busy = _given(
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


def _given(values: list[Any], *more: Any) -> list[str]:
    """Adds values of a statement; returns how it names them."""
    values.extend(more)
    return [f"${number}" for number in range(len(values) - len(more) + 1, len(values) + 1)]


async def update_row(tx: Transaction, key: ConversationKey, **columns: Any) -> None:
    """Sets columns of the conversation's row; the names come from this package's code only."""
    await tx.execute(
        f"update conversation set {_assignments(columns, 3)} where tenant_id = $1 and id = $2",
        key.tenant_id,
        key.conversation_id,
        *columns.values(),
    )


def _assignments(columns: Iterable[str], first: int) -> str:
    return ", ".join(f"{name} = ${number}" for number, name in enumerate(columns, first))


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


async def snapshot(tx: Transaction, key: ConversationKey) -> Record | None:
    return await tx.fetchrow(
        """select seq, schema_version, sealed from conversation_snapshot
           where tenant_id = $1 and conversation_id = $2""",
        key.tenant_id,
        key.conversation_id,
    )


# --- triggers and what is due ---


async def insert_trigger(tx: Transaction, key: ConversationKey, trigger: TriggerRow) -> None:
    """And has the dispatcher look at the conversation soon, as `set_due_in` does. The row must be locked."""
    values: list[Any] = [key.tenant_id, key.conversation_id]
    await tx.execute(f"with {_triggered(values, trigger)} select", *values)


async def triggers(tx: Transaction, key: ConversationKey) -> list[Record]:
    return await tx.fetch(
        """select id, kind, data, sealed, seq from conversation_trigger
           where tenant_id = $1 and conversation_id = $2 order by seq, id""",
        key.tenant_id,
        key.conversation_id,
    )


async def delete_triggers(tx: Transaction, key: ConversationKey, ids: Sequence[UUID]) -> None:
    await tx.execute(
        "delete from conversation_trigger where tenant_id = $1 and id = any($2::uuid[])", key.tenant_id, list(ids)
    )


async def set_due(tx: Transaction, key: ConversationKey, due_at: datetime | None) -> None:
    """When the dispatcher looks at the conversation again; None: never, unless something comes in."""
    if due_at is None:
        await tx.execute("delete from control.due_conversation where conversation_id = $1", key.conversation_id)
        return
    await tx.execute(
        """insert into control.due_conversation (conversation_id, tenant_id, due_at) values ($1, $2, $3)
           on conflict (conversation_id) do update set due_at = excluded.due_at""",
        key.conversation_id,
        key.tenant_id,
        due_at,
    )


async def set_due_in(tx: Transaction, key: ConversationKey, by: timedelta) -> None:
    """By the database's own clock, as leases are: whatever a machine's clock says, the two fit together."""
    await tx.execute(
        """insert into control.due_conversation (conversation_id, tenant_id, due_at)
           values ($1, $2, clock_timestamp() + $3)
           on conflict (conversation_id) do update set due_at = excluded.due_at""",
        key.conversation_id,
        key.tenant_id,
        by,
    )


async def advance_due(tx: Transaction, key: ConversationKey, by: timedelta) -> None:
    await tx.execute(
        "update control.due_conversation set due_at = due_at - $2::interval where conversation_id = $1",
        key.conversation_id,
        by,
    )


async def claim_due(tx: Transaction, limit: int, busy: timedelta) -> list[ConversationKey]:
    """Due conversations of any tenant, the longest due of each in turn; each is put off by `busy`, so that one dispatcher
    at a time tries it."""
    rows = await tx.fetch(
        """with due as (
               select conversation_id, due_at, row_number() over (partition by tenant_id order by due_at) as place
               from (select * from control.due_conversation where due_at <= now() order by due_at limit $3) oldest),
           chosen as (
               select conversation_id from control.due_conversation
               where due_at <= now()
                 and conversation_id in (select conversation_id from due order by place, due_at limit $1)
               for update skip locked)
           update control.due_conversation d set due_at = now() + $2::interval
           from chosen where d.conversation_id = chosen.conversation_id
           returning d.tenant_id, d.conversation_id""",
        limit,
        busy,
        MOST_DUE_COMPARED,
    )
    return [
        ConversationKey(tenant_id=TenantId(row["tenant_id"]), conversation_id=ConversationId(row["conversation_id"]))
        for row in rows
    ]


# --- idempotency ---


async def remember_message(
    tx: Transaction, key: ConversationKey, idempotency_key: str, body_digest: bytes, message_id: UUID
) -> Record | None:
    """What was remembered under this key before; None if nothing was, and this is from now on."""
    values = (key.tenant_id, key.conversation_id, idempotency_key)
    is_new = await tx.fetchval(
        """insert into idempotency (tenant_id, conversation_id, key, body_digest, message_id)
           values ($1, $2, $3, $4, $5) on conflict (tenant_id, conversation_id, key) do nothing returning true""",
        *values,
        body_digest,
        message_id,
    )
    if is_new:
        return None
    return await tx.fetchrow(
        "select body_digest, message_id from idempotency where tenant_id = $1 and conversation_id = $2 and key = $3",
        *values,
    )


# --- approvals, turns, inbox ---


async def insert_approval(
    tx: Transaction,
    key: ConversationKey,
    *,
    approval_id: UUID,
    person_id: UUID,
    action: str,
    sealed: bytes,
    now: datetime,
) -> None:
    await tx.execute(
        """insert into approval (tenant_id, id, conversation_id, person_id, action, sealed, requested_at)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        key.tenant_id, approval_id, key.conversation_id, person_id, action, sealed, now,
    )  # fmt: skip


async def approvals(tx: Transaction, tenant_id: TenantId, *, pending_only: bool, limit: int = 200) -> list[Record]:
    return await tx.fetch(
        """select a.*, p.wrapped_key from approval a
           join person p on p.tenant_id = a.tenant_id and p.id = a.person_id
           where a.tenant_id = $1 and (not $2 or a.status = 'pending') order by a.requested_at desc limit $3""",
        tenant_id,
        pending_only,
        limit,
    )


async def conversation_of_approval(tx: Transaction, tenant_id: TenantId, approval_id: UUID) -> UUID | None:
    """Read first: whoever locks both locks the conversation before the approval."""
    return await tx.fetchval(
        "select conversation_id from approval where tenant_id = $1 and id = $2", tenant_id, approval_id
    )


async def lock_approval(tx: Transaction, tenant_id: TenantId, approval_id: UUID) -> Record | None:
    return await tx.fetchrow(
        """select a.*, p.wrapped_key from approval a
           join person p on p.tenant_id = a.tenant_id and p.id = a.person_id
           where a.tenant_id = $1 and a.id = $2 for update of a""",
        tenant_id,
        approval_id,
    )


async def settle_approval(
    tx: Transaction,
    tenant_id: TenantId,
    approval_id: UUID,
    *,
    status: str,
    by: str,
    now: datetime,
    sealed: bytes | None = None,
) -> None:
    """`sealed`: what the approval holds from now on; None leaves it as it is."""
    await tx.execute(
        """update approval set status = $3, decided_by = $4, decided_at = $5, sealed = coalesce($6, sealed)
           where tenant_id = $1 and id = $2""",
        tenant_id,
        approval_id,
        status,
        by,
        now,
        sealed,
    )


async def expire_approvals(tx: Transaction, key: ConversationKey, now: datetime) -> None:
    await tx.execute(
        """update approval set status = 'expired', decided_at = $3
           where tenant_id = $1 and conversation_id = $2 and status = 'pending'""",
        key.tenant_id,
        key.conversation_id,
        now,
    )


async def inbox(
    tx: Transaction, tenant_id: TenantId, *, mode: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Record]:
    """Most recently active first; `after` is the place of the last row of the page before."""
    return await tx.fetch(
        """select c.*, p.wrapped_key from conversation c
           join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
           where c.tenant_id = $1 and ($2::text is null or c.mode = $2)
             and ($3::timestamptz is null or (c.active_at, c.id) < ($3, $4::uuid))
           order by c.active_at desc, c.id desc limit $5""",
        tenant_id,
        mode,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def active_since(tx: Transaction, tenant_id: TenantId, since: datetime) -> list[UUID]:
    """The conversations in which something happened since then, oldest first."""
    rows = await tx.fetch(
        "select id from conversation where tenant_id = $1 and active_at >= $2 order by active_at", tenant_id, since
    )
    return [row["id"] for row in rows]


async def queue_place(tx: Transaction, key: ConversationKey) -> Record | None:
    """`position` of the conversation among its tenant's that wait for a person, and how many are `waiting`; None where it does
    not wait."""
    return await tx.fetchrow(
        """select count(*) filter (where (o.queued_since, o.id) <= (c.queued_since, c.id)) as position,
                  count(*) as waiting
           from conversation c
           join conversation o on o.tenant_id = c.tenant_id and o.queued_since is not null
           where c.tenant_id = $1 and c.id = $2 and c.queued_since is not null
           group by c.id""",
        key.tenant_id,
        key.conversation_id,
    )


async def finished_turn(tx: Transaction, tenant_id: TenantId, turn_id: UUID) -> Record | None:
    return await tx.fetchrow(
        """select e.conversation_id, e.seq, e.kind, e.schema_version, e.data, e.sealed, e.turn_id, e.at
           from conversation_event e where e.tenant_id = $1 and e.turn_id = $2 and e.kind = 'turn_finished'""",
        tenant_id,
        turn_id,
    )


async def insert_audit(
    tx: Transaction, tenant_id: TenantId, *, id: UUID, role: str, actor: str, action: str, object_id: str
) -> None:
    await tx.execute(
        """insert into audit_event (tenant_id, id, role, actor, action, object_id) values ($1, $2, $3, $4, $5, $6)""",
        tenant_id, id, role, actor, action, object_id,
    )  # fmt: skip


# --- dead letters ---


async def save_dead_letter(
    tx: Transaction, key: ConversationKey, *, id: UUID, action: str, code: str, retryable: bool, at: datetime
) -> None:
    """A new one, or one attempt more at an old one."""
    await tx.execute(
        """insert into dead_letter (tenant_id, id, conversation_id, action, code, retryable, failed_at)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (tenant_id, id) do update set code = excluded.code, attempts = dead_letter.attempts + 1""",
        key.tenant_id, id, key.conversation_id, action, code, retryable, at,
    )  # fmt: skip


async def settle_dead_letter(
    tx: Transaction, tenant_id: TenantId, id: UUID, *, status: str, by: str, at: datetime
) -> None:
    await tx.execute(
        "update dead_letter set status = $3, settled_by = $4, settled_at = $5 where tenant_id = $1 and id = $2",
        tenant_id, id, status, by or None, at,
    )  # fmt: skip


async def dead_letters(tx: Transaction, tenant_id: TenantId, *, open_only: bool, limit: int) -> list[Record]:
    return await tx.fetch(
        """select * from dead_letter where tenant_id = $1 and (not $2 or status = 'open')
           order by failed_at desc, id limit $3""",
        tenant_id, open_only, limit,
    )  # fmt: skip


async def dead_letter(tx: Transaction, tenant_id: TenantId, id: UUID) -> Record | None:
    return await tx.fetchrow("select * from dead_letter where tenant_id = $1 and id = $2", tenant_id, id)


# --- persons ---


async def insert_person(
    tx: Transaction, tenant_id: TenantId, *, person_id: UUID, wrapped_key: bytes, locale: str, time_zone: str
) -> None:
    await tx.execute(
        "insert into person (tenant_id, id, wrapped_key, locale, time_zone) values ($1, $2, $3, $4, $5)",
        tenant_id, person_id, wrapped_key, locale, time_zone,
    )  # fmt: skip


async def upsert_identity(
    tx: Transaction,
    tenant_id: TenantId,
    *,
    identity_id: UUID,
    person_id: UUID,
    kind: str,
    digest: bytes,
    sealed: bytes,
    assurance: str,
) -> None:
    await tx.execute(
        """insert into person_identity (tenant_id, id, person_id, kind, digest, sealed, assurance)
           values ($1, $2, $3, $4, $5, $6, $7)
           on conflict (tenant_id, person_id, kind, digest)
           do update set assurance = excluded.assurance, seen_at = now()""",
        tenant_id,
        identity_id,
        person_id,
        kind,
        digest,
        sealed,
        assurance,
    )


async def merge_persons(tx: Transaction, tenant_id: TenantId, *, person_id: UUID, kind: str, digest: bytes) -> None:
    """Marks a person as the same as the one who was first proved to be this identity."""
    await tx.execute(
        """update person set merged_into = first.person_id
           from (select i.person_id from person_identity i
                 where i.tenant_id = $1 and i.kind = $3 and i.digest = $4 and i.assurance in ('verified', 'signed')
                 order by i.person_id limit 1) first
           where person.tenant_id = $1 and person.id = $2 and person.id <> first.person_id""",
        tenant_id,
        person_id,
        kind,
        digest,
    )


async def insert_consent(
    tx: Transaction, tenant_id: TenantId, *, person_id: UUID, purpose: str, granted: bool, source: str
) -> None:
    await tx.execute(
        "insert into consent (tenant_id, person_id, purpose, granted, source) values ($1, $2, $3, $4, $5)",
        tenant_id,
        person_id,
        purpose,
        granted,
        source,
    )
