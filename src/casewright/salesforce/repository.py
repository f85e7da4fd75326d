"""The org that a tenant is connected to; what signs in to it is stored sealed."""

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId


async def save(
    tx: Transaction, tenant_id: TenantId, url: str, client_id: str, sealed_secret: bytes, external_ids: dict[str, str]
) -> None:
    await tx.execute(
        """insert into org_connection (tenant_id, url, client_id, sealed_secret, external_ids) values ($1, $2, $3, $4, $5)
           on conflict (tenant_id) do update
           set url = $2, client_id = $3, sealed_secret = $4, external_ids = $5""",
        tenant_id,
        url,
        client_id,
        sealed_secret,
        external_ids,
    )


async def find(tx: Transaction, tenant_id: TenantId) -> Record | None:
    """url, client_id, sealed_secret, external_ids."""
    return await tx.fetchrow(
        "select url, client_id, sealed_secret, external_ids from org_connection where tenant_id = $1", tenant_id
    )
