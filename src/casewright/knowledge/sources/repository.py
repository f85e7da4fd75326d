"""Imports, what of each is done, what was uploaded for them, and how far an org was read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId
from casewright.knowledge.models import ArticleDraft
from casewright.knowledge.publishing import Installed
from casewright.knowledge.repository import PARTICULARS
from casewright.knowledge.sources.models import (
    MOST_PROBLEMS,
    Counts,
    Import,
    ImportId,
    ImportProblem,
    ImportRequest,
    ImportState,
    SourceKind,
)


@dataclass(frozen=True, slots=True)
class Item:
    """A thing that was read. `fingerprint` None: some of its articles are still to come. `keys`: of its articles."""

    name: str
    fingerprint: str | None
    keys: tuple[str, ...]


# --- imports ------------------------------------------------------------------------------------------------------------


async def add_import(tx: Transaction, tenant_id: TenantId, given: Import) -> None:
    await tx.execute(
        """insert into knowledge_import (tenant_id, id, kind, location, defaults, state, started_by, created_at, for_review)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        tenant_id,
        given.id,
        given.request.kind,
        given.request.location,
        given.request.defaults.model_dump(mode="json"),
        given.state,
        given.by,
        given.created_at,
        given.request.for_review,
    )


async def find_import(tx: Transaction, tenant_id: TenantId, import_id: ImportId) -> Import | None:
    row = await tx.fetchrow("select * from knowledge_import where tenant_id = $1 and id = $2", tenant_id, import_id)
    return None if row is None else _import(row)


async def imports(tx: Transaction, tenant_id: TenantId, limit: int) -> tuple[Import, ...]:
    """Newest first."""
    rows = await tx.fetch(
        "select * from knowledge_import where tenant_id = $1 order by created_at desc, id desc limit $2",
        tenant_id,
        limit,
    )
    return tuple(map(_import, rows))


async def newest_of(tx: Transaction, tenant_id: TenantId, kind: SourceKind) -> Import | None:
    row = await tx.fetchrow(
        "select * from knowledge_import where tenant_id = $1 and kind = $2 order by created_at desc, id desc limit 1",
        tenant_id,
        kind,
    )
    return None if row is None else _import(row)


async def unfinished(tx: Transaction, tenant_id: TenantId, request: ImportRequest, since: datetime) -> Import | None:
    """The newest of the same things, if it did not succeed."""
    row = await tx.fetchrow(
        """select * from knowledge_import
           where tenant_id = $1 and kind = $2 and location = $3 and defaults = $4::jsonb and created_at > $5
           order by created_at desc, id desc limit 1""",
        tenant_id,
        request.kind,
        request.location,
        request.defaults.model_dump(mode="json"),
        since,
    )
    return _import(row) if row is not None and row["state"] != ImportState.SUCCEEDED else None


def _import(row: Record) -> Import:
    return Import(
        id=ImportId(row["id"]),
        request=ImportRequest(**{name: row[name] for name in ImportRequest.model_fields}),
        state=ImportState(row["state"]),
        by=row["started_by"],
        total=row["total"],
        done=row["done"],
        counts=Counts(**{name: row[name] for name in Counts.model_fields}),
        problems=tuple(ImportProblem(**one) for one in row["problems"]),
        problem_count=row["problem_count"],
        error=row["error"],
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )


# --- their course -------------------------------------------------------------------------------------------------------


async def done_items(tx: Transaction, tenant_id: TenantId, import_id: ImportId) -> dict[str, str]:
    """Fingerprints by name, of what was read to its end."""
    rows = await tx.fetch(
        """select name, fingerprint from knowledge_import_item
           where tenant_id = $1 and import_id = $2 and fingerprint is not null""",
        tenant_id,
        import_id,
    )
    return {row["name"]: row["fingerprint"] for row in rows}


async def start(tx: Transaction, tenant_id: TenantId, import_id: ImportId, *, total: int, done: int) -> None:
    await tx.execute(
        """update knowledge_import set state = 'running', total = $3, done = $4, error = '', finished_at = null
           where tenant_id = $1 and id = $2""",
        tenant_id,
        import_id,
        total,
        done,
    )


async def keys_of_others(
    tx: Transaction, tenant_id: TenantId, import_id: ImportId, keys: Sequence[str]
) -> dict[str, str]:
    """Which thing of the same import has had an article with such a key, by key."""
    rows = await tx.fetch(
        """select name, key from knowledge_import_item item cross join lateral unnest(item.keys) key
           where tenant_id = $1 and import_id = $2 and keys && $3::text[] and key = any($3::text[])""",
        tenant_id,
        import_id,
        list(keys),
    )
    return {row["key"]: row["name"] for row in rows}


