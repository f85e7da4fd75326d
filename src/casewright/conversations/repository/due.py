"""What turns are to begin with, and when the dispatcher looks at a conversation again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from casewright.conversations.models import ConversationId, ConversationKey
from casewright.conversations.repository.statements import given
from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId


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


async def insert_trigger(tx: Transaction, key: ConversationKey, trigger: TriggerRow) -> None:
    """And has the dispatcher look at the conversation soon, as `set_due_in` does. The row must be locked."""
    values: list[Any] = [key.tenant_id, key.conversation_id]
    await tx.execute(f"with {triggered(values, trigger)} select", *values)


def triggered(values: list[Any], trigger: TriggerRow) -> str:
    """Parts of a statement whose first two values are the tenant and the conversation."""
    (pick_up_after,) = given(values, trigger.pick_up_after)
    row = given(values, trigger.id, trigger.kind, trigger.data, trigger.sealed, trigger.seq, trigger.created_at)
    return f"""soon as (
        insert into control.due_conversation (conversation_id, tenant_id, due_at)
        values ($2, $1, clock_timestamp() + {pick_up_after}::interval)
        on conflict (conversation_id) do update set due_at = excluded.due_at),
    triggered as (
        insert into conversation_trigger (tenant_id, conversation_id, id, kind, data, sealed, seq, created_at)
        values ($1, $2, {", ".join(row)}))"""


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


MOST_DUE_COMPARED = 10_000
"""Among so many that are due, each tenant has its turn."""


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
