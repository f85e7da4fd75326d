"""Articles, their versions and the index over their passages."""

import asyncio
import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from casewright.kit.database import Record, Transaction, while_open
from casewright.kit.ids import TenantId, new_id
from casewright.knowledge.article_model import Example
from casewright.knowledge.models import Article, ArticleDraft, ArticleId, ArticleStatus, Audience
from casewright.knowledge.passage_cache import PassageCache, PassageContent, PassageKey
from casewright.knowledge.passage_index import (
    TEXT_CONFIGURATIONS,
    ArticleRow,
    PassageIndex,
    PassageIndexBuilder,
    PassageRow,
    Proposed,
    Term,
)
from casewright.knowledge.passages import Passage, Sentence
from casewright.knowledge.retrieval import Candidate, words_of
from casewright.knowledge.searching import Search
from casewright.understanding.models import Vector

PARTICULARS: Final = (
    "article.key, article.language, article.audience, article.product, article.source, article.checked_on, "
    "article.editions, article.error_codes, article.related, article.translation_of, article.asked_as, article.categories, article.status, "
    "article.valid_from, article.valid_until, article.review_due, article.review_every_days"
)

DIMENSIONS: Final = 384
MULTILINGUAL_DIMENSIONS: Final = 512


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """`digest`: of the title, language and body of the current version; `index_digest`: of what its passages in the index were
    made of."""

    id: ArticleId
    version: int
    digest: str
    index_digest: str
    draft: ArticleDraft

    @property
    def archived(self) -> bool:
        """Kept, and found no more."""
        return self.draft.status is ArticleStatus.ARCHIVED


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
        f"""select article.id, {PARTICULARS}, article.current_version, article.index_digest, version.digest,
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
        )
        for row in rows
    }


async def save_article(tx: Transaction, tenant_id: TenantId, article: Article) -> None:
    """Writes everything but the text; passages that exist take over the audience, and go where it is not published."""
    await tx.execute(
        """insert into article (tenant_id, id, key, language, audience, product, source, checked_on, current_version, editions,
                                error_codes, related, translation_of, asked_as, status, valid_from, valid_until, review_due,
                                review_every_days, categories)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
           on conflict (tenant_id, id) do update set language = excluded.language, audience = excluded.audience,
               product = excluded.product, source = excluded.source, checked_on = excluded.checked_on,
               current_version = excluded.current_version, editions = excluded.editions,
               error_codes = excluded.error_codes, related = excluded.related,
               translation_of = excluded.translation_of, asked_as = excluded.asked_as, status = excluded.status,
               valid_from = excluded.valid_from, valid_until = excluded.valid_until, review_due = excluded.review_due,
               review_every_days = excluded.review_every_days, categories = excluded.categories, updated_at = now()""",
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
        article.status,
        article.valid_from,
        article.valid_until,
        article.review_due,
        article.review_every_days,
        list(article.categories),
    )
    if article.status is not ArticleStatus.PUBLISHED:
        await tx.execute("delete from passage where tenant_id = $1 and article_id = $2", tenant_id, article.id)
    await tx.execute(
        "update passage set audience = $3 where tenant_id = $1 and article_id = $2 and audience <> $3",
        tenant_id,
        article.id,
        article.audience,
    )


async def count_published(tx: Transaction, tenant_id: TenantId) -> int:
    count: int = await tx.fetchval(
        "select count(*) from article where tenant_id = $1 and status = 'published'", tenant_id
    )
    return count


async def published_keys(tx: Transaction, tenant_id: TenantId) -> list[str]:
    rows = await tx.fetch(
        "select key from article where tenant_id = $1 and status = 'published' order by key", tenant_id
    )
    return [row["key"] for row in rows]


async def save_version(
    tx: Transaction, tenant_id: TenantId, article: Article, digest: str, *, author: str, reason: str
) -> None:
    """Keeps the version for good. How well it serves is counted anew."""
    await tx.execute(
        """insert into article_version (tenant_id, article_id, version, title, body, digest, language, error_codes, author, reason)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)""",
        tenant_id,
        article.id,
        article.version,
        article.title,
        article.body,
        digest,
        article.language,
        list(article.error_codes),
        author,
        reason,
    )
    await tx.execute(
        "update article set usage_count = 0, success_count = 0, failure_count = 0 where tenant_id = $1 and id = $2",
        tenant_id,
        article.id,
    )


async def save_passages(
    tx: Transaction, tenant_id: TenantId, article: Article, digest: str, passages: Sequence[IndexedPassage]
) -> None:
    """Puts the passages of an article's current version into the index, in place of those that are there. `digest`: of all
    that they were made of."""
    await tx.execute("delete from passage where tenant_id = $1 and article_id = $2", tenant_id, article.id)
    await tx.executemany(
        """insert into passage (tenant_id, id, article_id, version, position, language, audience, section, text,
                                sentences, codes, embedding, multilingual, multilingual_whole, search)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::real[]::vector, $16, $17::real[]::halfvec,
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
                indexed.multilingual.mean(axis=0).tolist(),
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


