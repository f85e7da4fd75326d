from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import httpx2
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from localorg.schema.loader import standard_schema
from localorg.seeds import Seed, apply_seed
from localorg.soql.date_literals import Calendar
from localorg.soql.executor import JsonRecord, QueryResult
from localorg.soql.service import run_query
from localorg.storage.database import connect
from localorg.storage.tables import create_tables
from localorg.testing import RunningOrg, start_org

# Examples are not timed: the machine may be busy.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SEEDED_AT = datetime(2026, 11, 18, 15, 30, tzinfo=UTC)
"""A Wednesday."""


class Query(Protocol):
    """Runs SOQL on the seed of Aurora Cloud."""

    def __call__(self, text: str, *, with_deleted: bool = False) -> QueryResult: ...


@pytest.fixture(scope="session")
def aurora_seed() -> Path:
    return EXAMPLES / "aurora" / "org.yaml"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def served_org(aurora_seed: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningOrg]:
    async with start_org("aurora", aurora_seed, tmp_path_factory.mktemp("org")) as org:
        yield org


@pytest_asyncio.fixture(loop_scope="session")
async def org(served_org: RunningOrg) -> RunningOrg:
    """The org of Aurora Cloud as its seed made it."""
    await served_org.reset()
    return served_org


@pytest_asyncio.fixture(loop_scope="session")
async def api(org: RunningOrg) -> AsyncIterator[httpx2.AsyncClient]:
    """A client with a token, for paths below /services/data/v67.0/."""
    headers = {"Authorization": f"Bearer {await org.access_token()}"}
    base = f"{org.url}/services/data/v67.0/"
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=30, trust_env=False) as client:
        yield client


@pytest_asyncio.fixture(loop_scope="session")
async def stranger(org: RunningOrg) -> AsyncIterator[httpx2.AsyncClient]:
    """A client without a token."""
    async with httpx2.AsyncClient(base_url=org.url, timeout=30, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def query(aurora_seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    connection = connect(tmp_path_factory.mktemp("soql") / "aurora.sqlite3")
    schema = standard_schema()
    create_tables(connection, schema)
    apply_seed(connection, schema, "aurora", Seed.load(aurora_seed), SEEDED_AT)
    calendar = Calendar(SEEDED_AT, ZoneInfo("America/New_York"))

    def run(text: str, *, with_deleted: bool = False) -> QueryResult:
        return run_query(
            connection, schema, calendar, text, data_path="/services/data/v67.0", with_deleted=with_deleted
        )

    yield run
    connection.close()


@pytest.fixture(scope="session")
def column(query: Query) -> Any:
    """The values of one field, in order."""

    def values(text: str) -> list[Any]:
        def only(record: JsonRecord) -> Any:
            (value,) = (value for name, value in record.items() if name != "attributes")
            return value

        return [only(record) for record in query(text).records]

    return values
