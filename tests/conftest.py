"""What many tests stand on: a real PostgreSQL, two tenants in it, and principals for them."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from casewright import migrations
from casewright.kit.clock import SystemClock
from casewright.kit.database import Database
from casewright.kit.embedded_postgres import EmbeddedPostgres, Role
from casewright.kit.principal import Principal, system
from casewright.settings import Limits
from casewright.tenants.models import Tenant, TenantProfile
from casewright.tenants.service import TenantService
from tests.clusters import Cluster, GivenCluster
from tests.running import PREPARED_DEMOS, RunningDemo, copy_of, digest_of_code, prepared, running_demo

LIVE = ("live", "browser")
"""Folders whose tests talk to a running demo; `make test` runs them in a session of their own, with all others that need one."""


def pytest_configure() -> None:
    """As the program does, for the workers of this run and all that it starts: they share the processors."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        folder = item.path.relative_to(Path(__file__).parent).parts[0]
        if folder in LIVE or "prepared_data" in getattr(item, "fixturenames", ()):
            item.add_marker("live")


@pytest.fixture(scope="session")
def prepared_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory of the demo, for `copy_of`. All workers share it, and all runs on the same code, unless its database is on a
    cluster that goes with the run."""
    own = tmp_path_factory.getbasetemp()
    if GivenCluster.from_environment():
        return prepared((own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "prepared-demo")
    return prepared(PREPARED_DEMOS / digest_of_code())


@pytest.fixture(scope="session")
def live_server(tmp_path_factory: pytest.TempPathFactory, prepared_data: Path) -> Iterator[RunningDemo]:
    """The whole demo, for all tests of the session that want it."""
    with running_demo(copy_of(prepared_data, tmp_path_factory.mktemp("live") / "demo"), UNHURRIED) as demo:
        yield demo


UNHURRIED = {"CASEWRIGHT_LIMITS__REQUESTS_PER_MINUTE": "100000", "CASEWRIGHT_LIMITS__CONCURRENT_CONVERSATIONS": "10000"}
"""The tests ask more in a minute than a company's customers do."""


@pytest.fixture(scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cluster]:
    """A migrated database: on the cluster that `make test DATABASE=…` names, else on one of our own."""
    async with AsyncExitStack() as stack:
        if given := GivenCluster.from_environment():
            cluster = stack.enter_context(given.database())
        else:
            server = await stack.enter_async_context(EmbeddedPostgres(tmp_path_factory.mktemp("postgres")))
            application = server.dsn(Role.APPLICATION)
            cluster = Cluster(application=application, direct=application, owner=server.dsn(Role.OWNER))
        await asyncio.to_thread(migrations.upgrade, cluster.owner)
        yield cluster


@pytest.fixture(scope="session")
async def database(cluster: Cluster) -> AsyncIterator[Database]:
    opened = Database(cluster.application, pool_size=8, through_pooler=cluster.through_pooler)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def tenants(database: Database) -> TenantService:
    return TenantService(database, SystemClock(), Limits())


@pytest.fixture(scope="session")
async def tenant(tenants: TenantService) -> Tenant:
    return await tenants.save("first", "First Company", TenantProfile(languages=("en", "de")))


@pytest.fixture(scope="session")
async def other_tenant(tenants: TenantService) -> Tenant:
    """The one that must never see anything of the first."""
    return await tenants.save("second", "Second Company", TenantProfile())


@pytest.fixture
def principal(tenant: Tenant) -> Principal:
    return system(tenant.id, "test")


@pytest.fixture
def stranger(other_tenant: Tenant) -> Principal:
    return system(other_tenant.id, "test")
