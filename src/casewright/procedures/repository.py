"""Versions of procedures, by tenant, name and digest. At most one version of a name is active."""

from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.procedures.models import Procedure


async def save(tx: Transaction, tenant_id: TenantId, procedure: Procedure) -> None:
    """Keeps the version and makes it the active one of its name."""
    key = (tenant_id, procedure.name, procedure.digest)
    await tx.execute(
        "update procedure_version set active = false where tenant_id = $1 and name = $2 and digest <> $3 and active",
        *key,
    )
    await tx.execute(
        """insert into procedure_version (tenant_id, name, digest, definition, active) values ($1, $2, $3, $4, true)
           on conflict (tenant_id, name, digest) do update set active = true""",
        *key,
        procedure.model_dump(mode="json", by_alias=True, exclude={"digest"}),
    )


async def deactivate(tx: Transaction, tenant_id: TenantId, name: str) -> bool:
    """Its versions stay; False if none was active."""
    done = await tx.execute(
        "update procedure_version set active = false where tenant_id = $1 and name = $2 and active", tenant_id, name
    )
    return done != "UPDATE 0"


async def active_digest(tx: Transaction, tenant_id: TenantId, name: str) -> str | None:
    digest: str | None = await tx.fetchval(
        "select digest from procedure_version where tenant_id = $1 and name = $2 and active", tenant_id, name
    )
    return digest


async def active_digests(tx: Transaction, tenant_id: TenantId) -> dict[str, str]:
    """Digest by name."""
    rows = await tx.fetch(
        "select name, digest from procedure_version where tenant_id = $1 and active order by name", tenant_id
    )
    return {row["name"]: row["digest"] for row in rows}


async def version(tx: Transaction, tenant_id: TenantId, name: str, digest: str) -> Procedure | None:
    definition = await tx.fetchval(
        "select definition from procedure_version where tenant_id = $1 and name = $2 and digest = $3",
        tenant_id,
        name,
        digest,
    )
    return None if definition is None else Procedure.model_validate({**definition, "digest": digest})
