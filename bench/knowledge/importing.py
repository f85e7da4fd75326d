"""Getting articles in: read from files, cut, encoded and stored, on two processor cores, the database's share included.

The files are the demo's English articles under new titles, half of them as HTML. A title is part of all that is encoded of an article, so
nothing has been encoded before.
"""

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Final

import psutil
from markdown_it import MarkdownIt

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge.importing import read_articles
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.sources.exporting import as_markdown
from casewright.knowledge.sources.files import files_at
from casewright.knowledge.sources.models import Defaults, Import, ImportRequest, SourceKind
from casewright.knowledge.sources.service import Imports
from casewright.settings import Limits
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder

ARTICLES: Final = Path(__file__).parents[2] / "examples" / "aurora" / "articles"
COPIES: Final = 3
CORES: Final = 2


class TimedLearning(ArticleLearning):
    """What is learned after an import is told by itself: it depends on all articles, not on those imported."""

    seconds = 0.0

    async def catch_up(self, database: Database, tenant_id: TenantId) -> bool:
        begun = perf_counter()
        learned = await super().catch_up(database, tenant_id)
        self.seconds += perf_counter() - begun
        return learned


def importing(data: Data) -> Iterator[Figure]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, set(sorted(before)[:CORES]))
    try:
        yield from asyncio.run(_measured(data.encoder))
    finally:
        os.sched_setaffinity(0, before)


async def _measured(encoder: Encoder) -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="casewright-bench-") as folder:
        count = await asyncio.to_thread(_write, Path(folder) / "articles")
        async with EmbeddedPostgres(Path(folder) / "data") as server:
            await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
            database = Database(server.dsn(Role.APPLICATION), pool_size=4)
            await database.open()
            try:
                return await _imported(database, encoder, Path(folder) / "articles", count)
            finally:
                await database.close()


def _write(folder: Path) -> int:
    """How many files."""
    folder.mkdir()
    markdown = MarkdownIt("commonmark").enable("table")
    drafts = [draft for draft in read_articles(ARTICLES) if draft.language == "en"]
    for copy in range(COPIES):
        for number, draft in enumerate(drafts):
            own = draft.model_copy(update={"title": f"{draft.title}, for site {copy + 1}", "asked_as": {}})
            name = f"{draft.key}-{copy + 1}"
            if number % 2:
                (folder / f"{name}.md").write_text(as_markdown(own), encoding="utf-8")
            else:
                page = f"<title>{own.title}</title><main><h1>{own.title}</h1>{markdown.render(own.body)}</main>"
                (folder / f"{name}.html").write_text(page, encoding="utf-8")
    return COPIES * len(drafts)


async def _imported(database: Database, encoder: Encoder, folder: Path, count: int) -> list[Figure]:
    clock = SystemClock()
    tenant = await TenantService(database, clock, Limits()).save("bench", "Bench", TenantProfile())
    learning = TimedLearning(encoder, clock)
    imports = Imports(database, Publishing(encoder, clock), learning, clock)
    cpu, begun = _cpu_seconds(), perf_counter()
    await _run(imports, tenant.id, folder)
    seconds, cpu = perf_counter() - begun - learning.seconds, _cpu_seconds() - cpu
    async with database.begin(system(tenant.id)) as tx:
        passages = await tx.fetchval("select count(*) from passage where tenant_id = $1", tenant.id)
    begun = perf_counter()
    again = await _run(imports, tenant.id, folder)
    unchanged = perf_counter() - begun
    assert again.counts.unchanged == count
    learned = learning.seconds
    return [
        Figure(f"{count} files, {passages} passages: a second", passages / seconds, "passages", target=60),
        Figure("… CPU a passage, learning included", 1000 * cpu / passages, "ms"),
        Figure("… learning what tells the articles apart, once at the end", learned, "s"),
        Figure("… the same again, with nothing changed", unchanged, "s"),
    ]


async def _run(imports: Imports, tenant_id: TenantId, folder: Path) -> Import:
    request = ImportRequest(kind=SourceKind.FILES, location=str(folder))
    begun = await imports.begin(tenant_id, request, by="bench")
    return await imports.run(tenant_id, begun, files_at(folder, Defaults()))


def _cpu_seconds() -> float:
    """Of this process and of all that runs under it, the database included."""
    processes = [psutil.Process(), *psutil.Process().children(recursive=True)]
    return sum(times.user + times.system for times in (one.cpu_times() for one in processes))


PARTS = (Part("importing", "Getting articles in", importing),)
