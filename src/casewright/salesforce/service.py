"""The tenants' orgs: how each is connected, and one client for each."""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Final

import httpx2
import orjson
from pydantic import SecretStr, TypeAdapter

from casewright.kit.database import Database
from casewright.kit.http import HttpClient, NotSent, OutgoingError, Retries
from casewright.kit.ids import TenantId
from casewright.kit.principal import system
from casewright.kit.resilience import CallLimit
from casewright.kit.sealing import KeyEncryptionKey, PersonKey, associated_data
from casewright.salesforce import repository
from casewright.salesforce.auth import TOKEN_PATH
from casewright.salesforce.client import SalesforceClient
from casewright.salesforce.errors import OrgNotConnected
from casewright.salesforce.models import Credentials, NamedRow, OrgConnection

KEPT_SECONDS: Final = 60.0
"""How long a connection that works is used before it is looked up again: another process may have changed it."""
CALLS_AT_ONCE: Final = 20
"""Salesforce allows 25 long-running calls at once in production orgs; some are left to others."""

_CREDENTIALS: TypeAdapter[Credentials] = TypeAdapter(Credentials)
_ACTOR = "salesforce"


class OrgConnections:
    """Stores and gives each tenant's connection."""

    def __init__(
        self, database: Database, key: KeyEncryptionKey, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._key = key
        self._monotonic = monotonic
        self._kept: dict[TenantId, tuple[float, OrgConnection]] = {}

    async def connect(self, tenant_id: TenantId, connection: OrgConnection) -> None:
        """Makes this the tenant's org, instead of any other."""
        sealed = self._key.wrap(PersonKey(_as_bytes(connection.credentials)), _place(tenant_id))
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            await repository.save(tx, tenant_id, connection.url, connection.client_id, sealed, connection.external_ids)
        self._kept.pop(tenant_id, None)

    async def get(self, tenant_id: TenantId) -> OrgConnection:
        """Raises `OrgNotConnected`, `SealBroken` or `DatabaseUnavailable`."""
        until, connection = self._kept.get(tenant_id, (0.0, None))
        if connection is None or until < self._monotonic():
            connection = await self._look_up(tenant_id)
            self._kept[tenant_id] = (self._monotonic() + KEPT_SECONDS, connection)
        return connection

    def doubt(self, tenant_id: TenantId, connection: OrgConnection) -> None:
        """It did not work: what is stored is looked up again before the next use."""
        _, kept = self._kept.get(tenant_id, (0.0, None))
        if kept == connection:
            del self._kept[tenant_id]

    async def _look_up(self, tenant_id: TenantId) -> OrgConnection:
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            row = await repository.find(tx, tenant_id)
        if row is None:
            raise OrgNotConnected("No Salesforce org is connected yet. Connect one first.")
        credentials = self._key.unwrap(row["sealed_secret"], _place(tenant_id))
        return OrgConnection(
            url=row["url"],
            client_id=row["client_id"],
            credentials=_CREDENTIALS.validate_json(credentials),
            external_ids=row["external_ids"],
        )


async def organization_name(connection: OrgConnection, timeout: float) -> str:
    """What the org calls itself, asked once by signing in to it. Raises `SignInRefused`, `NotSent` and `RequestRefused`s."""
    async with HttpClient("salesforce", connection.url, timeout=timeout, retries=Retries(attempts=1)) as http:
        rows = await SalesforceClient(connection, http).query(NamedRow, "SELECT Id, Name FROM Organization")
    return rows[0].name if rows else ""


class Orgs:
    """One client a tenant, made anew when its connection has changed."""

    def __init__(self, connections: OrgConnections, *, timeout: float = 10.0) -> None:
        self._connections = connections
        self._timeout = timeout
        self._clients: dict[TenantId, SalesforceClient] = {}
        self._retired: list[SalesforceClient] = []
        self._changing = asyncio.Lock()

    async def client(self, tenant_id: TenantId) -> SalesforceClient:
        """Raises like `OrgConnections.get`."""
        connection = await self._connections.get(tenant_id)
        client = self._clients.get(tenant_id)
        if client is not None and client.connection == connection:
            return client
        async with self._changing:
            client = self._clients.get(tenant_id)
            if client is None or client.connection != connection:
                self._clients[tenant_id] = self._new(tenant_id, connection)
                self._retired += [client] if client else []
            return self._clients[tenant_id]

    async def close(self) -> None:
        clients, self._clients, self._retired = [*self._clients.values(), *self._retired], {}, []
        for client in clients:
            await client.close()

    def _new(self, tenant_id: TenantId, connection: OrgConnection) -> SalesforceClient:
        http = _OrgHttp(connection.url, self._timeout, lambda: self._connections.doubt(tenant_id, connection))
        return SalesforceClient(connection, http)


class _OrgHttp(HttpClient):
    """Tells when the org is not where it was, or accepts no sign-in any more: its connection may have changed."""

    def __init__(self, url: str, timeout: float, failed: Callable[[], None]) -> None:
        limit = CallLimit("salesforce", concurrent=CALLS_AT_ONCE)
        super().__init__("salesforce", url, timeout=timeout, limit=limit)
        self._failed = failed

    async def request(self, method: str, path: str, **arguments: Any) -> httpx2.Response:
        try:
            return await super().request(method, path, **arguments)
        except OutgoingError as error:
            if isinstance(error, NotSent) or path == TOKEN_PATH:
                self._failed()
            raise


def _as_bytes(credentials: Credentials) -> bytes:
    """As JSON with its secrets in the open, for sealing."""
    return orjson.dumps(
        {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in dict(credentials).items()
        }
    )


def _place(tenant_id: TenantId) -> bytes:
    return associated_data("org_connection", tenant_id)
