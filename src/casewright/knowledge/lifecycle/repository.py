"""Drafts, steps, and articles as those who look after them see them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId
from casewright.knowledge.lifecycle.models import (
    ArticleFilter,
    ArticleStep,
    ArticleUse,
    ArticleVersion,
    Changes,
    Figures,
    KnowledgeStatistics,
    ManagedArticle,
    OpenDraft,
    Step,
    UsedArticle,
    UseOutcome,
)
from casewright.knowledge.models import Article, ArticleDraft, ArticleId, ArticleStatus

# --- steps ------------------------------------------------------------------------------------------------------------


async def save_step(
    tx: Transaction,
    tenant_id: TenantId,
    article_id: ArticleId,
    step: Step,
    *,
    version: int | None,
    actor: str,
    reason: str,
    changes: Changes,
    at: datetime,
) -> None:
    await tx.execute(
        """insert into article_step (tenant_id, article_id, number, step, version, actor, reason, changes, at)
           select $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8
           from article_step where tenant_id = $1 and article_id = $2""",
        tenant_id,
        article_id,
        step,
        version,
        actor,
        reason,
        changes,
        at,
    )


async def steps(tx: Transaction, tenant_id: TenantId, article_id: ArticleId) -> list[ArticleStep]:
    """Newest first."""
    rows = await tx.fetch(
        """select number, step, version, actor, reason, changes, at from article_step
           where tenant_id = $1 and article_id = $2 order by number desc""",
        tenant_id,
        article_id,
    )
    return [ArticleStep(**dict(row)) for row in rows]


# --- drafts -----------------------------------------------------------------------------------------------------------


async def save_draft(tx: Transaction, tenant_id: TenantId, article_id: ArticleId, draft: OpenDraft) -> None:
    """In place of the article's draft that is there."""
    await tx.execute(
        """insert into article_draft
               (tenant_id, article_id, key, content, based_on, in_review, author, reason, updated_at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
           on conflict (tenant_id, article_id) do update set content = excluded.content, based_on = excluded.based_on,
               in_review = excluded.in_review, author = excluded.author, reason = excluded.reason,
               updated_at = excluded.updated_at""",
        tenant_id,
        article_id,
        draft.content.key,
        draft.content.model_dump(mode="json"),
        draft.based_on,
        draft.in_review,
        draft.author,
        draft.reason,
        draft.updated_at,
    )


async def delete_draft(tx: Transaction, tenant_id: TenantId, article_id: ArticleId) -> None:
    await tx.execute("delete from article_draft where tenant_id = $1 and article_id = $2", tenant_id, article_id)


# --- versions ---------------------------------------------------------------------------------------------------------

_VERSION: Final = """
    select version.version, version.title, version.body, coalesce(version.language, article.language) as language,
        coalesce(version.error_codes, article.error_codes) as error_codes, version.author, version.reason,
        version.created_at as published_at
    from article_version version
    join article on article.tenant_id = version.tenant_id and article.id = version.article_id
    where version.tenant_id = $1 and version.article_id = $2"""


async def versions(tx: Transaction, tenant_id: TenantId, article_id: ArticleId) -> list[ArticleVersion]:
    """Newest first."""
    rows = await tx.fetch(f"{_VERSION} order by version.version desc", tenant_id, article_id)
    return [ArticleVersion(**dict(row)) for row in rows]


async def version(tx: Transaction, tenant_id: TenantId, article_id: ArticleId, number: int) -> ArticleVersion | None:
    row = await tx.fetchrow(f"{_VERSION} and version.version = $3", tenant_id, article_id, number)
    return ArticleVersion(**dict(row)) if row else None


async def validate(
    tx: Transaction, tenant_id: TenantId, article_id: ArticleId, *, on: date, review_due: date | None
) -> None:
    await tx.execute(
        "update article set validated_on = $3, review_due = $4 where tenant_id = $1 and id = $2",
        tenant_id,
        article_id,
        on,
        review_due,
    )


# --- articles ---------------------------------------------------------------------------------------------------------

_DUE_ON: Final = """
    least(
        case when greatest(article.checked_on, article.validated_on) < article.review_due
            or greatest(article.checked_on, article.validated_on) is null then article.review_due end,
        coalesce(greatest(article.checked_on, article.validated_on), article.created_at::date)
            + article.review_every_days
    )"""
"""Validating an article ends a review that was due by then; one that is due at intervals counts from there."""

_ALL: Final = """
    (select * from article where tenant_id = $1) article
    full join (select * from article_draft where tenant_id = $1) draft on draft.article_id = article.id"""

