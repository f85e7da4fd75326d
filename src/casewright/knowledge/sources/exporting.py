"""A tenant's published articles as Markdown files with front matter, as an import takes them in again."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import yaml

from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.sources import repository

READ_AT_ONCE: Final = 200
_WIDTH: Final = 10_000
"""Of a line of YAML: texts stay in one."""


async def articles_of(database: Database, tenant_id: TenantId) -> AsyncIterator[tuple[ArticleDraft, ...]]:
    """All that are published, in the order of their keys, some at a time."""
    key = ""
    while True:
        async with database.begin(system(tenant_id, "knowledge export")) as tx:
            some = await repository.articles_after(tx, tenant_id, key, READ_AT_ONCE)
        if not some:
            return
        yield some
        key = some[-1].key


async def export_articles(database: Database, tenant_id: TenantId, folder: Path) -> int:
    """One file an article, named by its key; how many there are. Raises `OSError`."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    count = 0
    async for drafts in articles_of(database, tenant_id):
        await asyncio.to_thread(_write, folder, drafts)
        count += len(drafts)
    return count


def _write(folder: Path, drafts: tuple[ArticleDraft, ...]) -> None:
    for draft in drafts:
        (folder / f"{draft.key}.md").write_text(as_markdown(draft), encoding="utf-8")


def as_markdown(draft: ArticleDraft) -> str:
    """Only what differs from the defaults, but for the language and whom it is for."""
    fields = draft.model_dump(mode="json", exclude={"key", "body"}, exclude_defaults=True)
    fields = {"title": draft.title, "language": draft.language, "audience": str(draft.audience), **fields}
    front_matter = yaml.safe_dump(fields, allow_unicode=True, sort_keys=False, width=_WIDTH)
    return f"---\n{front_matter}---\n{draft.body}\n"
