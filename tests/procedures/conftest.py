from collections.abc import Awaitable, Callable

import pytest

from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Assurance
from casewright.procedures.models import ActionDefinition, Effect, Repeatable
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

DEFINITIONS = (
    ActionDefinition(name="look_up", effect=Effect.READ, arguments=("number",), codes=("done", "not_found")),
    ActionDefinition(
        name="look_up_own", effect=Effect.READ, arguments=("number",), assurance=Assurance.VERIFIED, codes=("done",)
    ),
    ActionDefinition(
        name="change",
        effect=Effect.WRITE,
        arguments=("number", "priority"),
        optional_arguments=("note",),
        codes=("done", "already"),
    ),
    ActionDefinition(
        name="send_link", effect=Effect.WRITE, arguments=("email",), assurance=Assurance.CLAIMED, codes=("done",)
    ),
    ActionDefinition(
        name="send_code", effect=Effect.WRITE, repeatable=Repeatable.AT_MOST_ONCE, internal=True, codes=("sent",)
    ),
)


@pytest.fixture(scope="session")
def actions() -> dict[str, ActionDefinition]:
    return {definition.name: definition for definition in DEFINITIONS}


@pytest.fixture
def new_tenant(tenants: TenantService) -> Callable[[], Awaitable[TenantId]]:
    """Makes a tenant that no other test knows."""

    async def make() -> TenantId:
        return (await tenants.save(f"t{new_id()}", "Test", TenantProfile())).id

    return make


@pytest.fixture
async def tenant_id(new_tenant: Callable[[], Awaitable[TenantId]]) -> TenantId:
    return await new_tenant()
