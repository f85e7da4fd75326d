"""The statements of published articles, as they are compared, and the conflicts found."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId
from casewright.knowledge.conflicts.models import (
    ArticleDone,
    ConflictId,
    ConflictState,
    Disagreement,
    KnownConflict,
    Resolution,
    Side,
    Standing,
)
from casewright.knowledge.models import ArticleDraft, ArticleId, Audience, CitedSentence
from casewright.knowledge.repository import PARTICULARS

RECIPE: Final = 1
"""Raise it when sentences are told apart or encoded in another way: all articles are then read and checked again."""
DIMENSIONS: Final = 384
ROWS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class PublishedArticle:
    id: ArticleId
    version: int
    draft: ArticleDraft


@dataclass(frozen=True, slots=True)
class NewConflict:
    """`digest`: the same whichever side comes first, and for the same two sentences."""

    digest: str
    conflict: KnownConflict


# --- statements -------------------------------------------------------------------------------------------------------

_ARTICLE: Final = f"""
    select article.id, {PARTICULARS}, article.current_version, version.title, version.body
    from article
    join article_version version on version.tenant_id = article.tenant_id and version.article_id = article.id
        and version.version = article.current_version"""


async def unchecked(tx: Transaction, tenant_id: TenantId, most: int) -> list[PublishedArticle]:
    """Published articles that were not checked since their text changed."""
    rows = await tx.fetch(
        f"""{_ARTICLE}
            left join article_statements read on read.tenant_id = article.tenant_id and read.article_id = article.id
                and read.version = article.current_version and read.recipe = $2 and read.checked_at is not null
            where article.tenant_id = $1 and article.status = 'published' and read.article_id is null
            order by article.updated_at, article.id limit $3""",
        tenant_id,
        RECIPE,
        most,
    )
    return [_published(row) for row in rows]


async def published(
    tx: Transaction, tenant_id: TenantId, ids: Collection[ArticleId]
) -> dict[ArticleId, PublishedArticle]:
    rows = await tx.fetch(
        f"{_ARTICLE} where article.tenant_id = $1 and article.status = 'published' and article.id = any($2::uuid[])",
        tenant_id,
        list(ids),
    )
    return {ArticleId(row["id"]): _published(row) for row in rows}


def _published(row: Record) -> PublishedArticle:
    draft = ArticleDraft(**{name: row[name] for name in ArticleDraft.model_fields})
    return PublishedArticle(ArticleId(row["id"]), row["current_version"], draft)


async def save_statements(
    tx: Transaction, tenant_id: TenantId, article: PublishedArticle, vectors: NDArray[np.float32]
) -> None:
    """`vectors`: of its statements without their negations, in order; shape (statements, 384)."""
    await tx.execute(
        """insert into article_statements (tenant_id, article_id, version, recipe, language, vectors)
           values ($1, $2, $3, $4, $5, $6)
           on conflict (tenant_id, article_id) do update set version = excluded.version, recipe = excluded.recipe,
               language = excluded.language, vectors = excluded.vectors, checked_at = null""",
        tenant_id,
        article.id,
        article.version,
        RECIPE,
        article.draft.language,
        _packed(vectors),
    )


async def save_checked(tx: Transaction, tenant_id: TenantId, article: PublishedArticle, at: datetime) -> None:
    await tx.execute(
        "update article_statements set checked_at = $4 where tenant_id = $1 and article_id = $2 and version = $3",
        tenant_id,
        article.id,
        article.version,
        at,
    )


async def forget_unpublished(tx: Transaction, tenant_id: TenantId) -> list[ArticleId]:
    """Drops the statements of articles that are published no more. Of which there were some."""
    rows = await tx.fetch(
        """delete from article_statements read using article
           where read.tenant_id = $1 and article.tenant_id = $1 and article.id = read.article_id
               and article.status <> 'published'
           returning read.article_id""",
        tenant_id,
    )
    return [ArticleId(row["article_id"]) for row in rows]


async def statement_vectors(
    tx: Transaction, tenant_id: TenantId, language: str
) -> AsyncIterator[list[tuple[ArticleId, bytes]]]:
    """Of all published articles of a language whose newest text was read, some at a time; see `unpacked`."""
    cursor = await tx.cursor(
        """select read.article_id, read.vectors from article_statements read
           join article on article.tenant_id = read.tenant_id and article.id = read.article_id
               and article.current_version = read.version and article.status = 'published'
           where read.tenant_id = $1 and read.language = $2 and read.recipe = $3""",
        tenant_id,
        language,
        RECIPE,
    )
    while rows := await cursor.fetch(ROWS_AT_ONCE):
        yield [(ArticleId(row["article_id"]), row["vectors"]) for row in rows]


def _packed(vectors: NDArray[np.float32]) -> bytes:
    if not len(vectors):
        return b""
    return np.rint(vectors * (127 / np.abs(vectors).max(axis=1, keepdims=True))).astype(np.int8).tobytes()


def unpacked(packed: bytes) -> NDArray[np.float32]:
    """Normalised, float32 of shape (statements, 384). Packing changes a cosine by less than 0.01."""
    vectors = np.frombuffer(packed, dtype=np.int8).reshape(-1, DIMENSIONS).astype(np.float32)
    normalised: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised


# --- conflicts --------------------------------------------------------------------------------------------------------


async def save_new(tx: Transaction, tenant_id: TenantId, new: NewConflict) -> bool:
    """False if it is open already, then its sides are brought up to date; or if it was dismissed."""
    conflict = new.conflict
    row = await tx.fetchrow(
        """insert into knowledge_conflict (tenant_id, id, digest, kind, severity, probability, one, other, one_article,
                                           other_article, differing, found_at)
           select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12
           where not exists (select from knowledge_conflict
                             where tenant_id = $1 and digest = $3 and state = 'dismissed')
           on conflict (tenant_id, digest) where state = 'open' do update set one = excluded.one, other = excluded.other,
               one_article = excluded.one_article, other_article = excluded.other_article, differing = excluded.differing,
               probability = excluded.probability, severity = excluded.severity
           returning id""",
        tenant_id,
        conflict.id,
        new.digest,
        conflict.kind,
        conflict.severity,
        conflict.probability,
        conflict.one.model_dump(mode="json"),
        conflict.other.model_dump(mode="json"),
        conflict.one.article_id,
        conflict.other.article_id,
        [list(pair) for pair in conflict.differing],
        conflict.found_at,
    )
    return row is not None and row["id"] == conflict.id


async def close_gone(
    tx: Transaction, tenant_id: TenantId, article_id: ArticleId, found: Collection[str], at: datetime
) -> int:
    """Closes open conflicts of an article that was checked now and that are not among those `found`, by digest. Those whose other
    article is yet to be checked wait for that. How many."""
    closed = await tx.fetch(
        """update knowledge_conflict conflict set state = 'closed', settled_at = $4
           where tenant_id = $1 and state = 'open' and $2 in (one_article, other_article)
               and not digest = any($3::text[])
               and not exists (
                   select from article
                   left join article_statements read on read.tenant_id = article.tenant_id and read.article_id = article.id
                       and read.version = article.current_version
                   where article.tenant_id = $1 and article.status = 'published' and read.article_id is null
                       and article.id in (conflict.one_article, conflict.other_article) and article.id <> $2)
           returning id""",
        tenant_id,
        article_id,
        list(found),
        at,
    )
    return len(closed)


_CONFLICT: Final = """
    select id, kind, severity, probability, one, other, differing, state, found_at, resolution, kept, done, settled_by,
        reason, settled_at
    from knowledge_conflict"""


async def page(
    tx: Transaction, tenant_id: TenantId, state: ConflictState | None, after: tuple[datetime, UUID] | None, most: int
) -> list[KnownConflict]:
    """Newest first; `after`: when the last one was found, and its id."""
    rows = await tx.fetch(
        f"""{_CONFLICT}
            where tenant_id = $1 and ($2::text is null or state = $2)
                and ($3::timestamptz is null or (found_at, id) < ($3, $4::uuid))
            order by found_at desc, id desc limit $5""",
        tenant_id,
        state,
        after[0] if after else None,
        after[1] if after else None,
        most,
    )
    return [_conflict(row) for row in rows]


async def find(
    tx: Transaction, tenant_id: TenantId, conflict_id: ConflictId, *, for_update: bool = False
) -> KnownConflict | None:
    lock = "for update" if for_update else ""
    row = await tx.fetchrow(f"{_CONFLICT} where tenant_id = $1 and id = $2 {lock}", tenant_id, conflict_id)
    return _conflict(row) if row else None


async def settle(
    tx: Transaction,
    tenant_id: TenantId,
    conflict_id: ConflictId,
    state: ConflictState,
    *,
    by: str,
    reason: str,
    at: datetime,
    resolution: Resolution | None = None,
    kept: ArticleId | None = None,
    done: Sequence[ArticleDone] = (),
) -> None:
    await tx.execute(
        """update knowledge_conflict set state = $3, settled_by = $4, reason = $5, settled_at = $6, resolution = $7, kept = $8,
               done = $9
           where tenant_id = $1 and id = $2""",
        tenant_id,
        conflict_id,
        state,
        by,
        reason,
        at,
        resolution,
        kept,
        [one.model_dump(mode="json") for one in done],
    )


async def standings(
    tx: Transaction, tenant_id: TenantId, ids: Collection[ArticleId]
) -> dict[ArticleId, tuple[Standing, str]]:
    """With each article's source."""
    rows = await tx.fetch(
        """select id, credibility, source, current_version,
               coalesce(greatest(checked_on, validated_on), updated_at::date) as checked_on
           from article where tenant_id = $1 and id = any($2::uuid[])""",
        tenant_id,
        list(ids),
    )
    return {
        ArticleId(row["id"]): (
            Standing(
                article_id=ArticleId(row["id"]),
                credibility=row["credibility"],
                checked_on=row["checked_on"],
                version=row["current_version"],
            ),
            row["source"],
        )
        for row in rows
    }


