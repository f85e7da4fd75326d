"""Checks what articles say now against all that the company's others say, after they were published: publishing never waits for it."""

import asyncio
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from casewright.kit.clock import Clock
from casewright.kit.database import Database, while_open
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import system
from casewright.knowledge.conflicts import repository
from casewright.knowledge.conflicts.detection import (
    ABOUT_THE_SAME,
    NEAREST,
    ReadArticles,
    conflict_between,
    duplicate_of,
    read_sentences,
    stating_sentences,
)
from casewright.knowledge.conflicts.models import (
    Conflict,
    ConflictAnnounced,
    ConflictId,
    ConflictKind,
    ConflictState,
    KnownConflict,
    PlacedSentence,
    Severity,
    Side,
)
from casewright.knowledge.conflicts.repository import NewConflict, PublishedArticle
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.models import ArticleId
from casewright.knowledge.ports import Announcements

AT_ONCE: Final = 25
"""Articles that are checked together: all others' statements are then read once for them."""
MOSTLY_REPEATED: Final = 0.6
"""Share of the shorter article's statements which the other has too, from which the two are near-duplicates."""
LEAST_REPEATED: Final = 3
ACTOR: Final = "conflict check"
ANNOUNCED_AS: Final = "knowledge.conflict"


class Settling(Protocol):
    """Settles by the company's rules what it leaves to them."""

    async def settle_by_rule(self, tenant_id: TenantId, conflict_ids: Sequence[ConflictId]) -> int: ...


@dataclass(frozen=True, slots=True)
class Checked:
    """How many articles were checked, how many conflicts are new, and how many are closed since they no longer hold."""

    articles: int = 0
    found: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class Near:
    """A statement that is compared: places among the statements of both articles."""

    article_id: ArticleId
    place: int
    other_id: ArticleId
    other_place: int


class ConflictChecks:
    def __init__(
        self,
        database: Database,
        reader: StatementReader,
        announcements: Announcements,
        settling: Settling,
        clock: Clock,
    ) -> None:
        self._database = database
        self._reader = reader
        self._announcements = announcements
        self._settling = settling
        self._clock = clock

    async def check(self, tenant_id: TenantId) -> Checked:
        """Checks all articles that were published since they were checked last. What is interrupted is checked again."""
        articles, found, closed = 0, 0, await self._close_unpublished(tenant_id)
        while True:
            async with self._database.begin(system(tenant_id, ACTOR)) as tx:
                some = await repository.unchecked(tx, tenant_id, AT_ONCE)
            if not some:
                return Checked(articles, found, closed)
            new, gone = await self._check(tenant_id, some)
            await self._settling.settle_by_rule(tenant_id, new)
            articles, found, closed = articles + len(some), found + len(new), closed + gone

    async def _close_unpublished(self, tenant_id: TenantId) -> int:
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            gone = await repository.forget_unpublished(tx, tenant_id)
            return sum([await repository.close_gone(tx, tenant_id, one, (), self._clock.now()) for one in gone])

    async def _check(self, tenant_id: TenantId, articles: Sequence[PublishedArticle]) -> tuple[list[ConflictId], int]:
        """The ids of what is new, and how many conflicts are closed."""
        read = {article.id: await asyncio.to_thread(_read, article, self._reader) for article in articles}
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            for article in articles:
                await repository.save_statements(tx, tenant_id, article, read[article.id].cores)
        near, counts = await self._near(tenant_id, articles, read)
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            others = await repository.published(tx, tenant_id, {one.other_id for one in near})
        known = others | {article.id: article for article in articles}
        found = await asyncio.to_thread(self._compare, known, read, near, counts)
        return await self._keep(tenant_id, articles, found)

    async def _near(
        self, tenant_id: TenantId, articles: Sequence[PublishedArticle], read: dict[ArticleId, ReadArticles]
    ) -> tuple[list[Near], dict[ArticleId, int]]:
        """Statements near enough to be compared, and how many each article has."""
        near: list[Near] = []
        counts: dict[ArticleId, int] = {}
        for language in {article.draft.language for article in articles}:
            mine = [article.id for article in articles if article.draft.language == language]
            nearest = NearestStatements({one: read[one].cores for one in mine if read[one].statements})
            async with self._database.begin(system(tenant_id, ACTOR)) as tx:
                async for rows in repository.statement_vectors(tx, tenant_id, language):
                    counts |= await while_open(tx, asyncio.to_thread(nearest.add, rows))
            near += nearest.found()
        return near, counts

    def _compare(
        self,
        known: dict[ArticleId, PublishedArticle],
        read: dict[ArticleId, ReadArticles],
        near: Sequence[Near],
        counts: dict[ArticleId, int],
    ) -> list[NewConflict]:
        sentences = {one: tuple(stating_sentences(article.draft)) for one, article in known.items()}
        wanted = sorted(
            {
                (one.other_id, one.other_place)
                for one in near
                if one.other_id in known and one.other_place < len(sentences[one.other_id])
            }
        )
        others = read_sentences([(known[one].draft, sentences[one][place]) for one, place in wanted], self._reader)
        places = {one: place for place, one in enumerate(wanted)}
        conflicts: list[NewConflict] = []
        repeated: dict[tuple[ArticleId, ArticleId], list[KnownConflict]] = defaultdict(list)
        for one in near:
            if (place := places.get((one.other_id, one.other_place))) is None:
                continue
            mine, article, other = read[one.article_id], known[one.article_id], known[one.other_id]
            if conflict := conflict_between(mine, one.place, others, place):
                conflicts.append(self._new(conflict, article, other))
            elif duplicate := duplicate_of(mine, one.place, others, place):
                alike = max(duplicate.similarity, duplicate.shingles)
                as_conflict = _duplicate(duplicate.one, duplicate.other, min(1.0, alike))
                repeated[article.id, other.id].append(self._new(as_conflict, article, other).conflict)
        return [*conflicts, *self._near_duplicates(repeated, counts)]

    def _near_duplicates(
        self, repeated: dict[tuple[ArticleId, ArticleId], list[KnownConflict]], counts: dict[ArticleId, int]
    ) -> Iterable[NewConflict]:
        """One a pair of articles, told by the two sentences most alike."""
        for (one, other), alike in repeated.items():
            shorter = max(1, min(counts.get(one, 0), counts.get(other, 0)))
            share = min(len({each.one.text for each in alike}), len({each.other.text for each in alike})) / shorter
            if len(alike) >= LEAST_REPEATED and share >= MOSTLY_REPEATED:
                most = max(alike, key=lambda each: each.probability)
                told = most.model_copy(update={"probability": min(1.0, share)})
                yield NewConflict(_digest(ConflictKind.DUPLICATE, str(one), str(other)), told)

    async def _keep(
        self, tenant_id: TenantId, articles: Sequence[PublishedArticle], found: Sequence[NewConflict]
    ) -> tuple[list[ConflictId], int]:
        new, closed, now = [], 0, self._clock.now()
        async with self._database.begin(system(tenant_id, ACTOR)) as tx:
            for one in found:
                if await repository.save_new(tx, tenant_id, one):
                    new.append(one.conflict.id)
                    announced = _announced(one.conflict)
                    await self._announcements.announce(tx, tenant_id, ANNOUNCED_AS, announced)
            for article in articles:
                await repository.save_checked(tx, tenant_id, article, now)
            for article in articles:
                its_own = [one.digest for one in found if article.id in _sides(one.conflict)]
                closed += await repository.close_gone(tx, tenant_id, article.id, its_own, now)
        return new, closed

    def _new(self, conflict: Conflict, article: PublishedArticle, other: PublishedArticle) -> NewConflict:
        one, two = _side(conflict.one, article), _side(conflict.other, other)
        known = KnownConflict(
            id=ConflictId(new_id()),
            kind=conflict.kind,
            severity=conflict.severity,
            probability=conflict.probability,
            one=one,
            other=two,
            differing=conflict.differing,
            state=ConflictState.OPEN,
            found_at=self._clock.now(),
        )
        return NewConflict(_digest("", f"{one.article_id} {one.text}", f"{two.article_id} {two.text}"), known)


