"""Persons behind conversations, and by what they can be known again."""

from uuid import UUID

from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId


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
