"""A company's people who look after its articles, and the worker that checks these."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from casewright.kit.clock import ManualClock
from casewright.kit.database import Transaction
from casewright.kit.ids import TenantId
from casewright.kit.model import Model
from casewright.kit.principal import Assurance, Principal, Role
from casewright.knowledge.conflicts.checking import Checked, ConflictChecks
from casewright.knowledge.conflicts.disagreements import Disagreements
from casewright.knowledge.conflicts.models import ConflictState, KnownConflict, Resolution
from casewright.knowledge.conflicts.service import Conflicts
from casewright.knowledge.conflicts.statements import StatementReader
from casewright.knowledge.lifecycle.models import ManagedArticle
from casewright.knowledge.lifecycle.service import ArticleLifecycle
from casewright.knowledge.models import ArticleDraft, ArticleId, CitedSentence
from casewright.knowledge.publishing import Publishing
from casewright.tenants.models import ConflictPolicy, KnowledgeProfile, TenantProfile
from casewright.tenants.service import TenantService
from casewright.understanding.encoder import Encoder
from tests.knowledge.conftest import Company

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OURS, THEIRS = "A refund is paid within 14 days.", "A refund is paid within 30 days."


@dataclass
class Announced:
    """Who would be told, in the place of webhooks."""

    payloads: list[Model] = field(default_factory=list)

    async def announce(self, tx: Transaction, tenant_id: TenantId, kind: str, payload: Model) -> None:
        self.payloads.append(payload)


@dataclass(frozen=True)
class Desk:
    """A company's people who look after its articles, and the worker that checks them."""

    company: Company
    articles: ArticleLifecycle
    conflicts: Conflicts
    checks: ConflictChecks
    announced: Announced
    tenants: TenantService
    disagreements: Disagreements

    @property
    def principal(self) -> Principal:
        return Principal(tenant_id=self.company.tenant_id, role=Role.OPERATOR, actor="anna")

    async def publish(self, key: str, body: str, **particulars: Any) -> ManagedArticle:
        content = ArticleDraft(key=key, title=particulars.pop("title", "Refunds"), body=body, **particulars)
        async with self.company.database.begin(self.principal) as tx:
            drafted = await self.articles.draft(tx, self.principal, content)
            return await self.articles.publish(tx, self.principal, drafted.id)

    async def change(self, article: ManagedArticle, body: str) -> None:
        async with self.company.database.begin(self.principal) as tx:
            known = await self.articles.get(tx, self.company.tenant_id, article.id)
            content = known.newest.model_copy(update={"body": body})
            await self.articles.change(tx, self.principal, article.id, content)
            await self.articles.publish(tx, self.principal, article.id)

    async def do(self, step: str, *arguments: Any, **options: Any) -> Any:
        async with self.company.database.begin(self.principal) as tx:
            return await getattr(self.articles, step)(tx, self.principal, *arguments, **options)

    async def get(self, article: ManagedArticle | ArticleId) -> ManagedArticle:
        article_id = article if not isinstance(article, ManagedArticle) else article.id
        async with self.company.database.begin(self.principal) as tx:
            return await self.articles.get(tx, self.company.tenant_id, article_id)

    async def check(self) -> Checked:
        return await self.checks.check(self.company.tenant_id)

    async def found(self, state: ConflictState | None = ConflictState.OPEN) -> list[KnownConflict]:
        async with self.company.database.begin(self.principal) as tx:
            items, _ = await self.conflicts.page(tx, self.company.tenant_id, state)
        return list(items)

    async def resolve(self, conflict: KnownConflict, resolution: Resolution, **options: Any) -> KnownConflict:
        async with self.company.database.begin(self.principal) as tx:
            return await self.conflicts.resolve(
                tx, self.principal, conflict.id, resolution, reason="asked billing", **options
            )

    async def dismiss(self, conflict: KnownConflict) -> KnownConflict:
        async with self.company.database.begin(self.principal) as tx:
            return await self.conflicts.dismiss(tx, self.principal, conflict.id, reason="two kinds of refunds")

    async def disagreeing(self, article: ManagedArticle, text: str, assurance: Assurance) -> list[str]:
        cited = CitedSentence(text=text, kind="text", article_id=article.id, version=1, title="Refunds")
        async with self.company.database.begin(self.principal) as tx:
            found = await self.disagreements.with_sentences(tx, self.company.tenant_id, [cited], assurance)
        return [one.text for one in found]

    async def decides(self, **policy: Any) -> None:
        tenant = await self.tenants.get(self.company.tenant_id)
        knowledge = KnowledgeProfile(conflicts=ConflictPolicy(**policy))
        await self.tenants.save(tenant.slug, tenant.name, TenantProfile(knowledge=knowledge))


@pytest.fixture
def desk(empty_company: Company, encoder: Encoder, tenants: TenantService) -> Desk:
    clock = ManualClock(NOW)
    reader, announced = StatementReader(encoder.encode_batch), Announced()
    articles = ArticleLifecycle(Publishing(encoder, clock), tenants, clock)
    conflicts = Conflicts(empty_company.database, articles, tenants, reader, clock)
    checks = ConflictChecks(empty_company.database, reader, announced, conflicts, clock)
    return Desk(empty_company, articles, conflicts, checks, announced, tenants, Disagreements(clock))


async def two_disagreeing(desk: Desk, one: str = OURS, other: str = THEIRS, **particulars: Any) -> KnownConflict:
    """Two articles that are published, of which the second was the last."""
    await desk.publish("refunds", one, **particulars)
    await desk.check()
    await desk.publish("refunds-faq", other, **particulars)
    await desk.check()
    (conflict,) = await desk.found()
    return conflict
