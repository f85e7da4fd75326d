"""What a company's own people ask, to see what a customer would be told: masked, and answered, as a customer's message is."""

from casewright.kit.database import Database
from casewright.kit.principal import Assurance, Principal
from casewright.knowledge.conflicts.disagreements import Disagreements
from casewright.knowledge.models import Asker, FoundPassage, Inquiry, KnowledgeAnswer, Question
from casewright.knowledge.ports import Companies, Masker
from casewright.knowledge.service import KnowledgeService
from casewright.security.models import Vault


class Inquiries:
    def __init__(
        self,
        database: Database,
        knowledge: KnowledgeService,
        masker: Masker,
        companies: Companies,
        min_confidence: float,
        disagreements: Disagreements | None = None,
    ) -> None:
        """`min_confidence`: of companies that have set none. Without `disagreements`, what articles say against each other is left out."""
        self._database = database
        self._knowledge = knowledge
        self._masker = masker
        self._companies = companies
        self._min_confidence = min_confidence
        self._disagreements = disagreements

    async def ask(self, principal: Principal, inquiry: Inquiry) -> tuple[KnowledgeAnswer, float]:
        """The answer, and the least confidence that the company wants of one."""
        own = (await self._companies.get(principal.tenant_id)).profile.thresholds
        least = own.min_confidence if own and own.min_confidence is not None else self._min_confidence
        question = await self._question(principal, inquiry)
        async with self._database.begin(principal) as tx:
            answer = await self._knowledge.answer(tx, principal.tenant_id, question, min_confidence=least)
            if self._disagreements:
                answer = await self._disagreements.added_to(tx, principal.tenant_id, answer, question.assurance)
        return answer, least

    async def search(self, principal: Principal, inquiry: Inquiry, most: int) -> tuple[FoundPassage, ...]:
        """Passages, likeliest first."""
        question = await self._question(principal, inquiry)
        async with self._database.begin(principal) as tx:
            return await self._knowledge.search(tx, principal.tenant_id, question, most)

    async def _question(self, principal: Principal, inquiry: Inquiry) -> Question:
        profile = (await self._companies.get(principal.tenant_id)).profile
        language = inquiry.language or profile.default_language
        masked = self._masker.mask(inquiry.text, locale=language, vault=Vault(), record_ids=profile.record_ids_private)
        internal = inquiry.asker is Asker.OPERATOR
        assurance = Assurance.SIGNED if internal else Assurance(inquiry.asker.value)
        question = Question(text=masked.text, language=language, assurance=assurance, internal=internal)
        return await self._knowledge.encoded(question)