async def examples(tx: Transaction, tenant_id: TenantId, today: date) -> list[Example]:
    """What the articles that are valid today are asked by."""
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
               and $2::date between coalesce(article.valid_from, $2) and coalesce(article.valid_until, $2)
           order by 1, 2, 3""",
        tenant_id,
        today,
    )
    return [Example(row["original"], Audience(row["audience"]), row["text"]) for row in rows]


async def save_model(tx: Transaction, tenant_id: TenantId, revision: int, data: bytes, today: date) -> None:
    await tx.execute(
        """insert into article_model (tenant_id, revision, data, trained_on) values ($1, $2, $3, $4)
           on conflict (tenant_id) do update
               set revision = excluded.revision, data = excluded.data, trained_on = excluded.trained_on""",
        tenant_id,
        revision,
        data,
        today,
    )


async def is_to_be_learned(tx: Transaction, tenant_id: TenantId, today: date) -> bool:
    """Whether the article model is of an earlier revision, or an article's validity has begun or ended since."""
    due: bool = await tx.fetchval(
        """select exists (
               select from knowledge_revision known
               left join article_model model on model.tenant_id = known.tenant_id
               where known.tenant_id = $1 and (model.revision is null or model.revision < known.revision or exists (
                   select from article where article.tenant_id = $1 and article.status = 'published'
                       and (article.valid_from between model.trained_on + 1 and $2::date
                            or article.valid_until between model.trained_on and $2::date - 1))))""",
        tenant_id,
        today,
    )
    return due


async def read_model(tx: Transaction, tenant_id: TenantId) -> tuple[int, bytes | None]:
    """The knowledge revision, and the article model, None if none was ever trained."""
    row = await tx.fetchrow(
        """select coalesce((select revision from knowledge_revision where tenant_id = $1), 0) as revision,
               (select data from article_model where tenant_id = $1) as data""",
        tenant_id,
    )
    assert row is not None
    return row["revision"], row["data"]


async def read_revision(tx: Transaction, tenant_id: TenantId) -> int:
    revision: int | None = await tx.fetchval("select revision from knowledge_revision where tenant_id = $1", tenant_id)
    return revision or 0


# --- reading ----------------------------------------------------------------------------------------------------------


async def read_article(
    tx: Transaction,
    tenant_id: TenantId,
    article_id: ArticleId,
    version: int | None,
    audiences: Sequence[Audience],
    today: date,
) -> Article | None:
    """`version` None: the current one. None unless one of `audiences` may read it today."""
    row = await tx.fetchrow(
        f"""select article.id, {PARTICULARS}, version.version, version.title, version.body
           from article
           join article_version version on version.tenant_id = article.tenant_id and version.article_id = article.id
               and version.version = coalesce($3, article.current_version)
           where article.tenant_id = $1 and article.id = $2 and article.audience = any($4::text[])
               and article.status = 'published'
               and $5::date between coalesce(article.valid_from, $5) and coalesce(article.valid_until, $5)""",
        tenant_id,
        article_id,
        version,
        list(audiences),
        today,
    )
    return None if row is None else Article(**dict(row))


ROWS_AT_ONCE: Final = 1000


