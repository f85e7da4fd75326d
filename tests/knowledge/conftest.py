from dataclasses import dataclass
from pathlib import Path

import pytest

from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance, system
from casewright.knowledge.importing import parse_article, read_articles
from casewright.knowledge.models import ArticleId, Choice, KnowledgeAnswer, Question
from casewright.knowledge.publishing import Installed, Publishing
from casewright.knowledge.service import KnowledgeService
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder

EXAMPLES = Path(__file__).parents[2] / "examples"


@dataclass(frozen=True)
class Company:
    """A tenant whose knowledge can be asked and added to."""

    tenant_id: TenantId
    language: str
    database: Database
    service: KnowledgeService
    publishing: Publishing

    async def ask(
        self,
        text: str,
        *,
        language: str | None = None,
        assurance: Assurance = Assurance.ANONYMOUS,
        internal: bool = False,
        min_confidence: float = 0.7,
        chosen: Choice | None = None,
    ) -> KnowledgeAnswer:
        question = Question(
            text=text, language=language or self.language, assurance=assurance, internal=internal, chosen=chosen
        )
        question = await self.service.encoded(question)
        async with self.database.begin(system(self.tenant_id)) as tx:
            return await self.service.answer(tx, self.tenant_id, question, min_confidence=min_confidence)

    async def install(self, **articles: str) -> Installed:
        """`articles`: file texts by key; an underscore in a key stands for a hyphen."""
        drafts = [parse_article(f"{key.replace('_', '-')}.md", text) for key, text in articles.items()]
        async with self.database.begin(system(self.tenant_id)) as tx:
            return await self.publishing.install(tx, self.tenant_id, drafts)

    async def keys(self) -> dict[ArticleId, str]:
        """Keys of the articles by their ids."""
        async with self.database.begin(system(self.tenant_id)) as tx:
            rows = await tx.fetch("select id, key from article where tenant_id = $1", self.tenant_id)
        return {ArticleId(row["id"]): row["key"] for row in rows}


@pytest.fixture(scope="session")
def encoder(request: pytest.FixtureRequest) -> Encoder:
    return Encoder.load(request.config.cache.mkdir("sentence-model"))


@pytest.fixture(scope="session")
def service(encoder: Encoder) -> KnowledgeService:
    return KnowledgeService(encoder, SystemClock())


@pytest.fixture(scope="session")
def publishing(encoder: Encoder) -> Publishing:
    return Publishing(encoder, SystemClock())


async def _demo_company(
    name: str,
    language: str,
    database: Database,
    tenants: TenantService,
    service: KnowledgeService,
    publishing: Publishing,
) -> Company:
    tenant = await tenants.save(f"knowledge-{name}", name.title(), TenantProfile(default_language=language))
    async with database.begin(system(tenant.id)) as tx:
        await publishing.install(tx, tenant.id, read_articles(EXAMPLES / name / "articles"))
    return Company(tenant.id, language, database, service, publishing)


@pytest.fixture(scope="session")
async def aurora(
    database: Database, tenants: TenantService, service: KnowledgeService, publishing: Publishing
) -> Company:
    return await _demo_company("aurora", "en", database, tenants, service, publishing)


@pytest.fixture(scope="session")
async def brueckner(
    database: Database, tenants: TenantService, service: KnowledgeService, publishing: Publishing
) -> Company:
    return await _demo_company("brueckner", "de", database, tenants, service, publishing)


@pytest.fixture
async def empty_company(
    request: pytest.FixtureRequest,
    database: Database,
    tenants: TenantService,
    service: KnowledgeService,
    publishing: Publishing,
) -> Company:
    """A company of its own for each test, without articles."""
    name = request.node.name.replace("_", "-").replace("[", "-").replace("]", "")
    tenant = await tenants.save(name[-60:].lstrip("-").lower(), "Empty Company", TenantProfile())
    return Company(tenant.id, "en", database, service, publishing)
