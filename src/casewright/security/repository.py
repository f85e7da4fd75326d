"""One-time codes: one row a conversation, for known and unknown addresses alike."""

from datetime import datetime

from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.kit.model import Model


class StoredCode(Model):
    """`attempts`: wrong entries and repeated requests since `created_at`. `contact_id` None: nobody has the address."""

    email_digest: bytes
    code_digest: bytes
    contact_id: str | None
    account_id: str | None
    attempts: int
    expires_at: datetime
    created_at: datetime


async def lock(tx: Transaction, tenant_id: TenantId, conversation_id: str) -> StoredCode | None:
    """The conversation's code; whoever else wants it waits for this transaction to end."""
    row = await tx.fetchrow(
        """select email_digest, code_digest, contact_id, account_id, attempts, expires_at, created_at
           from verification_code where tenant_id = $1 and conversation_id = $2 for update""",
        tenant_id,
        conversation_id,
    )
    return StoredCode.model_validate(dict(row)) if row else None


async def save(tx: Transaction, tenant_id: TenantId, conversation_id: str, code: StoredCode) -> None:
    await tx.execute(
        """insert into verification_code
             (tenant_id, conversation_id, email_digest, code_digest, contact_id, account_id, attempts, expires_at, created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (tenant_id, conversation_id) do update
           set email_digest = $3, code_digest = $4, contact_id = $5, account_id = $6, attempts = $7, expires_at = $8,
               created_at = $9""",
        tenant_id,
        conversation_id,
        *code.model_dump().values(),
    )


async def conversations_asking(tx: Transaction, tenant_id: TenantId, email_digest: bytes, since: datetime) -> set[str]:
    """The conversations in which codes for the address were asked for."""
    rows = await tx.fetch(
        "select conversation_id from verification_code where tenant_id = $1 and email_digest = $2 and created_at >= $3",
        tenant_id,
        email_digest,
        since,
    )
    return {row["conversation_id"] for row in rows}


async def delete_old(tx: Transaction, tenant_id: TenantId, before: datetime) -> None:
    await tx.execute("delete from verification_code where tenant_id = $1 and created_at < $2", tenant_id, before)
