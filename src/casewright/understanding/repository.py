"""Trained intent models, by tenant and version. At most one version is active."""

from dataclasses import dataclass

from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.understanding.intents import TrainingReport


@dataclass(frozen=True, slots=True)
class StoredModel:
    version: int
    digest: str
    data: bytes


async def active_version(tx: Transaction, tenant_id: TenantId) -> int | None:
    version: int | None = await tx.fetchval(
        "select version from intent_model where tenant_id = $1 and active", tenant_id
    )
    return version


async def active_model(tx: Transaction, tenant_id: TenantId) -> StoredModel | None:
    row = await tx.fetchrow("select version, digest, data from intent_model where tenant_id = $1 and active", tenant_id)
    return None if row is None else StoredModel(row["version"], row["digest"], row["data"])


async def save(tx: Transaction, tenant_id: TenantId, digest: str, data: bytes, report: TrainingReport) -> int:
    """Keeps the model under the next version and makes it the active one. Returns the version."""
    # Two trainings that end at once must not get the same version.
    await tx.execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"intent_model {tenant_id}")
    await tx.execute("update intent_model set active = false where tenant_id = $1 and active", tenant_id)
    version: int = await tx.fetchval(
        """insert into intent_model (tenant_id, version, digest, data, report, active)
           select $1, coalesce(max(version), 0) + 1, $2, $3, $4, true from intent_model where tenant_id = $1
           returning version""",
        tenant_id,
        digest,
        data,
        report.model_dump(mode="json"),
    )
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


async def versions(tx: Transaction, tenant_id: TenantId) -> dict[int, TrainingReport]:
    """The report of each version, newest first."""
    rows = await tx.fetch(
        "select version, report from intent_model where tenant_id = $1 order by version desc", tenant_id
    )
    return {row["version"]: TrainingReport.model_validate(row["report"]) for row in rows}
