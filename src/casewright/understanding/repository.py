"""Trained intent models by tenant and version, of which at most one is active; the examples that were added to those of a
company's folder; and what customers wrote that is worth becoming one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import ValidationError

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId
from casewright.understanding.intents import TrainingReport
from casewright.understanding.models import (
    AddedExample,
    IntentSet,
    LabellingReason,
    LabellingState,
    ModelVersion,
    NoticedText,
)


@dataclass(frozen=True, slots=True)
class StoredModel:
    """`installed`: the company's own part of what it was trained on; None where an older program trained it. `learned_from`:
    the added examples beside that."""

    version: int
    digest: str
    data: bytes
    installed: IntentSet | None
    learned_from: frozenset[UUID]


async def active_version(tx: Transaction, tenant_id: TenantId) -> int | None:
    version: int | None = await tx.fetchval(
        "select version from intent_model where tenant_id = $1 and active", tenant_id
    )
    return version


async def active_model(tx: Transaction, tenant_id: TenantId) -> StoredModel | None:
    return _stored(await tx.fetchrow(f"{_MODEL} and active", tenant_id))


async def model(tx: Transaction, tenant_id: TenantId, version: int) -> StoredModel | None:
    return _stored(await tx.fetchrow(f"{_MODEL} and version = $2", tenant_id, version))


_MODEL = "select version, digest, data, installed, learned_from from intent_model where tenant_id = $1"


def _stored(row: Record | None) -> StoredModel | None:
    if row is None:
        return None
    try:
        installed = IntentSet.model_validate(row["installed"]) if row["installed"] else None
    except ValidationError:
        installed = None
    return StoredModel(row["version"], row["digest"], row["data"], installed, frozenset(row["learned_from"]))


async def save(
    tx: Transaction,
    tenant_id: TenantId,
    *,
    digest: str,
    data: bytes,
    report: TrainingReport,
    trained_by: str,
    installed: IntentSet,
    learned_from: Collection[UUID],
    kept: int,
) -> int:
    """Keeps the model under the next version and makes it the active one; of those before, the newest `kept` stay. Returns
    the version."""
    # Two trainings that end at once must not get the same version.
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"intent_model {tenant_id}")
    await tx.execute("update intent_model set active = false where tenant_id = $1 and active", tenant_id)
    version: int = await tx.fetchval(
        """insert into intent_model (tenant_id, version, digest, data, report, trained_by, installed, learned_from, active)
           select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, true from intent_model where tenant_id = $1
           returning version""",
        tenant_id,
        digest,
        data,
        report.model_dump(mode="json"),
        trained_by,
        installed.model_dump(mode="json"),
        list(learned_from),
    )
    await tx.execute(
        """delete from intent_model where tenant_id = $1 and version in (
               select version from intent_model where tenant_id = $1 and not active order by version desc offset $2)""",
        tenant_id, kept,
    )  # fmt: skip
    return version


async def activate(tx: Transaction, tenant_id: TenantId, version: int) -> bool:
    """Makes an earlier version the active one; False if there is no such version."""
    known = await tx.fetchval("select true from intent_model where tenant_id = $1 and version = $2", tenant_id, version)
    if not known:
        return False
    await tx.execute(
        "update intent_model set active = false where tenant_id = $1 and active and version <> $2", tenant_id, version
    )
    await tx.execute("update intent_model set active = true where tenant_id = $1 and version = $2", tenant_id, version)
    return True


async def version_before(tx: Transaction, tenant_id: TenantId) -> int | None:
    """The newest version that is older than the active one."""
    version: int | None = await tx.fetchval(
        """select max(version) from intent_model where tenant_id = $1
           and version < (select version from intent_model where tenant_id = $1 and active)""",
        tenant_id,
    )
    return version


async def version_trained_by(tx: Transaction, tenant_id: TenantId, trained_by: str) -> int | None:
    """The newest that this made."""
    version: int | None = await tx.fetchval(
        "select max(version) from intent_model where tenant_id = $1 and trained_by = $2", tenant_id, trained_by
    )
    return version


async def versions(tx: Transaction, tenant_id: TenantId) -> list[ModelVersion]:
    """Newest first."""
    return [_version(row) for row in await tx.fetch(f"{_VERSION} order by version desc", tenant_id)]


async def report(
    tx: Transaction, tenant_id: TenantId, version: int | None
) -> tuple[ModelVersion, TrainingReport] | None:
    """Of a version, or of the active one."""
    row = await tx.fetchrow(f"{_VERSION} and (version = $2 or ($2 is null and active))", tenant_id, version)
    return (_version(row), TrainingReport.model_validate(row["report"])) if row else None


_VERSION = "select version, digest, created_at, trained_by, active, report from intent_model where tenant_id = $1"


def _version(row: Record) -> ModelVersion:
    report = row["report"]
    return ModelVersion(
        version=row["version"],
        digest=row["digest"],
        trained_at=row["created_at"],
        trained_by=row["trained_by"],
        active=row["active"],
        intents=report["intents"],
        examples=report["examples"],
        accuracy=report["accuracy"],
    )


# --- examples added to the folder's ---


async def added_examples(tx: Transaction, tenant_id: TenantId) -> list[AddedExample]:
    """Oldest first."""
    rows = await tx.fetch(
        """select id, intent, text, source, person_id, added_by, added_at from intent_example where tenant_id = $1
           order by added_at, id""",
        tenant_id,
    )
    return [AddedExample(**row) for row in rows]


async def add_examples(tx: Transaction, tenant_id: TenantId, examples: Sequence[AddedExample]) -> None:
    await tx.executemany(
        """insert into intent_example (tenant_id, id, intent, text, source, person_id, added_by, added_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        [
            (tenant_id, one.id, one.intent, one.text, one.source, one.person_id, one.added_by, one.added_at)
            for one in examples
        ],
    )


