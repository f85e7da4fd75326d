"""The people's SQL. Every function works inside a transaction and names its tenant."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from casewright.conversations.models import ConversationClosed, ConversationId, Outcome, Resolution
from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId

_CLOSED: Final = ConversationClosed(outcome=Outcome.ABANDONED, resolution=Resolution.ASSUMED)


async def person_of_conversation(tx: Transaction, tenant_id: TenantId, conversation_id: UUID) -> list[UUID]:
    return [
        row["person_id"]
        for row in await tx.fetch(
            "select person_id from conversation where tenant_id = $1 and id = $2", tenant_id, conversation_id
        )
    ]


async def persons_by_identity(tx: Transaction, tenant_id: TenantId, kind: str, digest: bytes) -> list[UUID]:
    rows = await tx.fetch(
        "select distinct person_id from person_identity where tenant_id = $1 and kind = $2 and digest = $3",
        tenant_id, kind, digest,
    )  # fmt: skip
    return [row["person_id"] for row in rows]


async def same_persons(tx: Transaction, tenant_id: TenantId, person_ids: Sequence[UUID]) -> list[UUID]:
    """These that are not erased yet, and all that were found to be the same as one of them."""
    rows = await tx.fetch(
        """with recursive same (id) as (
               select id from person where tenant_id = $1 and id = any($2::uuid[])
               union
               select other.id from same
               join person p on p.tenant_id = $1 and p.id = same.id
               join person other on other.tenant_id = $1 and (other.id = p.merged_into or other.merged_into = p.id))
           select p.id from same join person p on p.tenant_id = $1 and p.id = same.id
           where p.erased_at is null order by p.id""",
        tenant_id,
        list(person_ids),
    )
    return [row["id"] for row in rows]


async def lock_conversations(tx: Transaction, tenant_id: TenantId, person_ids: Sequence[UUID]) -> list[ConversationId]:
    """Until the transaction ends nothing is written in them."""
    rows = await tx.fetch(
        "select id from conversation where tenant_id = $1 and person_id = any($2::uuid[]) order by id for update",
        tenant_id, list(person_ids),
    )  # fmt: skip
    return [ConversationId(row["id"]) for row in rows]


async def cases_of(tx: Transaction, tenant_id: TenantId, conversation_ids: Sequence[UUID]) -> list[str]:
    """Ids of the org's cases that the conversations wrote in."""
    rows = await tx.fetch(
        """select case_id as id from conversation
           where tenant_id = $1 and id = any($2::uuid[]) and case_id is not null
           union
           select r ->> 'id' from conversation_event e, jsonb_path_query(e.data, '$.records[*]') r
           where e.tenant_id = $1 and e.conversation_id = any($2::uuid[]) and e.kind = 'action_finished'
             and r ->> 'type' = 'Case'
             and exists (select from conversation_event asked
                         where asked.tenant_id = $1 and asked.conversation_id = e.conversation_id
                           and asked.kind = 'action_requested' and asked.data ->> 'action_id' = e.data ->> 'action_id')
           order by 1""",
        tenant_id,
        list(conversation_ids),
    )
    return [row["id"] for row in rows]


async def erase(tx: Transaction, tenant_id: TenantId, person_ids: Sequence[UUID], now: datetime) -> None:
    """Destroys the persons' keys, and all that is derived from what was sealed under them. Their conversations end; what the
    log says besides words stays."""
    ids = list(person_ids)
    await tx.execute(
        "update person set wrapped_key = null, erased_at = $3 where tenant_id = $1 and id = any($2::uuid[])",
        tenant_id, ids, now,
    )  # fmt: skip
    for table in ("person_identity", "intent_example"):
        await tx.execute(f"delete from {table} where tenant_id = $1 and person_id = any($2::uuid[])", tenant_id, ids)
    theirs = "select id from conversation where tenant_id = $1 and person_id = any($2::uuid[])"
    derived = ("conversation_snapshot", "conversation_trigger", "idempotency", "labelling_candidate")
    for table in (*derived, "control.due_conversation"):
        await tx.execute(f"delete from {table} where tenant_id = $1 and conversation_id in ({theirs})", tenant_id, ids)
    for table in ("verification_code", "new_address_code"):
        codes = theirs.replace("select id", "select id::text")
        await tx.execute(f"delete from {table} where tenant_id = $1 and conversation_id in ({codes})", tenant_id, ids)
    await tx.execute(
        """update approval set sealed = '', status = case when status = 'pending' then 'expired' else status end,
                               decided_at = coalesce(decided_at, $3)
           where tenant_id = $1 and person_id = any($2::uuid[])""",
        tenant_id, ids, now,
    )  # fmt: skip
    await tx.execute(
        f"""update knowledge_gap_example set sealed = '', sealed_meaning = ''
            where tenant_id = $1 and conversation_id in ({theirs})""",
        tenant_id,
        ids,
    )
    await _end_conversations(tx, tenant_id, ids, now)


