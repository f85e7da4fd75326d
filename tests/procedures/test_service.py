from collections.abc import Awaitable, Callable, Mapping

import pytest

from casewright.kit.database import Database
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.procedures.errors import ProcedureNotFound
from casewright.procedures.loading import load_text
from casewright.procedures.models import ActionDefinition, Procedure
from casewright.procedures.service import ProcedureService

TEXT = "name: greet\ntitle: {en: say hello}\nsteps:\n  - {id: hello, say: {en: Hello.}}\n"


@pytest.fixture(scope="module")
def first(actions: Mapping[str, ActionDefinition]) -> Procedure:
    return load_text(TEXT, source="greet.yaml", actions=actions)


@pytest.fixture(scope="module")
def second(actions: Mapping[str, ActionDefinition]) -> Procedure:
    return load_text(TEXT.replace("Hello.", "Good day."), source="greet.yaml", actions=actions)


async def test_the_version_installed_last_is_active_and_the_earlier_one_stays(
    database: Database, tenant_id: TenantId, first: Procedure, second: Procedure
) -> None:
    service = ProcedureService()
    async with database.begin(system(tenant_id)) as tx:
        await service.install(tx, tenant_id, [first])
        await service.install(tx, tenant_id, [second])
        assert await service.get(tx, tenant_id, "greet") == second
        assert await service.get(tx, tenant_id, "greet", first.digest) == first
        assert await service.active(tx, tenant_id) == {"greet": second.digest}


async def test_installing_again_brings_an_earlier_version_back(
    database: Database, tenant_id: TenantId, first: Procedure, second: Procedure
) -> None:
    service = ProcedureService()
    async with database.begin(system(tenant_id)) as tx:
        for procedure in (first, second, first, first):
            await service.install(tx, tenant_id, [procedure])
        assert await service.get(tx, tenant_id, "greet") == first


async def test_a_procedure_is_read_by_a_process_that_did_not_install_it(
    database: Database, tenant_id: TenantId, first: Procedure
) -> None:
    async with database.begin(system(tenant_id)) as tx:
        await ProcedureService().install(tx, tenant_id, [first])
    async with database.begin(system(tenant_id)) as tx:
        assert await ProcedureService().get(tx, tenant_id, "greet") == first


async def test_what_was_asked_for_a_moment_ago_is_remembered_without_the_database(
    database: Database, tenant_id: TenantId, first: Procedure, second: Procedure
) -> None:
    service = ProcedureService()
    async with database.begin(system(tenant_id)) as tx:
        await service.install(tx, tenant_id, [first])
        assert service.remembered(tenant_id, "greet") is None
        await service.active(tx, tenant_id)
        await service.get(tx, tenant_id, "greet")
        assert service.remembered(tenant_id, "greet") == first
        await service.install(tx, tenant_id, [second])
    assert service.remembered(tenant_id, "greet") is None
    assert service.remembered(tenant_id, "greet", first.digest) == first


async def test_another_tenant_has_neither_the_procedure_nor_its_versions(
    database: Database, new_tenant: Callable[[], Awaitable[TenantId]], first: Procedure
) -> None:
    service, tenant_id, other = ProcedureService(), await new_tenant(), await new_tenant()
    async with database.begin(system(tenant_id)) as tx:
        await service.install(tx, tenant_id, [first])
        await service.get(tx, tenant_id, "greet")
    async with database.begin(system(other)) as tx:
        with pytest.raises(ProcedureNotFound, match='no procedure "greet"'):
            await service.get(tx, other, "greet")
        with pytest.raises(ProcedureNotFound, match="no version"):
            await service.get(tx, other, "greet", first.digest)


async def test_versions_pushed_out_of_memory_are_read_again(
    database: Database, tenant_id: TenantId, first: Procedure, second: Procedure
) -> None:
    service = ProcedureService(cache_size=1)
    async with database.begin(system(tenant_id)) as tx:
        await service.install(tx, tenant_id, [first, second])
        for procedure in (first, second, first):
            assert await service.get(tx, tenant_id, "greet", procedure.digest) == procedure