async def delete_imported(tx: Transaction, tenant_id: TenantId) -> None:
    await tx.execute("delete from intent_example where tenant_id = $1 and source = 'imported'", tenant_id)


async def versions_with_lost_examples(tx: Transaction, tenant_id: TenantId) -> dict[int, bool]:
    """Versions that learned from an example that is deleted by now, and whether each is active."""
    rows = await tx.fetch(
        """select version, active from intent_model m where tenant_id = $1 and exists (
               select from unnest(m.learned_from) as learned (id) where not exists (
                   select from intent_example e where e.tenant_id = $1 and e.id = learned.id))""",
        tenant_id,
    )
    return {row["version"]: row["active"] for row in rows}


async def delete_version(tx: Transaction, tenant_id: TenantId, version: int) -> None:
    """Unless it is active."""
    await tx.execute(
        "delete from intent_model where tenant_id = $1 and version = $2 and not active", tenant_id, version
    )


# --- what is worth labelling ---

MOST_CANDIDATES = 200


async def looked_until(tx: Transaction, tenant_id: TenantId) -> datetime | None:
    """Up to when conversations were looked through."""
    moment: datetime | None = await tx.fetchval(
        "select looked_until from labelling_progress where tenant_id = $1", tenant_id
    )
    return moment


async def save_looked_until(tx: Transaction, tenant_id: TenantId, moment: datetime) -> None:
    await tx.execute(
        """insert into labelling_progress (tenant_id, looked_until) values ($1, $2)
           on conflict (tenant_id) do update set looked_until = $2""",
        tenant_id, moment,
    )  # fmt: skip


async def person_who_lets_learn(tx: Transaction, tenant_id: TenantId, conversation_id: UUID) -> Record | None:
    """The conversation's person and their wrapped key; None where they are erased, or last said that nothing of theirs may
    be used to improve the agent."""
    return await tx.fetchrow(
        """select p.tenant_id, p.id as person_id, p.wrapped_key from conversation c
           join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
           where c.tenant_id = $1 and c.id = $2 and p.wrapped_key is not null
             and coalesce((select granted from consent n where n.tenant_id = $1 and n.person_id = p.id
                             and n.purpose = 'improvement' order by at desc limit 1), true)
           for share of p""",
        tenant_id,
        conversation_id,
    )


