"""What runs in the background for articles."""

from dataclasses import dataclass

import procrastinate
from procrastinate.testing import InMemoryConnector

from casewright.kit.clock import SystemClock
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.knowledge import tasks
from casewright.knowledge.importing import parse_article
from casewright.knowledge.learning import ArticleLearning
from casewright.knowledge.lifecycle.uses import ArticleUses
from casewright.knowledge.repository import is_to_be_learned
from casewright.tenants.models import Tenant
from casewright.understanding.encoder import Encoder
from tests.engine.conftest import World, key_encryption_key, world
from tests.knowledge.conftest import Company
from tests.knowledge.lifecycle.test_uses import Shop, shop
from tests.people.conftest import archive, people

__all__ = ["archive", "key_encryption_key", "people", "shop", "world"]


@dataclass
class OnlyThis:
    """The test's database holds other tests' companies as well."""

    tenant: Tenant

    async def get(self, tenant_id: TenantId) -> Tenant:
        return self.tenant

    async def all(self) -> list[Tenant]:
        return [self.tenant]


async def done(world: World, tenant: Tenant, encoder: Encoder, name: str) -> None:
    app = procrastinate.App(connector=InMemoryConnector())
    learning, uses = ArticleLearning(encoder, SystemClock()), ArticleUses(world.database, world.service, world.clock)
    tasks.register(app, world.database, learning, uses, OnlyThis(tenant))
    async with app.open_async():
        await app.configure_task(name).defer_async(timestamp=0)
        await app.run_worker_async(wait=False, install_signal_handlers=False)


async def test_what_changed_is_learned(world: World, empty_company: Company, encoder: Encoder) -> None:
    tenant_id, today = empty_company.tenant_id, SystemClock().now().date()
    drafts = [parse_article("kettle.md", "---\ntitle: Kettle\n---\nFill it.")]
    async with world.database.begin(system(tenant_id)) as tx:
        await empty_company.publishing.install(tx, tenant_id, drafts, learn=False)
        assert await is_to_be_learned(tx, tenant_id, today)
    await done(world, Tenant(id=tenant_id, slug="kettles", name="Kettles"), encoder, "knowledge.learn")
    async with world.database.begin(system(tenant_id)) as tx:
        assert not await is_to_be_learned(tx, tenant_id, today)


async def test_how_answers_ended_is_counted(shop: Shop, encoder: Encoder) -> None:
    await shop.ask()
    await shop.rate(helpful=True)
    await done(shop.world, shop.world.tenant, encoder, "knowledge.uses")
    async with shop.world.database.begin(shop.world.principal) as tx:
        counted = await tx.fetchval("select success_count from article where id = $1", shop.prices.article_id)
    assert counted == 1