_MANAGED: Final = f"""
    select wanted.id as article_id, coalesce(article.key, draft.key) as managed_key, article.*,
        version.title, version.body, version.version,
        draft.content, draft.based_on, draft.in_review, draft.author, draft.reason, draft.updated_at as drafted_at,
        (select coalesce(max(number), 0) from article_step step
         where step.tenant_id = $1 and step.article_id = wanted.id) as edit,
        greatest(article.checked_on, article.validated_on) as last_validated_on,
        {_DUE_ON} as due_on
    from wanted
    left join article on article.tenant_id = $1 and article.id = wanted.id
    left join article_version version on version.tenant_id = $1 and version.article_id = wanted.id
        and version.version = article.current_version
    left join article_draft draft on draft.tenant_id = $1 and draft.article_id = wanted.id
    where article.id is not null or draft.article_id is not null"""


async def managed(tx: Transaction, tenant_id: TenantId, article_id: ArticleId) -> ManagedArticle | None:
    row = await tx.fetchrow(f"with wanted as (select $2::uuid as id) {_MANAGED}", tenant_id, article_id)
    return _managed(row) if row else None


async def ids_of(tx: Transaction, tenant_id: TenantId, keys: Sequence[str]) -> dict[str, ArticleId]:
    """By key, also of those that are drafts only, as far as they exist."""
    rows = await tx.fetch(
        """select key, id from article where tenant_id = $1 and key = any($2::text[])
           union select key, article_id from article_draft where tenant_id = $1 and key = any($2::text[])""",
        tenant_id,
        list(keys),
    )
    return {row["key"]: ArticleId(row["id"]) for row in rows}


async def page(
    tx: Transaction, tenant_id: TenantId, wanted: ArticleFilter, after: str, most: int
) -> list[ManagedArticle]:
    """Those whose key comes after `after`, by key."""
    rows = await tx.fetch(
        f"""with wanted as (
               select coalesce(article.id, draft.article_id) as id from {_ALL}
               where coalesce(article.key, draft.key) > $2
                   and ($3::text is null or $3 = article.status
                        or $3 = case when draft.in_review then 'review' when not draft.in_review then 'draft' end)
                   and ($4::text is null or $4 = coalesce(article.language, draft.content ->> 'language'))
                   and ($5::text is null or $5 = coalesce(article.product, draft.content ->> 'product'))
                   and ($6::text is null or $6 = coalesce(article.audience, draft.content ->> 'audience'))
                   and ($7::date is null or ({_DUE_ON} <= $7 and article.status = 'published'))
               order by coalesce(article.key, draft.key) limit $8)
           {_MANAGED} order by managed_key""",
        tenant_id,
        after,
        wanted.status,
        wanted.language,
        wanted.product,
        wanted.audience,
        wanted.due_by,
        most,
    )
    return [_managed(row) for row in rows]


def _managed(row: Record) -> ManagedArticle:
    article_id = ArticleId(row["article_id"])
    fields = [name for name in Article.model_fields if name != "id"]
    return ManagedArticle(
        id=article_id,
        key=row["managed_key"],
        current=Article(id=article_id, **{name: row[name] for name in fields}) if row["version"] is not None else None,
        draft=None if row["content"] is None else _draft(row),
        edit=row["edit"],
        figures=_figures(row),
        validated_on=row["last_validated_on"],
        due_on=row["due_on"] if row["status"] == ArticleStatus.PUBLISHED else None,
    )


def _draft(row: Record) -> OpenDraft:
    return OpenDraft(
        content=ArticleDraft.model_validate(row["content"]),
        based_on=row["based_on"],
        in_review=row["in_review"],
        author=row["author"],
        reason=row["reason"],
        updated_at=row["drafted_at"],
    )


# --- uses -------------------------------------------------------------------------------------------------------------


async def looked_until(tx: Transaction, tenant_id: TenantId) -> datetime | None:
    """Up to when conversations were looked through."""
    moment: datetime | None = await tx.fetchval(
        "select looked_until from article_use_progress where tenant_id = $1", tenant_id
    )
    return moment


async def save_looked_until(tx: Transaction, tenant_id: TenantId, moment: datetime) -> None:
    await tx.execute(
        """insert into article_use_progress (tenant_id, looked_until) values ($1, $2)
           on conflict (tenant_id) do update set looked_until = $2""",
        tenant_id,
        moment,
    )


