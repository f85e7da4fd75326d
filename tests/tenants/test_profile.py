"""How a company's profile is kept."""

from uuid import uuid4

from casewright.kit.database import Database
from casewright.tenants.models import KnowledgeProfile, TenantProfile
from casewright.tenants.service import TenantService


async def test_what_a_company_has_not_set_is_not_stored_so_that_older_servers_can_read_it(
    database: Database, tenants: TenantService
) -> None:
    profile = TenantProfile(languages=("en", "de"), knowledge=KnowledgeProfile(review_by_another=True))
    tenant = await tenants.save(f"profile-{uuid4()}", "Some Company", profile)
    async with database.control() as tx:
        stored = await tx.fetchval("select profile from control.tenant where id = $1", tenant.id)
    assert stored == {"languages": ["en", "de"], "knowledge": {"review_by_another": True}}
    assert (await tenants.get(tenant.id)).profile == profile
