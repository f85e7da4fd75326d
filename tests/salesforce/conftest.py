from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from casewright.kit.http import HttpClient, Retries
from casewright.kit.principal import Assurance
from casewright.kit.resilience import CircuitBreaker
from casewright.procedures.models import ActionCall, CallerIdentity, Scalar
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.models import ClientCredentials, ContactRow, OrgConnection
from localorg.testing import RunningOrg, start_org

MakeClient = Callable[..., SalesforceClient]
MakeCall = Callable[..., ActionCall]

DANA = "dana.whitfield@harborlight.example"
MARCUS = "marcus.oyelaran@pinecrest.example"


@pytest.fixture(scope="session")
def examples() -> Path:
    return Path(__file__).parents[2] / "examples"


@pytest.fixture(scope="session")
async def served_org(examples: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningOrg]:
    async with start_org("aurora", examples / "aurora" / "org.yaml", tmp_path_factory.mktemp("org")) as org:
        yield org


@pytest.fixture
async def org(served_org: RunningOrg) -> RunningOrg:
    """The org of Aurora Cloud as its seed made it."""
    await served_org.reset()
    return served_org


@pytest.fixture
def connection(org: RunningOrg) -> OrgConnection:
    credentials = ClientCredentials(client_secret=SecretStr(org.client_secret))
    return OrgConnection(url=org.url, client_id=org.client_id, credentials=credentials)


@pytest.fixture
async def make_client(connection: OrgConnection) -> AsyncIterator[MakeClient]:
    """A client without waits between retries; a breaker that stays closed, as the tests make many calls fail."""
    made: list[SalesforceClient] = []

    def make(connected: OrgConnection = connection, timeout: float = 5.0) -> SalesforceClient:
        http = HttpClient(
            "salesforce",
            connected.url,
            timeout=timeout,
            retries=Retries(attempts=2, first_wait=0.01, longest_wait=0.02),
            breaker=CircuitBreaker("salesforce", threshold=1000),
        )
        made.append(SalesforceClient(connected, http))
        return made[-1]

    yield make
    for client in made:
        await client.close()


@pytest.fixture
def client(make_client: MakeClient) -> SalesforceClient:
    return make_client()


async def contact(client: SalesforceClient, email: str) -> ContactRow:
    found = await client.query(ContactRow, "SELECT Id, AccountId FROM Contact WHERE Email = :email", email=email)
    return found[0]


@pytest.fixture
async def dana(client: SalesforceClient) -> CallerIdentity:
    return await _verified(client, DANA)


@pytest.fixture
async def marcus(client: SalesforceClient) -> CallerIdentity:
    return await _verified(client, MARCUS)


async def _verified(client: SalesforceClient, email: str) -> CallerIdentity:
    row = await contact(client, email)
    return CallerIdentity(assurance=Assurance.VERIFIED, email=email, contact_id=row.id, account_id=row.account_id)


@pytest.fixture
def call() -> MakeCall:
    def make(
        action: str,
        identity: CallerIdentity = CallerIdentity(),
        *,
        key: str = "conversation:t1:step:0",
        locale: str = "en",
        conversation_id: str = "0199a000-0000-7000-8000-000000000001",
        **arguments: Scalar,
    ) -> ActionCall:
        return ActionCall(
            action=action,
            arguments=arguments,
            key=key,
            conversation_id=conversation_id,
            identity=identity,
            locale=locale,
        )

    return make