_IS_A_DISAGREEMENT: Final = "conflict.state = 'open' and conflict.severity <> 'low' and conflict.kind <> 'duplicate'"


async def disagree(tx: Transaction, tenant_id: TenantId) -> bool:
    """Whether any of the tenant's articles do, as `disagreements` understands it."""
    found: bool = await tx.fetchval(
        f"select exists (select from knowledge_conflict conflict where tenant_id = $1 and {_IS_A_DISAGREEMENT})",
        tenant_id,
    )
    return found


async def disagreements(
    tx: Transaction, tenant_id: TenantId, ids: Collection[ArticleId], audiences: Sequence[Audience], today: date
) -> list[Disagreement]:
    """What other articles that one of `audiences` may read today say against those articles: open, and not of low severity."""
    rows = await tx.fetch(
        f"""select conflict.here ->> 'text' as sentence, conflict.there, article.source, article.checked_on
           from (
               select one as here, other as there, one_article as is_of, other_article as against, severity, state, kind
               from knowledge_conflict where tenant_id = $1 and one_article = any($2::uuid[])
               union all
               select other, one, other_article, one_article, severity, state, kind
               from knowledge_conflict where tenant_id = $1 and other_article = any($2::uuid[])
           ) conflict
           join article on article.tenant_id = $1 and article.id = conflict.against
           where {_IS_A_DISAGREEMENT}
               and article.status = 'published' and article.audience = any($3::text[])
               and article.current_version = (conflict.there ->> 'version')::int
               and $4::date between coalesce(article.valid_from, $4) and coalesce(article.valid_until, $4)""",
        tenant_id,
        list(ids),
        list(audiences),
        today,
    )
    return [Disagreement(sentence=row["sentence"], other=_cited(row)) for row in rows]


def _cited(row: Record) -> CitedSentence:
    side = Side(**row["there"])
    return CitedSentence(
        text=side.text,
        kind="text",
        article_id=side.article_id,
        version=side.version,
        title=side.title,
        section=side.section,
        source=row["source"],
        checked_on=row["checked_on"],
    )


def _conflict(row: Record) -> KnownConflict:
    return KnownConflict(**dict(row))
