"""Searching collections of 100,000 and of a million passages: with 8 searches at once, the question's encoding included, by one, two,
four or eight processes, as many as the machine has cores.

The passages are made of sentences of the demo's articles, three each with a made-up name; a passage's vector is the mean of its sentences' with
some noise, since encoding a million texts would take hours. Questions are words of a passage, and really encoded.
"""

import asyncio
import base64
import json
import multiprocessing
import os
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Barrier
from pathlib import Path
from time import perf_counter, process_time
from typing import Final
from uuid import UUID

import asyncpg
import numpy as np
import psutil
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bench.figures import Figure
from bench.public_data import Data, Part
from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database, Transaction
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Assurance, system
from casewright.knowledge.importing import read_articles
from casewright.knowledge.large import repository, service
from casewright.knowledge.large.repository import EFFORT
from casewright.knowledge.models import Question
from casewright.knowledge.passages import split_article
from casewright.knowledge.service import KnowledgeService
from casewright.understanding.encoder import Encoder

ARTICLES: Final = Path(__file__).parents[2] / "examples" / "aurora" / "articles"
PASSAGES_AN_ARTICLE: Final = 3
ROWS_AT_ONCE: Final = 10_000
NOISE: Final = 0.35
HIDDEN: Final = 0.1
"""Share of the passages that the asker may not read."""
AT_ONCE: Final = 8
PROCESSES: Final = next(count for count in (8, 4, 2, 1) if count <= (os.cpu_count() or 1))
MOST_SECONDS_TO_START: Final = 300
SEARCHES: Final = 400
FOUND: Final = 10
SYLLABLES: Final = [
    "ka",
    "lo",
    "mi",
    "ter",
    "van",
    "sol",
    "pre",
    "du",
    "nex",
    "or",
    "bri",
    "ta",
    "zu",
    "fel",
    "gra",
    "hin",
]


