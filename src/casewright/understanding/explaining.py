"""Why a turn's words were taken for what they were: the training examples closest to them."""

from dataclasses import dataclass
from uuid import UUID

from casewright.conversations.models import TurnFinished, TurnId
from casewright.kit.principal import Principal
from casewright.understanding.intents import NearestExample
from casewright.understanding.models import Segment
from casewright.understanding.ports import Conversations
from casewright.understanding.service import UnderstandingService


@dataclass(frozen=True, slots=True)
class ExplainedSegment:
    """`text` is masked."""

    segment: int
    text: str
    examples: tuple[NearestExample, ...]


class TurnExplainer:
    def __init__(self, understanding: UnderstandingService, conversations: Conversations) -> None:
        self._understanding = understanding
        self._conversations = conversations

    async def nearest_examples(self, principal: Principal, turn_id: UUID) -> tuple[ExplainedSegment, ...]:
        """For each segment that was given to the classifier, by the model that read it as long as that is kept. Raises
        `TurnNotFound`, `IntentModelMissing`."""
        _, entry = await self._conversations.turn(principal, TurnId(turn_id))
        if not isinstance(entry.event, TurnFinished):
            return ()
        report = entry.event.report
        return tuple(
            [
                ExplainedSegment(number, segment.text, await self._closest(principal, segment, report.model_version))
                for number, segment in enumerate(report.segments)
                if segment.ranking
            ]
        )

    async def _closest(self, principal: Principal, segment: Segment, model_version: str) -> tuple[NearestExample, ...]:
        return await self._understanding.explain(principal.tenant_id, segment.text, model_version)
