"""What turns are replayed on: a company as it is, or with a draft laid over it. Nothing of a draft is kept.

Everything is read in transactions that PostgreSQL holds to be read-only. A draft's articles are indexed in temporary tables
that hide the real ones from one connection, and end with its transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from casewright.adapters import TenantKnowledge, TenantProcedures
from casewright.content import Draft
from casewright.engine.fold import change
from casewright.engine.models import State, Topic
from casewright.engine.ports import Knowledge, Procedures, Understands
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal, system
from casewright.knowledge.conflicts.disagreements import Disagreements
from casewright.knowledge.graph.service import KnowledgeGraph
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.procedures.models import Procedure
from casewright.procedures.service import ProcedureService
from casewright.replaying.archive import Archive
from casewright.replaying.recorded_ports import RecordedClock
from casewright.settings import Settings
from casewright.tenants.models import Tenant
from casewright.understanding.encoder import Encoder, Progress
from casewright.understanding.service import UnderstandingService

INDEX_TABLES = "^(article|knowledge|passage)"


class OneTransaction(Database):
    """Gives everybody the same transaction, one after the other."""

    def __init__(self, tx: Transaction) -> None:
        super().__init__("")
        self._tx = tx
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def begin(self, principal: Principal, *, planned_once: bool = False) -> AsyncIterator[Transaction]:
        async with self._turn:
            await self._tx.execute("savepoint own")
            try:
                yield self._tx
            finally:
                await self._tx.execute("rollback to savepoint own")


@dataclass(frozen=True, slots=True)
class Configuration:
    """`name`: in words. `drafted`: procedures of the draft, by name."""

    name: str
    settings: Settings
    tenant: Tenant
    clock: RecordedClock
    understanding: Understands
    knowledge: Knowledge
    procedures: Procedures
    drafted: Mapping[str, Procedure] = field(default_factory=dict)

    def begin_in(self, state: State) -> State:
        """The state with its topics on the draft's procedures, as far as these have a place for where they stand."""
        return change(state, topics=tuple(self._on_draft(topic) for topic in state.topics)) if self.drafted else state

    def _on_draft(self, topic: Topic) -> Topic:
        procedure = self.drafted.get(topic.name)
        fits = (
            procedure is not None
            and topic.progress is not None
            and topic.progress.step in {step.id for step in procedure.steps}
            and topic.progress.slots.keys() <= procedure.slots.keys()
        )
        return change(topic, digest=procedure.digest) if procedure and fits else topic


@asynccontextmanager
async def current(archive: Archive, encoder: Encoder, tenant: Tenant) -> AsyncIterator[Configuration]:
    """The company as it is now."""
    clock, database = RecordedClock(), archive.database
    yield Configuration(
        name="the current configuration",
        settings=archive.settings,
        tenant=tenant,
        clock=clock,
        understanding=_understanding(archive, encoder, clock),
        knowledge=_knowledge(database, KnowledgeService(encoder, clock), clock),
        procedures=TenantProcedures(database, ProcedureService()),
    )


@asynccontextmanager
async def drafted(
    archive: Archive, encoder: Encoder, tenant: Tenant, folder: Path, draft: Draft, on_progress: Progress
) -> AsyncIterator[Configuration]:
    """The company as it would be with the draft. `on_progress`: of the examples and articles that are read.

    Raises `TrainingDataInvalid`."""
    clock = RecordedClock()
    procedures = {one.name: one for one in draft.procedures}
    understanding = _understanding(archive, encoder, clock)
    if draft.intents:
        await understanding.rehearse(tenant.id, draft.intents, on_progress)
    if draft.profile:
        tenant = Tenant(id=tenant.id, slug=tenant.slug, name=draft.name or tenant.name, profile=draft.profile)
    knowledge = KnowledgeService(encoder, clock)
    publishing = Publishing(encoder, clock)
    async with _indexed(archive, tenant.id, publishing, draft.articles, on_progress) as database:
        yield Configuration(
            name=f"the draft {folder}",
            settings=archive.settings,
            tenant=tenant,
            clock=clock,
            understanding=understanding,
            knowledge=_knowledge(database, knowledge, clock),
            procedures=DraftProcedures(archive.database, procedures),
            drafted=procedures,
        )


def _knowledge(database: Database, service: KnowledgeService, clock: Clock) -> TenantKnowledge:
    return TenantKnowledge(database, service, Disagreements(clock), KnowledgeGraph(database, clock))


class DraftProcedures(TenantProcedures):
    """The draft's come first, the company's own after them."""

    def __init__(self, database: Database, drafted: Mapping[str, Procedure]) -> None:
        super().__init__(database, ProcedureService())
        self._drafted = drafted

    async def get(self, tenant_id: TenantId, name: str, digest: str | None = None) -> Procedure:
        drafted = self._drafted.get(name)
        if drafted and digest in (None, drafted.digest):
            return drafted
        return await super().get(tenant_id, name, digest)

    async def names(self, tenant_id: TenantId) -> Sequence[str]:
        return list(dict.fromkeys((*await super().names(tenant_id), *self._drafted)))


def _understanding(archive: Archive, encoder: Encoder, clock: RecordedClock) -> UnderstandingService:
    gap = archive.settings.thresholds.ambiguity_gap
    return UnderstandingService(archive.database, encoder, clock, ambiguity_gap=gap)


@asynccontextmanager
async def _indexed(
    archive: Archive,
    tenant_id: TenantId,
    publishing: Publishing,
    articles: Sequence[ArticleDraft],
    on_progress: Progress,
) -> AsyncIterator[Database]:
    """The company's articles with the draft's laid over them."""
    if not articles:
        yield archive.database
        return
    # On a connection of its own: no statement that was prepared on the real tables is used on these.
    database = Database(archive.dsn, pool_size=1, through_pooler=archive.through_pooler)
    try:
        await database.open()
        async with database.begin(system(tenant_id, "replay")) as tx:
            await _hide(tx, await _index_tables(tx))
            # Temporary tables may still be written.
            await tx.execute("set transaction read only")
            await publishing.install(tx, tenant_id, articles, on_progress)
            yield OneTransaction(tx)
    finally:
        await database.close()


async def _index_tables(tx: Transaction) -> list[tuple[str, str]]:
    rows = await tx.fetch(
        """select quote_ident(schema.nspname) as schema, quote_ident(class.relname) as name
           from pg_class class join pg_namespace schema on schema.oid = class.relnamespace
           where class.relkind in ('r', 'p') and pg_table_is_visible(class.oid) and class.relname ~ $1""",
        INDEX_TABLES,
    )
    return [(row["schema"], row["name"]) for row in rows]


async def _hide(tx: Transaction, tables: Iterable[tuple[str, str]]) -> None:
    """Puts copies, of which row-level security gives the tenant's rows only, before the tables."""
    for schema, name in tables:
        await tx.execute(f"create temporary table {name} (like {schema}.{name} including all) on commit drop")
        await tx.execute(f"insert into pg_temp.{name} select * from {schema}.{name}")
