"""Articles, their versions and the index over their passages."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import orjson
from numpy.typing import NDArray

from casewright.kit.database import Record, Transaction
from casewright.kit.ids import TenantId, new_id
from casewright.knowledge.article_model import Example
from casewright.knowledge.models import Article, ArticleDraft, ArticleId, Audience
from casewright.knowledge.passage_cache import PassageCache, PassageContent, PassageKey
from casewright.knowledge.passages import Passage, Sentence
from casewright.knowledge.retrieval import Candidate, words_of
from casewright.knowledge.searching import Search
from casewright.understanding.models import Vector

TEXT_CONFIGURATIONS: Final = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "tr": "turkish",
}
"""PostgreSQL's stemmers by language; texts of any other language are indexed word by word (`simple`)."""


_PARTICULARS: Final = (
    "article.key, article.language, article.audience, article.product, article.source, article.checked_on, "
    "article.editions, article.error_codes, article.related, article.translation_of, article.asked_as"
)

DIMENSIONS: Final = 384
MULTILINGUAL_DIMENSIONS: Final = 512


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """`digest`: of the title, language and body of the current version; `index_digest`: of what its passages in the index were
    made of. `archived`: kept, and found no more."""

    id: ArticleId
    version: int
    digest: str
    index_digest: str
    draft: ArticleDraft
    archived: bool


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """A passage on its way into the index. `questions`: how customers ask for it. `vector`: of the whole, by which it is found.
    `english`: of its title and heading first, then of each sentence, shape (1 + sentences, 384). `asked`: of each question,
    alike. `multilingual`: by the other encoder, of title and heading, then, unless the passage is English, of each sentence,
    then of each question; shape (n, 512)."""

    passage: Passage
    questions: tuple[str, ...]
    vector: Vector
    english: NDArray[np.float32]
    asked: NDArray[np.float32]
    multilingual: NDArray[np.float32]


# --- writing ----------------------------------------------------------------------------------------------------------


async def lock_revision(tx: Transaction, tenant_id: TenantId) -> int:
    """The knowledge revision; whoever holds it is the only one who changes the tenant's articles until commit."""
    revision: int = await tx.fetchval(
        """insert into knowledge_revision (tenant_id, revision) values ($1, 0)
           on conflict (tenant_id) do update set revision = knowledge_revision.revision returning revision""",
        tenant_id,
    )
    return revision


async def raise_revision(tx: Transaction, tenant_id: TenantId) -> int:
    """The new revision."""
    revision: int = await tx.fetchval(
        "update knowledge_revision set revision = revision + 1 where tenant_id = $1 returning revision", tenant_id
    )
    return revision


async def stored_articles(tx: Transaction, tenant_id: TenantId, keys: Sequence[str]) -> dict[str, StoredArticle]:
    """By key, as far as they exist."""
    rows = await tx.fetch(
        f"""select article.id, {_PARTICULARS}, article.current_version, article.status, article.index_digest, version.digest,
               version.title, version.body
           from article
           join article_version version on version.tenant_id = article.tenant_id and version.article_id = article.id
               and version.version = article.current_version
           where article.tenant_id = $1 and article.key = any($2::text[])""",
        tenant_id,
        list(keys),
    )
    return {
        row["key"]: StoredArticle(
            ArticleId(row["id"]),
            row["current_version"],
            row["digest"],
            row["index_digest"],
            ArticleDraft(**{name: row[name] for name in ArticleDraft.model_fields}),
            row["status"] == "archived",
        )
        for row in rows
    }


