from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from casewright.kit.database import Database
from casewright.kit.http import HttpClient, Retries
from casewright.kit.ids import TenantId
from casewright.kit.principal import Assurance
from casewright.kit.resilience import CircuitBreaker
from casewright.procedures.models import ActionCall, ActionOutcome, CallerIdentity, Scalar
from casewright.salesforce.actions import SalesforceActions
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.errors import OrgNotConnected
from casewright.salesforce.models import ClientCredentials, ContactRow, OrgConnection
from casewright.security.new_address import NewAddressCodes
from casewright.tenants.models import Tenant
from localorg.testing import RunningOrg, start_org

MakeClient = Callable[..., SalesforceClient]
MakeCall = Callable[..., ActionCall]
Act = Callable[..., Awaitable[ActionOutcome]]

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


class OneOrg:
    """Every client there is: the one of the test's tenant."""

    def __init__(self, client: SalesforceClient, tenant_id: TenantId) -> None:
        self._client = client
        self._tenant_id = tenant_id

    async def client(self, tenant_id: TenantId) -> SalesforceClient:
        if tenant_id != self._tenant_id:
            raise OrgNotConnected("No Salesforce org is connected yet.")
        return self._client


@pytest.fixture
def codes(database: Database) -> NewAddressCodes:
    return NewAddressCodes(database, b"k" * 32)


@pytest.fixture
def actions(client: SalesforceClient, codes: NewAddressCodes, tenant: Tenant) -> SalesforceActions:
    """The actions, in the org of the first tenant."""
    return SalesforceActions(OneOrg(client, tenant.id), codes)


@pytest.fixture
def act(actions: SalesforceActions, call: MakeCall, tenant: Tenant) -> Act:
    """Calls an action."""

    async def execute(action: str, identity: CallerIdentity, **given: Scalar) -> ActionOutcome:
        return await actions.execute(tenant.id, call(action, identity, **given))

    return execute


@pytest.fixture
def look(actions: SalesforceActions, call: MakeCall, tenant: Tenant) -> Act:
    """Looks whether the same call happened."""

    async def reconcile(action: str, identity: CallerIdentity, **given: Scalar) -> ActionOutcome:
        return await actions.reconcile(tenant.id, call(action, identity, **given))

    return reconcile


async def contact(client: SalesforceClient, email: str) -> ContactRow:
    found = await client.query(ContactRow, "SELECT Id, AccountId FROM Contact WHERE Email = :email", email=email)
    return found[0]


@pytest.fixture
async def dana(client: SalesforceClient) -> CallerIdentity:
    return await _verified(client, DANA)


@pytest.fixture
async def marcus(client: SalesforceClient) -> CallerIdentity:
    """With an authenticator app, and with all licences of his account used."""
    return await _verified(client, MARCUS)


@pytest.fixture
async def noor(client: SalesforceClient) -> CallerIdentity:
    """Locked after too many wrong passwords."""
    return await _verified(client, "noor.haddad@kestrel.example")


@pytest.fixture
async def greta(client: SalesforceClient) -> CallerIdentity:
    """With verification methods that only a person can disconnect."""
    return await _verified(client, "greta.lindqvist@nordvik.example")


@pytest.fixture
async def isla(client: SalesforceClient) -> CallerIdentity:
    """Frozen by an administrator."""
    return await _verified(client, "isla.mckay@kestrel.example")


@pytest.fixture
async def ines(client: SalesforceClient) -> CallerIdentity:
    """A contact without a user."""
    return await _verified(client, "ines.caldeira@vela.example")


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
