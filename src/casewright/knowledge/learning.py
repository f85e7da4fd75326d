"""A company's article model, trained anew when its articles have changed: at once, or after them in the background."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Final

from casewright.kit.clock import Clock
from casewright.kit.database import Database, Transaction, while_open
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge import repository
from casewright.knowledge.article_model import ArticleModels, Example
from casewright.knowledge.ports import SentenceEncoder

MOST_WEIGHED: Final = 3_000_000
"""Examples (titles, headings, questions) times articles, with which the time of a training grows: three times what the larger demo company
has. A company with more is searched without a model."""


class ArticleLearning:
    def __init__(self, encoder: SentenceEncoder, clock: Clock) -> None:
        self._encoder = encoder
        self._clock = clock

    async def learn(self, tx: Transaction, tenant_id: TenantId) -> None:
        """Makes a new revision of the tenant's knowledge, with its article model. The caller holds the revision's lock."""
        revision = await repository.raise_revision(tx, tenant_id)
        today = self._today()
        examples = await repository.examples(tx, tenant_id, today)
        models = await while_open(tx, self._trained(examples))
        await repository.save_model(tx, tenant_id, revision, models.to_bytes(), today)

    async def catch_up(self, database: Database, tenant_id: TenantId) -> bool:
        """Learns what has changed since the last time, if anything has. Nobody waits meanwhile; when articles change under its
        hands, it has done nothing."""
        principal, today = system(tenant_id, "learning"), self._today()
        async with database.begin(principal) as tx:
            if not await repository.is_to_be_learned(tx, tenant_id, today):
                return False
            before = await repository.read_revision(tx, tenant_id)
            examples = await repository.examples(tx, tenant_id, today)
        models = await self._trained(examples)
        async with database.begin(principal) as tx:
            if await repository.lock_revision(tx, tenant_id) != before:
                return False
            revision = await repository.raise_revision(tx, tenant_id)
            await repository.save_model(tx, tenant_id, revision, models.to_bytes(), today)
        return True

    async def _trained(self, examples: Sequence[Example]) -> ArticleModels:
        if len(examples) * len({example.original for example in examples}) > MOST_WEIGHED:
            return ArticleModels()
        texts = [example.text for example in examples]
        english = await self._encoder.encode_many_async(texts)
        multilingual = await self._encoder.encode_many_multilingual_async(texts)
        return await asyncio.to_thread(ArticleModels.train, examples, english, multilingual)

    def _today(self) -> date:
        return self._clock.now().date()