class NearestStatements:
    """Of each statement of some articles the nearest of all others, as these are read some at a time."""

    def __init__(self, cores: dict[ArticleId, NDArray[np.float32]]) -> None:
        """`cores`: for each article its statements' vectors, shape (statements, 384)."""
        self._owners = [(one, place) for one, vectors in cores.items() for place in range(len(vectors))]
        self._cores = np.vstack(list(cores.values())) if cores else np.zeros((0, repository.DIMENSIONS), np.float32)
        self._found: dict[int, list[tuple[float, ArticleId, int]]] = defaultdict(list)

    def add(self, rows: Sequence[tuple[ArticleId, bytes]]) -> dict[ArticleId, int]:
        """How many statements each of them has."""
        vectors = [repository.unpacked(packed) for _, packed in rows]
        counts = {article_id: len(some) for (article_id, _), some in zip(rows, vectors, strict=True)}
        owners = [(article_id, place) for article_id, count in counts.items() for place in range(count)]
        if owners and len(self._cores):
            similar = self._cores @ np.vstack(vectors).T
            for mine, other in np.argwhere(similar >= ABOUT_THE_SAME):
                other_id, place = owners[other]
                if other_id != self._owners[mine][0]:
                    self._found[mine].append((float(similar[mine, other]), other_id, place))
        return counts

    def found(self) -> list[Near]:
        return [
            Near(*self._owners[mine], other_id, place)
            for mine, near in self._found.items()
            for _, other_id, place in sorted(near, reverse=True)[:NEAREST]
        ]


def _read(article: PublishedArticle, reader: StatementReader) -> ReadArticles:
    return read_sentences([(article.draft, sentence) for sentence in stating_sentences(article.draft)], reader)


def _duplicate(one: PlacedSentence, other: PlacedSentence, alike: float) -> Conflict:
    return Conflict(kind=ConflictKind.DUPLICATE, severity=Severity.LOW, one=one, other=other, probability=alike)


def _side(sentence: PlacedSentence, article: PublishedArticle) -> Side:
    return Side(article_id=article.id, version=article.version, **sentence.model_dump())


def _sides(conflict: KnownConflict) -> tuple[ArticleId, ArticleId]:
    return conflict.one.article_id, conflict.other.article_id


def _announced(conflict: KnownConflict) -> ConflictAnnounced:
    return ConflictAnnounced(
        conflict_id=conflict.id,
        kind=conflict.kind,
        severity=conflict.severity,
        article_ids=_sides(conflict),
        path=f"/v1/knowledge/conflicts/{conflict.id}",
    )


def _digest(kind: str, one: str, other: str) -> str:
    """SHA-256, the same whichever comes first."""
    return hashlib.sha256(json.dumps([kind, *sorted((one, other))]).encode()).hexdigest()
