"""A company's knowledge as of one revision, as a process keeps it: lost without harm, and read again from the database."""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from casewright.kit.database import SIGN_OF_LIFE_SECONDS, Transaction, sign_of_life
from casewright.kit.ids import TenantId
from casewright.knowledge.article_model import ArticleModels
from casewright.knowledge.large.models import LargeCollection
from casewright.knowledge.passage_index import Lexemes, PassageIndex, Term

MOST_PASSAGES: Final = 50_000
"""Of all companies together, some 7 KB each. Those of large collections are kept in no process."""
MOST_TERMS: Final = 20_000


@dataclass(frozen=True, slots=True)
class Revision:
    number: int
    models: ArticleModels
    index: PassageIndex | LargeCollection

    @property
    def held(self) -> int:
        """Passages that the process holds."""
        return len(self.index) if isinstance(self.index, PassageIndex) else 0


class KnownRevisions:
    """Of the companies that were asked last."""

    def __init__(self, most_passages: int = MOST_PASSAGES) -> None:
        self._most = most_passages
        self._kept: OrderedDict[TenantId, Revision] = OrderedDict()
        self._reading: dict[TenantId, asyncio.Lock] = defaultdict(asyncio.Lock)

    def find(self, tenant_id: TenantId) -> Revision | None:
        if tenant_id in self._kept:
            self._kept.move_to_end(tenant_id)
        return self._kept.get(tenant_id)

    @asynccontextmanager
    async def reading(self, tx: Transaction, tenant_id: TenantId) -> AsyncIterator[None]:
        """Around the reading of a revision, so that many who ask at once have it read once."""
        lock = self._reading[tenant_id]
        while True:
            try:
                async with asyncio.timeout(SIGN_OF_LIFE_SECONDS):
                    await lock.acquire()
                break
            except TimeoutError:
                await sign_of_life(tx)
        try:
            yield
        finally:
            lock.release()

    def keep(self, tenant_id: TenantId, revision: Revision) -> None:
        self._kept[tenant_id] = revision
        self._kept.move_to_end(tenant_id)
        passages = sum(one.held for one in self._kept.values())
        while passages > self._most and len(self._kept) > 1:
            _, forgotten = self._kept.popitem(last=False)
            passages -= forgotten.held

    def forget(self, tenant_id: TenantId) -> None:
        self._kept.pop(tenant_id, None)


class KnownLexemes:
    """What PostgreSQL's text search made of the words that were asked last. It never changes."""

    def __init__(self, most: int = MOST_TERMS) -> None:
        self._most = most
        self._kept: OrderedDict[Term, tuple[str, ...]] = OrderedDict()

    def find(self, terms: list[Term]) -> dict[Term, tuple[str, ...]]:
        """Those that are kept."""
        found = {term: self._kept[term] for term in terms if term in self._kept}
        for term in found:
            self._kept.move_to_end(term)
        return found

    def keep(self, lexemes: Lexemes) -> None:
        self._kept |= lexemes
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