async def note(
    tx: Transaction,
    tenant_id: TenantId,
    import_id: ImportId,
    items: Sequence[Item],
    installed: Installed,
    problems: Sequence[ImportProblem],
) -> None:
    """What a portion of the import came to."""
    await tx.executemany(
        """insert into knowledge_import_item (tenant_id, import_id, name, fingerprint, keys) values ($1, $2, $3, $4, $5)
           on conflict (tenant_id, import_id, name) do update
               set fingerprint = excluded.fingerprint, keys = knowledge_import_item.keys || excluded.keys""",
        [(tenant_id, import_id, one.name, one.fingerprint, list(one.keys)) for one in items],
    )
    await tx.execute(
        """update knowledge_import set done = least(total, done + $3), added = added + $4, revised = revised + $5,
               updated = updated + $6, unchanged = unchanged + $7, problem_count = problem_count + $8,
               problems = (select coalesce(jsonb_agg(one order by place) filter (where place <= $9), '[]')
                           from jsonb_array_elements(problems || $10::jsonb) with ordinality as told (one, place))
           where tenant_id = $1 and id = $2""",
        tenant_id,
        import_id,
        sum(one.fingerprint is not None for one in items),
        installed.added,
        installed.revised,
        installed.updated,
        installed.unchanged,
        len(problems),
        MOST_PROBLEMS,
        [one.model_dump() for one in problems],
    )


async def finish(
    tx: Transaction,
    tenant_id: TenantId,
    import_id: ImportId,
    state: ImportState,
    *,
    at: datetime,
    archived: int = 0,
    error: str = "",
) -> None:
    """What is needed only to go on is deleted once the import has succeeded."""
    await tx.execute(
        """update knowledge_import set state = $3, archived = archived + $4, error = $5, finished_at = $6
           where tenant_id = $1 and id = $2""",
        tenant_id,
        import_id,
        state,
        archived,
        error,
        at,
    )
    if state is ImportState.SUCCEEDED:
        for table in ("knowledge_import_item", "knowledge_upload"):
            await tx.execute(f"delete from {table} where tenant_id = $1 and import_id = $2", tenant_id, import_id)


async def forget(tx: Transaction, tenant_id: TenantId, before: datetime, unfinished_before: datetime) -> None:
    """Deletes imports that began before these moments, with what is left of them."""
    await tx.execute(
        """delete from knowledge_import where tenant_id = $1
               and (created_at < $2 or (created_at < $3 and state <> 'succeeded'))""",
        tenant_id,
        before,
        unfinished_before,
    )


# --- uploads and cursors ------------------------------------------------------------------------------------------------


async def save_upload(tx: Transaction, tenant_id: TenantId, import_id: ImportId, content: bytes) -> None:
    await tx.execute(
        "insert into knowledge_upload (tenant_id, import_id, content) values ($1, $2, $3)",
        tenant_id,
        import_id,
        content,
    )


async def read_upload(tx: Transaction, tenant_id: TenantId, import_id: ImportId) -> bytes | None:
    content: bytes | None = await tx.fetchval(
        "select content from knowledge_upload where tenant_id = $1 and import_id = $2", tenant_id, import_id
    )
    return content


async def read_cursor(tx: Transaction, tenant_id: TenantId, request: ImportRequest) -> str:
    """How far the source was read by imports that succeeded, "" if none did."""
    cursor: str | None = await tx.fetchval(
        "select cursor from knowledge_cursor where tenant_id = $1 and kind = $2 and location = $3",
        tenant_id,
        request.kind,
        request.location,
    )
    return cursor or ""


async def save_cursor(tx: Transaction, tenant_id: TenantId, request: ImportRequest, cursor: str) -> None:
    await tx.execute(
        """insert into knowledge_cursor (tenant_id, kind, location, cursor) values ($1, $2, $3, $4)
           on conflict (tenant_id, kind, location) do update set cursor = excluded.cursor""",
        tenant_id,
        request.kind,
        request.location,
        cursor,
    )


# --- articles -----------------------------------------------------------------------------------------------------------


async def published_keys(tx: Transaction, tenant_id: TenantId) -> tuple[str, ...]:
    rows = await tx.fetch("select key from article where tenant_id = $1 and status = 'published'", tenant_id)
    return tuple(row["key"] for row in rows)


async def articles_after(tx: Transaction, tenant_id: TenantId, key: str, limit: int) -> tuple[ArticleDraft, ...]:
    """Of those that are not archived, in the order of their keys; drafts beside them are not told."""
    rows: Sequence[Mapping[str, object]] = await tx.fetch(
        f"""select {PARTICULARS}, version.title, version.body
           from article
           join article_version version on version.tenant_id = article.tenant_id and version.article_id = article.id
               and version.version = article.current_version
           where article.tenant_id = $1 and article.status = 'published' and article.key > $2 collate "C"
           order by article.key collate "C" limit $3""",
        tenant_id,
        key,
        limit,
    )
    return tuple(ArticleDraft.model_validate(dict(row)) for row in rows)
