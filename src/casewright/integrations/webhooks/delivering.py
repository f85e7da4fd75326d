"""Bringing deliveries to their webhooks: at least once each, signed, and given up after `MOST_ATTEMPTS`."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from standardwebhooks import Webhook as Signer

from casewright import __version__
from casewright.integrations.webhooks import repository
from casewright.integrations.webhooks.addresses import AddressRule, GuardedTransport
from casewright.integrations.webhooks.errors import AddressRefused, DeliveryNotFound, WebhookNotFound
from casewright.integrations.webhooks.models import (
    TEST_KIND,
    Delivery,
    DeliveryId,
    DeliveryState,
    Envelope,
    RequestedTest,
    WebhookId,
)
from casewright.integrations.webhooks.service import secret_place
from casewright.kit.clock import Clock
from casewright.kit.database import Database, Record
from casewright.kit.http import Failing, HttpClient, NotSent, OutgoingError, Refused, Retries
from casewright.kit.ids import TenantId, new_id
from casewright.kit.principal import Principal, system
from casewright.kit.sealing import KeyEncryptionKey

WAITS: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
)
"""After each attempt that failed but the last."""
MOST_ATTEMPTS: Final = len(WAITS) + 1
LONGEST_WAIT: Final = timedelta(days=1)
"""However long a receiver asks for."""
ANSWERED_WITHIN: Final = 10.0
BUSY: Final = timedelta(minutes=1)
"""How long a delivery belongs to who took it; if that process dies, another takes it after this."""
KEPT: Final = timedelta(days=30)
WEBHOOKS_AT_ONCE: Final = 16

_ACTOR: Final = "webhooks"


class Deliverer:
    def __init__(self, database: Database, key: KeyEncryptionKey, clock: Clock, rule: AddressRule) -> None:
        self._database = database
        self._key = key
        self._clock = clock
        self._rule = rule
        self._places = asyncio.Semaphore(WEBHOOKS_AT_ONCE)

    async def deliver_due(self, tenant_id: TenantId) -> None:
        """Works off what is due: several webhooks at once, one delivery after another for each. A webhook that does not take
        one is left alone for the rest of this round."""
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            await repository.delete_settled(tx, tenant_id, self._clock.now() - KEPT)
            waiting = await repository.due_webhooks(tx, tenant_id, self._clock.now())
        await asyncio.gather(*(self._deliver_to(tenant_id, WebhookId(one)) for one in waiting))

    async def send_test(self, principal: Principal, webhook_id: WebhookId) -> Delivery:
        """One attempt, at once. Raises `WebhookNotFound`."""
        delivery_id, now, tenant_id = DeliveryId(new_id()), self._clock.now(), principal.tenant_id
        payload = RequestedTest(webhook_id=webhook_id).model_dump(mode="json")
        body = Envelope(type=TEST_KIND, timestamp=now, data=payload).model_dump_json()
        async with self._database.begin(principal) as tx:
            if await repository.webhook(tx, tenant_id, webhook_id) is None:
                raise WebhookNotFound
            await repository.insert_delivery(
                tx, tenant_id, id=delivery_id, webhook_id=webhook_id, kind=TEST_KIND, body=body, now=now
            )
        if claimed := await self._claim(tenant_id, webhook_id, delivery_id):
            async with self._client(claimed) as http:
                await self._attempt(tenant_id, webhook_id, claimed, http, is_last=True)
        async with self._database.begin(principal) as tx:
            sent = await repository.delivery(tx, tenant_id, delivery_id)
        if sent is None:
            raise DeliveryNotFound
        return sent

    async def _deliver_to(self, tenant_id: TenantId, webhook_id: WebhookId) -> None:
        async with self._places:
            claimed = await self._claim(tenant_id, webhook_id)
            if claimed is None:
                return
            async with self._client(claimed) as http:
                while claimed and await self._attempt(
                    tenant_id, webhook_id, claimed, http, is_last=claimed["attempts"] >= MOST_ATTEMPTS
                ):
                    claimed = await self._claim(tenant_id, webhook_id)

    async def _claim(
        self, tenant_id: TenantId, webhook_id: WebhookId, delivery_id: DeliveryId | None = None
    ) -> Record | None:
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            return await repository.claim(tx, tenant_id, webhook_id, self._clock.now(), BUSY, delivery_id)

    @asynccontextmanager
    async def _client(self, claimed: Record) -> AsyncIterator[HttpClient]:
        """Tried again it is by the rows, hours later if need be, and not by the client."""
        async with HttpClient(
            "webhook",
            claimed["url"],
            timeout=ANSWERED_WITHIN,
            retries=Retries(attempts=1),
            headers={"Content-Type": "application/json", "User-Agent": f"Casewright/{__version__}"},
            transport=GuardedTransport(self._rule),
            clock=self._clock,
        ) as http:
            yield http

    async def _attempt(
        self, tenant_id: TenantId, webhook_id: WebhookId, claimed: Record, http: HttpClient, *, is_last: bool
    ) -> bool:
        """Whether it was delivered."""
        try:
            await self._send(tenant_id, webhook_id, claimed, http)
        except (OutgoingError, AddressRefused) as error:
            now, asked = self._clock.now(), timedelta(seconds=getattr(error, "retry_after", None) or 0)
            async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
                if is_last:
                    await repository.settle(
                        tx, tenant_id, claimed["id"], state=DeliveryState.DEAD, ended_with=_code(error), now=now
                    )
                else:
                    wait = max(WAITS[claimed["attempts"] - 1] * random.uniform(1, 1.1), min(asked, LONGEST_WAIT))
                    await repository.put_off(tx, tenant_id, claimed["id"], ended_with=_code(error), due_at=now + wait)
            return False
        async with self._database.begin(system(tenant_id, _ACTOR)) as tx:
            await repository.settle(
                tx,
                tenant_id,
                claimed["id"],
                state=DeliveryState.DELIVERED,
                ended_with="delivered",
                now=self._clock.now(),
            )
        return True

    async def _send(self, tenant_id: TenantId, webhook_id: WebhookId, claimed: Record, http: HttpClient) -> None:
        secret = self._key.unwrap(claimed["sealed_secret"], secret_place(tenant_id, webhook_id))
        delivery_id, body, now = str(claimed["id"]), claimed["body"], self._clock.now()
        signed = {
            "webhook-id": delivery_id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(bytes(secret)).sign(delivery_id, now, body),
        }
        await http.request("POST", claimed["url"], content=body.encode(), headers=signed)


def _code(error: OutgoingError | AddressRefused) -> str:
    match error:
        case Refused() | Failing():
            return f"status_{error.status_code}"
        case NotSent():
            return "not_reached"
        case AddressRefused():
            return "address_refused"
        case _:
            return "no_answer"