async def save_article(tx: Transaction, tenant_id: TenantId, article: Article) -> None:
    """Writes everything but the text, and publishes it; passages that exist take over the audience."""
    await tx.execute(
        """insert into article (tenant_id, id, key, language, audience, product, source, checked_on, current_version,
                                editions, error_codes, related, translation_of, asked_as)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
           on conflict (tenant_id, id) do update set language = excluded.language, audience = excluded.audience,
               product = excluded.product, source = excluded.source, checked_on = excluded.checked_on,
               current_version = excluded.current_version, editions = excluded.editions,
               error_codes = excluded.error_codes, related = excluded.related,
               translation_of = excluded.translation_of, asked_as = excluded.asked_as, status = 'published', updated_at = now()""",
        tenant_id,
        article.id,
        article.key,
        article.language,
        article.audience,
        article.product,
        article.source,
        article.checked_on,
        article.version,
        list(article.editions),
        list(article.error_codes),
        list(article.related),
        article.translation_of,
        article.asked_as,
    )
    await tx.execute(
        "update passage set audience = $3 where tenant_id = $1 and article_id = $2 and audience <> $3",
        tenant_id,
        article.id,
        article.audience,
    )


async def archive(tx: Transaction, tenant_id: TenantId, key: str) -> bool:
    """Takes a published article out of the index; its versions stay. False if there is none of that key."""
    article_id = await tx.fetchval(
        """update article set status = 'archived', updated_at = now()
           where tenant_id = $1 and key = $2 and status = 'published' returning id""",
        tenant_id,
        key,
    )
    await tx.execute("delete from passage where tenant_id = $1 and article_id = $2", tenant_id, article_id)
    return article_id is not None


async def count_published(tx: Transaction, tenant_id: TenantId) -> int:
    count: int = await tx.fetchval(
        "select count(*) from article where tenant_id = $1 and status = 'published'", tenant_id
    )
    return count


async def save_version(tx: Transaction, tenant_id: TenantId, article: Article, digest: str) -> None:
    """Keeps the version for good."""
    await tx.execute(
        "insert into article_version (tenant_id, article_id, version, title, body, digest) values ($1, $2, $3, $4, $5, $6)",
        tenant_id,
        article.id,
        article.version,
        article.title,
        article.body,
        digest,
    )


async def save_passages(
    tx: Transaction, tenant_id: TenantId, article: Article, digest: str, passages: Sequence[IndexedPassage]
) -> None:
    """Puts the passages of an article's current version into the index, in place of those that are there. `digest`: of all
    that they were made of."""
    await tx.execute("delete from passage where tenant_id = $1 and article_id = $2", tenant_id, article.id)
    await tx.executemany(
        """insert into passage (tenant_id, id, article_id, version, position, language, audience, section, text,
                                sentences, codes, embedding, multilingual, search)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::real[]::vector, $16,
                   setweight(to_tsvector($13::text::regconfig, $14), 'A')
                   || setweight(to_tsvector($13::text::regconfig, $8), 'B')
                   || setweight(to_tsvector($13::text::regconfig, $15), 'C')
                   || to_tsvector($13::text::regconfig, $9))""",
        [
            (
                tenant_id,
                new_id(),
                article.id,
                article.version,
                position,
                article.language,
                article.audience,
                indexed.passage.section,
                indexed.passage.text,
                _stored_sentences(indexed),
                [code.upper() for code in indexed.passage.codes],
                indexed.vector.tolist(),
                TEXT_CONFIGURATIONS.get(article.language, "simple"),
                article.title,
                "\n".join(indexed.questions),
                _packed(indexed.multilingual),
            )
            for position, indexed in enumerate(passages)
        ],
    )
    await tx.execute(
        "update article set index_digest = $3 where tenant_id = $1 and id = $2", tenant_id, article.id, digest
    )


def _stored_sentences(indexed: IndexedPassage) -> dict[str, object]:
    sentences = [[one.text, one.kind, one.block, one.introduction] for one in indexed.passage.sentences]
    vectors = base64.b64encode(_packed(indexed.english)).decode()
    asked = base64.b64encode(_packed(indexed.asked)).decode()
    return {"sentences": sentences, "vectors": vectors, "asked": asked}