async def save_candidate(
    tx: Transaction, tenant_id: TenantId, conversation_id: UUID, *, id: UUID, noticed: NoticedText, sealed: bytes
) -> bool:
    """False if it is there already; what a person has corrected since is then marked as such."""
    inserted = await tx.fetchval(
        """insert into labelling_candidate
               (tenant_id, id, conversation_id, turn_id, segment, sealed, reason, nearest, said_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (tenant_id, turn_id, segment) do nothing returning true""",
        tenant_id,
        id,
        conversation_id,
        noticed.turn_id,
        noticed.segment,
        sealed,
        noticed.reason,
        [one.model_dump() for one in noticed.nearest],
        noticed.said_at,
    )
    if not inserted and noticed.reason is LabellingReason.CORRECTED:
        await tx.execute(
            """update labelling_candidate set reason = 'corrected'
               where tenant_id = $1 and turn_id = $2 and segment = $3 and state = 'open'""",
            tenant_id, noticed.turn_id, noticed.segment,
        )  # fmt: skip
    return bool(inserted)


_CANDIDATE = """
    select c.*, p.id as person_id, p.wrapped_key, greatest(1, (
        select count(*) from labelling_candidate g where g.tenant_id = c.tenant_id and g.grouped_with = c.grouped_with
          and g.state = 'open')) as group_size
    from labelling_candidate c
    join conversation v on v.tenant_id = c.tenant_id and v.id = c.conversation_id
    join person p on p.tenant_id = c.tenant_id and p.id = v.person_id
    where c.tenant_id = $1"""


async def candidates(
    tx: Transaction, tenant_id: TenantId, state: LabellingState | None, reason: LabellingReason | None
) -> list[Record]:
    """The newest `MOST_CANDIDATES`, with their persons' keys: large groups first, then what a person corrected, then the newest."""
    return await tx.fetch(
        f"""select * from ({_CANDIDATE} and ($2::text is null or c.state = $2) and ($3::text is null or c.reason = $3)
                order by c.said_at desc limit {MOST_CANDIDATES}) newest
            order by group_size desc, grouped_with, reason = 'corrected' desc, said_at desc""",
        tenant_id,
        state,
        reason,
    )


async def candidate(tx: Transaction, tenant_id: TenantId, candidate_id: UUID) -> Record | None:
    """Locked until the transaction ends."""
    return await tx.fetchrow(f"{_CANDIDATE} and c.id = $2 for update of c", tenant_id, candidate_id)


async def candidate_of(tx: Transaction, tenant_id: TenantId, turn_id: UUID, segment: int) -> UUID | None:
    found: UUID | None = await tx.fetchval(
        "select id from labelling_candidate where tenant_id = $1 and turn_id = $2 and segment = $3",
        tenant_id, turn_id, segment,
    )  # fmt: skip
    return found


async def group_of(tx: Transaction, tenant_id: TenantId, grouped_with: UUID) -> list[Record]:
    """The open ones of a group, locked."""
    return await tx.fetch(
        f"{_CANDIDATE} and c.grouped_with = $2 and c.state = 'open' order by c.id for update of c",
        tenant_id,
        grouped_with,
    )


async def save_groups(tx: Transaction, tenant_id: TenantId, groups: Mapping[UUID, UUID | None]) -> None:
    await tx.executemany(
        "update labelling_candidate set grouped_with = $3 where tenant_id = $1 and id = $2 and state = 'open'",
        [(tenant_id, candidate_id, group) for candidate_id, group in groups.items()],
    )


async def settle_candidate(
    tx: Transaction,
    tenant_id: TenantId,
    candidate_id: UUID,
    *,
    state: LabellingState,
    intent: str | None,
    by: str,
    now: datetime,
) -> None:
    await tx.execute(
        """update labelling_candidate set state = $3, intent = $4, settled_by = $5, settled_at = $6
           where tenant_id = $1 and id = $2""",
        tenant_id, candidate_id, state, intent, by, now,
    )  # fmt: skip
