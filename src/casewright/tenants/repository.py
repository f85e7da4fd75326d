"""Tenants and their keys, in the `control` schema: what must be known before anything of a tenant can be read."""

from datetime import datetime
from typing import Any
from uuid import UUID

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId


async def find_tenant(tx: Transaction, tenant_id: TenantId) -> Record | None:
    return await tx.fetchrow("select id, slug, name, profile from control.tenant where id = $1", tenant_id)


async def find_tenant_by_slug(tx: Transaction, slug: str) -> Record | None:
    return await tx.fetchrow("select id, slug, name, profile from control.tenant where slug = $1", slug)


async def all_tenants(tx: Transaction) -> list[Record]:
    return await tx.fetch("select id, slug, name, profile from control.tenant order by created_at, slug")


async def save_tenant(tx: Transaction, tenant_id: TenantId, slug: str, name: str, profile: dict[str, Any]) -> None:
    await tx.execute(
        """insert into control.tenant (id, slug, name, profile) values ($1, $2, $3, $4)
           on conflict (id) do update set slug = excluded.slug, name = excluded.name, profile = excluded.profile""",
        tenant_id,
        slug,
        name,
        profile,
    )


async def find_key(tx: Transaction, digest: bytes) -> Record | None:
    return await tx.fetchrow(
        "select id, tenant_id, kind from control.api_key where digest = $1 and revoked_at is null", digest
    )


async def insert_key(tx: Transaction, *, key_id: UUID, tenant_id: TenantId, kind: str, digest: bytes) -> None:
    await tx.execute(
        """insert into control.api_key (id, tenant_id, kind, digest) values ($1, $2, $3, $4)
           on conflict (digest) do update set revoked_at = null""",
        key_id,
        tenant_id,
        kind,
        digest,
    )


async def revoke_keys(tx: Transaction, tenant_id: TenantId, digest: bytes | None) -> int:
    """That one, or with `digest` None all of the tenant. How many counted until now."""
    done = await tx.execute(
        """update control.api_key set revoked_at = now()
           where tenant_id = $1 and revoked_at is null and digest = coalesce($2, digest)""",
        tenant_id,
        digest,
    )
    return int(done.removeprefix("UPDATE "))


async def count_requests(tx: Transaction, tenant_id: TenantId, minute: datetime, more: int) -> int:
    """Requests of the tenant in this minute, `more` included."""
    return int(
        await tx.fetchval(
            """insert into control.request_window (tenant_id, minute, requests) values ($1, $2, $3)
               on conflict (tenant_id, minute) do update set requests = request_window.requests + excluded.requests
               returning requests""",
            tenant_id,
            minute,
            more,
        )
    )


async def forget_windows(tx: Transaction, before: datetime) -> None:
    await tx.execute("delete from control.request_window where minute < $1", before)