async def examples(tx: Transaction, tenant_id: TenantId) -> list[Example]:
    """What published articles are asked by."""
    rows = await tx.fetch(
        """select coalesce(article.translation_of, article.key) as original, article.audience, text
           from article
           join article_version version on version.tenant_id = article.tenant_id and version.article_id = article.id
               and version.version = article.current_version
           cross join lateral (
               select version.title as text
               union all
               select distinct version.title || '. ' || passage.section from passage
               where passage.tenant_id = article.tenant_id and passage.article_id = article.id and passage.section <> ''
               union all
               select question from jsonb_each(article.asked_as) asked
               cross join lateral jsonb_array_elements_text(asked.value) question
           ) example
           where article.tenant_id = $1 and article.status = 'published'
           order by 1, 2, 3""",
        tenant_id,
    )
    return [Example(row["original"], Audience(row["audience"]), row["text"]) for row in rows]


async def save_model(tx: Transaction, tenant_id: TenantId, revision: int, data: bytes) -> None:
    await tx.execute(
        """insert into article_model (tenant_id, revision, data) values ($1, $2, $3)
           on conflict (tenant_id) do update set revision = excluded.revision, data = excluded.data""",
        tenant_id,
        revision,
        data,
    )


async def read_model(tx: Transaction, tenant_id: TenantId) -> tuple[int, bytes | None]:
    """The knowledge revision, and the article model, None if none was ever trained."""
    row = await tx.fetchrow(
        """select coalesce((select revision from knowledge_revision where tenant_id = $1), 0) as revision,
               (select data from article_model where tenant_id = $1) as data""",
        tenant_id,
    )
    assert row is not None
    return row["revision"], row["data"]


async def count_outcome(tx: Transaction, tenant_id: TenantId, ids: Sequence[ArticleId], solved: bool) -> None:
    await tx.execute(
        """update article set usage_count = usage_count + 1, success_count = success_count + $3::int,
               failure_count = failure_count + 1 - $3::int
           where tenant_id = $1 and id = any($2::uuid[])""",
        tenant_id,
        list(ids),
        int(solved),
    )


# --- reading ----------------------------------------------------------------------------------------------------------


async def read_article(
    tx: Transaction, tenant_id: TenantId, article_id: ArticleId, version: int | None, audiences: Sequence[Audience]
) -> Article | None:
    """`version` None: the current one. None unless one of `audiences` may read it."""
    row = await tx.fetchrow(
        f"""select article.id, {_PARTICULARS}, version.version, version.title, version.body
           from article
           join article_version version on version.tenant_id = article.tenant_id and version.article_id = article.id
               and version.version = coalesce($3, article.current_version)
           where article.tenant_id = $1 and article.id = $2 and article.audience = any($4::text[])
               and article.status = 'published'""",
        tenant_id,
        article_id,
        version,
        list(audiences),
    )
    return None if row is None else Article(**dict(row))