@dataclass(frozen=True, slots=True)
class Sentences:
    """`vectors` of shape (texts, 384). `titles`: of the articles they are from."""

    texts: Sequence[str]
    titles: Sequence[str]
    vectors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of each search, CPU seconds of all searches, and the share of the nearest passages found."""

    seconds: Sequence[float]
    cpu: float
    recall: float


def hundred_thousand(data: Data) -> Iterator[Figure]:
    yield from asyncio.run(_measure(data.encoder, {"large": 90_000, "small": 10_000}, times=1))


def million(data: Data) -> Iterator[Figure]:
    yield from asyncio.run(_measure(data.encoder, {"million": 1_000_000}, times=2))


async def _measure(encoder: Encoder, sizes: dict[str, int], times: int) -> list[Figure]:
    """`times`: by which the limits for time are multiplied."""
    figures: list[Figure] = []
    sentences = _sentences(encoder)
    with tempfile.TemporaryDirectory(prefix="cw-bench-") as folder:
        async with EmbeddedPostgres(Path(folder)) as server:
            await asyncio.to_thread(migrations.upgrade, server.dsn(Role.OWNER))
            database = Database(server.dsn(Role.APPLICATION))
            await database.open()
            owner = await asyncpg.connect(server.dsn(Role.OWNER))
            postmaster = int((next(Path(folder).rglob("postmaster.pid"))).read_text().split()[0])
            try:
                tenants = {slug: await _fill(owner, slug, size, sentences) for slug, size in sizes.items()}
                for slug, tenant_id in tenants.items():
                    begun = perf_counter()
                    if await service.prepare(database, tenant_id):
                        figures.append(
                            Figure(f"{slug}: indexes made in", perf_counter() - begun, unit="s", better="lower")
                        )
                for slug, tenant_id in tenants.items():
                    texts = await _questions(owner, tenant_id)
                    dsn = server.dsn(Role.APPLICATION)
                    seconds, cpu = await asyncio.to_thread(_searched_by_all, dsn, tenant_id, texts, postmaster)
                    recalls = [await _recall(database, tenant_id, encoder.encode(text)) for text in texts[:100]]
                    measured = Measured(seconds, cpu, float(np.mean(recalls)))
                    figures.extend(_told(f"{slug}, {sizes[slug]:,} passages", measured, times))
            finally:
                await owner.close()
                await database.close()
    return figures


def _told(what: str, measured: Measured, times: int) -> Iterator[Figure]:
    p50, p99 = np.percentile(np.array(measured.seconds) * 1000, [50, 99])
    yield Figure(f"{what}: {AT_ONCE} at once, p50", float(p50), unit="ms", target=20.0 * times, better="lower")
    yield Figure(f"{what}: p99", float(p99), unit="ms", target=60.0 * times, better="lower")
    cpu = 1000 * measured.cpu / len(measured.seconds)
    yield Figure(f"{what}: CPU a search, encoding included", cpu, unit="ms", target=9.0 * times, better="lower")
    yield Figure(f"{what}: recall@10 of the nearest", 100 * measured.recall, target=98.0, note="against comparing all")


# --- passages ---------------------------------------------------------------------------------------------------------


def _sentences(encoder: Encoder) -> Sentences:
    found = {
        f"{draft.title}: {sentence.text}": draft.title
        for draft in read_articles(ARTICLES)
        for passage in split_article(draft.title, draft.body, draft.language, draft.error_codes)
        for sentence in passage.sentences
        if len(sentence.text) > 30
    }
    texts = list(found)[:1500]
    return Sentences([text.split(": ", 1)[1] for text in texts], list(found.values()), encoder.encode_many(texts))


async def _fill(owner: asyncpg.Connection, slug: str, size: int, sentences: Sentences) -> TenantId:
    tenant_id, chance = TenantId(new_id()), random.Random(size)
    noise = np.random.default_rng(size)
    await owner.execute("insert into control.tenant (id, slug, name) values ($1, $2, $2)", tenant_id, slug)
    names = ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))).capitalize() for _ in range(6000)]
    for start in range(0, size, ROWS_AT_ONCE):
        articles, passages = [], []
        for number in range(start, min(start + ROWS_AT_ONCE, size), PASSAGES_AN_ARTICLE):
            article_id, name, topic = new_id(), chance.choice(names), chance.randrange(len(sentences.texts))
            title = f"{sentences.titles[topic]} in {name}"
            articles.append((article_id, f"{slug}-{number}", title))
            for position in range(PASSAGES_AN_ARTICLE):
                chosen = [topic, *(chance.randrange(len(sentences.texts)) for _ in range(2))]
                texts = [f"{sentences.texts[one]} ({name})" for one in chosen]
                vectors = sentences.vectors[chosen]
                whole = vectors.mean(axis=0) + noise.normal(0, NOISE / len(vectors[0]) ** 0.5, len(vectors[0]))
                whole /= np.linalg.norm(whole)
                audience = "internal" if chance.random() < HIDDEN else "public"
                stored = _stored(texts, whole, vectors)
                row = (new_id(), article_id, position, audience, title, " ".join(texts), stored, whole.tolist())
                passages.append(row)
        await _save(owner, tenant_id, articles, passages)
    await owner.execute("vacuum analyze passage")
    await owner.execute("analyze article")
    return tenant_id


def _stored(texts: Sequence[str], whole: NDArray[np.float64], vectors: NDArray[np.float32]) -> str:
    packed = np.clip(np.vstack([whole, vectors]) * 127, -127, 127).astype(np.int8).tobytes()
    sentences = [[text, "text", 0, False] for text in texts]
    return json.dumps({"sentences": sentences, "vectors": base64.b64encode(packed).decode(), "asked": ""})


async def _save(
    owner: asyncpg.Connection,
    tenant_id: TenantId,
    articles: list[tuple[UUID, str, str]],
    passages: Sequence[tuple[object, ...]],
) -> None:
    async with owner.transaction():
        await owner.execute(
            """create temp table incoming (id uuid, article_id uuid, position integer, audience text, title text, text text,
                   sentences text, embedding real[]) on commit drop"""
        )
        await owner.copy_records_to_table("incoming", records=passages)
        await owner.executemany(
            """with saved as (
                   insert into article (tenant_id, id, key, language, audience, current_version, product, source)
                   values ($1, $2, $3, 'en', 'public', 1, '', ''))
               insert into article_version (tenant_id, article_id, version, title, body, digest) values ($1, $2, 1, $4, '', '')""",
            [(tenant_id, *article) for article in articles],
        )
        await owner.execute(
            """insert into passage (tenant_id, id, article_id, version, position, language, audience, text, sentences, embedding, search)
               select $1, id, article_id, 1, position, 'en', audience, text, sentences::jsonb, embedding::vector(384),
                   setweight(to_tsvector('english', title), 'A') || to_tsvector('english', text) from incoming""",
            tenant_id,
        )


# --- searches ---------------------------------------------------------------------------------------------------------


def _searched_by_all(dsn: str, tenant_id: TenantId, texts: Sequence[str], postmaster: int) -> tuple[list[float], float]:
    """Seconds of each search, and CPU seconds of all, the database's included."""
    context = multiprocessing.get_context("spawn")
    ready, told = context.Barrier(PROCESSES + 1), context.SimpleQueue()
    each = [texts[start::PROCESSES] for start in range(PROCESSES)]
    started = [
        context.Process(target=_search, args=(dsn, tenant_id, some, AT_ONCE // PROCESSES, ready, told), daemon=True)
        for some in each
    ]
    for process in started:
        process.start()
    ready.wait(MOST_SECONDS_TO_START)
    begun = _cpu_of(postmaster)
    results: list[tuple[list[float], float]] = [told.get() for _ in started]
    cpu = sum(cpu for _, cpu in results) + _cpu_of(postmaster) - begun
    ready.wait(MOST_SECONDS_TO_START)  # Its connections end only now: what an ended process used is counted nowhere.
    for process in started:
        process.join()
    return [one for seconds, _ in results for one in seconds], cpu


def _search(
    dsn: str,
    tenant_id: TenantId,
    texts: Sequence[str],
    at_once: int,
    ready: Barrier,
    told: "SimpleQueue[tuple[list[float], float]]",
) -> None:
    """One process of the server: warmed up, it waits for the others."""

    async def search() -> None:
        encoder = Data(None).encoder
        knowledge, database = KnowledgeService(encoder, SystemClock()), Database(dsn)
        await database.open()

        async def ask(text: str) -> float:
            begun = perf_counter()
            question = await knowledge.encoded(Question(text=text, language="en", assurance=Assurance.ANONYMOUS))
            async with database.begin(system(tenant_id), planned_once=True) as tx:
                await knowledge.answer(tx, tenant_id, question)
            return perf_counter() - begun

        async def one_after_the_other(some: Sequence[str]) -> list[float]:
            return [await ask(text) for text in some]

        for text in texts[:AT_ONCE]:
            await ask(text)
        await asyncio.to_thread(ready.wait, MOST_SECONDS_TO_START)
        begun = process_time()
        lists = await asyncio.gather(*(one_after_the_other(texts[start::at_once]) for start in range(at_once)))
        told.put(([seconds for some in lists for seconds in some], process_time() - begun))
        await asyncio.to_thread(ready.wait, MOST_SECONDS_TO_START)
        await database.close()

    with threadpool_limits(1):  # As in a server.
        asyncio.run(search())


async def _questions(owner: asyncpg.Connection, tenant_id: TenantId) -> list[str]:
    chance, questions = random.Random(1), []
    rows = await owner.fetch(
        "select text from passage where tenant_id = $1 and audience = 'public' order by id limit $2",
        tenant_id,
        SEARCHES,
    )
    for row in rows:
        words = row["text"].split()
        start = chance.randrange(max(1, len(words) - 9))
        questions.append(
            f"How do I {' '.join(chance.sample(words[start : start + 9], len(words[start : start + 9])))}?"
        )
    return questions


async def _recall(database: Database, tenant_id: TenantId, vector: NDArray[np.float32]) -> float:
    """1 for a collection that processes hold: they compare all."""
    async with database.begin(system(tenant_id)) as tx:
        if await service.read(tx, tenant_id) is None:
            return 1.0
        exact = await _nearest(tx, tenant_id, "(embedding::real[]::vector(384)) <=> $1::real[]::vector(384)", vector)
        await tx.execute(f"set local hnsw.ef_search = {EFFORT}; set local hnsw.iterative_scan = strict_order")
        found = await _nearest(tx, tenant_id, repository.NEAREST, vector)
    return len(exact & found) / len(exact)


async def _nearest(tx: Transaction, tenant_id: TenantId, distance: str, vector: NDArray[np.float32]) -> set[UUID]:
    rows = await tx.fetch(
        f"select id from passage where tenant_id = '{tenant_id}' and audience = 'public' order by {distance} limit {FOUND}",
        vector.tolist(),
    )
    return {row["id"] for row in rows}


def _cpu_of(postmaster: int) -> float:
    """CPU seconds of the server's processes."""
    server = psutil.Process(postmaster)
    times = [process.cpu_times() for process in (server, *server.children(recursive=True))]
    return sum(one.user + one.system for one in times)


PARTS = (
    Part("large", "Searching 100,000 passages", hundred_thousand),
    Part("million", "Searching a million passages", million, only_if_named=True),
)
