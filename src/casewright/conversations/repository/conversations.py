"""The conversation's own row: opened, locked, leased, found; and the keys under which its messages came."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from casewright.conversations.models import ConversationKey
from casewright.conversations.repository.statements import assignments
from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId


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


async def lock_for_message(
    tx: Transaction, key: ConversationKey, idempotency_key: str, body_digest: bytes, message_id: UUID
) -> Record | None:
    """As `lock`, with the snapshot, whether the lease `is_free` by the database's clock (`read_at`), whether a trigger `waits`, and
    whether the message `is_new`: then it is remembered under its key. What another wrote while this waited for the lock shows in the
    row itself alone."""
    return await tx.fetchrow(
        f"""with remembered as (
               insert into idempotency (tenant_id, conversation_id, key, body_digest, message_id)
               values ($1, $2, $3, $4, $5) on conflict (tenant_id, conversation_id, key) do nothing returning true)
           select c.*, exists (select from remembered) as is_new, p.wrapped_key, s.seq as snapshot_seq, s.schema_version as snapshot_version, s.sealed as snapshot,
               c.lease_until is null or c.lease_until < clock_timestamp() as is_free, clock_timestamp() as read_at,
               exists (select from conversation_trigger t where t.tenant_id = $1 and t.conversation_id = $2) as waits, {_SOON_OVER}
           from conversation c
           join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
           left join conversation_snapshot s on s.tenant_id = $1 and s.conversation_id = $2
           where c.tenant_id = $1 and c.id = $2 for update of c""",
        key.tenant_id,
        key.conversation_id,
        idempotency_key,
        body_digest,
        message_id,
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


async def update_row(tx: Transaction, key: ConversationKey, **columns: Any) -> None:
    """Sets columns of the conversation's row; the names come from this package's code only."""
    await tx.execute(
        f"update conversation set {assignments(columns, 3)} where tenant_id = $1 and id = $2",
        key.tenant_id,
        key.conversation_id,
        *columns.values(),
    )


async def remember_message(
    tx: Transaction, key: ConversationKey, idempotency_key: str, body_digest: bytes, message_id: UUID
) -> Record | None:
    """What was remembered under this key before; None if nothing was, and this is from now on."""
    is_new = await tx.fetchval(
        """insert into idempotency (tenant_id, conversation_id, key, body_digest, message_id)
           values ($1, $2, $3, $4, $5) on conflict (tenant_id, conversation_id, key) do nothing returning true""",
        key.tenant_id,
        key.conversation_id,
        idempotency_key,
        body_digest,
        message_id,
    )
    return None if is_new else await remembered_message(tx, key, idempotency_key)


async def remembered_message(tx: Transaction, key: ConversationKey, idempotency_key: str) -> Record | None:
    return await tx.fetchrow(
        "select body_digest, message_id from idempotency where tenant_id = $1 and conversation_id = $2 and key = $3",
        key.tenant_id,
        key.conversation_id,
        idempotency_key,
    )


async def active_since(tx: Transaction, tenant_id: TenantId, since: datetime) -> list[UUID]:
    """The conversations in which something happened since then, oldest first."""
    rows = await tx.fetch(
        "select id from conversation where tenant_id = $1 and active_at >= $2 order by active_at", tenant_id, since
    )
    return [row["id"] for row in rows]