_FIND: Final = """
with question as materialized (select $9::text::vector as vector),
visible as materialized (
    select id, article_id, language, position, codes, embedding <=> question.vector as distance
    from question, passage where tenant_id = $1 and audience = any($2::text[])
),
asked as materialized (
    select spoken.language, spoken.passages, word.number, word.attempt,
           string_agg(
               quote_literal(term.lexeme) || case when word.attempt = 0 and length(term.lexeme) >= 4 then ':*' else '' end,
               case when word.attempt = 0 then ' | ' else ' & ' end
           )::tsquery as query
    from (select language, count(*) as passages from visible group by language) spoken
    left join unnest($3::text[], $4::text[]) as configuration (language, name) using (language)
    cross join unnest($5::integer[], $6::integer[], $7::text[]) as word (number, attempt, text)
    cross join lateral unnest(to_tsvector(coalesce(configuration.name, 'simple')::regconfig, word.text)) as term
    group by spoken.language, spoken.passages, word.number, word.attempt
    having word.attempt = 0 or count(*) = 2
),
matched as materialized (
    select asked.language, asked.number, asked.attempt, passage.id,
           least(1, 1.645 * ts_rank('{0.9, 0.9, 1.0, 0.8}', passage.search, asked.query)
               * (numnode(asked.query) + 1) / 2) as strength
    from asked
    join passage on passage.tenant_id = $1 and passage.audience = any($2::text[])
        and passage.language = asked.language and passage.search @@ asked.query
),
weighed as materialized (
    select distinct on (language, number) language, number, attempt,
           ln(1 + (asked.passages - coalesce(holders, 0) + 0.5) / (coalesce(holders, 0) + 0.5)) as weight
    from asked
    left join (
        select language, number, attempt, count(*) as holders from matched group by language, number, attempt
    ) frequency using (language, number, attempt)
    order by language, number, holders is null, attempt
),
lexical as materialized (
    select matched.id, sum(weight * strength) / (3 + max(total)) as coverage
    from matched
    join weighed using (language, number, attempt)
    join (select language, sum(weight) as total from weighed group by language) whole using (language)
    group by matched.id
),
proposed as (
    (select id from lexical order by coverage desc limit $11)
    union
    (select id from visible where language = $8 order by distance limit $11)
    union
    (select id from visible where language <> $8 order by distance limit $11 / 2)
    union
    (select id from visible where codes && $10::text[] limit $11)
    union
    (select id from (
         select visible.id, row_number() over (partition by visible.article_id order by visible.distance) as place
         from visible
         join article on article.tenant_id = $1 and article.id = visible.article_id
         where coalesce(article.translation_of, article.key) = any($12::text[])
     ) closest where place <= case when $8 = 'en' then 3 else 8 end)
),
found as (
    select visible.* from visible
    where id in (select id from proposed)
        or position = 0 and article_id in (select visible.article_id from visible join proposed using (id))
)
select found.id, found.language, coalesce(article.translation_of, article.key) as original, article.product, article.source,
       article.checked_on as source_checked_on, coalesce(lexical.coverage, 0) as coverage, 1 - found.distance as whole,
       article.credibility, coalesce(article.checked_on, article.updated_at::date) as checked_on,
       article.success_count, article.failure_count, knowledge.revision
from (select coalesce((select revision from knowledge_revision where tenant_id = $1), 0) as revision) knowledge
left join found on true
left join lexical on lexical.id = found.id
left join article on article.tenant_id = $1 and article.id = found.article_id and article.status = 'published'
where found.language is null or found.language = $8 or not exists (
    select from article same where same.tenant_id = $1 and same.language = $8 and same.audience = any($2::text[])
        and same.status = 'published'
        and coalesce(same.translation_of, same.key) = coalesce(article.translation_of, article.key)
)
"""
"""The weight of a word is its inverse document frequency as in BM25 (Robertson and Zaragoza 2009), counted over what the
asker may read. A question of common words only covers little, as if one more word, of weight 3, were missing. A heading
says more than the text, and the title, which all passages of an article share, says less; 1.645 and the number of a
query's words make 1 of `ts_rank` for one of them once in the heading. The opening of each article comes along: it often holds the conditions for all
that follows."""


LIKELIEST: Final = 5
"""Articles that the article model proposes."""


async def find_passages(
    tx: Transaction, tenant_id: TenantId, search: Search, cache: PassageCache, most: int = 12
) -> tuple[int, tuple[Candidate, ...]]:
    """The knowledge revision, and the passages that may answer: at most `most` by words, by vector and by code each."""
    attempts = [
        (number, attempt, text)
        for number, word in enumerate(search.words)
        for attempt, text in enumerate((word.forms, *word.splits))
    ]
    rows = await tx.fetch(
        _FIND,
        tenant_id,
        list(search.audiences),
        list(TEXT_CONFIGURATIONS),
        list(TEXT_CONFIGURATIONS.values()),
        [number for number, _, _ in attempts],
        [attempt for _, attempt, _ in attempts],
        [text for _, _, text in attempts],
        search.language,
        orjson.dumps(search.vectors.english, option=orjson.OPT_SERIALIZE_NUMPY).decode(),
        [*search.codes, *search.possible_codes],
        most,
        list(search.likelihoods)[:LIKELIEST],
    )
    found = [row for row in rows if row["original"] is not None]
    keys = [PassageKey(tenant_id, row["id"], search.language != "en" or row["language"] != "en") for row in found]
    contents = await _contents(tx, tenant_id, keys, cache)
    candidates = (_candidate(row, contents[key]) for row, key in zip(found, keys, strict=True) if key in contents)
    return rows[0]["revision"], tuple(candidates)


