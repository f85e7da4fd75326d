"""What operators see and decide: inbox, queue, approvals, dead letters; and the record of who did."""

from datetime import datetime
from uuid import UUID

from casewright.conversations.models import ConversationKey
from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId


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


async def insert_audit(
    tx: Transaction, tenant_id: TenantId, *, id: UUID, role: str, actor: str, action: str, object_id: str
) -> None:
    await tx.execute(
        """insert into audit_event (tenant_id, id, role, actor, action, object_id) values ($1, $2, $3, $4, $5, $6)""",
        tenant_id, id, role, actor, action, object_id,
    )  # fmt: skip
