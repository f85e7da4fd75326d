"""What it costs to check one changed article against all that a company has, the database's share included.

The company's articles are the demo's English ones, and copies of these whose statements' vectors were turned at random: they are as many to
compare with, and say something else."""

import asyncio
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Final

import numpy as np
import psutil

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database, Transaction
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.ids import TenantId, new_id
from casewright.kit.model import Model
from casewright.kit.principal import system
from casewright.knowledge import repository as knowledge
from casewright.knowledge.conflicts import repository
from casewright.knowledge.conflicts.checking import ConflictChecks
from casewright.knowledge.conflicts.detection import read_articles
from casewright.knowledge.conflicts.models import ConflictId
from casewright.knowledge.conflicts.repository import PublishedArticle
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.importing import read_articles as read_folder
from casewright.knowledge.models import Article, ArticleDraft, ArticleId
from casewright.settings import Limits
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder

ARTICLES: Final = Path(__file__).parents[2] / "examples" / "aurora" / "articles"
SIZES: Final = (1_000, 10_000)
CHANGES: Final = 5
SEED: Final = 7


@dataclass
class Nobody:
    """Is told of conflicts, and settles none."""

    told: list[Model] = field(default_factory=list)

    async def announce(self, tx: Transaction, tenant_id: TenantId, kind: str, payload: Model) -> None:
        self.told.append(payload)

    async def settle_by_rule(self, tenant_id: TenantId, conflict_ids: Sequence[ConflictId]) -> int:
        return 0


def checking(data: Data) -> Iterator[Figure]:
    for size in SIZES:
        yield from asyncio.run(_measured(data.encoder, size))


async def _measured(encoder: Encoder, size: int) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="casewright-bench-") as folder:
        async with EmbeddedPostgres(Path(folder) / "data") as server:
            await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
            database = Database(server.dsn(Role.APPLICATION), pool_size=4)
            await database.open()
            try:
                return await _checked(database, encoder, size)
            finally:
                await database.close()


async def _checked(database: Database, encoder: Encoder, size: int) -> list[Figure]:
    clock, nobody = SystemClock(), Nobody()
    tenant = await TenantService(database, clock, Limits()).save("bench", "Bench", TenantProfile())
    drafts = [draft for draft in read_folder(ARTICLES) if draft.language == "en"]
    reader = StatementReader(encoder.encode_batch)
    statements = await _fill(database, tenant.id, drafts, reader, size)
    checks = ConflictChecks(database, reader, nobody, nobody, clock)
    seconds, cpu = [], []
    for number in range(CHANGES):
        await _change(database, tenant.id, drafts[number])
        used, begun = _cpu_seconds(), perf_counter()
        checked = await checks.check(tenant.id)
        seconds.append(perf_counter() - begun)
        cpu.append(_cpu_seconds() - used)
        assert checked.articles == 1
    begun = perf_counter()
    await checks.check(tenant.id)
    nothing = perf_counter() - begun
    beside = f"{statements:,} statements; the slowest of {CHANGES}: {max(seconds):.2f} s"
    return [
        Figure(f"one changed article against {size:,}", float(np.median(seconds)), "s", note=beside),
        Figure("… processor time", float(np.median(cpu)), "s"),
        Figure("… where nothing was changed", nothing * 1000, "ms"),
    ]


async def _fill(
    database: Database, tenant_id: TenantId, drafts: Sequence[ArticleDraft], reader: StatementReader, size: int
) -> int:
    """How many statements there are then."""
    vectors = {draft.key: read_articles([draft], reader).cores for draft in drafts}
    chance, now, count = np.random.default_rng(SEED), SystemClock().now(), 0
    turn = np.eye(repository.DIMENSIONS, dtype=np.float32)
    for copy in range(-(-size // len(drafts))):
        async with database.begin(system(tenant_id)) as tx:
            for draft in drafts[: size - copy * len(drafts)]:
                own = draft.model_copy(update={"key": f"{draft.key}-{copy}" if copy else draft.key})
                article = PublishedArticle(ArticleId(new_id()), 1, own)
                await _save(tx, tenant_id, article)
                await repository.save_statements(tx, tenant_id, article, vectors[draft.key] @ turn)
                await repository.save_checked(tx, tenant_id, article, now)
                count += len(vectors[draft.key])
        turn = np.linalg.qr(chance.standard_normal(turn.shape))[0].astype(np.float32)
    return count


async def _save(tx: Transaction, tenant_id: TenantId, article: PublishedArticle) -> None:
    stored = Article(id=article.id, version=article.version, **article.draft.model_dump())
    await knowledge.save_article(tx, tenant_id, stored)
    await knowledge.save_version(tx, tenant_id, stored, str(article.id), author="bench", reason="")


async def _change(database: Database, tenant_id: TenantId, draft: ArticleDraft) -> None:
    """One more sentence, as a new version."""
    async with database.begin(system(tenant_id)) as tx:
        known = (await knowledge.stored_articles(tx, tenant_id, [draft.key]))[draft.key]
        changed = known.draft.model_copy(update={"body": f"{known.draft.body}\n\nThe team in Lyon looks after it.\n"})
        await _save(tx, tenant_id, PublishedArticle(known.id, known.version + 1, changed))


def _cpu_seconds() -> float:
    """Of this process, and of the database's that it started."""
    own = psutil.Process()
    used = 0.0
    for process in (own, *own.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        used += times.user + times.system + times.children_user + times.children_system
    return used


PARTS = (Part("checking", "Checking one changed article", checking),)