async def _contents(
    tx: Transaction, tenant_id: TenantId, keys: Sequence[PassageKey], cache: PassageCache
) -> dict[PassageKey, PassageContent]:
    """Of passages that are gone since they were found, nothing."""
    contents = cache.find(keys)
    if missing := {key.passage_id: key for key in keys if key not in contents}:
        rows = await tx.fetch(
            """select passage.id, passage.article_id, passage.version, version.title, passage.section, passage.language,
                   passage.position, passage.codes, passage.sentences,
                   case when passage.id = any($3::uuid[]) then passage.multilingual end as multilingual
               from passage
               join article_version version on version.tenant_id = passage.tenant_id
                   and version.article_id = passage.article_id and version.version = passage.version
               where passage.tenant_id = $1 and passage.id = any($2::uuid[])""",
            tenant_id,
            list(missing),
            [key.passage_id for key in missing.values() if key.multilingual],
        )
        read = {missing[row["id"]]: _content(row) for row in rows}
        cache.keep(read)
        contents |= read
    return contents


def _content(row: Record) -> PassageContent:
    sentences = tuple(Sentence(*sentence) for sentence in row["sentences"]["sentences"])
    vectors, asked = _vectors(row, 1 + len(sentences))
    return PassageContent(
        article_id=ArticleId(row["article_id"]),
        version=row["version"],
        title=row["title"],
        section=row["section"],
        language=row["language"],
        position=row["position"],
        codes=frozenset(row["codes"]),
        sentences=sentences,
        words=words_of(row["title"], row["section"], sentences),
        vectors=vectors,
        asked=asked,
    )


def _candidate(row: Record, content: PassageContent) -> Candidate:
    return Candidate(
        article_id=content.article_id,
        original=row["original"],
        version=content.version,
        title=content.title,
        section=content.section,
        language=content.language,
        product=row["product"],
        source=row["source"],
        source_checked_on=row["source_checked_on"],
        position=content.position,
        codes=content.codes,
        sentences=content.sentences,
        words=content.words,
        vectors=content.vectors,
        asked=content.asked,
        coverage=float(row["coverage"]),
        whole=float(row["whole"]),
        credibility=row["credibility"],
        checked_on=row["checked_on"],
        successes=row["success_count"],
        failures=row["failure_count"],
    )


# --- vectors of sentences ----------------------------------------------------------------------------------------------


def _vectors(row: Record, count: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """`Candidate.vectors`, of which there must be `count`, and `Candidate.asked`. To somebody who asks in another language, the
    sentences of an English passage are all as close as its heading."""
    if row["multilingual"] is None:
        stored = row["sentences"]
        return (
            _unpacked(base64.b64decode(stored["vectors"]), DIMENSIONS),
            _unpacked(base64.b64decode(stored.get("asked", "")), DIMENSIONS),
        )
    vectors = _unpacked(row["multilingual"], MULTILINGUAL_DIMENSIONS)
    if row["language"] == "en":
        return np.repeat(vectors[:1], count, axis=0), vectors[1:]
    return vectors[:count], vectors[count:]


def _packed(vectors: NDArray[np.float32]) -> bytes:
    """Vectors of shape (n, dimensions) as 8-bit integers. It changes a cosine by less than 0.01."""
    if not len(vectors):
        return b""
    scale = 127 / np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors * scale).astype(np.int8).tobytes()


def _unpacked(packed: bytes, dimensions: int) -> NDArray[np.float32]:
    """What `_packed` made, normalised: float32 of shape (n, dimensions)."""
    vectors = np.frombuffer(packed, dtype=np.int8).reshape(-1, dimensions).astype(np.float32)
    normalised: NDArray[np.float32] = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return normalised