async def count_uses(tx: Transaction, tenant_id: TenantId, conversation_id: UUID, uses: Sequence[ArticleUse]) -> int:
    """Keeps the uses of one conversation, and counts each for its article as long as that has the version that was used. How many
    were new, or ended otherwise than was known."""
    # Two that look through the same conversation at once must not both count it.
    await tx.execute("select from conversation where tenant_id = $1 and id = $2 for update", tenant_id, conversation_id)
    rows = await tx.fetch(
        "select turn_id, article_id, outcome from article_use where tenant_id = $1 and conversation_id = $2",
        tenant_id,
        conversation_id,
    )
    known = {(row["turn_id"], row["article_id"]): row["outcome"] for row in rows}
    changed = [use for use in uses if known.get((use.turn_id, use.article_id), "") != use.outcome]
    for use in changed:
        before = known.get((use.turn_id, use.article_id))
        was, now = UseOutcome(before) if before else None, use.outcome
        await tx.execute(
            """insert into article_use (tenant_id, turn_id, article_id, version, conversation_id, outcome, at)
               values ($1, $2, $3, $4, $5, $6, $7)
               on conflict (tenant_id, turn_id, article_id) do update set outcome = excluded.outcome""",
            tenant_id,
            use.turn_id,
            use.article_id,
            use.version,
            conversation_id,
            use.outcome,
            use.at,
        )
        await tx.execute(
            """update article set usage_count = usage_count + $4, success_count = success_count + $5,
                   failure_count = failure_count + $6
               where tenant_id = $1 and id = $2 and current_version = $3""",
            tenant_id,
            use.article_id,
            use.version,
            int((use.turn_id, use.article_id) not in known),
            (now is not None and now.helped) - (was is not None and was.helped),
            (now is not None and not now.helped) - (was is not None and not was.helped),
        )
    return len(changed)


# --- statistics -------------------------------------------------------------------------------------------------------

LEAST_JUDGED: Final = 5
"""Uses whose end is known, from which on an article's success rate says something."""
MOST_NAMED: Final = 10


async def statistics(tx: Transaction, tenant_id: TenantId, today: date) -> KnowledgeStatistics:
    row = await tx.fetchrow(
        f"""with managed as (select article.*, draft.in_review, {_DUE_ON} as due_on from {_ALL}),
               published as (select * from managed where status = 'published')
           select
               (select coalesce(jsonb_object_agg(status, n), '{{}}') from
                   (select status, count(*) n from managed where status is not null group by 1) one) as articles,
               (select coalesce(jsonb_object_agg(language, n), '{{}}') from
                   (select language, count(*) n from published group by 1) one) as languages,
               (select coalesce(jsonb_object_agg(audience, n), '{{}}') from
                   (select audience, count(*) n from published group by 1) one) as audiences,
               (select count(*) from managed where not in_review) as drafts,
               (select count(*) from managed where in_review) as in_review,
               (select count(*) from published where due_on <= $2) as due,
               (select count(*) from published
                where not $2::date between coalesce(valid_from, $2) and coalesce(valid_until, $2)) as not_valid,
               (select count(*) from passage where tenant_id = $1) as passages,
               coalesce((select revision from knowledge_revision where tenant_id = $1), 0) as revision,
               (select coalesce(jsonb_object_agg(outcome, n), '{{}}') from
                   (select outcome, count(*) n from article_use where tenant_id = $1 and outcome is not null group by 1) one) as outcomes,
               (select count(*) from published where usage_count = 0) as never_used""",
        tenant_id,
        today,
    )
    assert row is not None
    return KnowledgeStatistics(
        **dict(row),
        misleading=await _by_success(tx, tenant_id, "asc"),
        resolving=await _by_success(tx, tenant_id, "desc"),
    )


async def _by_success(tx: Transaction, tenant_id: TenantId, order: str) -> tuple[UsedArticle, ...]:
    """Some of the articles that failed (`order` asc) or helped (desc) at least once, the most telling first."""
    counted = "failure_count" if order == "asc" else "success_count"
    rows = await tx.fetch(
        f"""select article.id, article.key, version.title, usage_count, success_count, failure_count
           from article
           join article_version version on version.tenant_id = article.tenant_id and version.article_id = article.id
               and version.version = article.current_version
           where article.tenant_id = $1 and status = 'published' and success_count + failure_count >= $2 and {counted} > 0
           order by success_count::real / (success_count + failure_count) {order}, {counted} desc, article.key
           limit $3""",
        tenant_id,
        LEAST_JUDGED,
        MOST_NAMED,
    )
    return tuple(UsedArticle(id=row["id"], key=row["key"], title=row["title"], figures=_figures(row)) for row in rows)


def _figures(row: Record) -> Figures:
    return Figures(
        uses=row["usage_count"] or 0, successes=row["success_count"] or 0, failures=row["failure_count"] or 0
    )
