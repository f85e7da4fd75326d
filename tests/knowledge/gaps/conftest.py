"""A company whose customers ask, whose colleagues answer, and whose articles know little. The engine, the encoders and the articles
are real; what is understood is laid down."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import uuid4

import pytest

from casewright.conversations.models import ConversationKey, Mode, ReplySent
from casewright.conversations.sealer import Sealer
from casewright.integrations.webhooks.addresses import AddressRule
from casewright.integrations.webhooks.service import Webhooks
from casewright.kit.ids import TenantId
from casewright.kit.principal import Principal, Role
from casewright.kit.sealing import KeyEncryptionKey
from casewright.knowledge.conversation_words import ConversationWords
from casewright.knowledge.gaps.finding import GapFinder
from casewright.knowledge.gaps.models import Gap, GapDetails, GapState
from casewright.knowledge.gaps.service import Gaps, HandlingCost
from casewright.knowledge.importing import parse_article
from casewright.knowledge.inquiries import Inquiries
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.publishing import Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.security.personal_data import PersonalDataMasker
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder
from casewright.understanding.models import AnswerFromKnowledge
from tests.engine.conftest import World, key_encryption_key, world
from tests.people.conftest import archive, people

__all__ = ["archive", "key_encryption_key", "people", "world"]

VOLUME = 3


@dataclass(frozen=True)
class ClosedCase:
    case_number: str
    about: str
    text: str


@dataclass
class ClosedCases:
    """The org's, as far as drafts go."""

    found: list[ClosedCase] = field(default_factory=list)

    async def replies(self, tenant_id: TenantId) -> Sequence[ClosedCase]:
        return self.found


@dataclass
class Helpdesk:
    world: World
    finder: GapFinder
    gaps: Gaps
    articles: ArticleLifecycle
    publishing: Publishing
    webhooks: Webhooks
    cases: ClosedCases

    @property
    def operator(self) -> Principal:
        return Principal(tenant_id=self.world.tenant.id, role=Role.OPERATOR, actor="an operator's key")

    async def ask(self, text: str, *, again: bool = False) -> ConversationKey:
        """A customer's question, in a conversation of its own unless the same one asks `again`."""
        if not again:
            self.world.key = await self.world.open()
        await self.world.say(text, AnswerFromKnowledge(query=text))
        return self.world.key

    async def did_not_help(self) -> None:
        reply = next(one.event for one in reversed(await self.world.entries()) if isinstance(one.event, ReplySent))
        await self.world.service.give_feedback(self.world.key, None, False, reply.reply_id, "")

    async def colleague(self, *texts: str) -> None:
        """Takes the conversation over and writes."""
        await self.world.desk.set_mode(self.operator, self.world.key, Mode.HUMAN)
        for text in texts:
            await self.world.desk.reply(self.operator, self.world.key, text, str(uuid4()))

    async def look(self) -> int:
        return await self.finder.look_through(self.world.tenant.id)

    async def topics(self, state: GapState | None = None) -> tuple[Gap, ...]:
        await self.look()
        return await self.gaps.all(self.operator, state)

    async def only_topic(self) -> GapDetails:
        (gap,) = await self.topics()
        return await self.gaps.get(self.operator, gap.id)

    async def publish(self, key: str, text: str) -> None:
        async with self.world.database.begin(self.operator) as tx:
            await self.publishing.install(tx, self.world.tenant.id, [parse_article(f"{key}.md", text)])


@pytest.fixture
def helpdesk(
    world: World,
    encoder: Encoder,
    tenants: TenantService,
    service: KnowledgeService,
    publishing: Publishing,
    key_encryption_key: KeyEncryptionKey,
) -> Helpdesk:
    words = ConversationWords(world.service, Sealer(key_encryption_key))
    masker, cases = PersonalDataMasker(), ClosedCases()
    inquiries = Inquiries(world.database, service, masker, tenants, 0.7)
    webhooks = Webhooks(world.database, key_encryption_key, world.clock, AddressRule(loopback=True))
    articles = ArticleLifecycle(publishing, tenants, world.clock)
    cost = HandlingCost(an_hour=60, least_minutes=10)
    return Helpdesk(
        world,
        GapFinder(world.database, encoder, words, inquiries, webhooks, world.clock, VOLUME),
        Gaps(world.database, encoder, words, articles, cases, masker, tenants, world.clock, cost),
        articles,
        publishing,
        webhooks,
        cases,
    )
