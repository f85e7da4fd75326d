"""The webhooks' SQL. Every function works inside a transaction and names its tenant."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from casewright.integrations.webhooks.models import Delivery, DeliveryState, Webhook
from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId

_WEBHOOK = "select id, url, kinds, created_at, created_by from webhook where tenant_id = $1"
_DELIVERY = """
    select id, webhook_id, kind, state, attempts, due_at, ended_with, created_at, settled_at
    from webhook_delivery where tenant_id = $1"""


async def insert(tx: Transaction, tenant_id: TenantId, webhook: Webhook, sealed_secret: bytes) -> None:
    await tx.execute(
        """insert into webhook (tenant_id, id, url, kinds, sealed_secret, created_at, created_by)
           values ($1, $2, $3, $4, $5, $6, $7)""",
        tenant_id,
        webhook.id,
        webhook.url,
        list(webhook.kinds),
        sealed_secret,
        webhook.created_at,
        webhook.created_by,
    )


async def update(tx: Transaction, tenant_id: TenantId, webhook_id: UUID, url: str, kinds: Sequence[str]) -> None:
    await tx.execute(
        "update webhook set url = $3, kinds = $4 where tenant_id = $1 and id = $2",
        tenant_id, webhook_id, url, list(kinds),
    )  # fmt: skip


async def delete(tx: Transaction, tenant_id: TenantId, webhook_id: UUID) -> bool:
    """With all that was on its way; False where there is none."""
    found = await tx.fetchval(
        "delete from webhook where tenant_id = $1 and id = $2 returning true", tenant_id, webhook_id
    )
    return bool(found)


async def webhooks(tx: Transaction, tenant_id: TenantId) -> list[Webhook]:
    """Oldest first."""
    return [Webhook(**row) for row in await tx.fetch(f"{_WEBHOOK} order by created_at, id", tenant_id)]


async def webhook(tx: Transaction, tenant_id: TenantId, webhook_id: UUID) -> Webhook | None:
    row = await tx.fetchrow(f"{_WEBHOOK} and id = $2", tenant_id, webhook_id)
    return Webhook(**row) if row else None


async def lock_all(tx: Transaction, tenant_id: TenantId) -> None:
    """Until the transaction ends nobody else adds one."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"webhook {tenant_id}")


async def insert_audit(
    tx: Transaction, tenant_id: TenantId, *, id: UUID, role: str, actor: str, action: str, object_id: str
) -> None:
    await tx.execute(
        "insert into audit_event (tenant_id, id, role, actor, action, object_id) values ($1, $2, $3, $4, $5, $6)",
        tenant_id, id, role, actor, action, object_id,
    )  # fmt: skip


# --- what is on its way ---


async def subscribers(tx: Transaction, tenant_id: TenantId, kind: str) -> list[UUID]:
    rows = await tx.fetch("select id from webhook where tenant_id = $1 and $2 = any(kinds)", tenant_id, kind)
    return [row["id"] for row in rows]


async def insert_delivery(
    tx: Transaction, tenant_id: TenantId, *, id: UUID, webhook_id: UUID, kind: str, body: str, now: datetime
) -> None:
    await tx.execute(
        """insert into webhook_delivery (tenant_id, id, webhook_id, kind, body, due_at, created_at)
           values ($1, $2, $3, $4, $5, $6, $6)""",
        tenant_id, id, webhook_id, kind, body, now,
    )  # fmt: skip


async def deliveries(
    tx: Transaction, tenant_id: TenantId, webhook_id: UUID | None, state: DeliveryState | None, limit: int
) -> list[Delivery]:
    """Newest first."""
    rows = await tx.fetch(
        f"""{_DELIVERY} and ($2::uuid is null or webhook_id = $2) and ($3::text is null or state = $3)
            order by created_at desc, id desc limit $4""",
        tenant_id,
        webhook_id,
        state,
        limit,
    )
    return [Delivery(**row) for row in rows]


async def delivery(tx: Transaction, tenant_id: TenantId, delivery_id: UUID) -> Delivery | None:
    row = await tx.fetchrow(f"{_DELIVERY} and id = $2", tenant_id, delivery_id)
    return Delivery(**row) if row else None


async def revive(tx: Transaction, tenant_id: TenantId, delivery_id: UUID, now: datetime) -> bool:
    """False unless it was dead."""
    found = await tx.fetchval(
        """update webhook_delivery set state = 'waiting', attempts = 0, due_at = $3, settled_at = null
           where tenant_id = $1 and id = $2 and state = 'dead' returning true""",
        tenant_id, delivery_id, now,
    )  # fmt: skip
    return bool(found)


async def due_webhooks(tx: Transaction, tenant_id: TenantId, now: datetime) -> list[UUID]:
    """Those for which something is due."""
    rows = await tx.fetch(
        "select distinct webhook_id from webhook_delivery where tenant_id = $1 and state = 'waiting' and due_at <= $2",
        tenant_id, now,
    )  # fmt: skip
    return [row["webhook_id"] for row in rows]


async def claim(
    tx: Transaction,
    tenant_id: TenantId,
    webhook_id: UUID,
    now: datetime,
    busy: timedelta,
    delivery_id: UUID | None = None,
) -> Record | None:
    """The oldest one due, or the one named, counted as tried and nobody else's for `busy`: with its body, and the address and
    sealed secret of its webhook."""
    return await tx.fetchrow(
        """update webhook_delivery d set attempts = d.attempts + 1, due_at = $3::timestamptz + $4
           from webhook w
           where w.tenant_id = $1 and w.id = $2 and d.tenant_id = $1 and d.id = (
               select id from webhook_delivery
               where tenant_id = $1 and webhook_id = $2 and state = 'waiting' and due_at <= $3
                 and ($5::uuid is null or id = $5)
               order by due_at, id limit 1 for update skip locked)
           returning d.id, d.body, d.attempts, w.url, w.sealed_secret""",
        tenant_id, webhook_id, now, busy, delivery_id,
    )  # fmt: skip


async def settle(
    tx: Transaction, tenant_id: TenantId, delivery_id: UUID, *, state: DeliveryState, ended_with: str, now: datetime
) -> None:
    """Unless another attempt has settled it."""
    await tx.execute(
        """update webhook_delivery set state = $3, ended_with = $4, settled_at = $5
           where tenant_id = $1 and id = $2 and state = 'waiting'""",
        tenant_id, delivery_id, state, ended_with, now,
    )  # fmt: skip


async def put_off(
    tx: Transaction, tenant_id: TenantId, delivery_id: UUID, *, ended_with: str, due_at: datetime
) -> None:
    await tx.execute(
        """update webhook_delivery set ended_with = $3, due_at = $4
           where tenant_id = $1 and id = $2 and state = 'waiting'""",
        tenant_id, delivery_id, ended_with, due_at,
    )  # fmt: skip


async def delete_settled(tx: Transaction, tenant_id: TenantId, before: datetime) -> None:
    await tx.execute("delete from webhook_delivery where tenant_id = $1 and settled_at < $2", tenant_id, before)
