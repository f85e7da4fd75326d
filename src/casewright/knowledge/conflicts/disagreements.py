"""What other articles say against an answer."""

import math
from collections.abc import Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from casewright.kit.clock import Clock
from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance
from casewright.knowledge.conflicts import repository
from casewright.knowledge.models import CitedSentence, KnowledgeAnswer
from casewright.knowledge.searching import readable_by

FRESH_SECONDS: Final = 2.0
"""Within so long, a company's first open conflict shows in its answers."""


class Disagreements:
    """That nothing of a company's disagrees is asked again when it was not for `FRESH_SECONDS`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._agreed: dict[TenantId, float] = {}

    async def added_to(
        self, tx: Transaction, tenant_id: TenantId, answer: KnowledgeAnswer, assurance: Assurance
    ) -> KnowledgeAnswer:
        """With what other articles say against it."""
        if not answer.sentences or not await self._are_any(tx, tenant_id):
            return answer
        return replace(answer, disagreeing=await self.with_sentences(tx, tenant_id, answer.sentences, assurance))

    async def with_sentences(
        self, tx: Transaction, tenant_id: TenantId, sentences: Sequence[CitedSentence], assurance: Assurance
    ) -> tuple[CitedSentence, ...]:
        """Sentences of other articles that the asker may read, which an open conflict sets against some of these; each once."""
        ids = {sentence.article_id for sentence in sentences}
        today = self._clock.now().date()
        found = await repository.disagreements(tx, tenant_id, ids, readable_by(assurance, internal=False), today)
        cited = {sentence.text for sentence in sentences}
        told = {one.other.text: one.other for one in found if one.sentence in cited and one.other.text not in cited}
        return tuple(told.values())

    async def _are_any(self, tx: Transaction, tenant_id: TenantId) -> bool:
        if monotonic() - self._agreed.get(tenant_id, -math.inf) < FRESH_SECONDS:
            return False
        if await repository.disagree(tx, tenant_id):
            return True
        self._agreed[tenant_id] = monotonic()
        return False
