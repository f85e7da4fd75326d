from collections.abc import AsyncIterator

import httpx2
import pytest
import pytest_asyncio

from localorg.cli import STARTER
from localorg.testing import RunningOrg, start_org


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def served_starter(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningOrg]:
    async with start_org("starter", STARTER, tmp_path_factory.mktemp("starter")) as org:
        yield org


@pytest_asyncio.fixture(loop_scope="session")
async def starter(served_starter: RunningOrg) -> RunningOrg:
    """The org that comes along, as its seed made it."""
    await served_starter.reset()
    return served_starter


@pytest_asyncio.fixture(loop_scope="session")
async def rest(starter: RunningOrg) -> AsyncIterator[httpx2.AsyncClient]:
    headers = {"Authorization": f"Bearer {await starter.access_token()}", "Sforce-Auto-Assign": "FALSE"}
    base = f"{starter.url}/services/data/v67.0/"
    async with httpx2.AsyncClient(base_url=base, headers=headers, timeout=30, trust_env=False) as client:
        yield client