async def _end_conversations(tx: Transaction, tenant_id: TenantId, person_ids: list[UUID], now: datetime) -> None:
    """A token made of chance fits no conversation, and a turn that runs carries an old fence."""
    await tx.execute(
        """insert into conversation_event
               (tenant_id, conversation_id, seq, kind, schema_version, data, sealed, fence, turn_id, at)
           select tenant_id, id, next_seq, $4, $5, $6::text::jsonb, null, fence, null, $3::timestamptz + clock_offset
           from conversation where tenant_id = $1 and person_id = any($2::uuid[]) and status = 'open'""",
        tenant_id,
        person_ids,
        now,
        _CLOSED.kind,
        _CLOSED.version,
        json.dumps(_CLOSED.model_dump(mode="json")),
    )
    await tx.execute(
        """update conversation
           set next_seq = next_seq + case when status = 'open' then 1 else 0 end,
               outcome = case when status = 'open' then $3 else outcome end,
               status = 'closed', fence = fence + 1, lease_owner = null, lease_until = null,
               token_digest = sha256(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())),
               last_message = null, waiting_since = null, queued_since = null, pending_approvals = 0
           where tenant_id = $1 and person_id = any($2::uuid[])""",
        tenant_id, person_ids, _CLOSED.outcome,
    )  # fmt: skip


# --- what is kept of an erasure ---


async def insert_erasure(
    tx: Transaction,
    tenant_id: TenantId,
    *,
    erasure_id: UUID,
    person_ids: Sequence[UUID],
    conversations: int,
    case_ids: Sequence[str],
    org_records: str,
    org_status: str,
    requested_by: str,
    now: datetime,
) -> None:
    await tx.execute(
        """insert into person_erasure (tenant_id, id, person_ids, conversations, case_ids, org_records, org_status,
                                       requested_by, requested_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        tenant_id, erasure_id, list(person_ids), conversations, list(case_ids), org_records, org_status, requested_by, now,
    )  # fmt: skip


async def erasure(tx: Transaction, tenant_id: TenantId, erasure_id: UUID) -> Record | None:
    return await tx.fetchrow("select * from person_erasure where tenant_id = $1 and id = $2", tenant_id, erasure_id)


async def waiting_erasures(tx: Transaction, tenant_id: TenantId) -> list[UUID]:
    """Whose part in the org is still to be done, oldest first."""
    rows = await tx.fetch(
        "select id from person_erasure where tenant_id = $1 and org_status = 'waiting' order by requested_at", tenant_id
    )
    return [row["id"] for row in rows]


async def settle_erasure(
    tx: Transaction, tenant_id: TenantId, erasure_id: UUID, *, org_status: str, cases_left: Sequence[str]
) -> None:
    await tx.execute(
        """update person_erasure set org_status = $3, cases_left = $4, attempts = attempts + 1
           where tenant_id = $1 and id = $2""",
        tenant_id, erasure_id, org_status, list(cases_left),
    )  # fmt: skip


async def insert_audit(
    tx: Transaction, tenant_id: TenantId, *, id: UUID, role: str, actor: str, action: str, object_id: str
) -> None:
    await tx.execute(
        "insert into audit_event (tenant_id, id, role, actor, action, object_id) values ($1, $2, $3, $4, $5, $6)",
        tenant_id, id, role, actor, action, object_id,
    )  # fmt: skip


# --- retention ---


async def delete_closed_conversations(tx: Transaction, before: datetime, most: int) -> int:
    """At most `most` of the transaction's tenant, and the persons of whom nothing else is left."""
    return int(await tx.fetchval("select delete_closed_conversations($1, $2)", before, most))


async def delete_codes(tx: Transaction, tenant_id: TenantId, before: datetime) -> None:
    for table in ("verification_code", "new_address_code"):
        await tx.execute(f"delete from {table} where tenant_id = $1 and expires_at < $2", tenant_id, before)