async def read_index(tx: Transaction, tenant_id: TenantId) -> PassageIndex:
    """All that is published. It is of one revision only if nobody changes the articles meanwhile."""
    articles = await tx.fetch(
        """select id, coalesce(translation_of, key) as original, language, audience, valid_from, valid_until from article
           where tenant_id = $1 and status = 'published' order by id""",
        tenant_id,
    )
    builder = PassageIndexBuilder(
        ArticleRow(
            ArticleId(row["id"]),
            row["original"],
            row["language"],
            Audience(row["audience"]),
            row["valid_from"] or date.min,
            row["valid_until"] or date.max,
        )
        for row in articles
    )
    cursor = await tx.cursor(
        """select id, article_id, language, audience, position, codes, tsvectorsend(search) as words,
               vector_send(embedding) as embedding
           from passage where tenant_id = $1 order by article_id, position""",
        tenant_id,
    )
    while rows := await cursor.fetch(ROWS_AT_ONCE):
        await asyncio.to_thread(builder.add, map(_passage_row, rows))
    return await while_open(tx, asyncio.to_thread(builder.build))


def _passage_row(row: Record) -> PassageRow:
    # Two numbers of 16 bits go before the vector.
    embedding = np.frombuffer(row["embedding"], dtype=">f4", offset=4).astype(np.float32)
    return PassageRow(
        id=row["id"],
        article_id=ArticleId(row["article_id"]),
        language=row["language"],
        audience=Audience(row["audience"]),
        position=row["position"],
        codes=row["codes"],
        words=row["words"],
        embedding=embedding / max(float(np.linalg.norm(embedding)), 1e-12),
    )


async def lexemes(tx: Transaction, terms: Sequence[Term]) -> dict[Term, tuple[str, ...]]:
    """What text search makes of words; nothing of stop words."""
    rows = await tx.fetch(
        """select configuration, text, tsvector_to_array(to_tsvector(configuration::regconfig, text)) as lexemes
           from unnest($1::text[], $2::text[]) as term (configuration, text)""",
        [term.configuration for term in terms],
        [term.text for term in terms],
    )
    return {Term(row["configuration"], row["text"]): tuple(row["lexemes"]) for row in rows}


async def candidates(
    tx: Transaction, tenant_id: TenantId, search: Search, proposed: Sequence[Proposed], cache: PassageCache
) -> tuple[int, tuple[Candidate, ...]]:
    """The knowledge revision, and what was proposed with all that is known of it now. What is no longer published, or not for
    the asker, is left out."""
    rows = await tx.fetch(
        """select article.id, coalesce(article.translation_of, article.key) as original, article.product, article.source,
               article.editions, article.checked_on as source_checked_on, article.credibility,
               coalesce(greatest(article.checked_on, article.validated_on), article.updated_at::date) as checked_on,
               article.success_count, article.failure_count, knowledge.revision
           from (select coalesce((select revision from knowledge_revision where tenant_id = $1), 0) as revision) knowledge
           left join article on article.tenant_id = $1 and article.id = any($2::uuid[]) and article.status = 'published'
               and article.audience = any($3::text[])""",
        tenant_id,
        list({one.article_id for one in proposed}),
        list(search.audiences),
    )
    articles = {row["id"]: row for row in rows}
    found = [one for one in proposed if one.article_id in articles]
    keys = [PassageKey(tenant_id, one.id, search.language != "en" or one.language != "en") for one in found]
    contents = await _contents(tx, tenant_id, keys, cache)
    return rows[0]["revision"], tuple(
        _candidate(one, articles[one.article_id], contents[key])
        for one, key in zip(found, keys, strict=True)
        if key in contents
    )


async def _contents(
    tx: Transaction, tenant_id: TenantId, keys: Sequence[PassageKey], cache: PassageCache
) -> dict[PassageKey, PassageContent]:
    """Of passages that are gone since they were found, nothing."""
    contents = cache.find(keys)
    if missing := {key.passage_id: key for key in keys if key not in contents}:
        rows = await tx.fetch(
            """select passage.id, passage.article_id, passage.version, passage.section, passage.language, passage.position,
                   passage.codes, passage.sentences,
                   case when passage.id = any($3::uuid[]) then passage.multilingual end as multilingual,
                   (select version.title from article_version version
                    where version.tenant_id = $1 and version.article_id = passage.article_id
                        and version.version = passage.version) as title
               from passage
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


def _candidate(proposed: Proposed, row: Record, content: PassageContent) -> Candidate:
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
        coverage=proposed.coverage,
        whole=proposed.whole,
        credibility=row["credibility"],
        checked_on=row["checked_on"],
        successes=row["success_count"],
        failures=row["failure_count"],
        editions=tuple(row["editions"]),
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
