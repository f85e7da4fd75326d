"""Imports on a real database: portions, going on, doubles, and another company that sees nothing."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from casewright.kit.clock import ManualClock, SystemClock
from casewright.kit.database import Database
from casewright.kit.errors import NotFound
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge.importing import read_articles
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.sources.errors import SourceUnusable
from casewright.knowledge.sources.exporting import export_articles
from casewright.knowledge.sources.files import files_at
from casewright.knowledge.sources.models import (
    Counts,
    Defaults,
    Fingerprints,
    Import,
    ImportRequest,
    ImportState,
    Reading,
    SourceKind,
)
from casewright.knowledge.sources.service import READ_AT_ONCE, ArticleSource, Imports
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder
from tests.knowledge.conftest import EXAMPLES, Company


@pytest.fixture(scope="session")
def imports(database: Database, publishing: Publishing, encoder: Encoder) -> Imports:
    clock = SystemClock()
    return Imports(database, publishing, ArticleLearning(encoder, clock), clock)


async def imported(imports: Imports, tenant_id: TenantId, path: Path, source: ArticleSource | None = None) -> Import:
    request = ImportRequest(kind=SourceKind.FILES, location=str(path))
    begun = await imports.begin(tenant_id, request, by="test")
    return await imports.run(tenant_id, begun, source or files_at(path, Defaults()))


def written(folder: Path, *names: str, text: str = "Turn it off and on again.") -> Path:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / f"{name}.md").write_text(
            f"# About {name}\n\n{text} That helps with {name}.\n\n## Before\n\nWait.\n\n## After\n\nLook."
        )
    return folder


async def versions(company: Company) -> dict[str, int]:
    async with company.database.begin(system(company.tenant_id)) as tx:
        rows = await tx.fetch(
            "select key, (select count(*) from article_version v where v.article_id = article.id) from article"
        )
    return {row["key"]: row["count"] for row in rows}


async def test_what_was_imported_is_found_and_another_company_finds_nothing(
    imports: Imports, empty_company: Company, other_tenant_company: Company, tmp_path: Path
) -> None:
    done = await imported(imports, empty_company.tenant_id, written(tmp_path, "pumps", "kettles"))
    assert (done.state, done.total, done.done, done.counts) == (ImportState.SUCCEEDED, 2, 2, Counts(added=2))
    answer = await empty_company.ask("What helps with pumps?", min_confidence=0)
    assert answer.hits[0].title == "About pumps"
    assert (await other_tenant_company.ask("What helps with pumps?", min_confidence=0)).hits == ()
    with pytest.raises(NotFound):
        await imports.get(system(other_tenant_company.tenant_id), done.id)
    assert await imports.newest(system(other_tenant_company.tenant_id)) == ()


async def test_a_second_time_changes_only_what_has_changed(
    imports: Imports, empty_company: Company, tmp_path: Path
) -> None:
    await imported(imports, empty_company.tenant_id, written(tmp_path, "pumps", "kettles", "lamps"))
    written(tmp_path, "pumps", text="Oil it.")
    written(tmp_path, "doors")
    done = await imported(imports, empty_company.tenant_id, tmp_path)
    assert done.counts == Counts(added=1, revised=1, unchanged=2)
    assert await versions(empty_company) == {"pumps": 2, "kettles": 1, "lamps": 1, "doors": 1}


class Dying:
    """A source whose process ends after its first portion."""

    def __init__(self, inner: ArticleSource) -> None:
        self._inner = inner
        self.read_names: list[str] = []

    async def fingerprints(self, cursor: str) -> Fingerprints:
        return await self._inner.fingerprints(cursor)

    async def read(self, names: Sequence[str]) -> Sequence[Reading]:
        if self.read_names:
            raise KeyboardInterrupt
        self.read_names += names
        return await self._inner.read(names)

    async def withdrawn(self, published: Sequence[str]) -> Sequence[str]:
        return await self._inner.withdrawn(published)


class Watched(Dying):
    async def read(self, names: Sequence[str]) -> Sequence[Reading]:
        self.read_names += names
        return await self._inner.read(names)


async def test_what_was_interrupted_goes_on_where_it_was_and_doubles_nothing(
    imports: Imports, empty_company: Company, tmp_path: Path
) -> None:
    names = [f"thing-{number:02}" for number in range(READ_AT_ONCE + 6)]
    written(tmp_path, *names)
    first = Dying(files_at(tmp_path, Defaults()))
    with pytest.raises(KeyboardInterrupt):
        await imported(imports, empty_company.tenant_id, tmp_path, first)
    (begun,) = await imports.newest(system(empty_company.tenant_id))
    assert (begun.state, begun.total, begun.done) == (ImportState.RUNNING, len(names), READ_AT_ONCE)
    written(tmp_path, names[0], text="Changed meanwhile.")
    second = Watched(files_at(tmp_path, Defaults()))
    done = await imported(imports, empty_company.tenant_id, tmp_path, second)
    assert (done.id, done.state, done.done) == (begun.id, ImportState.SUCCEEDED, len(names))
    assert second.read_names == [f"{name}.md" for name in (names[0], *names[READ_AT_ONCE:])]
    assert await versions(empty_company) == {name: 2 if name == names[0] else 1 for name in names}


async def test_a_source_that_fails_leaves_an_import_that_says_why(
    imports: Imports, empty_company: Company, tmp_path: Path
) -> None:
    with pytest.raises(SourceUnusable):
        await imported(imports, empty_company.tenant_id, tmp_path)
    (failed,) = await imports.newest(system(empty_company.tenant_id))
    assert (failed.state, "nothing to read" in failed.error) == (ImportState.FAILED, True)
    done = await imported(imports, empty_company.tenant_id, written(tmp_path, "pumps"))
    assert (done.id, done.state, done.error) == (failed.id, ImportState.SUCCEEDED, "")


async def test_two_files_that_would_make_the_same_article_are_told(
    imports: Imports, empty_company: Company, tmp_path: Path
) -> None:
    names = [f"a{number:02}" for number in range(READ_AT_ONCE)]
    written(tmp_path, *names, "same-thing", "Same Thing", "same thing")
    done = await imported(imports, empty_company.tenant_id, tmp_path)
    assert done.counts == Counts(added=READ_AT_ONCE + 1)
    assert done.problem_count == 2
    assert {problem.name for problem in done.problems} == {"same thing.md", "same-thing.md"}
    assert all('makes an article "same-thing" already' in problem.message for problem in done.problems)


async def test_a_long_table_is_installed_in_portions_and_read_once(
    imports: Imports, empty_company: Company, tmp_path: Path
) -> None:
    asked = ("What is item {0}?", "Where is item {0}?", "Item {0} please")
    rows = "".join(f"{one.format(n)},Item {n} is on shelf {n}.\n" for n in range(60) for one in asked)
    (tmp_path / "faq.csv").write_text(f"question,answer\n{rows}")
    done = await imported(imports, empty_company.tenant_id, tmp_path)
    assert (done.total, done.done, done.counts) == (1, 1, Counts(added=60))


async def test_what_is_exported_and_imported_elsewhere_is_the_same(
    imports: Imports,
    empty_company: Company,
    brueckner: Company,
    tmp_path: Path,
) -> None:
    count = await export_articles(brueckner.database, brueckner.tenant_id, tmp_path)
    originals = read_articles(EXAMPLES / "brueckner" / "articles")
    assert count == len(originals)
    done = await imported(imports, empty_company.tenant_id, tmp_path)
    assert (done.counts, done.problems) == (Counts(added=count), ())
    again = tmp_path / "again"
    await export_articles(empty_company.database, empty_company.tenant_id, again)
    assert {draft.key: draft for draft in read_articles(again)} == {draft.key: draft for draft in originals}


async def test_old_imports_are_forgotten_and_those_that_never_ended_sooner(
    database: Database, publishing: Publishing, encoder: Encoder, empty_company: Company, tmp_path: Path
) -> None:
    clock = ManualClock(datetime(2026, 3, 1, tzinfo=UTC))
    imports = Imports(database, publishing, ArticleLearning(encoder, clock), clock)
    principal = system(empty_company.tenant_id)
    await imported(imports, empty_company.tenant_id, written(tmp_path, "pumps"))
    upload = ImportRequest(kind=SourceKind.UPLOAD, location="a.md")
    await imports.accept(principal, upload, b"# A\n\nB.")
    kept = []
    for days in (6, 2, 23):
        clock.move(timedelta(days=days))
        await imports.forget_old(empty_company.tenant_id)
        kept.append([one.request.kind for one in await imports.newest(principal)])
    assert kept == [[SourceKind.UPLOAD, SourceKind.FILES], [SourceKind.FILES], []]


@pytest.fixture
async def other_tenant_company(empty_company: Company, tenants: TenantService) -> Company:
    tenant = await tenants.save("imports-other", "Another Company", TenantProfile())
    return replace(empty_company, tenant_id=tenant.id)
