"""Large collections in PostgreSQL. The tenant stands in each query as a literal: only then is its own index used."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.knowledge.large.models import LargeCollection, Lookup, Weighted
from casewright.knowledge.models import ArticleId, Audience
from casewright.knowledge.passage_index import LABEL_WEIGHTS, Proposed
from casewright.knowledge.searching import Search

EFFORT: Final = 140
"""Candidates that the walk through the vectors' graph keeps (`hnsw.ef_search`)."""
MOST_NEAR: Final = 24
MOST_WORDED: Final = 24
"""Passages with the question's rare words and codes that are looked at further."""
RARE: Final = 1000
"""Passages for an audience that a lexeme may be in, so that it is kept in which."""
MOST_SECONDS: Final = 7200.0
"""For making the indexes of a million passages on a slow machine."""
NEAREST: Final = "(embedding::halfvec(384)) <=> $1::real[]::halfvec(384)"
NEAREST_MULTILINGUAL: Final = "multilingual_whole <=> $1::real[]::halfvec(512)"
"""How far a passage is from a question, as its indexes have it."""
_WEIGHTS: Final = "{" + ", ".join(map(str, LABEL_WEIGHTS)) + "}"


async def size(tx: Transaction, tenant_id: TenantId, most: int) -> int:
    """How many passages there are; `most` if there are more."""
    count: int = await tx.fetchval(
        "select count(*) from (select from passage where tenant_id = $1 limit $2) counted", tenant_id, most
    )
    return count


async def read(tx: Transaction, tenant_id: TenantId) -> LargeCollection | None:
    """None if it was never prepared, or is not large any more."""
    rows = await tx.fetch(
        """select language, audience, passages from passage_lexeme
           where tenant_id = $1 and lexeme = '' and exists (select from large_collection where tenant_id = $1)""",
        tenant_id,
    )
    counts = {(row["language"], Audience(row["audience"])): row["passages"] for row in rows}
    return LargeCollection(counts) if counts else None


# --- preparing --------------------------------------------------------------------------------------------------------


async def counted_revision(tx: Transaction, tenant_id: TenantId) -> int | None:
    """As of which revision words were counted last; None if never."""
    revision: int | None = await tx.fetchval(
        "select counted_revision from large_collection where tenant_id = $1", tenant_id
    )
    return revision


async def build_indexes(tx: Transaction, tenant_id: TenantId) -> None:
    """Those that are there stay. Minutes, once; until then no article of any company can be changed."""
    await tx.execute("select control.index_large_collection($1)", tenant_id, timeout=MOST_SECONDS)


async def count_words(tx: Transaction, tenant_id: TenantId, revision: int) -> None:
    """In how many passages for an audience each lexeme is and, of rare ones, in which; the empty one stands for all passages.
    Codes are lexemes of no language. Some 0.05 ms a passage."""
    await tx.execute("delete from passage_lexeme where tenant_id = $1", tenant_id)
    await tx.execute(
        f"""insert into passage_lexeme (tenant_id, language, audience, lexeme, passages, found_in)
            select tenant_id, word.language, audience, word.lexeme, count(*),
                case when count(*) <= {RARE} then array_agg(id) end
            from passage cross join lateral (
                select language, unnest(array_append(tsvector_to_array(search), '')) as lexeme
                union all
                select '', unnest(codes)
            ) word
            where tenant_id = $1 group by 1, 2, 3, 4""",
        tenant_id,
        timeout=MOST_SECONDS,
    )
    await tx.execute(
        """insert into large_collection (tenant_id, counted_revision, passages)
           select $1, $2, count(*) from passage where tenant_id = $1
           on conflict (tenant_id) do update
               set counted_revision = excluded.counted_revision, passages = excluded.passages""",
        tenant_id,
        revision,
    )


async def forget(tx: Transaction, tenant_id: TenantId) -> None:
    await tx.execute("select control.drop_large_collection($1)", tenant_id)
    await tx.execute("delete from passage_lexeme where tenant_id = $1", tenant_id)
    await tx.execute("delete from large_collection where tenant_id = $1", tenant_id)


# --- searching --------------------------------------------------------------------------------------------------------


async def passages_with(
    tx: Transaction, tenant_id: TenantId, lookups: Sequence[Lookup], audiences: Sequence[Audience]
) -> list[int]:
    """In how many passages for these audiences each is, counted by lexeme: at most, if several lexemes stand in one passage.
    From now on searches by vector in this transaction go as far as `EFFORT`, and on until enough visible ones are found."""
    spans = [(number, one.language, *span) for number, one in enumerate(lookups) for span in one.spans]
    numbers, languages, firsts, ends = (
        (list(column) for column in zip(*spans, strict=True)) if spans else ([], [], [], [])
    )
    rows = await tx.fetch(
        f"""select span.number, max(found.passages) as most, min(found.passages) as least
            from (select set_config('hnsw.ef_search', '{EFFORT}', true), set_config('hnsw.iterative_scan', 'strict_order', true)) effort,
                unnest($1::integer[], $2::text[], $3::text[], $4::text[]) span (number, language, first, till)
            cross join lateral (
                select coalesce(sum(passages), 0) as passages from passage_lexeme known
                where known.tenant_id = '{tenant_id}' and known.language = span.language
                    and known.lexeme >= span.first and known.lexeme < span.till and known.audience = any($5::text[])
            ) found
            group by span.number""",
        numbers,
        languages,
        firsts,
        ends,
        list(audiences),
    )
    found = {row["number"]: (row["least"] if lookups[row["number"]].both else row["most"]) for row in rows}
    return [int(found.get(number, 0)) for number in range(len(lookups))]


