"""A company with webhooks, and a receiver on loopback that answers as it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from casewright.integrations.webhooks.addresses import AddressRule
from casewright.integrations.webhooks.delivering import Deliverer
from casewright.integrations.webhooks.models import Delivery, EventKind, NewWebhook
from casewright.integrations.webhooks.service import Webhooks
from casewright.kit.clock import ManualClock
from casewright.kit.database import Database
from casewright.kit.model import Model
from casewright.kit.principal import Principal, Role
from casewright.kit.sealing import KeyEncryptionKey
from casewright.tenants.models import Tenant, TenantProfile
from casewright.tenants.service import TenantService

LOOPBACK = AddressRule(loopback=True)


class Found(Model):
    """An event's payload."""

    gap_id: str
    volume: int


@dataclass
class Received:
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers with its statuses one by one, the last again and again; 0 hangs up."""

    statuses: list[int] = field(default_factory=lambda: [204])
    retry_after: str = ""
    received: list[Received] = field(default_factory=list)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        pairs = (line.partition(": ") for line in head[1:] if line)
        headers = {name.lower(): value for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        self.received.append(Received(headers, body))
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        if status:
            retry_after = f"Retry-After: {self.retry_after}\r\n" if self.retry_after else ""
            answer = f"HTTP/1.1 {status} Status\r\n{retry_after}Connection: close\r\nContent-Length: 2\r\n\r\nno"
            writer.write(answer.encode())
        writer.close()


@asynccontextmanager
async def listening(receiver: Receiver) -> AsyncIterator[Receiver]:
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hooks?team=support"
    yield receiver
    server.close()
    await server.wait_closed()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with listening(Receiver()) as one:
        yield one


@dataclass
class Hub:
    """One company's webhooks."""

    tenant: Tenant
    database: Database
    webhooks: Webhooks
    deliverer: Deliverer
    clock: ManualClock

    @property
    def operator(self) -> Principal:
        return Principal(tenant_id=self.tenant.id, role=Role.OPERATOR, actor="an operator's key")

    async def subscribe(self, url: str, *kinds: EventKind) -> NewWebhook:
        return await self.webhooks.add(self.operator, url, kinds or (EventKind.KNOWLEDGE_GAP,))

    async def happen(self, kind: EventKind = EventKind.KNOWLEDGE_GAP, volume: int = 7) -> None:
        async with self.database.begin(self.operator) as tx:
            await self.webhooks.announce(tx, self.tenant.id, kind, Found(gap_id="g1", volume=volume))

    async def deliver(self) -> None:
        await self.deliverer.deliver_due(self.tenant.id)

    async def deliveries(self) -> list[Delivery]:
        return await self.webhooks.deliveries(self.operator, None, None)

    async def only_one(self) -> Delivery:
        (one,) = await self.deliveries()
        return one


@pytest.fixture(scope="session")
def webhook_key(tmp_path_factory: pytest.TempPathFactory) -> KeyEncryptionKey:
    return KeyEncryptionKey.load(Path(tmp_path_factory.mktemp("webhooks")) / "key")


@pytest.fixture
async def hub(database: Database, tenants: TenantService, webhook_key: KeyEncryptionKey) -> Hub:
    tenant = await tenants.save(f"hub-{uuid4()}", "Some Company", TenantProfile())
    clock = ManualClock(datetime.now(UTC))
    return Hub(
        tenant,
        database,
        Webhooks(database, webhook_key, clock, LOOPBACK),
        Deliverer(database, webhook_key, clock, LOOPBACK),
        clock,
    )
