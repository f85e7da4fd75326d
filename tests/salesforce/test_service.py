import base64
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from pydantic import SecretStr

from casewright.kit.database import Database
from casewright.kit.http import NotSent
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import system
from casewright.kit.sealing import KeyEncryptionKey, SealBroken
from casewright.salesforce.errors import OrgNotConnected, SignInRefused
from casewright.salesforce.models import ClientCredentials, ContactRow, JwtBearer, OrgConnection
from casewright.salesforce.service import KEPT_SECONDS, OrgConnections, Orgs
from casewright.tenants.models import TenantProfile
from casewright.tenants.service import TenantService

NewTenant = Callable[[], Awaitable[TenantId]]


class Stopwatch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def new_tenant(tenants: TenantService) -> NewTenant:
    async def make() -> TenantId:
        return (await tenants.save(f"t{new_id()}", "Test", TenantProfile())).id

    return make


def new_key() -> KeyEncryptionKey:
    return KeyEncryptionKey.load(Path("unused"), base64.b64encode(os.urandom(32)).decode())


@pytest.fixture
def key() -> KeyEncryptionKey:
    return new_key()


async def test_a_connection_is_given_as_it_was_stored(
    database: Database, key: KeyEncryptionKey, new_tenant: NewTenant, connection: OrgConnection
) -> None:
    bearer = JwtBearer(private_key=SecretStr("-----BEGIN…"), username="api@acme.example")
    others = {"credentials": bearer, "external_ids": {"Casewright_Key__c": "cw__Casewright_Key__c"}}
    for stored in (connection, connection.model_copy(update=others)):
        tenant_id = await new_tenant()
        await OrgConnections(database, key).connect(tenant_id, stored)
        assert await OrgConnections(database, key).get(tenant_id) == stored


async def test_the_secret_is_stored_sealed_for_its_tenant(
    database: Database, key: KeyEncryptionKey, new_tenant: NewTenant, connection: OrgConnection
) -> None:
    tenant_id, other = await new_tenant(), await new_tenant()
    connections = OrgConnections(database, key)
    await connections.connect(tenant_id, connection)
    await connections.connect(other, connection)
    async with database.begin(system(tenant_id)) as tx:
        sealed = await tx.fetchval("select sealed_secret from org_connection where tenant_id = $1", tenant_id)
    assert isinstance(connection.credentials, ClientCredentials)
    assert connection.credentials.client_secret.get_secret_value().encode() not in sealed
    async with database.begin(system(other)) as tx:
        await tx.execute("update org_connection set sealed_secret = $1 where tenant_id = $2", sealed, other)
    with pytest.raises(SealBroken):
        await OrgConnections(database, key).get(other)
    with pytest.raises(SealBroken):
        await OrgConnections(database, new_key()).get(tenant_id)


async def test_a_tenant_without_an_org_is_told_so(
    database: Database, key: KeyEncryptionKey, new_tenant: NewTenant
) -> None:
    with pytest.raises(OrgNotConnected):
        await OrgConnections(database, key).get(await new_tenant())


async def test_a_connection_changed_elsewhere_is_seen_within_a_minute(
    database: Database, key: KeyEncryptionKey, new_tenant: NewTenant, connection: OrgConnection
) -> None:
    tenant_id, stopwatch = await new_tenant(), Stopwatch()
    ours, theirs = OrgConnections(database, key, stopwatch), OrgConnections(database, key)
    changed = connection.model_copy(update={"client_id": "another"})
    await ours.connect(tenant_id, connection)
    await ours.get(tenant_id)
    await theirs.connect(tenant_id, changed)
    assert await ours.get(tenant_id) == connection
    stopwatch.seconds += KEPT_SECONDS + 1
    assert await ours.get(tenant_id) == changed


@pytest.mark.parametrize("before", [{"url": "http://127.0.0.1:9"}, {"client_id": "replaced"}])
async def test_a_connection_that_does_not_work_any_more_is_looked_up_again_at_once(
    database: Database,
    key: KeyEncryptionKey,
    new_tenant: NewTenant,
    connection: OrgConnection,
    before: dict[str, str],
) -> None:
    tenant_id = await new_tenant()
    ours, theirs = OrgConnections(database, key), OrgConnections(database, key)
    orgs = Orgs(ours)
    await ours.connect(tenant_id, connection.model_copy(update=before))
    old = await orgs.client(tenant_id)
    await theirs.connect(tenant_id, connection)
    assert await orgs.client(tenant_id) is old
    with pytest.raises((NotSent, SignInRefused)):
        await old.query(ContactRow, "SELECT Id FROM Contact LIMIT 1")
    new = await orgs.client(tenant_id)
    assert await new.query(ContactRow, "SELECT Id FROM Contact LIMIT 1")
    await orgs.close()


async def test_a_tenant_keeps_its_client_until_its_connection_changes(
    database: Database, key: KeyEncryptionKey, new_tenant: NewTenant, connection: OrgConnection
) -> None:
    tenant_id, connections = await new_tenant(), OrgConnections(database, key)
    orgs = Orgs(connections)
    await connections.connect(tenant_id, connection)
    first = await orgs.client(tenant_id)
    assert await orgs.client(tenant_id) is first
    assert await first.query(ContactRow, "SELECT Id FROM Contact LIMIT 1")
    await connections.connect(tenant_id, connection.model_copy(update={"external_ids": {"a": "b"}}))
    second = await orgs.client(tenant_id)
    assert second is not first
    assert await second.query(ContactRow, "SELECT Id FROM Contact LIMIT 1")
    await orgs.close()


async def test_each_tenant_has_its_own_client(
    database: Database, key: KeyEncryptionKey, new_tenant: NewTenant, connection: OrgConnection
) -> None:
    connections = OrgConnections(database, key)
    orgs = Orgs(connections)
    clients = []
    for _ in range(2):
        tenant_id = await new_tenant()
        await connections.connect(tenant_id, connection)
        clients.append(await orgs.client(tenant_id))
    assert clients[0] is not clients[1]
    await orgs.close()
