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


# --- addresses that customers want to be reached at -------------------------------------------------------------------------


class NewAddressCode(Model):
    """`sent`: codes mailed since `created_at`; `attempts`: wrong entries since then."""

    contact_id: str
    code_digest: bytes
    sent: int
    attempts: int
    expires_at: datetime
    proved_until: datetime | None = None
    created_at: datetime


async def lock_new_addresses(tx: Transaction, tenant_id: TenantId) -> None:
    """Until the transaction ends nobody else counts or adds codes of the tenant."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"new_address_code {tenant_id}")


async def new_address_codes_sent(
    tx: Transaction, tenant_id: TenantId, address: bytes, contact_id: str, since: datetime
) -> tuple[int, int]:
    """How many codes the address has got, and how many the customer has asked for."""
    row = await tx.fetchrow(
        """select coalesce(sum(sent) filter (where email_digest = $2), 0) as to_address,
                  coalesce(sum(sent) filter (where contact_id = $3), 0) as by_contact
           from new_address_code where tenant_id = $1 and created_at >= $4""",
        tenant_id,
        address,
        contact_id,
        since,
    )
    return (int(row["to_address"]), int(row["by_contact"])) if row else (0, 0)


async def lock_new_address_code(
    tx: Transaction, tenant_id: TenantId, conversation_id: str, address: bytes
) -> NewAddressCode | None:
    row = await tx.fetchrow(
        """select contact_id, code_digest, sent, attempts, expires_at, proved_until, created_at
           from new_address_code where tenant_id = $1 and conversation_id = $2 and email_digest = $3 for update""",
        tenant_id,
        conversation_id,
        address,
    )
    return NewAddressCode.model_validate(dict(row)) if row else None


async def save_new_address_code(
    tx: Transaction, tenant_id: TenantId, conversation_id: str, address: bytes, code: NewAddressCode
) -> None:
    await tx.execute(
        """insert into new_address_code
             (tenant_id, conversation_id, email_digest, contact_id, code_digest, sent, attempts, expires_at, proved_until,
              created_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
           on conflict (tenant_id, conversation_id, email_digest) do update
           set contact_id = $4, code_digest = $5, sent = $6, attempts = $7, expires_at = $8, proved_until = $9,
               created_at = $10""",
        tenant_id,
        conversation_id,
        address,
        *code.model_dump().values(),
    )


async def delete_old_new_address_codes(tx: Transaction, tenant_id: TenantId, before: datetime) -> None:
    await tx.execute("delete from new_address_code where tenant_id = $1 and created_at < $2", tenant_id, before)
