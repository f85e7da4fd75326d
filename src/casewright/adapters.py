"""The packages' services as the engine's ports ask for them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.kit.telemetry import span
from casewright.knowledge.conflicts.disagreements import Disagreements
from casewright.knowledge.graph.service import KnowledgeGraph
from casewright.knowledge.grounding import supports
from casewright.knowledge.models import KnowledgeAnswer, Question
from casewright.knowledge.passages import find_codes
from casewright.knowledge.service import KnowledgeService
from casewright.procedures import running
from casewright.procedures.models import ActionCall, ActionDefinition, ActionOutcome, Procedure
from casewright.procedures.service import ProcedureService


class SomeActions(Protocol):
    def definitions(self) -> Mapping[str, ActionDefinition]: ...
    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome: ...
    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome: ...


class AllActions:
    """Several packages' actions as one catalogue."""

    def __init__(self, parts: Sequence[SomeActions]) -> None:
        self._by_name = {name: part for part in parts for name in part.definitions()}
        self._definitions = {name: one for part in parts for name, one in part.definitions().items()}

    def definitions(self) -> Mapping[str, ActionDefinition]:
        return self._definitions

    async def execute(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        return await self._by_name[call.action].execute(tenant_id, call)

    async def reconcile(self, tenant_id: TenantId, call: ActionCall) -> ActionOutcome:
        return await self._by_name[call.action].reconcile(tenant_id, call)


class TenantKnowledge:
    """Knowledge as the engine asks for it: each question in a transaction of its own. Without `disagreements` and `graph`, what
    articles say against each other, and which procedures are near, is left out."""

    def __init__(
        self,
        database: Database,
        service: KnowledgeService,
        disagreements: Disagreements | None = None,
        graph: KnowledgeGraph | None = None,
    ) -> None:
        self._database = database
        self._service = service
        self._disagreements = disagreements
        self._graph = graph

    async def answer(self, tenant_id: TenantId, question: Question, min_confidence: float) -> KnowledgeAnswer:
        encoded = await self._service.encoded(question)
        with span("retrieve"):
            async with self._database.begin(system(tenant_id), planned_once=True) as tx:
                answer = await self._service.answer(tx, tenant_id, encoded, min_confidence=min_confidence)
                if self._disagreements:
                    answer = await self._disagreements.added_to(tx, tenant_id, answer, question.assurance)
                if self._graph and (codes := find_codes(question.text)):
                    near = await self._graph.neighbours(tx, tenant_id, codes, question.assurance)
                    answer = replace(answer, procedures=near.procedures)
                return answer

    def supports(self, sentence: str, source: str) -> bool:
        return supports(sentence, source)


class TenantProcedures:
    """Procedures as the engine asks for them. What is remembered needs no database."""

    begin = staticmethod(running.begin)
    advance = staticmethod(running.advance)
    met = staticmethod(running.met)
    fill = staticmethod(running.fill)
    is_settled = staticmethod(running.is_settled)
    misunderstood = staticmethod(running.misunderstood)
    record = staticmethod(running.record)
    decline = staticmethod(running.decline)
    reject = staticmethod(running.reject)
    cancel = staticmethod(running.cancel)

    def __init__(self, database: Database, service: ProcedureService) -> None:
        self._database = database
        self._service = service

    async def get(self, tenant_id: TenantId, name: str, digest: str | None = None) -> Procedure:
        if procedure := self._service.remembered(tenant_id, name, digest):
            return procedure
        async with self._database.begin(system(tenant_id)) as tx:
            return await self._service.get(tx, tenant_id, name, digest)

    async def names(self, tenant_id: TenantId) -> Sequence[str]:
        active = self._service.remembered_active(tenant_id)
        if active is None:
            async with self._database.begin(system(tenant_id)) as tx:
                active = await self._service.active(tx, tenant_id)
        return list(active)