async def propose(
    tx: Transaction,
    tenant_id: TenantId,
    search: Search,
    words: Sequence[Weighted],
    rare: Sequence[Weighted],
    missing: float,
) -> list[Proposed]:
    """What is nearest, and what has most of the weight of the `rare` words. `missing`: added to the weights of all words, as in
    `PassageIndex`."""
    english = search.language == "en"
    distance = NEAREST if english else NEAREST_MULTILINGUAL
    spans = [(one.lookup.language, *span, one.weight) for one in rare for span in one.lookup.spans]
    rows = await tx.fetch(
        f"""with near as materialized (
                select id from passage
                where tenant_id = '{tenant_id}' and audience = any($2::text[]) order by {distance} limit {MOST_NEAR}
            ), worded as materialized (
                select word.id, sum(span.weight) as weight
                from unnest($3::text[], $4::text[], $5::text[], $11::real[]) span (language, first, till, weight)
                cross join lateral (
                    select unnest(known.found_in) as id from passage_lexeme known
                    where known.tenant_id = '{tenant_id}' and known.language = span.language
                        and known.lexeme >= span.first and known.lexeme < span.till and known.audience = any($2::text[])
                ) word
                group by word.id order by weight desc limit {MOST_WORDED}
            ), found as (
                select id from worded union select id from near
            )
            select passage.id, passage.article_id, passage.language, 1 - (passage.embedding <=> $6::real[]::vector(384)) as whole,
                (select coalesce(sum(word.weight * least(1, word.factor * ts_rank('{_WEIGHTS}', passage.search, word.query))), 0)
                 from unnest($7::text[], $8::tsquery[], $9::real[], $10::real[]) word (language, query, weight, factor)
                 where word.language = passage.language) as covered
            from found
            join passage on passage.tenant_id = '{tenant_id}' and passage.id = found.id and passage.audience = any($2::text[])""",
        (search.vectors.english if english else search.vectors.multilingual).tolist(),
        list(search.audiences),
        *([span[column] for span in spans] for column in range(3)),
        search.vectors.english.tolist(),
        [one.lookup.language for one in words],
        [one.lookup.query for one in words],
        [one.weight for one in words],
        [3.29 if one.lookup.both else 1.645 for one in words],
        [span[3] for span in spans],
    )
    totals: dict[str, float] = {}
    for one in words:
        totals[one.lookup.language] = totals.get(one.lookup.language, missing) + one.weight
    return [
        Proposed(
            row["id"],
            ArticleId(row["article_id"]),
            row["language"],
            float(row["covered"]) / totals.get(row["language"], missing),
            float(row["whole"]),
        )
        for row in rows
    ]


async def readable(
    tx: Transaction, tenant_id: TenantId, search: Search, articles: Sequence[ArticleId], today: date
) -> dict[ArticleId, Proposed | None]:
    """Those of these articles that are published and valid today, and not there in the asker's own language as well; each with its
    first passage, where that is for the asker."""
    rows = await tx.fetch(
        f"""select article.id as article_id, opening.id, opening.language, 1 - (opening.embedding <=> $3::real[]::vector(384)) as whole
            from article
            left join passage opening on opening.tenant_id = '{tenant_id}' and opening.article_id = article.id
                and opening.position = 0 and opening.audience = any($2::text[])
            where article.tenant_id = '{tenant_id}' and article.id = any($1::uuid[]) and article.status = 'published'
                and $5::date between coalesce(article.valid_from, $5) and coalesce(article.valid_until, $5)
                and (article.language = $4 or not exists (
                    select from article own
                    where own.tenant_id = '{tenant_id}' and own.language = $4 and own.status = 'published'
                        and coalesce(own.translation_of, own.key) = coalesce(article.translation_of, article.key)
                        and own.audience = any($2::text[])
                        and $5::date between coalesce(own.valid_from, $5) and coalesce(own.valid_until, $5)))""",
        list(articles),
        list(search.audiences),
        search.vectors.english.tolist(),
        search.language,
        today,
    )
    return {
        ArticleId(row["article_id"]): None
        if row["id"] is None
        else Proposed(row["id"], ArticleId(row["article_id"]), row["language"], 0.0, float(row["whole"]))
        for row in rows
    }
